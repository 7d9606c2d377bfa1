//! What goes wrong on purpose at this service: which kinds there are, and how a call meets them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use parking_lot::Mutex;
use tokio::time::Instant;

use super::pace::Pace;
use crate::emulate::fault::{self, FaultBook, FaultKind, Known, When};

/// A fault of this service, such as `429=2@1*3`.
pub type Fault = fault::Fault<Kind>;

/// Shortest and longest delay or `Retry-After` in a fault, in seconds.
const SECONDS: (f64, f64) = (0.0, 86_400.0);

/// What a call's faults are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counter {
    /// Requests of the call; of all calls for those that belong to none.
    Requests,
    /// Deliveries of events about it.
    Events,
    /// Callbacks.
    Callbacks,
    /// Media sockets.
    Sockets,
}

/// A kind of trouble that the service, or the way to it, makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 401, as if the signature were wrong.
    Denied,
    /// 404 with 8522.
    NoCall,
    /// 409 with 8519.
    Conflict,
    /// 429 with Retry-After.
    Throttled,
    /// 500.
    Internal,
    /// 503 with Retry-After.
    Unavailable,
    /// It is done, and the answer is 500 all the same.
    AnswerLost,
    /// The answer is 200 and then comes AnswerFailed.
    AnswerFailed,
    /// An event comes twice.
    EventDuplicate,
    /// An event comes after the next one of its call.
    EventReorder,
    /// An event comes late.
    EventDelay,
    /// An event does not come.
    EventDrop,
    /// The same for callbacks.
    CallbackDuplicate,
    CallbackReorder,
    CallbackDelay,
    CallbackDrop,
    /// A callback's token is signed with another key than it names.
    BadToken,
    /// It has ended.
    ExpiredToken,
    /// It is for another resource.
    WrongAudience,
    /// After this callback another key signs.
    KeyRotation,
    /// The token of a socket is signed with another key than it names.
    SocketBadToken,
    /// The socket comes before the answer to the request that asks for it.
    SocketBeforeAnswer,
    /// The socket does not come, and nobody says why.
    SocketNever,
    /// The socket is cut in the middle of speech, and does not come again.
    SocketCut,
    /// It is cut, and comes again a second later.
    SocketRedial,
    /// A second socket comes while the first is open, and takes over.
    SocketTwice,
}

impl FaultKind for Kind {
    const ALL: &'static [Known<Self>] = &[
        Known::plain("401", Self::Denied, 1),
        Known::plain("404", Self::NoCall, 1),
        Known::plain("409", Self::Conflict, 1),
        Known::valued("429", Self::Throttled, 1, 1.0, SECONDS),
        Known::plain("500", Self::Internal, 1),
        Known::valued("503", Self::Unavailable, 1, 1.0, SECONDS),
        Known::plain("answer-lost", Self::AnswerLost, 1),
        Known::plain("answer-failed", Self::AnswerFailed, 1),
        Known::plain("event-duplicate", Self::EventDuplicate, 1),
        Known::plain("event-reorder", Self::EventReorder, 1),
        Known::valued("event-delay", Self::EventDelay, 1, 3.0, SECONDS),
        Known::plain("event-drop", Self::EventDrop, 1),
        Known::plain("callback-duplicate", Self::CallbackDuplicate, 1),
        Known::plain("callback-reorder", Self::CallbackReorder, 1),
        Known::valued("callback-delay", Self::CallbackDelay, 1, 3.0, SECONDS),
        Known::plain("callback-drop", Self::CallbackDrop, 1),
        Known::plain("bad-token", Self::BadToken, 1),
        Known::plain("expired-token", Self::ExpiredToken, 1),
        Known::plain("wrong-audience", Self::WrongAudience, 1),
        Known::plain("key-rotation", Self::KeyRotation, 1),
        Known::plain("socket-bad-token", Self::SocketBadToken, 1),
        Known::plain("socket-before-answer", Self::SocketBeforeAnswer, 1),
        Known::plain("socket-never", Self::SocketNever, 1),
        Known::plain("socket-cut", Self::SocketCut, 50),
        Known::plain("socket-redial", Self::SocketRedial, 50),
        Known::plain("socket-twice", Self::SocketTwice, 50),
    ];

    const EXPECTED_VALUE: &'static str = "the value is seconds, from 0 to 86400";
}

/// The faults as one call meets them: each once.
#[derive(Debug)]
pub struct CallFaults {
    book: Arc<FaultBook<Kind>>,
    pace: Pace,
    began: Instant,
    met: Mutex<Met>,
}

#[derive(Debug, Default)]
struct Met {
    done: HashSet<u64>,
    counts: HashMap<Counter, u64>,
}

impl CallFaults {
    /// For a call that begins now.
    pub fn new(book: Arc<FaultBook<Kind>>, pace: Pace) -> Self {
        Self {
            book,
            pace,
            began: Instant::now(),
            met: Mutex::default(),
        }
    }

    /// One more of these. Returns which it is, from 1.
    pub fn count(&self, counter: Counter) -> u64 {
        let mut met = self.met.lock();
        let count = met.counts.entry(counter).or_default();
        *count += 1;
        *count
    }

    /// Whether a fault of this kind happens now, which is the `count`-th time that it could, and with which value.
    pub fn happens(&self, kind: Kind, count: u64) -> Option<f64> {
        let elapsed = self.pace.since(self.began);
        let mut met = self.met.lock();
        let (id, value) = self.book.take(kind, &met.done, |when| match when {
            When::Count(wanted) => count >= wanted,
            When::Time(wanted) => elapsed >= wanted,
        })?;
        met.done.insert(id);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_happens_once_in_a_call_and_in_as_many_as_it_may() {
        let book = Arc::new(FaultBook::default());
        book.add(vec!["404@2*2".parse().unwrap()]).unwrap();
        let pace = Pace::new(1.0).unwrap();
        for calls in 0..3 {
            let faults = CallFaults::new(Arc::clone(&book), pace);
            let happened = [(); 4].map(|()| {
                let count = faults.count(Counter::Requests);
                faults.happens(Kind::NoCall, count).is_some()
            });
            assert_eq!(happened, [false, calls < 2, false, false]);
        }
    }
}
