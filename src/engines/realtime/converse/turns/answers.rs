//! What the provider says about turns: the text as it was said, and translations as text and speech.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::{NUMBER, Stage, Turn, Turns};
use crate::{
    domain::{
        engine::{EngineError, Trouble},
        interpretation::{INTERPRETATION_RATE, InterpretationOutput as Output, TextPiece},
    },
    engines::realtime::{
        ending::meaning,
        tally::one,
        wire::{Objection, conversation::Act, conversation_answers::Response},
    },
};

impl Turns {
    /// More of the text as it was said.
    pub fn heard(&mut self, item: &str, text: String) {
        let Some(turn) = self.with_item(item).filter(|turn| !turn.is_written) else {
            return one(&self.tally.events_unexpected);
        };
        let piece = TextPiece {
            turn: Some(turn.number),
            text,
            at: None,
        };
        if !piece.text.is_empty() {
            self.outputs.push(Output::Source(piece));
        }
    }

    /// The text as it was said is complete; without one it is not to be had. Gives how much was said, the first time.
    pub fn heard_all(&mut self, item: &str, text: Option<String>) -> Option<Duration> {
        let Some(turn) = self.with_item(item) else {
            one(&self.tally.events_unexpected);
            return None;
        };
        let (number, length) = (turn.number, turn.length.take());
        self.written(number, text);
        length
    }

    /// A response begins.
    pub fn responding(&mut self, response: Response, now: Instant) {
        let Some(turn) = self.of_response(&response) else {
            // Nobody asked for it, so nobody is to hear it.
            one(&self.tally.events_unexpected);
            let response_id = response.id;
            self.asks.push(Act::Cancel { response_id }.named("cancel"));
            return;
        };
        turn.stage = Stage::Answering;
        turn.touched = now;
        turn.response = response.id;
        if turn.withdrawn {
            let response_id = turn.response.clone();
            self.asks.push(Act::Cancel { response_id }.named("cancel"));
        }
    }

    /// More of a translation as text.
    pub fn said(&mut self, response: &str, item: String, text: String, now: Instant) {
        let Some(turn) = self.answered(response, item, now) else {
            return one(&self.tally.events_unexpected);
        };
        if turn.withdrawn || text.is_empty() {
            return;
        }
        turn.has_text = true;
        let piece = TextPiece {
            turn: Some(turn.number),
            text,
            at: None,
        };
        self.outputs.push(Output::Target(piece));
    }

    /// The whole text of a translation.
    pub fn said_all(&mut self, response: &str, text: String, now: Instant) {
        match self.answered(response, String::new(), now) {
            Some(turn) => turn.whole = Some(text),
            None => one(&self.tally.events_unexpected),
        }
    }

    /// More of a translation as speech; gives how many bytes of it were wanted.
    pub fn speech(
        &mut self,
        response: &str,
        item: String,
        samples: Vec<u8>,
        now: Instant,
    ) -> usize {
        let Some(turn) = self.answered(response, item, now) else {
            one(&self.tally.events_unexpected);
            return 0;
        };
        let samples = turn.odd.even(samples);
        if turn.withdrawn || samples.is_empty() {
            return 0;
        }
        turn.spoken += samples.len();
        let wanted = samples.len();
        let audio = Output::Audio {
            turn: Some(turn.number),
            samples: Bytes::from(samples),
            sample_rate: INTERPRETATION_RATE,
        };
        self.outputs.push(audio);
        wanted
    }

    /// A response is over.
    pub fn responded(&mut self, response: &Response, now: Instant) {
        self.count(response);
        let reset = self.reset;
        let Some(turn) = self.of_response(response) else {
            return one(&self.tally.events_unexpected);
        };
        for item in response.items() {
            if !turn.answers.iter().any(|known| known == item) {
                turn.answers.push(item.to_owned());
            }
        }
        let number = turn.number;
        let reason = response.reason().unwrap_or("no reason given");
        let cut_short = |what: &str| {
            EngineError::new(
                Trouble::Failed,
                format!("the translation {what} ({reason})"),
            )
        };
        let status = response.status.as_deref();
        match status {
            Some("completed") => {
                let whole = turn.whole.take();
                let whole = whole.or_else(|| (!turn.has_text).then(String::new));
                self.translated(number, whole, now);
            }
            Some("cancelled") if turn.withdrawn || turn.has_any() => {
                self.translated(number, None, now);
            }
            Some("cancelled") => self.untranslated(number, cut_short("was cancelled"), now),
            Some("incomplete") if turn.has_any() => {
                let error = cut_short("is incomplete");
                self.outputs.push(Output::Objected(error));
                self.translated(number, None, now);
            }
            Some("incomplete") => self.untranslated(number, cut_short("is incomplete"), now),
            _ if turn.withdrawn => self.translated(number, None, now),
            _ => {
                let error = response.error();
                if let Some(at) = turn.again(error, reset, now) {
                    turn.stage = Stage::Queued(at);
                    turn.response = None;
                    one(&self.tally.turns_retried);
                } else {
                    let nothing = Objection::default();
                    let error = meaning(error.unwrap_or(&nothing));
                    self.untranslated(number, error, now);
                }
            }
        }
    }

    fn of_response(&mut self, response: &Response) -> Option<&mut Turn> {
        let number: Option<u64> = response.noted(NUMBER).and_then(|text| text.parse().ok());
        let id = response.id.as_deref();
        self.turns.iter_mut().find(|turn| {
            turn.is_active()
                && match (number, &turn.response) {
                    (Some(number), _) => turn.number == number,
                    (None, Some(known)) => id.is_none_or(|id| id == known),
                    (None, None) => true,
                }
        })
    }

    /// The turn that a piece belongs to, which it brings to life.
    fn answered(&mut self, response: &str, item: String, now: Instant) -> Option<&mut Turn> {
        let turn = self.turns.iter_mut().find(|turn| {
            turn.is_active()
                && match &turn.response {
                    Some(known) => response.is_empty() || known == response,
                    None => true,
                }
        })?;
        turn.touched = now;
        turn.stage = Stage::Answering;
        if turn.response.is_none() && !response.is_empty() {
            turn.response = Some(response.to_owned());
        }
        if !item.is_empty() && !turn.answers.contains(&item) {
            turn.answers.push(item);
        }
        Some(turn)
    }

    fn count(&mut self, response: &Response) {
        let (tokens, more) = (&mut self.tokens, response.tokens());
        for (sum, more) in [
            (&mut tokens.text_in, more.text_in),
            (&mut tokens.text_in_cached, more.text_in_cached),
            (&mut tokens.audio_in, more.audio_in),
            (&mut tokens.audio_in_cached, more.audio_in_cached),
            (&mut tokens.text_out, more.text_out),
            (&mut tokens.audio_out, more.audio_out),
        ] {
            *sum = sum.saturating_add(more);
        }
    }
}
