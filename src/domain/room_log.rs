//! A room's numbered log: the finals and the comings and goings, and the only source for recovery.

use std::collections::{BTreeMap, VecDeque};

use bytestring::ByteString;
use serde::Deserialize;

use super::{
    audience::Roster, identity::SessionId, language::Language, participant::Participant,
    time::Timestamp,
};

/// What an entry is, which decides whom it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// What somebody said, for everybody in the room.
    Transcription,
    /// A translation of it, for those who read the language.
    Translation,
    /// Somebody came, or is there differently; for everybody.
    Present,
    /// Somebody left; for everybody.
    Left,
}

impl EntryKind {
    /// Its stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Transcription => "transcription",
            Self::Translation => "translation",
            Self::Present => "present",
            Self::Left => "left",
        }
    }

    /// The kind of this stored name.
    pub fn named(name: &str) -> Option<Self> {
        [
            Self::Transcription,
            Self::Translation,
            Self::Present,
            Self::Left,
        ]
        .into_iter()
        .find(|kind| kind.name() == name)
    }
}

/// What is to be logged, before it has a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What it is.
    pub kind: EntryKind,
    /// Who spoke, came or left.
    pub speaker: SessionId,
    /// What it is written in; nothing for comings and goings.
    pub language: Option<Language>,
    /// When it was said or happened.
    pub at: Timestamp,
}

impl Subject {
    /// Whether `member` of `roster` is meant.
    pub fn is_for(&self, roster: &Roster, member: &SessionId) -> bool {
        match (self.kind, &self.language) {
            (EntryKind::Translation, Some(language)) => {
                roster.reads(member, &self.speaker, language)
            }
            _ => true,
        }
    }
}

/// One numbered message, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Its number in the room, from 1.
    pub seq: u64,
    /// What it is about, and so whom it is for.
    pub subject: Subject,
    /// The frame as it goes to every socket: one JSON object.
    pub frame: ByteString,
}

impl LogEntry {
    /// The frame of an entry that the store had not taken when it was sent.
    pub fn undurable_frame(&self) -> ByteString {
        let open = self.frame.strip_suffix('}').unwrap_or(&self.frame);
        format!("{open},\"durable\":false}}").into()
    }

    /// Who is there after this, if it is somebody's coming.
    fn participant(&self) -> Option<Participant> {
        #[derive(Deserialize)]
        struct Presence {
            participant: Participant,
        }
        let presence: Presence = serde_json::from_str(&self.frame).ok()?;
        Some(presence.participant)
    }
}

