//! A room's numbered log: the finals and the comings and goings, and the only source for recovery.

use std::collections::VecDeque;

use bytestring::ByteString;

use super::{audience::Roster, identity::SessionId, language::Language};

/// Who an entry is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Everybody in the room.
    Everyone,
    /// Those who read the translation of this speaker into this language.
    Readers {
        /// Who spoke.
        speaker: SessionId,
        /// The language translated into.
        language: Language,
    },
}

impl Audience {
    /// Whether `member` of `roster` is meant.
    pub fn includes(&self, roster: &Roster, member: &SessionId) -> bool {
        match self {
            Self::Everyone => true,
            Self::Readers { speaker, language } => roster.reads(member, speaker, language),
        }
    }
}

/// One numbered message, ready to be sent.
#[derive(Debug, Clone)]
pub struct LogEntry {
    /// Its number in the room, from 1.
    pub seq: u64,
    /// Who it is for.
    pub audience: Audience,
    /// The frame as it goes to every socket.
    pub frame: ByteString,
}

/// The numbered messages of a room, the newest `limit` of them.
///
/// It outlives the room's actor, so that one which crashed while sending can be replaced by one that knows what was
/// already given a number. A number is given and its entry stored in one step that cannot be interrupted.
#[derive(Debug)]
pub struct RoomLog {
    entries: VecDeque<LogEntry>,
    head: u64,
    published: u64,
    limit: usize,
}

/// What somebody missed.
#[derive(Debug)]
pub struct Missed {
    /// The entries for them, in order.
    pub entries: Vec<LogEntry>,
    /// Whether the log no longer reaches back that far.
    pub gap: bool,
}

impl RoomLog {
    /// An empty log that keeps the newest `limit` entries.
    pub fn new(limit: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            head: 0,
            published: 0,
            limit: limit.max(1),
        }
    }

    /// The highest number given so far; 0 before the first.
    pub fn head(&self) -> u64 {
        self.head
    }

    /// Gives the next number to a message, which `encode` writes, and keeps it.
    pub fn append(
        &mut self,
        audience: Audience,
        encode: impl FnOnce(u64) -> ByteString,
    ) -> LogEntry {
        let seq = self.head + 1;
        let entry = LogEntry {
            seq,
            audience,
            frame: encode(seq),
        };
        if self.entries.len() == self.limit {
            self.entries.pop_front();
        }
        self.entries.push_back(entry.clone());
        self.head = seq;
        entry
    }

    /// Notes that everything up to `seq` has been given to the sockets.
    pub fn mark_published(&mut self, seq: u64) {
        self.published = self.published.max(seq);
    }

    /// Entries that have a number but were not given to the sockets: a crash came between.
    pub fn unpublished(&self) -> Vec<LogEntry> {
        self.entries
            .iter()
            .filter(|entry| entry.seq > self.published)
            .cloned()
            .collect()
    }

    /// What `member` missed after number `seq`.
    pub fn missed_by(&self, roster: &Roster, member: &SessionId, seq: u64) -> Missed {
        let oldest = self
            .entries
            .front()
            .map_or(self.head + 1, |entry| entry.seq);
        Missed {
            entries: self
                .entries
                .iter()
                .filter(|entry| entry.seq > seq && entry.audience.includes(roster, member))
                .cloned()
                .collect(),
            gap: seq + 1 < oldest || seq > self.head,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn append(log: &mut RoomLog) -> u64 {
        log.append(Audience::Everyone, |seq| seq.to_string().into())
            .seq
    }

    #[test]
    fn numbers_rise_by_one_and_old_entries_leave_a_gap() {
        let mut log = RoomLog::new(2);
        assert_eq!(
            [append(&mut log), append(&mut log), append(&mut log)],
            [1, 2, 3]
        );
        let anyone: SessionId = "a".parse().unwrap();
        let roster = Roster::default();
        let missed = log.missed_by(&roster, &anyone, 1);
        assert!(!missed.gap);
        assert_eq!(
            missed.entries.iter().map(|e| e.seq).collect::<Vec<_>>(),
            [2, 3]
        );
        assert!(log.missed_by(&roster, &anyone, 0).gap);
        assert!(
            log.missed_by(&roster, &anyone, 9).gap,
            "a number from another life of the room"
        );
        assert!(!log.missed_by(&roster, &anyone, 3).gap);
    }

    #[test]
    fn a_panic_while_encoding_takes_no_number() {
        let mut log = RoomLog::new(8);
        append(&mut log);
        let torn = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            log.append(Audience::Everyone, |_| panic!("encoder"))
        }));
        assert!(torn.is_err());
        assert_eq!(log.head(), 1);
        assert_eq!(append(&mut log), 2);
        log.mark_published(1);
        assert_eq!(log.unpublished().len(), 1);
    }
}
