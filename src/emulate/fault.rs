//! What goes wrong on purpose: how a fault is written, and the book of those that a running emulator has. Which kinds there
//! are, and what they are counted by, is each emulator's own.

use std::{collections::HashSet, fmt::Debug, str::FromStr, time::Duration};

use parking_lot::Mutex;

/// The most faults that are kept; more are refused.
pub const MOST_FAULTS: usize = 64;

/// A kind of trouble, as it is written.
#[derive(Debug, Clone, Copy)]
pub struct Known<Kind> {
    name: &'static str,
    kind: Kind,
    /// For the how manieth time that it could happen it does, if nothing else is said.
    moment: u64,
    /// What its value is then, and from where to where it may be; without it takes none.
    value: Option<(f64, f64, f64)>,
}

impl<Kind> Known<Kind> {
    /// One that takes no value.
    pub const fn plain(name: &'static str, kind: Kind, moment: u64) -> Self {
        Self {
            name,
            kind,
            moment,
            value: None,
        }
    }

    /// One that takes a value, which is `usual` if none is given.
    pub const fn valued(
        name: &'static str,
        kind: Kind,
        moment: u64,
        usual: f64,
        (least, most): (f64, f64),
    ) -> Self {
        Self {
            name,
            kind,
            moment,
            value: Some((usual, least, most)),
        }
    }
}

/// The kinds of trouble that one emulator makes.
pub trait FaultKind: Copy + PartialEq + Debug + Send + 'static {
    /// All of them.
    const ALL: &'static [Known<Self>];

    /// What a value must be, in words.
    const EXPECTED_VALUE: &'static str;
}

/// When a fault happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum When {
    /// From the moment it could happen for the n-th time in a call or session.
    Count(u64),
    /// So long after that began.
    Time(Duration),
}

/// A fault to be: `KIND[=VALUE][@N|@TIME][*TIMES]`, such as `429=2@1*3`.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault<Kind> {
    text: String,
    kind: Kind,
    value: f64,
    when: When,
    /// How many calls or sessions it still happens in; none: in every one.
    remaining: Option<u32>,
}

/// Why a text is not a fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// It does not read as one.
    #[error(
        "{text:?} is not a fault; write KIND[=VALUE][@N|@TIME][*TIMES], where KIND is one of {kinds}"
    )]
    Unreadable {
        /// The text, or its beginning.
        text: String,
        /// What it may be.
        kinds: String,
    },
    /// Its value makes no sense.
    #[error("{text:?}: {expected}")]
    Value {
        /// The text, or its beginning.
        text: String,
        /// What the value must be.
        expected: &'static str,
    },
    /// Too many at once.
    #[error("at most {MOST_FAULTS} faults at once; DELETE the others first")]
    TooMany,
}

impl FaultError {
    /// The stable code by which the outside knows this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "fault_unreadable",
            Self::Value { .. } => "fault_value_out_of_range",
            Self::TooMany => "too_many_faults",
        }
    }
}

impl<Kind: FaultKind> FromStr for Fault<Kind> {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let short = || text.chars().take(60).collect();
        let unreadable = || FaultError::Unreadable {
            text: short(),
            kinds: Kind::ALL
                .iter()
                .map(|known| known.name)
                .collect::<Vec<_>>()
                .join(", "),
        };
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
        let known = Kind::ALL
            .iter()
            .find(|known| known.name == name)
            .ok_or_else(unreadable)?;
        let when = match when {
            None => When::Count(known.moment),
            Some(when) => match when.parse() {
                Ok(count) => When::Count(count),
                Err(_) => When::Time(humantime::parse_duration(when).map_err(|_| unreadable())?),
            },
        };
        let value = match (value, known.value) {
            (Some(_), None) => return Err(unreadable()),
            (None, None) => 0.0,
            (value, Some((usual, least, most))) => {
                let value = value.unwrap_or(usual);
                if !(least..=most).contains(&value) {
                    return Err(FaultError::Value {
                        text: short(),
                        expected: Kind::EXPECTED_VALUE,
                    });
                }
                value
            }
        };
        Ok(Self {
            text: text.to_owned(),
            kind: known.kind,
            value,
            when,
            remaining,
        })
    }
}

/// The faults of a running emulator.
#[derive(Debug)]
pub struct FaultBook<Kind>(Mutex<Faults<Kind>>);

#[derive(Debug)]
struct Faults<Kind> {
    added: u64,
    listed: Vec<(u64, Fault<Kind>)>,
}

impl<Kind> Default for FaultBook<Kind> {
    fn default() -> Self {
        Self(Mutex::new(Faults {
            added: 0,
            listed: Vec::new(),
        }))
    }
}

impl<Kind: FaultKind> FaultBook<Kind> {
    /// Adds faults; calls and sessions that are open heed them too.
    ///
    /// # Errors
    /// When there would be too many; none is added then.
    pub fn add(&self, faults: Vec<Fault<Kind>>) -> Result<(), FaultError> {
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

    /// Takes all out. What has begun to happen goes on.
    pub fn clear(&self) {
        self.0.lock().listed.clear();
    }

    /// The faults as they were written.
    pub fn texts(&self) -> Vec<String> {
        let book = self.0.lock();
        let texts = book.listed.iter().map(|(_, fault)| fault.text.clone());
        texts.collect()
    }

    /// What is due and not among what is `done`, which counts as done by this: its number and its value.
    pub fn take(
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Kind {
        Stall,
        Close,
    }

    impl FaultKind for Kind {
        const ALL: &'static [Known<Self>] = &[
            Known::plain("stall", Self::Stall, 3),
            Known::valued("close", Self::Close, 2, 1_011.0, (1_000.0, 4_999.0)),
        ];
        const EXPECTED_VALUE: &'static str = "a close code";
    }

    fn fault(text: &str) -> Fault<Kind> {
        text.parse().unwrap()
    }

    #[test]
    fn faults_read_as_they_are_written() {
        assert_eq!(fault("close").value, 1_011.0);
        assert_eq!(fault("stall").when, When::Count(3));
        let late = fault("close=1012@5s*1");
        assert_eq!(late.when, When::Time(Duration::from_secs(5)));
        assert_eq!((late.value, late.remaining), (1_012.0, Some(1)));
        assert_eq!(fault("stall@7").when, When::Count(7));
        for wrong in [
            "",
            "flood",
            "close=x",
            "stall=3",
            "stall@",
            "stall@soon",
            "close*",
            "close=-1",
        ] {
            assert!(wrong.parse::<Fault<Kind>>().is_err(), "{wrong:?}");
        }
        let told = "flood".parse::<Fault<Kind>>().unwrap_err().to_string();
        assert!(told.ends_with("one of stall, close"), "{told}");
        let told = "close=999".parse::<Fault<Kind>>().unwrap_err().to_string();
        assert_eq!(told, "\"close=999\": a close code");
    }

    #[test]
    fn a_fault_happens_as_often_as_it_may_and_once_to_each() {
        let book = FaultBook::default();
        book.add(vec![fault("stall@2*2")]).unwrap();
        for whose in 0..3 {
            let mut done = HashSet::new();
            let happened = [1, 2, 3].map(|count| {
                let due = |when| matches!(when, When::Count(wanted) if count >= wanted);
                let taken = book.take(Kind::Stall, &done, due);
                done.extend(taken.map(|(id, _)| id));
                taken.is_some()
            });
            assert_eq!(happened, [false, whose < 2, false]);
        }
        assert!(book.add(vec![fault("stall"); MOST_FAULTS]).is_err());
        book.clear();
        assert!(book.texts().is_empty());
    }
}
