//! WebVTT, as <https://www.w3.org/TR/webvtt1/> section 4 has it: a cue ends with an empty line, `&`, `<` and `>` are
//! written as character references, and the speaker stands in a voice span.

use super::{
    captions::{Caption, Style},
    timeline::clock,
};
use crate::domain::{identity::RoomId, time::Timestamp};

/// Writes WebVTT.
pub(super) struct Vtt {
    room: RoomId,
}

impl Vtt {
    pub(super) fn new(room: &RoomId) -> Self {
        Self { room: room.clone() }
    }
}

impl Style for Vtt {
    fn begin(&self, out: &mut String) {
        out.push_str("WEBVTT\n\nNOTE Room ");
        out.push_str(self.room.as_str());
        out.push_str("\n\n");
    }

    fn begin_times(&self, origin: Timestamp, out: &mut String) {
        out.push_str(&format!("NOTE Times count from {origin}\n\n"));
    }

    fn caption(&self, caption: &Caption<'_>, out: &mut String) {
        out.push_str(&format!(
            "{}\n{} --> {}\n",
            caption.seq,
            clock(caption.start, '.'),
            clock(caption.end, '.')
        ));
        if !caption.speaker.is_empty() {
            out.push_str("<v ");
            escape(caption.speaker, out);
            out.push('>');
        }
        for line in caption.lines {
            escape(line, out);
            out.push('\n');
        }
        out.push('\n');
    }

    fn keep_alive(&self, out: &mut String) {
        out.push_str("NOTE\n\n");
    }
}

/// With no `>` left, a text cannot hold the arrow of a timing line either.
fn escape(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            other => out.push(other),
        }
    }
}
