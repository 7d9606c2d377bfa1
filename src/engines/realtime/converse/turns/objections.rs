//! What the provider objects to, and which turn that is about.

use tokio::time::Instant;

use super::{BUSY, NUMBER, Stage, Turns};
use crate::{
    domain::engine::EngineError,
    engines::realtime::{ending::meaning, tally::one, wire::Objection},
};

impl Turns {
    /// The provider objects. Gives what the caller is to know of it.
    pub fn objected(&mut self, objection: &Objection, now: Instant) -> Option<EngineError> {
        let about = objection.event_id.as_deref().unwrap_or_default();
        let (kind, number) = match about.split_once('-') {
            Some((kind, number)) => (kind, number.parse().ok()),
            None => (about, None),
        };
        let stage = |turns: &Self, stage| {
            let found = turns.turns.iter().find(|turn| turn.stage == stage);
            found.map(|turn| turn.number)
        };
        let code = objection.code.as_deref().unwrap_or_default();
        match (code, kind, number) {
            ("conversation_already_has_active_response", _, number) => {
                let number = number.or_else(|| stage(self, Stage::Asked));
                if let Some(turn) = number.and_then(|number| self.numbered(number)) {
                    turn.stage = Stage::Queued(now + BUSY);
                }
                one(&self.tally.objections_benign);
                None
            }
            ("input_audio_buffer_commit_empty", _, number) => {
                if let Some(number) = number.or_else(|| stage(self, Stage::Committed)) {
                    self.empty(number, now);
                }
                one(&self.tally.objections_benign);
                None
            }
            ("response_cancel_not_active", ..) | (_, "cancel" | "truncate" | "delete", _) => {
                one(&self.tally.objections_benign);
                None
            }
            (_, NUMBER, Some(number)) => {
                let reset = self.reset;
                let again = self
                    .numbered(number)
                    .and_then(|turn| turn.again(Some(objection), reset, now));
                match again {
                    Some(at) => {
                        one(&self.tally.turns_retried);
                        if let Some(turn) = self.numbered(number) {
                            turn.stage = Stage::Queued(at);
                        }
                    }
                    None => self.untranslated(number, meaning(objection), now),
                }
                None
            }
            (_, "commit", Some(number)) => {
                self.written(number, None);
                self.untranslated(number, meaning(objection), now);
                None
            }
            _ => Some(meaning(objection)),
        }
    }
}
