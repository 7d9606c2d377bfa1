//! What was said in a room, as a document: WebVTT, SubRip, plain text, or the messages themselves as JSON.
//!
//! A [`Transcript`] takes the entries of a room's log one at a time, in their order, and writes what follows from each, so
//! that neither the log nor the document is ever held whole. It does no I/O and knows no clock.

mod captions;
mod lines;
mod messages;
mod srt;
mod text;
mod timeline;
mod vtt;

#[cfg(test)]
mod tests;

use std::str::FromStr;

use self::{captions::Captions, messages::Messages};
use super::{
    identity::RoomId,
    language::Language,
    room_log::{EntryKind, LogEntry},
};

/// What a transcript is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, utoipa::ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum Format {
    /// The room's messages, as API.md section 1 has them.
    Json,
    /// WebVTT (W3C): what browsers take.
    Vtt,
    /// SubRip: what players and editors take.
    Srt,
    /// Lines for people: time, name, words.
    #[schema(rename = "txt")]
    Text,
}

/// A name that is no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a format of transcripts; use json, vtt, srt or txt")]
pub struct FormatError(pub String);

impl Format {
    /// Its name, which is also the ending of its files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Vtt => "vtt",
            Self::Srt => "srt",
            Self::Text => "txt",
        }
    }

    /// Its media type. A JSON document cannot grow and stay one, so what is followed is a line for each message.
    pub fn media_type(self, followed: bool) -> &'static str {
        match (self, followed) {
            (Self::Json, false) => "application/json",
            (Self::Json, true) => "application/x-ndjson",
            (Self::Vtt, _) => "text/vtt; charset=utf-8",
            (Self::Srt, _) => "application/x-subrip; charset=utf-8",
            (Self::Text, _) => "text/plain; charset=utf-8",
        }
    }
}

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        [Self::Json, Self::Vtt, Self::Srt, Self::Text]
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| FormatError(name.chars().take(40).collect()))
    }
}

/// Whose reading it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Everything in the language it was said in; in JSON also translations, and who came and went.
    Original,
    /// That of one who reads this language: what was said in it, and the translations of all else.
    In(Language),
}

impl Reading {
    /// Whether an entry belongs to the words of this reading.
    fn takes(&self, entry: &LogEntry) -> bool {
        match (self, entry.subject.kind, &entry.subject.language) {
            (Self::Original, kind, _) => kind == EntryKind::Transcription,
            (
                Self::In(wanted),
                EntryKind::Transcription | EntryKind::Translation,
                Some(language),
            ) => language.same_speech(wanted),
            (Self::In(_), _, _) => false,
        }
    }
}

/// A transcript that is being written: [`Self::begin`], [`Self::add`] for each entry, [`Self::end`].
pub struct Transcript(Document);

enum Document {
    Messages(Messages),
    Captions(Captions),
}

impl Transcript {
    /// A transcript of this room. One that is `followed` is written line by line in JSON.
    pub fn new(room: &RoomId, format: Format, reading: Reading, followed: bool) -> Self {
        Self(match format {
            Format::Json => Document::Messages(Messages::new(room, reading, followed)),
            Format::Vtt => Document::Captions(Captions::new(reading, vtt::Vtt::new(room))),
            Format::Srt => Document::Captions(Captions::new(reading, srt::Srt)),
            Format::Text => Document::Captions(Captions::new(reading, text::Text::new(room))),
        })
    }

    /// Writes what stands before the first entry.
    pub fn begin(&mut self, out: &mut String) {
        match &mut self.0 {
            Document::Messages(messages) => messages.begin(out),
            Document::Captions(captions) => captions.begin(out),
        }
    }

    /// Takes the next entry of the log, and writes whatever has its turn by it: captions are put in the order in which
    /// they began, so one may wait for some that come after it.
    pub fn add(&mut self, entry: &LogEntry, out: &mut String) {
        match &mut self.0 {
            Document::Messages(messages) => messages.add(entry, out),
            Document::Captions(captions) => captions.add(entry, out),
        }
    }

    /// From here on entries come as they are said: what waits is written, and nothing waits any more.
    pub fn go_live(&mut self, out: &mut String) {
        if let Document::Captions(captions) = &mut self.0 {
            captions.go_live(out);
        }
    }

    /// Writes something that readers pass over, where the format has such a thing.
    pub fn keep_alive(&self, out: &mut String) {
        match &self.0 {
            Document::Messages(messages) => messages.keep_alive(out),
            Document::Captions(captions) => captions.keep_alive(out),
        }
    }

    /// Writes what is left and what stands at the end.
    pub fn end(&mut self, out: &mut String) {
        match &mut self.0 {
            Document::Messages(messages) => messages.end(out),
            Document::Captions(captions) => captions.go_live(out),
        }
    }
}
