//! Plain text for people: `[00:01:05] Ana: What was said`. Further lines of one text are set in, so that none of them can be
//! taken for somebody else's words.

use super::{
    captions::{Caption, Style},
    timeline::hours_minutes_seconds,
};
use crate::domain::{identity::RoomId, time::Timestamp};

/// Writes plain text.
pub(super) struct Text {
    room: RoomId,
}

impl Text {
    pub(super) fn new(room: &RoomId) -> Self {
        Self { room: room.clone() }
    }
}

impl Style for Text {
    fn begin(&self, out: &mut String) {
        out.push_str("Room ");
        out.push_str(self.room.as_str());
        out.push('\n');
    }

    fn begin_times(&self, origin: Timestamp, out: &mut String) {
        out.push_str(&format!("Times count from {origin}\n\n"));
    }

    fn caption(&self, caption: &Caption<'_>, out: &mut String) {
        out.push_str(&format!(
            "[{}] ",
            hours_minutes_seconds(caption.start / 1_000)
        ));
        if !caption.speaker.is_empty() {
            out.push_str(caption.speaker);
            out.push_str(": ");
        }
        out.push_str(&caption.lines.join("\n    "));
        out.push('\n');
    }
}
