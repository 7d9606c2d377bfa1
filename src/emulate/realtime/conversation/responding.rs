//! Responses: made, and sent bit by bit.

use serde_json::{Value, json};

use super::{
    Conversation, STEP,
    finishing::TOKENS_PER_MINUTE,
    history::{Item, Words},
    response::{Ending, Origin, Response, audio_tokens, text_tokens},
    rules,
    turns::obfuscation,
};
use crate::emulate::realtime::{
    complaint::Complaint, instructions::direction, invoice::Tokens, outlet::Over,
};

/// How many times faster than it is spoken audio is sent, as the real service does it.
const HASTE: f64 = 4.0;

/// Responses out of band that may run at once.
const MOST_RESPONSES: usize = 32;

/// What is waited for before late transcripts are told: so much speech has been sent.
const TRANSCRIPTS_AFTER_SECONDS: f64 = 0.1;

impl Conversation {
    pub(super) async fn create_response(
        &mut self,
        event: &Value,
    ) -> Result<Result<(), Complaint>, Over> {
        let wishes = &event["response"];
        if let Err(complaint) = rules::check_response(wishes) {
            return Ok(Err(complaint));
        }
        let in_conversation = wishes["conversation"] != "none";
        if in_conversation && let Some(active) = self.active_response() {
            return Ok(Err(Complaint::new(
                "conversation_already_has_active_response",
                format!(
                    "Conversation already has an active response in progress: {}. Wait until the response is finished before creating a new one.",
                    self.responses[active].id
                ),
            )));
        }
        if self.responses.len() >= MOST_RESPONSES {
            let message = "The emulator runs at most 32 responses at once.";
            return Ok(Err(Complaint::new("invalid_value", message)));
        }
        let (origins, inline) = match self.origins(wishes) {
            Ok(origins) => origins,
            Err(complaint) => return Ok(Err(complaint)),
        };
        let instructions = wishes["instructions"]
            .as_str()
            .unwrap_or_else(|| self.configuration.instructions());
        let direction = direction(instructions, self.interpreter.speaks());
        let tokens = self.tokens_in(instructions, &origins, in_conversation, wishes);
        let response = Response::new(
            in_conversation.then(|| self.conversation_id.clone()),
            self.configuration.response(wishes),
            direction,
            origins,
            tokens,
        );
        let created = json!({"type": "response.created", "response": response.shown(None)});
        self.outlet.send(created).await?;
        self.responses.push(response);
        for (id, bytes) in inline {
            self.hear_whole(&id, &bytes).await?;
        }
        if self.outlet.limits_response() {
            let model = self.configuration.shown()["model"]
                .as_str()
                .unwrap_or_default();
            let message = format!(
                "Rate limit reached for {model} in organization org-emulated on tokens per min (TPM): Limit {TOKENS_PER_MINUTE}, Used 39870, Requested 950. Please try again in 1.23s."
            );
            let failed = Ending::Failed(
                "invalid_request_error",
                Some("rate_limit_exceeded"),
                message,
            );
            self.finish(self.responses.len() - 1, failed).await?;
        }
        Ok(Ok(()))
    }

    /// What a response is to interpret, and the audio among it that came with it.
    #[allow(clippy::type_complexity)] // Two lists, of which the second is nearly always empty.
    fn origins(
        &mut self,
        wishes: &Value,
    ) -> Result<(Vec<Origin>, Vec<(String, Vec<u8>)>), Complaint> {
        let Some(input) = wishes["input"].as_array() else {
            let origins = self.history.unanswered();
            return Ok((origins.into_iter().map(Origin::Item).collect(), Vec::new()));
        };
        let bytes_per_second = self.configuration.input_format().bytes_per_second();
        let (mut origins, mut inline) = (Vec::new(), Vec::new());
        for (at, wanted) in input.iter().enumerate() {
            if wanted["type"] == "item_reference" {
                let id = wanted["id"].as_str().unwrap_or_default();
                if self.history.get(id).is_none() {
                    let path = format!("response.input[{at}].id");
                    let message = format!("Item with item_id '{id}' not found.");
                    return Err(Complaint::new("item_not_found", message).about(&path));
                }
                origins.push(Origin::Item(id.to_owned()));
                continue;
            }
            rules::check_item(wanted)?;
            let item = Item::written(wanted, bytes_per_second)?;
            match (item.is_users(), item.unheard(), item.words()) {
                (true, Some(bytes), _) => {
                    let (id, bytes) = (item.id.clone(), bytes.to_vec());
                    origins.push(Origin::Item(id.clone()));
                    // It must be found when it has been heard, and is told to nobody.
                    self.history.push(item);
                    inline.push((id, bytes));
                }
                (true, None, Words::Known(text)) => origins.push(Origin::Text(text)),
                _ => {}
            }
        }
        Ok((origins, inline))
    }

    /// Counts what the model reads: all of the conversation each time, or only what came with a response.
    fn tokens_in(
        &self,
        instructions: &str,
        origins: &[Origin],
        in_conversation: bool,
        wishes: &Value,
    ) -> Tokens {
        let mut letters = instructions.chars().count();
        let mut seconds = 0.0;
        let mut read = |item: &Item| {
            let (text, audio) = item.size();
            letters += text;
            seconds += audio;
        };
        if wishes["input"].is_array() {
            for origin in origins {
                match origin {
                    Origin::Item(id) => self.history.get(id).into_iter().for_each(&mut read),
                    Origin::Text(_) => {}
                }
            }
        } else {
            self.history.items().iter().for_each(read);
        }
        for origin in origins {
            if let Origin::Text(text) = origin {
                letters += text.chars().count();
            }
        }
        let (text_in, audio_in) = (text_tokens(letters), audio_tokens(seconds));
        let cached = |now: u64, before: u64| if in_conversation { now.min(before) } else { 0 };
        Tokens {
            text_in,
            audio_in,
            text_cached: cached(text_in, self.tokens_before.text_in),
            audio_cached: cached(audio_in, self.tokens_before.audio_in),
            ..Tokens::default()
        }
    }

