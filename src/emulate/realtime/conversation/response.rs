//! One response of the model: what it waits for, what waits to be sent, and how events show it.

use std::collections::VecDeque;

use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::{configuration::Format, history::Item};
use crate::audio::{pcm::to_bytes, resample::Resampler};
use crate::emulate::realtime::{
    g711, instructions::Direction, interpreter::Piece, invoice::Tokens, session::new_id,
    words::pieces,
};

/// Letters that make a token, roughly, in languages that are written with letters.
const LETTERS_PER_TOKEN: usize = 4;

/// Tokens of a second of audio that comes in, and that goes out (reference, section 4.2).
const TOKENS_IN_PER_SECOND: f64 = 10.0;
const TOKENS_OUT_PER_SECOND: f64 = 20.0;

/// Where a response's words come from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// An item of the conversation, by its id.
    Item(String),
    /// A text that came with the response.
    Text(String),
}

/// How a response ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// All was said.
    Completed,
    /// It was broken off, for this reason.
    Cancelled(&'static str),
    /// It failed: type, code, message.
    Failed(&'static str, Option<&'static str>, String),
}

/// A response.
pub struct Response {
    /// Its id.
    pub id: String,
    /// What it says.
    pub item: Item,
    /// The id of the conversation it belongs to; none if it is out of band.
    pub conversation: Option<String>,
    /// Whether it speaks or writes.
    pub speaks: bool,
    /// How its audio is written.
    pub format: Format,
    /// From which language into which.
    pub direction: Direction,
    /// What is to be interpreted.
    pub origins: Vec<Origin>,
    /// The interpretation, once the words are known.
    pub told: Option<mpsc::Receiver<Piece>>,
    /// Whether the interpreter has said all.
    pub is_told: bool,
    /// Whether its item has been announced.
    pub is_announced: bool,
    /// What has been sent of its text.
    pub text: String,
    /// How much of its speech has been sent, in bytes.
    spoken_bytes: usize,
    /// Tokens that went in.
    pub tokens_in: Tokens,
    texts: VecDeque<String>,
    audio: VecDeque<u8>,
    resampler: Option<Resampler>,
    fields: Map<String, Value>,
}

impl Response {
    /// A response that begins.
    pub fn new(
        conversation: Option<String>,
        (speaks, format, fields): (bool, Format, Map<String, Value>),
        direction: Direction,
        origins: Vec<Origin>,
        tokens_in: Tokens,
    ) -> Self {
        Self {
            id: new_id("resp"),
            item: Item::answer(new_id("item")),
            conversation,
            speaks,
            format,
            direction,
            origins,
            told: None,
            is_told: false,
            is_announced: false,
            text: String::new(),
            spoken_bytes: 0,
            tokens_in,
            texts: VecDeque::new(),
            audio: VecDeque::new(),
            // Equal rates need none; 8 and 24 kHz are known rates.
            resampler: (format != Format::Pcm)
                .then(|| Resampler::new(crate::emulate::realtime::WIRE_RATE, g711::RATE).ok())
                .flatten(),
            fields,
        }
    }

    /// Takes what the interpreter has told by now. Returns why it failed, if it did.
    pub fn gather(&mut self) -> Option<String> {
        while let Some(told) = &mut self.told {
            match told.try_recv() {
                Ok(Piece::Text(text)) => self.texts.extend(pieces(&text, false)),
                Ok(Piece::Audio(samples)) => self.add_audio(&samples),
                Ok(Piece::Failed(error)) => return Some(error.to_string()),
                Err(mpsc::error::TryRecvError::Empty) => break,
                Err(mpsc::error::TryRecvError::Disconnected) => {
                    self.told = None;
                    self.is_told = true;
                }
            }
        }
        None
    }

    fn add_audio(&mut self, samples: &[i16]) {
        let mut narrow = Vec::new();
        let samples = match &mut self.resampler {
            Some(resampler) => {
                resampler.push(samples, &mut narrow);
                &narrow
            }
            None => samples,
        };
        match self.format {
            Format::Pcm => self.audio.extend(to_bytes(samples)),
            Format::MuLaw => self
                .audio
                .extend(samples.iter().map(|sample| g711::mu_encode(*sample))),
            Format::ALaw => self
                .audio
                .extend(samples.iter().map(|sample| g711::a_encode(*sample))),
        }
    }

