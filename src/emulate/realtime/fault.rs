//! What goes wrong on purpose: which fault, when, and how often.

use std::{collections::HashSet, str::FromStr, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::time::Instant;

/// The most faults that are kept; more are refused.
const MOST_FAULTS: usize = 64;

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

/// Every kind by its name, with the value it takes if none is given, and the moment at which it happens then.
const KINDS: [(&str, Kind, f64, u64); 10] = [
    ("bad-key", Kind::BadKey, 0.0, 1),
    ("rate-limit", Kind::RateLimit, 0.0, 1),
    ("session-expired", Kind::SessionExpired, 0.0, 3),
    ("close", Kind::Close, 1_011.0, 2),
    ("nulls", Kind::Nulls, 0.0, 1),
    ("unknown-events", Kind::UnknownEvents, 0.0, 1),
    ("stall", Kind::Stall, 0.0, 3),
    ("slow-audio", Kind::SlowAudio, 4.0, 1),
    ("error", Kind::Error, 0.0, 3),
    ("garbage", Kind::Garbage, 0.0, 3),
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum When {
    /// From the moment it could happen for the n-th time in a session.
    Count(u64),
    /// So long after a session began.
    Time(Duration),
}

/// A fault to be: `KIND[=VALUE][@N|@TIME][*TIMES]`, such as `close=1012@5s*1`.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    text: String,
    kind: Kind,
    value: f64,
    when: When,
    /// How many sessions it still happens in; none: in every one.
    remaining: Option<u32>,
}

/// Why a text is not a fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// It does not read as one.
    #[error("{0:?} is not a fault; write KIND[=VALUE][@N|@TIME][*TIMES], where KIND is one of {kinds}", kinds = kinds())]
    Unreadable(String),
    /// A code with which nothing may be closed, or a factor that makes no sense.
    #[error("{0:?}: the value must be a close code from 1000 to 4999, or a factor from 1 to 1000")]
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
        let unreadable = || FaultError::Unreadable(text.chars().take(60).collect());
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
        let (_, kind, usual, moment) = KINDS
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
        let range = match kind {
            Kind::Close => 1_000.0..=4_999.0,
            Kind::SlowAudio => 1.0..=1_000.0,
            _ if value.is_some() => return Err(unreadable()),
            _ => 0.0..=0.0,
        };
        let value = value.unwrap_or(usual);
        if !range.contains(&value) {
            return Err(FaultError::Value(text.chars().take(60).collect()));
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
pub struct FaultBook(Mutex<Vec<(u64, Fault)>>);

impl FaultBook {
    /// Adds faults; sessions that are open heed them too.
    ///
    /// # Errors
    /// When there would be too many; none is added then.
    pub fn add(&self, faults: Vec<Fault>) -> Result<(), FaultError> {
        let mut book = self.0.lock();
        if book.len() + faults.len() > MOST_FAULTS {
            return Err(FaultError::TooMany);
        }
        for fault in faults {
            let id = book.last().map_or(0, |(last, _)| last + 1);
            book.push((id, fault));
        }
        Ok(())
    }

    /// Takes all out. What a session has begun to do it goes on doing.
    pub fn clear(&self) {
        self.0.lock().clear();
    }

    /// The faults as they were written.
    pub fn texts(&self) -> Vec<String> {
        self.0
            .lock()
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
        let (id, fault) = book.iter_mut().find(|(id, fault)| {
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

    /// Whether the connection with this number, counted from 1, finds its key refused.
    pub fn refuses_key(&self, connection: u64) -> bool {
        let due = |when| match when {
            When::Count(count) => connection >= count,
            When::Time(_) => true,
        };
        self.take(Kind::BadKey, &HashSet::new(), due).is_some()
    }
}

/// The faults as one session meets them: each once, those that last from then on.
#[derive(Debug)]
pub struct SessionFaults {
    book: Arc<FaultBook>,
    done: HashSet<u64>,
    began: Instant,
}

impl SessionFaults {
    /// For a session that begins now.
    pub fn new(book: Arc<FaultBook>) -> Self {
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

    fn fault(text: &str) -> Fault {
        text.parse().unwrap()
    }

    #[test]
    fn faults_read_as_they_are_written() {
        assert_eq!(fault("close").value, 1_011.0);
        assert_eq!(
            fault("close=1012@5s*1").when,
            When::Time(Duration::from_secs(5))
        );
        assert_eq!(fault("close=1012@5s*1").remaining, Some(1));
        assert_eq!(fault("slow-audio=2@7").when, When::Count(7));
        for wrong in [
            "",
            "flood",
            "close=x",
            "close=999",
            "nulls=3",
            "stall@",
            "stall@soon",
            "error*",
            "slow-audio=0",
        ] {
            assert!(wrong.parse::<Fault>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_fault_happens_once_in_a_session_and_as_often_as_it_may() {
        let book = Arc::new(FaultBook::default());
        book.add(vec![fault("error@2*2")]).unwrap();
        for sessions in 0..3 {
            let mut faults = SessionFaults::new(Arc::clone(&book));
            let happened: Vec<bool> = (1..=4)
                .map(|count| faults.happens(Kind::Error, count).is_some())
                .collect();
            assert_eq!(happened, [false, sessions < 2, false, false]);
        }
        assert!(book.add(vec![fault("stall"); MOST_FAULTS]).is_err());
        book.clear();
        assert!(book.texts().is_empty());
    }
}