    fn active_response(&self) -> Option<usize> {
        self.responses
            .iter()
            .position(|response| response.conversation.is_some())
    }

    pub(super) async fn cancel_response(
        &mut self,
        event: &Value,
    ) -> Result<Result<(), Complaint>, Over> {
        let active = match event["response_id"].as_str() {
            Some(id) => self.responses.iter().position(|response| response.id == id),
            None => self.active_response(),
        };
        match active {
            Some(active) => {
                self.finish(active, Ending::Cancelled("client_cancelled"))
                    .await?;
                Ok(Ok(()))
            }
            None => Ok(Err(Complaint::new(
                "response_cancel_not_active",
                "Cancellation failed: no active response found",
            ))),
        }
    }

    /// Somebody speaks: the response of the conversation is broken off.
    pub(super) async fn interrupt(&mut self) -> Result<(), Over> {
        match self.active_response() {
            Some(active) => {
                self.finish(active, Ending::Cancelled("turn_detected"))
                    .await
            }
            None => Ok(()),
        }
    }

    /// Sends what the responses have.
    pub(super) async fn answer_on(&mut self) -> Result<(), Over> {
        let mut at = 0;
        while at < self.responses.len() {
            match self.step(at).await? {
                Some(ending) => self.finish(at, ending).await?,
                None => at += 1,
            }
        }
        Ok(())
    }

    /// Lets one response go on by a step. Returns its end, if that is reached.
    async fn step(&mut self, at: usize) -> Result<Option<Ending>, Over> {
        if self.responses[at].told.is_none() && !self.responses[at].is_told {
            return Ok(self.begin_interpreting(at));
        }
        let slowness = self.outlet.slowness();
        let response = &mut self.responses[at];
        if let Some(message) = response.gather() {
            return Ok(Some(trouble(&format!("emulator: {message}"))));
        }
        if !response.is_announced {
            if !response.has_something() {
                return Ok(None);
            }
            self.announce(at).await?;
        }
        let haste = if slowness > 1.0 {
            1.0 / slowness
        } else {
            HASTE
        };
        let response = &mut self.responses[at];
        if let Some(text) = response.next_text() {
            let kind = if response.speaks {
                "response.output_audio_transcript.delta"
            } else {
                "response.output_text.delta"
            };
            let mut delta = response.event(kind);
            delta["delta"] = json!(text);
            delta["obfuscation"] = json!(obfuscation());
            self.outlet.send(delta).await?;
        }
        let response = &mut self.responses[at];
        if let Some(audio) = response.next_audio(STEP.as_secs_f64() * haste) {
            let delta = response.event("response.output_audio.delta");
            let bytes_per_second = response.format.bytes_per_second();
            self.outlet
                .send_audio(delta, &audio, bytes_per_second)
                .await?;
            self.has_spoken = true;
        }
        self.note(at, "in_progress");
        if self.responses[at].spoken_seconds() >= TRANSCRIPTS_AFTER_SECONDS {
            self.tell_transcripts().await?;
        }
        Ok(self.responses[at].is_done().then_some(Ending::Completed))
    }

    /// Begins to interpret once all words are known.
    fn begin_interpreting(&mut self, at: usize) -> Option<Ending> {
        let mut texts = Vec::new();
        let mut failed = false;
        for origin in &self.responses[at].origins {
            let words = match origin {
                Origin::Text(text) => Words::Known(text.clone()),
                // What was deleted meanwhile is not said.
                Origin::Item(id) => self
                    .history
                    .get(id)
                    .map_or(Words::Known(String::new()), Item::words),
            };
            match words {
                Words::Pending => return None,
                Words::Known(text) => texts.push(text),
                Words::Failed => failed = true,
            }
        }
        if failed && texts.is_empty() {
            return Some(trouble("emulator: what was said could not be understood"));
        }
        let response = &mut self.responses[at];
        let told = self.interpreter.interpret(
            &self.id,
            texts.join(" ").trim().to_owned(),
            response.direction.clone(),
            response.speaks,
        );
        response.told = Some(told);
        None
    }

    async fn announce(&mut self, at: usize) -> Result<(), Over> {
        let response = &mut self.responses[at];
        response.is_announced = true;
        let (id, item) = (response.id.clone(), response.item.clone());
        let is_in_conversation = response.conversation.is_some();
        let mut part = response.event("response.content_part.added");
        part["part"] = response.part();
        let added = json!({
            "type": "response.output_item.added",
            "response_id": id,
            "output_index": 0,
            "item": item.shown(),
        });
        self.outlet.send(added).await?;
        if is_in_conversation {
            let previous = self.history.last_id();
            self.tell_item("conversation.item.added", previous.as_ref(), &item.shown())
                .await?;
            self.history.push(item);
        }
        self.outlet.send(part).await
    }
}

fn trouble(message: &str) -> Ending {
    Ending::Failed("server_error", None, message.to_owned())
}