    /// Whether there is something to announce or to send.
    pub fn has_something(&self) -> bool {
        self.is_told || !self.texts.is_empty()
    }

    /// Whether all has been sent.
    pub fn is_done(&self) -> bool {
        self.is_told && self.texts.is_empty() && self.audio.is_empty()
    }

    /// The next piece of text.
    pub fn next_text(&mut self) -> Option<String> {
        let text = self.texts.pop_front()?;
        self.text += &text;
        Some(text)
    }

    /// The next piece of speech, at most this long; whole samples.
    pub fn next_audio(&mut self, seconds: f64) -> Option<Vec<u8>> {
        let wanted = (f64::from(self.format.bytes_per_second()) * seconds) as usize;
        let wanted = (wanted.max(2) & !1).min(self.audio.len());
        if wanted == 0 {
            return None;
        }
        self.spoken_bytes += wanted;
        Some(self.audio.drain(..wanted).collect())
    }

    /// How much of its speech has been sent, in seconds.
    pub fn spoken_seconds(&self) -> f64 {
        self.spoken_bytes as f64 / f64::from(self.format.bytes_per_second())
    }

    /// An event about its one part, with the ids that such events have.
    pub fn event(&self, kind: &str) -> Value {
        json!({
            "type": kind,
            "response_id": self.id,
            "item_id": self.item.id,
            "output_index": 0,
            "content_index": 0,
        })
    }

    /// Its part, with what has been sent.
    pub fn part(&self) -> Value {
        if self.speaks {
            json!({"type": "audio", "transcript": self.text})
        } else {
            json!({"type": "text", "text": self.text})
        }
    }

    /// What it used. What was never begun used nothing.
    pub fn tokens(&self) -> Tokens {
        if !self.is_announced {
            return Tokens::default();
        }
        Tokens {
            text_out: text_tokens(self.text.chars().count()),
            audio_out: (self.spoken_seconds() * TOKENS_OUT_PER_SECOND).ceil() as u64,
            ..self.tokens_in
        }
    }

    /// The response object: as it begins, or as it ended.
    pub fn shown(&self, ending: Option<&Ending>) -> Value {
        let (status, details) = match ending {
            None => ("in_progress", Value::Null),
            Some(Ending::Completed) => ("completed", Value::Null),
            Some(Ending::Cancelled(reason)) => {
                ("cancelled", json!({"type": "cancelled", "reason": reason}))
            }
            Some(Ending::Failed(kind, code, message)) => (
                "failed",
                json!({"type": "failed", "error": {"type": kind, "code": code, "message": message}}),
            ),
        };
        let output = match ending {
            Some(_) if self.is_announced => json!([self.item.shown()]),
            _ => json!([]),
        };
        let mut shown = json!({
            "object": "realtime.response",
            "id": self.id,
            "status": status,
            "status_details": details,
            "output": output,
            "conversation_id": self.conversation,
            "usage": ending.map(|_| usage(&self.tokens())),
        });
        for (name, value) in &self.fields {
            shown[name] = value.clone();
        }
        shown
    }
}

/// Tokens of so many letters.
pub fn text_tokens(letters: usize) -> u64 {
    letters.div_ceil(LETTERS_PER_TOKEN) as u64
}

/// Tokens of so many seconds that came in.
pub fn audio_tokens(seconds: f64) -> u64 {
    (seconds * TOKENS_IN_PER_SECOND).ceil() as u64
}

fn usage(tokens: &Tokens) -> Value {
    let (input, output) = (
        tokens.text_in + tokens.audio_in,
        tokens.text_out + tokens.audio_out,
    );
    json!({
        "total_tokens": input + output,
        "input_tokens": input,
        "output_tokens": output,
        "input_token_details": {
            "text_tokens": tokens.text_in,
            "audio_tokens": tokens.audio_in,
            "image_tokens": 0,
            "cached_tokens": tokens.text_cached + tokens.audio_cached,
            "cached_tokens_details": {
                "text_tokens": tokens.text_cached,
                "audio_tokens": tokens.audio_cached,
                "image_tokens": 0,
            },
        },
        "output_token_details": {
            "text_tokens": tokens.text_out,
            "audio_tokens": tokens.audio_out,
        },
    })
}
