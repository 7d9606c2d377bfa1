//! Sessions, entries and writes to put into a store.

use interpres::{
    domain::{
        identity::{RoomId, SessionId},
        room_log::{EntryKind, LogEntry, Subject},
        session_config::SessionConfig,
        time::Timestamp,
    },
    store::record::{Lease, NodeId, Outcome, SessionRecord, Write},
};
use serde_json::json;

use super::place::Opened;

/// A moment in 2026.
pub fn at(millis: u64) -> Timestamp {
    Timestamp::from_unix_millis(1_790_000_000_000 + millis)
}

pub fn room_id(name: &str) -> RoomId {
    name.parse().unwrap()
}

pub fn session_id(name: &str) -> SessionId {
    name.parse().unwrap()
}

/// A session with something in each field that may be empty.
pub fn session(name: &str) -> SessionRecord {
    SessionRecord {
        id: session_id(name),
        owner: Some("Ánà ✓".into()),
        config: SessionConfig {
            name: "Ana \u{1F469}\u{200D}\u{1F4BB}".into(),
            hears: vec!["es".parse().unwrap(), "pt-BR".parse().unwrap()],
            glossary: Some(json!({"a": [1, null, "\u{0}"]})),
            ..SessionConfig::default()
        },
        data: Some(json!({"kept": "\u{0}\u{FFFF}\"'\\", "n": 1.5})),
        private_room: room_id(&format!("room-of-{name}")),
        cursor: 7,
        entered_at: Some(3),
        created_at: at(1),
        active_at: at(2),
        holder: None,
        fence: 0,
    }
}

pub fn create(session: SessionRecord) -> Write {
    Write::CreateSession(Box::new(session))
}

pub fn entry(seq: u64, kind: EntryKind, speaker: &str, frame: &str) -> LogEntry {
    LogEntry {
        seq,
        subject: Subject {
            kind,
            speaker: session_id(speaker),
            language: (kind == EntryKind::Translation).then(|| "pt-BR".parse().unwrap()),
            at: at(seq),
        },
        frame: frame.into(),
    }
}

pub fn said(seq: u64, speaker: &str) -> LogEntry {
    let frame = format!(r#"{{"seq":{seq},"text":"said by {speaker}"}}"#);
    entry(seq, EntryKind::Transcription, speaker, &frame)
}

pub fn append(room: &str, fence: u64, entry: LogEntry) -> Write {
    Write::Append {
        room: room_id(room),
        fence,
        entry,
    }
}

pub fn acquire(room: &str, node: &NodeId) -> Write {
    Write::AcquireRoom {
        room: room_id(room),
        node: node.clone(),
        name: None,
        private: false,
        budget: None,
        at: at(0),
    }
}

pub fn release(room: &str, fence: u64, head: u64, over: bool) -> Write {
    Write::ReleaseRoom {
        room: room_id(room),
        fence,
        head,
        over,
        at: at(1_000),
    }
}

impl Opened {
    /// Takes a room's lease, which must be free.
    pub async fn lease(&self, room: &str) -> Lease {
        match self.write(acquire(room, &self.node)).await {
            Outcome::Leased(lease) => lease,
            other => panic!("no lease: {other:?}"),
        }
    }
}
