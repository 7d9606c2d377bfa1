//! A transcript as captions with times, whatever they are written as.

use std::collections::VecDeque;

use serde::Deserialize;

use super::{
    Reading, lines,
    timeline::{Cue, Timeline, Utterance},
};
use crate::domain::{
    room_log::{EntryKind, LogEntry},
    time::Timestamp,
};

/// Utterances that are remembered as written: translations of one into two variants of a language stand close together.
const REMEMBERED: usize = 256;

/// A caption, as it is to be written.
pub(super) struct Caption<'a> {
    /// Counts the captions of the document, from 1.
    pub number: u64,
    /// Its number in the room.
    pub seq: u64,
    /// In milliseconds.
    pub start: u64,
    /// In milliseconds, after `start`.
    pub end: u64,
    /// Without line ends; may be empty.
    pub speaker: &'a str,
    /// At least one, none of them empty.
    pub lines: &'a [String],
}

/// A way to write captions.
pub(super) trait Style: Send {
    /// What stands before anything else.
    fn begin(&self, _: &mut String) {}

    /// What stands before the first caption: when the times begin.
    fn begin_times(&self, _: Timestamp, _: &mut String) {}

    /// One caption.
    fn caption(&self, caption: &Caption<'_>, out: &mut String);

    /// Something that readers pass over.
    fn keep_alive(&self, _: &mut String) {}
}

/// A document of captions.
pub(super) struct Captions {
    reading: Reading,
    style: Box<dyn Style>,
    timeline: Timeline,
    number: u64,
    /// What was written last, by speaker, utterance and beginning: a client may use its own word for an utterance twice.
    written: VecDeque<(String, String, Timestamp)>,
}

impl Captions {
    pub(super) fn new(reading: Reading, style: impl Style + 'static) -> Self {
        Self {
            reading,
            style: Box::new(style),
            timeline: Timeline::new(),
            number: 0,
            written: VecDeque::new(),
        }
    }

    pub(super) fn begin(&self, out: &mut String) {
        self.style.begin(out);
    }

    pub(super) fn add(&mut self, entry: &LogEntry, out: &mut String) {
        let wanted = self.reading.takes(entry);
        if let Some(utterance) = utterance(entry, wanted)
            && let Some(cue) = self.timeline.push(utterance)
        {
            self.write(&cue, out);
        }
    }

    pub(super) fn go_live(&mut self, out: &mut String) {
        self.timeline.go_live();
        while let Some(cue) = self.timeline.pop() {
            self.write(&cue, out);
        }
    }

    pub(super) fn keep_alive(&self, out: &mut String) {
        self.style.keep_alive(out);
    }

    fn write(&mut self, cue: &Cue, out: &mut String) {
        let Utterance {
            id, session, text, ..
        } = &cue.utterance;
        let key = (session.clone(), id.clone(), cue.utterance.started_at);
        if !cue.utterance.wanted || self.written.contains(&key) {
            return;
        }
        let lines: Vec<String> = lines::lines(text).collect();
        if lines.is_empty() {
            return;
        }
        if self.written.len() == REMEMBERED {
            self.written.pop_front();
        }
        self.written.push_back(key);
        if self.number == 0
            && let Some(origin) = self.timeline.origin()
        {
            self.style.begin_times(origin, out);
        }
        self.number += 1;
        let caption = Caption {
            number: self.number,
            seq: cue.utterance.seq,
            start: cue.start,
            end: cue.end,
            speaker: &lines::name(&cue.utterance.speaker),
            lines: &lines,
        };
        self.style.caption(&caption, out);
    }
}

/// What an entry says; nothing for comings and goings, nor for a frame that is no caption.
fn utterance(entry: &LogEntry, wanted: bool) -> Option<Utterance> {
    #[derive(Deserialize)]
    struct Frame {
        utterance_id: String,
        speaker: Speaker,
        text: String,
        started_at: Timestamp,
        ended_at: Option<Timestamp>,
    }
    #[derive(Deserialize)]
    struct Speaker {
        #[serde(default)]
        name: String,
    }
    if !matches!(
        entry.subject.kind,
        EntryKind::Transcription | EntryKind::Translation
    ) {
        return None;
    }
    let frame: Frame = serde_json::from_str(&entry.frame).ok()?;
    Some(Utterance {
        seq: entry.seq,
        id: frame.utterance_id,
        session: entry.subject.speaker.to_string(),
        speaker: frame.speaker.name,
        text: frame.text,
        started_at: frame.started_at,
        ended_at: frame.ended_at,
        wanted,
    })
}
