//! The translation dialect: audio in without an end, text and speech of another language out, and no turns.

mod echo;
mod rules;
mod speech;
mod telling;

use std::{collections::VecDeque, time::Duration};

use serde_json::{Value, json};
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval},
};

pub use self::rules::configured;
use self::{
    echo::Echo,
    speech::{BYTES_PER_SECOND, STEP_MS, Speech},
};
use super::{
    WIRE_RATE,
    complaint::Complaint,
    hearing::{Ear, Finder, Heard},
    instructions::Direction,
    interpreter::{Interpreter, Piece},
    outlet::{Outlet, Over},
    session::{BEAT, Event, Opening, new_id},
    wire::Incoming,
    words::Agreement,
};
use crate::{
    audio::{
        endpoint::{EndpointEvent, EndpointSettings},
        pcm::PcmAssembler,
    },
    domain::language::Language,
};

/// Events that a client may send.
const CLIENT_EVENTS: [&str; 3] = [
    "session.update",
    "session.input_audio_buffer.append",
    "session.close",
];

/// How endpoints are found: sentences are cut early, for the real service begins to translate before their end.
const ENDPOINTS: EndpointSettings = EndpointSettings {
    hang_ms: 400,
    onset_ms: 100,
    pre_roll_ms: 400,
    longest_ms: 8_000,
    threshold: 0.5,
};

/// Pause between the steps of a tail, once the session is closing.
const TAIL_STEP: Duration = Duration::from_millis(25);

/// How long a tail may take.
const TAIL_LIMIT: Duration = Duration::from_secs(30);

/// How long the client is left to close first, once it has been told that the session is closed.
const CLOSE_GRACE: Duration = Duration::from_millis(500);

/// Sentences that may wait to be interpreted; the oldest makes room.
const WAITING: usize = 64;

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
    let mut session = rules::fresh(&id, &model, expires_at);
    if let Some(configured) = &configured {
        rules::merge(&mut session, configured);
    }
    let mut translation = Translation {
        ear: Ear::new(interpreter.clone(), &id),
        finder: (!interpreter.is_null()).then(|| Finder::new(WIRE_RATE, ENDPOINTS, true)),
        echo: Echo::default(),
        id,
        session,
        interpreter,
        incoming,
        outlet,
        ends_at,
        assembler: PcmAssembler::new(),
        heard_bytes: 0,
        told_until_ms: 0,
        agreement: Agreement::default(),
        sentences: VecDeque::new(),
        told: None,
        speech: Speech::default(),
        slow_steps: 0.0,
        closing: None,
        direction_complained: false,
    };
    let Err(Over) = translation.run().await;
    translation.outlet
}

struct Translation {
    id: String,
    session: Value,
    interpreter: Interpreter,
    incoming: mpsc::Receiver<Incoming>,
    outlet: Outlet,
    ends_at: Instant,
    /// Finds sentences; none where nobody interprets.
    finder: Option<Finder>,
    echo: Echo,
    ear: Ear,
    assembler: PcmAssembler,
    heard_bytes: u64,
    /// The `elapsed_ms` of the latest speech.
    told_until_ms: u64,
    agreement: Agreement,
    /// Sentences that wait for their translation.
    sentences: VecDeque<String>,
    /// The translation that is being made.
    told: Option<mpsc::Receiver<Piece>>,
    speech: Speech,
    slow_steps: f64,
    /// Since when the client wants to close.
    closing: Option<Instant>,
    direction_complained: bool,
}