/// The numbered messages of a room, the newest `limit` of them.
///
/// It outlives the room's actor, so that one which crashed while sending can be replaced by one that knows what was
/// already given a number. A number is given and its entry kept in one step that cannot be interrupted.
#[derive(Debug)]
pub struct RoomLog {
    entries: VecDeque<LogEntry>,
    /// The number up to which entries are known not to be held here any more.
    forgotten: u64,
    head: u64,
    published: u64,
    limit: usize,
    /// Who is there, with the number of their coming.
    present: BTreeMap<SessionId, (u64, Participant)>,
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
            forgotten: 0,
            head: 0,
            published: 0,
            limit: limit.max(1),
            present: BTreeMap::new(),
        }
    }

    /// A log that goes on from what was stored: its newest entries in order, the highest number that may have been
    /// given, and the comings and goings since somebody was last known to be there. All of it counts as published.
    pub fn restored(
        limit: usize,
        newest: Vec<LogEntry>,
        head: u64,
        presences: &[LogEntry],
    ) -> Self {
        let mut log = Self::new(limit);
        // A full page of entries may be cut off at its beginning; one that is not full is all there is.
        if newest.len() >= log.limit {
            log.forgotten = newest.first().map_or(0, |entry| entry.seq - 1);
        }
        log.head = newest.last().map_or(head, |entry| head.max(entry.seq));
        log.published = log.head;
        log.entries = newest.into();
        for entry in presences {
            log.note_presence(entry);
        }
        log
    }

    /// A log of which nothing before `head` could be read.
    pub fn unreadable(limit: usize, head: u64) -> Self {
        let mut log = Self::new(limit);
        log.head = head;
        log.published = head;
        log.forgotten = head;
        log
    }

    /// The highest number given so far; 0 before the first.
    pub fn head(&self) -> u64 {
        self.head
    }

    /// The highest number that was given to the sockets.
    pub fn published(&self) -> u64 {
        self.published
    }

    /// Who came and has not left, as the log has it, with the number of their coming.
    pub fn present(&self) -> &BTreeMap<SessionId, (u64, Participant)> {
        &self.present
    }

    /// The number of the coming of one who is there.
    pub fn came_at(&self, session: &SessionId) -> Option<u64> {
        self.present.get(session).map(|(came_at, _)| *came_at)
    }

    /// Numbers up to this one are not given any more: they may have been used elsewhere, by entries not held here.
    pub fn skip_to(&mut self, head: u64) {
        if head > self.head {
            self.forgotten = head;
            self.head = head;
        }
    }

    /// Gives the next number to a message, which `encode` writes, and keeps it.
    pub fn append(&mut self, subject: Subject, encode: impl FnOnce(u64) -> ByteString) -> LogEntry {
        let seq = self.head + 1;
        let entry = LogEntry {
            seq,
            subject,
            frame: encode(seq),
        };
        if self.entries.len() == self.limit
            && let Some(oldest) = self.entries.pop_front()
        {
            self.forgotten = oldest.seq;
        }
        self.note_presence(&entry);
        self.entries.push_back(entry.clone());
        self.head = seq;
        entry
    }

    fn note_presence(&mut self, entry: &LogEntry) {
        match entry.subject.kind {
            EntryKind::Present => {
                if let Some(participant) = entry.participant() {
                    let id = entry.subject.speaker.clone();
                    let came_at = self.came_at(&id).unwrap_or(entry.seq);
                    self.present.insert(id, (came_at, participant));
                }
            }
            EntryKind::Left => {
                self.present.remove(&entry.subject.speaker);
            }
            EntryKind::Transcription | EntryKind::Translation => {}
        }
    }

    /// Notes that everything up to `seq` has been given to the sockets.
    pub fn mark_published(&mut self, seq: u64) {
        self.published = self.published.max(seq);
    }

    /// Entries that have a number but were not given to the sockets: they wait for the store, or a crash came between.
    pub fn unpublished(&self) -> Vec<LogEntry> {
        let waiting = |entry: &&LogEntry| entry.seq > self.published;
        self.entries.iter().filter(waiting).cloned().collect()
    }

    /// What `member` missed after number `seq`, of what has been published.
    pub fn missed_by(&self, roster: &Roster, member: &SessionId, seq: u64) -> Missed {
        let missed = |entry: &&LogEntry| {
            entry.seq > seq && entry.seq <= self.published && entry.subject.is_for(roster, member)
        };
        Missed {
            entries: self.entries.iter().filter(missed).cloned().collect(),
            gap: seq < self.forgotten || seq > self.head,
        }
    }

    /// Takes out what a session said and all that names it.
    pub fn erase(&mut self, session: &SessionId) {
        self.entries
            .retain(|entry| entry.subject.speaker != *session);
        self.present.remove(session);
    }

    /// Takes out everything; the numbering goes on.
    pub fn erase_all(&mut self) {
        self.entries.clear();
        self.forgotten = self.head;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(by: &str) -> Subject {
        Subject {
            kind: EntryKind::Transcription,
            speaker: by.parse().unwrap(),
            language: None,
            at: time::OffsetDateTime::UNIX_EPOCH.into(),
        }
    }

    fn append(log: &mut RoomLog) -> u64 {
        let entry = log.append(said("ana"), |seq| format!("{{\"seq\":{seq}}}").into());
        log.mark_published(entry.seq);
        entry.seq
    }

    fn came(log: &mut RoomLog, who: &str) -> LogEntry {
        let kind = EntryKind::Present;
        let subject = Subject { kind, ..said(who) };
        log.append(subject, |seq| {
            format!(
                r#"{{"seq":{seq},"participant":{{"session_id":"{who}","name":"x","kind":"person","speaks":"auto","hears":["es"]}}}}"#
            )
            .into()
        })
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
            log.append(said("ana"), |_| panic!("encoder"))
        }));
        assert!(torn.is_err());
        assert_eq!(log.head(), 1);
        log.append(said("ana"), |seq| seq.to_string().into());
        assert_eq!(log.unpublished().len(), 1);
    }

    #[test]
    fn what_waits_for_the_store_is_not_replayed() {
        let mut log = RoomLog::new(8);
        append(&mut log);
        log.append(said("ana"), |seq| seq.to_string().into());
        let missed = log.missed_by(&Roster::default(), &"b".parse().unwrap(), 0);
        assert_eq!(missed.entries.len(), 1);
    }

    #[test]
    fn a_restored_log_goes_on_where_numbers_were_reserved() {
        let mut former = RoomLog::new(8);
        let ana = came(&mut former, "ana");
        let berta = came(&mut former, "berta");
        let stored = vec![ana, berta];
        let mut log = RoomLog::restored(8, stored.clone(), 1_000, &stored);
        assert_eq!(log.present().len(), 2);
        assert_eq!(append(&mut log), 1_001);
        let missed = log.missed_by(&Roster::default(), &"b".parse().unwrap(), 1);
        assert!(!missed.gap, "numbers that were never given are no gap");
        assert_eq!(missed.entries.len(), 2);

        let left = EntryKind::Left;
        let subject = Subject {
            kind: left,
            ..said("ana")
        };
        log.append(subject, |seq| format!("{{\"seq\":{seq}}}").into());
        assert_eq!(log.present().len(), 1);

        let full = RoomLog::restored(2, stored.clone(), 1_000, &stored);
        assert!(
            !full
                .missed_by(&Roster::default(), &"b".parse().unwrap(), 0)
                .gap
        );
        let cut = RoomLog::restored(1, stored[1..].to_vec(), 1_000, &stored);
        assert!(
            cut.missed_by(&Roster::default(), &"b".parse().unwrap(), 0)
                .gap
        );
    }

    #[test]
    fn an_entry_the_store_did_not_take_says_so() {
        let mut log = RoomLog::new(2);
        let entry = log.append(said("ana"), |_| r#"{"type":"x"}"#.into());
        assert_eq!(entry.undurable_frame(), r#"{"type":"x","durable":false}"#);
    }

    #[test]
    fn what_is_erased_is_gone() {
        let mut log = RoomLog::new(8);
        came(&mut log, "ana");
        came(&mut log, "berta");
        append(&mut log);
        log.mark_published(3);
        log.erase(&"ana".parse().unwrap());
        let missed = log.missed_by(&Roster::default(), &"b".parse().unwrap(), 0);
        assert_eq!(missed.entries.len(), 1);
        assert_eq!(log.present().len(), 1);
    }
}
