//! The end of a response: `done` of all its parts, the bill, and the limits.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::{Conversation, response::Ending};
use crate::emulate::realtime::{invoice::Tokens, outlet::Over};

/// The limit that `rate_limits.updated` tells of, in tokens per minute.
pub(super) const TOKENS_PER_MINUTE: u64 = 40_000;

impl Conversation {
    /// Writes down in the response's item how far it has come.
    pub(super) fn note(&mut self, at: usize, status: &'static str) {
        let response = &mut self.responses[at];
        let spoken = response.speaks.then_some(response.spoken_seconds());
        response.item.answered(status, &response.text, spoken);
        if let Some(item) = self.history.get_mut(&response.item.id) {
            *item = response.item.clone();
        }
    }

    /// Ends a response: `done` of all its parts in the recorded order, the bill, the limits.
    pub(super) async fn finish(&mut self, at: usize, ending: Ending) -> Result<(), Over> {
        if self.responses[at].is_announced {
            let complete = ending == Ending::Completed;
            self.note(at, if complete { "completed" } else { "incomplete" });
            self.tell_parts_done(at).await?;
        }
        let response = self.responses.remove(at);
        let tokens = response.tokens();
        self.outlet.bill().used(&tokens);
        if response.conversation.is_some() && response.is_announced {
            self.tokens_before = tokens;
        }
        let done = json!({"type": "response.done", "response": response.shown(Some(&ending))});
        self.outlet.send(done).await?;
        let is_limited = matches!(ending, Ending::Failed(_, Some("rate_limit_exceeded"), _));
        if response.is_announced || is_limited {
            self.tell_limits(&tokens, is_limited).await?;
        }
        if self.responses.is_empty() {
            self.tell_transcripts().await?;
        }
        Ok(())
    }

    async fn tell_parts_done(&mut self, at: usize) -> Result<(), Over> {
        let response = &self.responses[at];
        let (id, item, text) = (
            response.id.clone(),
            response.item.shown(),
            response.text.clone(),
        );
        let mut events = Vec::new();
        if response.speaks {
            events.push(response.event("response.output_audio.done"));
            let mut transcript = response.event("response.output_audio_transcript.done");
            transcript["transcript"] = json!(text);
            events.push(transcript);
        } else {
            let mut written = response.event("response.output_text.done");
            written["text"] = json!(text);
            events.push(written);
        }
        let mut part = response.event("response.content_part.done");
        part["part"] = response.part();
        events.push(part);
        if response.conversation.is_some() {
            let previous = self.history.before(&response.item.id);
            events.push(json!({
                "type": "conversation.item.done",
                "previous_item_id": previous,
                "item": item,
            }));
        }
        events.push(json!({
            "type": "response.output_item.done",
            "response_id": id,
            "output_index": 0,
            "item": item,
        }));
        for event in events {
            self.outlet.send(event).await?;
        }
        Ok(())
    }

    async fn tell_limits(&mut self, tokens: &Tokens, is_limited: bool) -> Result<(), Over> {
        let now = Instant::now();
        let all = tokens.text_in + tokens.audio_in + tokens.text_out + tokens.audio_out;
        self.used_tokens.push_back((now, all));
        let minute = Duration::from_secs(60);
        self.used_tokens
            .retain(|(at, _)| now.duration_since(*at) < minute);
        let used: u64 = self.used_tokens.iter().map(|(_, tokens)| tokens).sum();
        let used = if is_limited {
            39_870
        } else {
            used.min(TOKENS_PER_MINUTE)
        };
        let reset = used as f64 * 60.0 / TOKENS_PER_MINUTE as f64;
        let limits = json!([{
            "name": "tokens",
            "limit": TOKENS_PER_MINUTE,
            "remaining": TOKENS_PER_MINUTE - used,
            "reset_seconds": (reset * 1_000.0).round() / 1_000.0,
        }]);
        self.outlet
            .send(json!({"type": "rate_limits.updated", "rate_limits": limits}))
            .await
    }
}
