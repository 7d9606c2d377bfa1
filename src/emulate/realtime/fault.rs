//! What goes wrong on purpose at this provider: which kinds there are, and how a session meets them.

use std::{collections::HashSet, sync::Arc};

use tokio::time::Instant;

use crate::emulate::fault::{self, FaultBook, FaultKind, Known, When};

/// A fault of this provider, such as `close=1012@5s*1`.
pub type Fault = fault::Fault<Kind>;

/// A kind of trouble that real services make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The key is refused after the upgrade. Counts connections of the server.
    BadKey,
    /// A response fails with `rate_limit_exceeded`. Counts responses.
    RateLimit,
    /// The session expires. Counts events of the server.
    SessionExpired,
    /// The connection is closed in the middle of speech, with a code. Counts deltas of audio.
    Close,
    /// From now on every optional field is `null`. Counts events.
    Nulls,
    /// From now on unknown events come between, and unknown fields in them. Counts events.
    UnknownEvents,
    /// From now on nothing is sent, but the connection stays. Counts events.
    Stall,
    /// From now on audio comes so many times slower than it is spoken. Counts deltas of audio.
    SlowAudio,
    /// An `error` event, and the session goes on. Counts events.
    Error,
    /// Frames that are no events. Counts events.
    Garbage,
}

impl FaultKind for Kind {
    const ALL: &'static [Known<Self>] = &[
        Known::plain("bad-key", Self::BadKey, 1),
        Known::plain("rate-limit", Self::RateLimit, 1),
        Known::plain("session-expired", Self::SessionExpired, 3),
        Known::valued("close", Self::Close, 2, 1_011.0, (1_000.0, 4_999.0)),
        Known::plain("nulls", Self::Nulls, 1),
        Known::plain("unknown-events", Self::UnknownEvents, 1),
        Known::plain("stall", Self::Stall, 3),
        Known::valued("slow-audio", Self::SlowAudio, 1, 4.0, (1.0, 1_000.0)),
        Known::plain("error", Self::Error, 3),
        Known::plain("garbage", Self::Garbage, 3),
    ];

    const EXPECTED_VALUE: &'static str =
        "the value must be a close code from 1000 to 4999, or a factor from 1 to 1000";
}

/// Whether the connection with this number, counted from 1, finds its key refused.
pub fn refuses_key(book: &FaultBook<Kind>, connection: u64) -> bool {
    let due = |when| match when {
        When::Count(count) => connection >= count,
        When::Time(_) => true,
    };
    book.take(Kind::BadKey, &HashSet::new(), due).is_some()
}

/// The faults as one session meets them: each once, those that last from then on.
#[derive(Debug)]
pub struct SessionFaults {
    book: Arc<FaultBook<Kind>>,
    done: HashSet<u64>,
    began: Instant,
}

impl SessionFaults {
    /// For a session that begins now.
    pub fn new(book: Arc<FaultBook<Kind>>) -> Self {
        Self {
            book,
            done: HashSet::new(),
            began: Instant::now(),
        }
    }

    /// Whether a fault of this kind happens now, which is the `count`-th time that it could, and with which value.
    pub fn happens(&mut self, kind: Kind, count: u64) -> Option<f64> {
        let elapsed = self.began.elapsed();
        self.take(kind, |when| match when {
            When::Count(wanted) => count >= wanted,
            When::Time(wanted) => elapsed >= wanted,
        })
    }

    /// Whether a fault of this kind happens because of the time alone.
    pub fn is_time_for(&mut self, kind: Kind) -> Option<f64> {
        let elapsed = self.began.elapsed();
        self.take(
            kind,
            |when| matches!(when, When::Time(wanted) if elapsed >= wanted),
        )
    }

    fn take(&mut self, kind: Kind, due: impl Fn(When) -> bool) -> Option<f64> {
        let (id, value) = self.book.take(kind, &self.done, due)?;
        self.done.insert(id);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_happens_once_in_a_session_and_as_often_as_it_may() {
        let book = Arc::new(FaultBook::default());
        book.add(vec!["error@2*2".parse().unwrap()]).unwrap();
        for sessions in 0..3 {
            let mut faults = SessionFaults::new(Arc::clone(&book));
            let happened = [1, 2, 3, 4].map(|count| faults.happens(Kind::Error, count).is_some());
            assert_eq!(happened, [false, sessions < 2, false, false]);
        }
    }
}
