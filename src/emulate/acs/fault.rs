//! What goes wrong on purpose: which fault, when, and how often.

use std::{collections::HashMap, collections::HashSet, str::FromStr, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::time::Instant;

use super::pace::Pace;

/// The most faults that are kept; more are refused.
const MOST_FAULTS: usize = 64;

/// Longest delay or `Retry-After` in a fault, in seconds.
const MOST_SECONDS: f64 = 86_400.0;

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

/// Every kind by its name, with the moment at which it happens if none is given, and its value then; without a value it
/// takes none.
const KINDS: [(&str, Kind, u64, Option<f64>); 26] = [
    ("401", Kind::Denied, 1, None),
    ("404", Kind::NoCall, 1, None),
    ("409", Kind::Conflict, 1, None),
    ("429", Kind::Throttled, 1, Some(1.0)),
    ("500", Kind::Internal, 1, None),
    ("503", Kind::Unavailable, 1, Some(1.0)),
    ("answer-lost", Kind::AnswerLost, 1, None),
    ("answer-failed", Kind::AnswerFailed, 1, None),
    ("event-duplicate", Kind::EventDuplicate, 1, None),
    ("event-reorder", Kind::EventReorder, 1, None),
    ("event-delay", Kind::EventDelay, 1, Some(3.0)),
    ("event-drop", Kind::EventDrop, 1, None),
    ("callback-duplicate", Kind::CallbackDuplicate, 1, None),
    ("callback-reorder", Kind::CallbackReorder, 1, None),
    ("callback-delay", Kind::CallbackDelay, 1, Some(3.0)),
    ("callback-drop", Kind::CallbackDrop, 1, None),
    ("bad-token", Kind::BadToken, 1, None),
    ("expired-token", Kind::ExpiredToken, 1, None),
    ("wrong-audience", Kind::WrongAudience, 1, None),
    ("key-rotation", Kind::KeyRotation, 1, None),
    ("socket-bad-token", Kind::SocketBadToken, 1, None),
    ("socket-before-answer", Kind::SocketBeforeAnswer, 1, None),
    ("socket-never", Kind::SocketNever, 1, None),
    ("socket-cut", Kind::SocketCut, 50, None),
    ("socket-redial", Kind::SocketRedial, 50, None),
    ("socket-twice", Kind::SocketTwice, 50, None),
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum When {
    /// From the moment it could happen for the n-th time in a call.
    Count(u64),
    /// So long after a call began.
    Time(Duration),
}

/// A fault to be: `KIND[=VALUE][@N|@TIME][*TIMES]`, such as `429=2@1*3`.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    text: String,
    kind: Kind,
    value: f64,
    when: When,
    /// How many calls it still happens in; none: in every one.
    remaining: Option<u32>,
}

/// Why a text is not a fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// It does not read as one.
    #[error("{0:?} is not a fault; write KIND[=VALUE][@N|@TIME][*TIMES], where KIND is one of {kinds}", kinds = kinds())]
    Unreadable(String),
    /// So many seconds make no sense.
    #[error("{0:?}: the value is seconds, from 0 to {MOST_SECONDS}")]
    Value(String),
    /// Too many at once.
    #[error("at most {MOST_FAULTS} faults at once; DELETE the others first")]
    TooMany,
}

impl FaultError {
    /// The stable code by which the outside knows this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "fault_unreadable",
            Self::Value(_) => "fault_value_out_of_range",
            Self::TooMany => "too_many_faults",
        }
    }
}

