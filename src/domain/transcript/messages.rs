//! A transcript as JSON: the room's messages as they were sent, in the order of their numbers. One document, or a line
//! for each (NDJSON) where it is followed.

use super::Reading;
use crate::domain::{identity::RoomId, room_log::LogEntry};

/// A document of messages.
pub(super) struct Messages {
    room: RoomId,
    reading: Reading,
    followed: bool,
    any: bool,
}

impl Messages {
    pub(super) fn new(room: &RoomId, reading: Reading, followed: bool) -> Self {
        Self {
            room: room.clone(),
            reading,
            followed,
            any: false,
        }
    }

    /// An id needs no escaping: it has only letters, digits, `.`, `_` and `-`.
    pub(super) fn begin(&mut self, out: &mut String) {
        if !self.followed {
            out.push_str("{\"room_id\":\"");
            out.push_str(self.room.as_str());
            out.push_str("\",\"entries\":[");
        }
    }

    /// An entry's frame is one JSON object on one line, as it was sent.
    pub(super) fn add(&mut self, entry: &LogEntry, out: &mut String) {
        let takes = self.reading == Reading::Original || self.reading.takes(entry);
        if !takes {
            return;
        }
        if !self.followed {
            out.push_str(if self.any { ",\n" } else { "\n" });
        }
        out.push_str(&entry.frame);
        if self.followed {
            out.push('\n');
        }
        self.any = true;
    }

    /// A message of its own kind, because not every reader of lines passes over an empty one.
    pub(super) fn keep_alive(&self, out: &mut String) {
        if self.followed {
            out.push_str("{\"type\":\"keep_alive\"}\n");
        }
    }

    pub(super) fn end(&mut self, out: &mut String) {
        if !self.followed {
            out.push_str("\n]}\n");
        }
    }
}