impl Translation {
    async fn run(&mut self) -> Result<std::convert::Infallible, Over> {
        let created = json!({"type": "session.created", "session": self.session});
        self.outlet.send(created).await?;
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut step = interval(Duration::from_millis(STEP_MS));
        step.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            if self.closing.is_some() {
                self.drain().await?;
            }
            tokio::select! {
                incoming = self.incoming.recv() => match incoming {
                    Some(Incoming::Text(text)) => self.take(&text).await?,
                    Some(Incoming::Binary) => self.refuse_binary().await?,
                    Some(Incoming::Close(_)) | None => return Err(Over),
                },
                heard = self.ear.next() => self.understand(heard).await?,
                piece = next_piece(&mut self.told) => self.interpreted(piece).await?,
                _ = beat.tick() => self.beat().await?,
                _ = step.tick() => self.step().await?,
            }
        }
    }

    async fn beat(&mut self) -> Result<(), Over> {
        if Instant::now() >= self.ends_at {
            return Err(self.outlet.expire().await);
        }
        self.outlet.tick().await
    }

    async fn refuse_binary(&mut self) -> Result<(), Over> {
        let complaint = Complaint::new("invalid_event", "Binary frames are not understood.");
        self.outlet.complain(&complaint, None).await
    }

    async fn take(&mut self, text: &str) -> Result<(), Over> {
        let event = match Event::read(text) {
            Ok(event) => event,
            Err((complaint, id)) => return self.outlet.complain(&complaint, id.as_deref()).await,
        };
        let done = match event.kind.as_str() {
            _ if self.closing.is_some() => Err(Complaint::new(
                "invalid_event",
                "The session is closing and takes no more events.",
            )),
            "session.update" => match rules::update(&mut self.session, &event.body) {
                Ok(()) => {
                    self.direction_complained = false;
                    let updated = json!({"type": "session.updated", "session": self.session});
                    return self.outlet.send(updated).await;
                }
                Err(complaint) => Err(complaint),
            },
            "session.input_audio_buffer.append" => match event.audio() {
                Ok(audio) => return self.listen(&audio).await,
                Err(complaint) => Err(complaint),
            },
            "session.close" => return self.begin_closing().await,
            other => Err(Complaint::not_among(other, &CLIENT_EVENTS, "type")),
        };
        match done {
            Ok(()) => Ok(()),
            Err(complaint) => self.outlet.complain(&complaint, event.id.as_deref()).await,
        }
    }

    fn transcribes(&self) -> bool {
        self.session["audio"]["input"]["transcription"].is_object()
    }

    fn direction(&self) -> Direction {
        let source = self.interpreter.speaks().clone();
        let target = self.session["audio"]["output"]["language"]
            .as_str()
            .and_then(|target| target.parse::<Language>().ok())
            .unwrap_or_else(|| source.clone());
        Direction { source, target }
    }

    /// Where in the client's audio the session is, in whole steps.
    fn heard_ms(&self) -> u64 {
        let ms = self.heard_bytes * 1_000 / u64::from(BYTES_PER_SECOND);
        ms / STEP_MS * STEP_MS
    }

    async fn listen(&mut self, audio: &[u8]) -> Result<(), Over> {
        self.heard_bytes += audio.len() as u64;
        let seconds = audio.len() as f64 / f64::from(BYTES_PER_SECOND);
        self.outlet.bill().heard_audio(seconds, self.transcribes());
        let mut samples = Vec::new();
        self.assembler.push(audio, &mut samples);
        match &mut self.finder {
            Some(finder) => {
                let found = finder.push(&samples);
                self.follow(found).await
            }
            None => self.echo(&samples).await,
        }
    }

    async fn follow(&mut self, found: Vec<EndpointEvent>) -> Result<(), Over> {
        for event in found {
            let done = match event {
                EndpointEvent::Started { .. } => self.ear.begin(&new_id("utt")).await,
                EndpointEvent::Audio(samples) => self.ear.hear(&samples).await,
                EndpointEvent::Stopped { .. } => self.ear.end().await,
            };
            if let Err(error) = done {
                tracing::warn!(code = error.code(), "the emulator's engine does not hear");
            }
        }
        Ok(())
    }

    async fn understand(&mut self, heard: Heard) -> Result<(), Over> {
        let told = match heard {
            Heard::Partial(text) => self.agreement.guess(&text),
            Heard::Final(_, text) => {
                let told = self.agreement.finish(&text);
                if !text.is_empty() {
                    if self.sentences.len() >= WAITING {
                        self.sentences.pop_front();
                    }
                    self.sentences.push_back(text);
                    self.interpret_next().await?;
                }
                told
            }
            Heard::Failed(error) => {
                self.agreement = Agreement::default();
                let complaint = Complaint::server(format!("emulator: {error}"));
                return self.outlet.complain(&complaint, None).await;
            }
        };
        self.tell_source(&told).await
    }

    /// Begins with the next sentence if none is being interpreted and not too much waits to be sent. Speech that is in the target language already
    /// becomes silence, as the service does it.
    pub(super) async fn interpret_next(&mut self) -> Result<(), Over> {
        if self.told.is_some() || self.speech.is_full() || self.sentences.is_empty() {
            return Ok(());
        }
        let direction = self.direction();
        if direction.source.same_speech(&direction.target) {
            self.sentences.clear();
            return Ok(());
        }
        if !self.interpreter.translates(&direction) {
            self.sentences.clear();
            if !std::mem::replace(&mut self.direction_complained, true) {
                let complaint = Complaint::server(format!(
                    "emulator: its engine does not translate from {} to {}; see `interpres doctor` or GET /api/engines",
                    direction.source, direction.target
                ));
                return self.outlet.complain(&complaint, None).await;
            }
            return Ok(());
        }
        if let Some(text) = self.sentences.pop_front() {
            self.told = Some(self.interpreter.interpret(&self.id, text, direction, true));
        }
        Ok(())
    }

    async fn interpreted(&mut self, piece: Option<Piece>) -> Result<(), Over> {
        match piece {
            Some(Piece::Text(text)) => self.speech.add_text(&text),
            Some(Piece::Audio(samples)) => self.speech.add_audio(&samples),
            Some(Piece::Failed(error)) => {
                let complaint = Complaint::server(format!("emulator: {error}"));
                self.outlet.complain(&complaint, None).await?;
            }
            None => {
                self.told = None;
                self.interpret_next().await?;
            }
        }
        Ok(())
    }

    async fn begin_closing(&mut self) -> Result<(), Over> {
        self.closing = Some(Instant::now());
        match &mut self.finder {
            Some(finder) => {
                let found = finder.finish();
                self.follow(found).await
            }
            None => Ok(()),
        }
    }

    /// Sends one step of the tail, or says that the session is closed and closes it.
    async fn drain(&mut self) -> Result<(), Over> {
        let late = self
            .closing
            .is_some_and(|since| since.elapsed() > TAIL_LIMIT);
        while self.told.is_none() && !self.speech.is_empty() {
            tokio::time::sleep(TAIL_STEP.mul_f64(self.outlet.slowness())).await;
            self.tell_step().await?;
            self.interpret_next().await?;
        }
        let busy = self.ear.is_busy()
            || self.told.is_some()
            || !self.sentences.is_empty()
            || !self.speech.is_empty();
        if busy && !late {
            return Ok(());
        }
        self.outlet.send(json!({"type": "session.closed"})).await?;
        let closed_by_client = async {
            while let Some(incoming) = self.incoming.recv().await {
                if matches!(incoming, Incoming::Close(_)) {
                    return;
                }
            }
        };
        // Whoever of the two closes, it is with 1000.
        let _ = tokio::time::timeout(CLOSE_GRACE, closed_by_client).await;
        Err(self.outlet.close().await)
    }
}

/// What the running translation tells next; never while there is none.
async fn next_piece(told: &mut Option<mpsc::Receiver<Piece>>) -> Option<Piece> {
    match told {
        Some(told) => told.recv().await,
        None => std::future::pending().await,
    }
}