fn kinds() -> String {
    KINDS.map(|(name, ..)| name).join(", ")
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let short = || text.chars().take(60).collect();
        let unreadable = || FaultError::Unreadable(short());
        let (rest, remaining) = match text.split_once('*') {
            Some((rest, times)) => (rest, Some(times.parse().map_err(|_| unreadable())?)),
            None => (text, None),
        };
        let (rest, when) = match rest.split_once('@') {
            Some((rest, when)) => (rest, Some(when)),
            None => (rest, None),
        };
        let (name, value) = match rest.split_once('=') {
            Some((name, value)) => (name, Some(value.parse::<f64>().map_err(|_| unreadable())?)),
            None => (rest, None),
        };
        let (_, kind, moment, usual) = KINDS
            .into_iter()
            .find(|(known, ..)| *known == name)
            .ok_or_else(unreadable)?;
        let when = match when {
            None => When::Count(moment),
            Some(when) => match when.parse() {
                Ok(count) => When::Count(count),
                Err(_) => When::Time(humantime::parse_duration(when).map_err(|_| unreadable())?),
            },
        };
        let value = match (value, usual) {
            (Some(_), None) => return Err(unreadable()),
            (value, usual) => value.or(usual).unwrap_or_default(),
        };
        if !(0.0..=MOST_SECONDS).contains(&value) {
            return Err(FaultError::Value(short()));
        }
        Ok(Self {
            text: text.to_owned(),
            kind,
            value,
            when,
            remaining,
        })
    }
}

/// The faults of a running emulator.
#[derive(Debug, Default)]
pub struct FaultBook(Mutex<Faults>);

#[derive(Debug, Default)]
struct Faults {
    added: u64,
    listed: Vec<(u64, Fault)>,
}

impl FaultBook {
    /// Adds faults; calls that are alive heed them too.
    ///
    /// # Errors
    /// When there would be too many; none is added then.
    pub fn add(&self, faults: Vec<Fault>) -> Result<(), FaultError> {
        let mut book = self.0.lock();
        if book.listed.len() + faults.len() > MOST_FAULTS {
            return Err(FaultError::TooMany);
        }
        for fault in faults {
            book.added += 1;
            let id = book.added;
            book.listed.push((id, fault));
        }
        Ok(())
    }

    /// Takes all out.
    pub fn clear(&self) {
        self.0.lock().listed.clear();
    }

    /// The faults as they were written.
    pub fn texts(&self) -> Vec<String> {
        let book = self.0.lock();
        book.listed
            .iter()
            .map(|(_, fault)| fault.text.clone())
            .collect()
    }

    /// What is due and not done yet, which counts as done by this.
    fn take(
        &self,
        kind: Kind,
        done: &HashSet<u64>,
        due: impl Fn(When) -> bool,
    ) -> Option<(u64, f64)> {
        let mut book = self.0.lock();
        let (id, fault) = book.listed.iter_mut().find(|(id, fault)| {
            fault.kind == kind
                && fault.remaining != Some(0)
                && !done.contains(id)
                && due(fault.when)
        })?;
        if let Some(remaining) = &mut fault.remaining {
            *remaining -= 1;
        }
        Some((*id, fault.value))
    }
}

/// The faults as one call meets them: each once.
#[derive(Debug)]
pub struct CallFaults {
    book: Arc<FaultBook>,
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
    pub fn new(book: Arc<FaultBook>, pace: Pace) -> Self {
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

    fn fault(text: &str) -> Fault {
        text.parse().unwrap()
    }

    #[test]
    fn faults_read_as_they_are_written() {
        assert_eq!(fault("429").value, 1.0);
        assert_eq!(
            fault("callback-delay=0.5@5s*1").when,
            When::Time(Duration::from_secs(5))
        );
        assert_eq!(fault("event-delay=7@3*2").remaining, Some(2));
        assert_eq!(fault("socket-cut").when, When::Count(50));
        for wrong in [
            "", "flood", "404=1", "429=x", "429=-1", "429@", "429*", "500@soon",
        ] {
            assert!(wrong.parse::<Fault>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_fault_happens_once_in_a_call_and_in_as_many_as_it_may() {
        let book = Arc::new(FaultBook::default());
        book.add(vec![fault("404@2*2")]).unwrap();
        let pace = Pace::new(1.0).unwrap();
        for calls in 0..3 {
            let faults = CallFaults::new(Arc::clone(&book), pace);
            let happened: Vec<bool> = (1..=4)
                .map(|_| {
                    let count = faults.count(Counter::Requests);
                    faults.happens(Kind::NoCall, count).is_some()
                })
                .collect();
            assert_eq!(happened, [false, calls < 2, false, false]);
        }
        assert!(book.add(vec![fault("404"); MOST_FAULTS]).is_err());
        book.clear();
        assert!(book.texts().is_empty());
    }
}
