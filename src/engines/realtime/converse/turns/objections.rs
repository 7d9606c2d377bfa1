//! What the provider objects to, and which turn that is about.

use tokio::time::Instant;

use super::{NUMBER, Stage, Turns};
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
                if let Some(number) = number.or_else(|| stage(self, Stage::Asked)) {
                    self.asked_in_vain(number, objection, now);
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
                self.asked_in_vain(number, objection, now);
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

    /// The provider does not answer a turn that it was asked for: it is asked again within the turn's budget, unless
    /// nobody wants that any more.
    fn asked_in_vain(&mut self, number: u64, objection: &Objection, now: Instant) {
        let reset = self.reset;
        let Some(turn) = self.numbered(number).filter(|turn| turn.is_active()) else {
            return;
        };
        if turn.withdrawn {
            self.translated(number, None, now);
        } else if let Some(at) = turn.again(Some(objection), reset, now) {
            turn.stage = Stage::Queued(at);
            turn.response = None;
            one(&self.tally.turns_retried);
        } else {
            self.untranslated(number, meaning(objection), now);
        }
    }
}
