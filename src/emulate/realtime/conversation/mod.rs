//! The conversation dialect (GA): turns of a speaker, items, and responses of a model that interprets.
//!
//! `turns` takes audio in and finds what is a turn, `items` changes the history, `responding` answers, and `finishing`
//! ends an answer. The order of
//! events is the recorded one (reference, section 1.7); transcripts of what was said come late, as they do.

mod configuration;
mod finishing;
mod history;
mod items;
mod responding;
mod response;
mod rules;
mod turns;

use std::{collections::VecDeque, time::Duration};

use serde_json::{Value, json};
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval},
};

pub use self::configuration::configured;
use self::{configuration::Configuration, history::History, response::Response, turns::Turns};
use super::{
    complaint::Complaint,
    gate,
    hearing::Ear,
    interpreter::Interpreter,
    invoice::Tokens,
    outlet::{Outlet, Over},
    session::{BEAT, Event, Opening, new_id},
    wire::Incoming,
};

/// Events that a client may send.
const CLIENT_EVENTS: [&str; 12] = [
    "session.update",
    "input_audio_buffer.append",
    "input_audio_buffer.commit",
    "input_audio_buffer.clear",
    "conversation.item.create",
    "conversation.item.truncate",
    "conversation.item.delete",
    "conversation.item.retrieve",
    "response.create",
    "response.cancel",
    "output_audio_buffer.clear",
    "transcription_session.update",
];

/// How often responses send what they have.
const STEP: Duration = Duration::from_millis(50);

/// Serves one session until its end.
pub async fn serve(opening: Opening) -> Outlet {
    let Opening {
        id,
        model,
        configured,
        interpreter,
        ends_at,
        expires_at,
        incoming,
        outlet,
    } = opening;
    let mut configuration = Configuration::fresh(&id, &model, expires_at);
    if let Some(mut configured) = configured {
        configured["model"] = json!(model);
        configuration.merge(&configured);
    }
    let mut conversation = Conversation {
        ear: Ear::new(interpreter.clone(), &id),
        turns: Turns::new(&configuration, !interpreter.is_null()),
        conversation_id: new_id("conv"),
        id,
        configuration,
        interpreter,
        incoming,
        outlet,
        ends_at,
        history: History::default(),
        responses: Vec::new(),
        late_transcripts: VecDeque::new(),
        tokens_before: Tokens::default(),
        used_tokens: VecDeque::new(),
        has_spoken: false,
    };
    let Err(Over) = conversation.run().await;
    conversation.outlet
}

struct Conversation {
    id: String,
    conversation_id: String,
    configuration: Configuration,
    interpreter: Interpreter,
    incoming: mpsc::Receiver<Incoming>,
    outlet: Outlet,
    ends_at: Instant,
    turns: Turns,
    ear: Ear,
    history: History,
    /// Those that are not done: one of the conversation, any number out of band.
    responses: Vec<Response>,
    /// Items whose transcript is known, and told after what they are answered with has begun.
    late_transcripts: VecDeque<String>,
    /// What the latest response of the conversation read, which is cached for the next.
    tokens_before: Tokens,
    /// Tokens of the last minute, for the rate limits.
    used_tokens: VecDeque<(Instant, u64)>,
    /// Whether the model has spoken, after which its voice stays.
    has_spoken: bool,
}

impl Conversation {
    async fn run(&mut self) -> Result<std::convert::Infallible, Over> {
        let created = json!({"type": "session.created", "session": self.configuration.shown()});
        self.outlet.send(created).await?;
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut step = interval(STEP);
        step.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                incoming = self.incoming.recv() => match incoming {
                    Some(Incoming::Text(text)) => self.take(&text).await?,
                    Some(Incoming::Binary) => {
                        let complaint = Complaint::new("invalid_event", "Binary frames are not understood.");
                        self.outlet.complain(&complaint, None).await?;
                    }
                    Some(Incoming::Close(_)) | None => return Err(Over),
                },
                heard = self.ear.next() => self.understand(heard).await?,
                _ = beat.tick() => {
                    if Instant::now() >= self.ends_at {
                        return Err(self.outlet.expire().await);
                    }
                    self.outlet.tick().await?;
                }
                _ = step.tick(), if !self.responses.is_empty() => self.answer_on().await?,
            }
        }
    }

    async fn take(&mut self, text: &str) -> Result<(), Over> {
        let event = match Event::read(text) {
            Ok(event) => event,
            Err((complaint, id)) => return self.outlet.complain(&complaint, id.as_deref()).await,
        };
        if event.kind == "transcription_session.update" || self.is_beta(&event) {
            return Err(self.outlet.refuse(&gate::beta(), 4_000).await);
        }
        match self.act(&event).await? {
            Ok(()) => Ok(()),
            Err(complaint) => self.outlet.complain(&complaint, event.id.as_deref()).await,
        }
    }

    fn is_beta(&self, event: &Event) -> bool {
        event.kind == "session.update" && event.body.get("session").is_some_and(rules::is_beta)
    }

    /// Does what an event asks; inside, what is wrong with it.
    async fn act(&mut self, event: &Event) -> Result<Result<(), Complaint>, Over> {
        match event.kind.as_str() {
            "session.update" => self.update(&event.body).await,
            "input_audio_buffer.append" => self.append(event).await,
            "input_audio_buffer.commit" => self.commit().await,
            "input_audio_buffer.clear" => self.clear().await,
            "conversation.item.create" => self.create_item(&event.body).await,
            "conversation.item.truncate" => self.truncate_item(&event.body).await,
            "conversation.item.delete" => self.delete_item(&event.body).await,
            "conversation.item.retrieve" => self.retrieve_item(&event.body).await,
            "response.create" => self.create_response(&event.body).await,
            "response.cancel" => self.cancel_response(&event.body).await,
            "output_audio_buffer.clear" => {
                let message = "'output_audio_buffer.clear' is only for WebRTC and SIP sessions.";
                Ok(Err(Complaint::new("invalid_value", message).about("type")))
            }
            other => Ok(Err(Complaint::not_among(
                other,
                &CLIENT_EVENTS[..11],
                "type",
            ))),
        }
    }

    async fn update(&mut self, event: &Value) -> Result<Result<(), Complaint>, Over> {
        let Some(wanted) = event.get("session") else {
            return Ok(Err(Complaint::missing_parameter("session")));
        };
        let before = (
            self.configuration.input_format(),
            self.configuration.detection(),
        );
        if let Err(complaint) = self.configuration.update(wanted, self.has_spoken) {
            return Ok(Err(complaint));
        }
        if before
            != (
                self.configuration.input_format(),
                self.configuration.detection(),
            )
        {
            self.finish_turn().await?;
            self.turns =
                Turns::new(&self.configuration, !self.interpreter.is_null()).after(&self.turns);
        }
        let updated = json!({"type": "session.updated", "session": self.configuration.shown()});
        self.outlet.send(updated).await?;
        Ok(Ok(()))
    }
}
