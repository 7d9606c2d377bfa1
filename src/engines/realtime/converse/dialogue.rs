//! One session of the conversation dialect: what the caller's steps and the provider's events become.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{NAME, prompt, turns::Turns};
use crate::{
    domain::{
        interpretation::{
            INTERPRETATION_RATE, InterpretationInput, InterpretationOutput, InterpretationRequest,
        },
        usage::Used,
    },
    engines::realtime::{
        backlog::{Backlog, Waiting, length},
        ending::{EXPIRED, is_fatal, meaning},
        opening::Greeting,
        session::{Dialogue, LONGEST_LEAVE, Outbox},
        tally::{Tally, one, time},
        wire::{
            Malformed, Objection,
            conversation::{Act, Ask, Session},
            conversation_answers::Answer,
            encoded,
        },
    },
};

/// How much audio one message holds.
pub(super) const FRAME: Duration = Duration::from_millis(100);

/// How much audio may wait for the network.
const MOST_WAITING: Duration = Duration::from_secs(2);

/// Audio below which a provider takes nothing for a turn: 100 ms.
const SHORTEST: usize = INTERPRETATION_RATE as usize * 2 / 10;

/// How long the provider may take to answer what was said, once nothing more is said.
const DRAIN: Duration = Duration::from_secs(20);

pub(super) fn greeting(text: &str) -> Result<Greeting, Malformed> {
    Ok(match Answer::read(text)? {
        Answer::Created { .. } => Greeting::Created,
        Answer::Updated { expires_at } => Greeting::Updated { expires_at },
        Answer::Error(objection) => Greeting::Error(objection),
        _ => Greeting::Other,
    })
}

pub(super) fn written(ask: &Ask) -> String {
    serde_json::to_string(ask).expect("text and numbers under text keys are always JSON")
}

/// One session.
pub(super) struct Conversing {
    request: InterpretationRequest,
    /// Whether what is said is written down, which is billed by its length.
    is_written: bool,
    /// Audio, and the numbers of the turns that end behind it.
    backlog: Backlog<u64>,
    turns: Turns,
    /// Orders that need no turn.
    orders: Vec<Ask>,
    /// Bytes that were said since the last pause.
    said: usize,
    /// Bytes that the provider was sent since it was last told of a turn's end.
    sent: usize,
    give_up_at: Option<Instant>,
    used: Used,
    /// What was counted as written down, and was not, as the provider says; to be left out of what is counted next.
    not_transcribed: Duration,
    counted_at: Instant,
    tally: Arc<Tally>,
}

impl Conversing {
    pub(super) fn new(request: InterpretationRequest, is_written: bool, tally: Arc<Tally>) -> Self {
        Self {
            request,
            is_written,
            backlog: Backlog::new(FRAME, MOST_WAITING),
            turns: Turns::new(is_written, Arc::clone(&tally)),
            orders: Vec::new(),
            said: 0,
            sent: 0,
            give_up_at: None,
            used: Used::default(),
            not_transcribed: Duration::ZERO,
            counted_at: Instant::now(),
            tally,
        }
    }

    fn pause(&mut self, now: Instant) {
        let number = self.turns.begin(now);
        self.backlog.mark(number);
        self.said = 0;
    }

    /// Asks for what is next, and passes on what came of what was.
    fn go_on(&mut self, now: Instant, outbox: &mut Outbox) {
        self.turns.ask_next(now);
        for output in self.turns.outputs.drain(..) {
            outbox.push(output);
        }
        if self.give_up_at.is_some() && self.backlog.is_empty() && self.turns.is_settled() {
            outbox.close();
        }
    }

    fn objected(&mut self, objection: Objection, now: Instant, outbox: &mut Outbox) {
        one(&self.tally.objections);
        if objection.code.as_deref() == Some(EXPIRED) || is_fatal(&objection) {
            outbox.fail(meaning(&objection));
        } else if let Some(error) = self.turns.objected(&objection, now) {
            outbox.objected(objection);
            outbox.push(InterpretationOutput::Objected(error));
        }
    }
}

impl Dialogue for Conversing {
    fn step(&mut self, step: InterpretationInput, now: Instant, outbox: &mut Outbox) {
        match step {
            InterpretationInput::Audio(samples) => {
                self.said += samples.len();
                self.backlog.push(&samples);
                let left_out = self.backlog.left_out();
                time(&self.tally.silence_dropped_ms, left_out.silence);
                time(&self.tally.speech_dropped_ms, left_out.speech);
            }
            InterpretationInput::EndOfUtterance => self.pause(now),
            InterpretationInput::Glossary(glossary) => {
                self.request.glossary = Some(glossary);
                let session = Session {
                    family: "realtime",
                    instructions: Some(prompt::instructions(
                        self.request.source.as_ref(),
                        &self.request.target,
                        self.request.glossary.as_ref(),
                    )),
                    ..Session::default()
                };
                let act = Act::Update {
                    session: Box::new(session),
                };
                self.orders.push(act.named("update"));
            }
            InterpretationInput::Interrupted { turn, heard } => {
                self.turns.interrupted(turn, heard, now);
            }
            InterpretationInput::Close => {
                if self.said >= SHORTEST {
                    self.pause(now);
                }
                self.give_up_at = Some(now + DRAIN);
            }
        }
        self.go_on(now, outbox);
    }

    fn answer(&mut self, text: &str, now: Instant, outbox: &mut Outbox) -> Result<(), Malformed> {
        match Answer::read(text)? {
            Answer::Committed { item } => self.turns.has_item(item, now),
            Answer::Heard { item, text } => self.turns.heard(&item, text),
            Answer::HeardAll { item, text, length } => {
                let sent = self.turns.heard_all(&item, Some(text));
                if let (Some(sent), Some(told)) = (sent, length) {
                    self.used.transcribed += told.saturating_sub(sent);
                    self.not_transcribed += sent.saturating_sub(told);
                }
            }
            Answer::Unheard { item, error } => {
                one(&self.tally.objections_benign);
                tracing::debug!(engine = NAME, code = error.name(), "not written down");
                self.turns.heard_all(&item, None);
            }
            Answer::Responding(response) => self.turns.responding(response, now),
            Answer::Said {
                response,
                item,
                text,
            } => self.turns.said(&response, item, text, now),
            Answer::SaidAll { response, text } => self.turns.said_all(&response, text, now),
            Answer::Speech {
                response,
                item,
                samples,
            } => {
                let bytes = self.turns.speech(&response, item, samples, now);
                self.used.audio_out += length(bytes);
            }
            Answer::Responded(response) => self.turns.responded(&response, now),
            Answer::Limits { tokens_reset } => self.turns.limited(tokens_reset),
            Answer::Error(objection) => self.objected(objection, now, outbox),
            // The answer to another glossary.
            Answer::Updated { .. } | Answer::Noted => {}
            Answer::Created { .. } => one(&self.tally.events_unexpected),
            Answer::Unknown(kind) => {
                one(&self.tally.events_unknown);
                tracing::debug!(engine = NAME, kind, "unknown event");
            }
        }
        self.go_on(now, outbox);
        Ok(())
    }

    fn has_message(&self) -> bool {
        !self.orders.is_empty() || !self.turns.asks.is_empty() || !self.backlog.is_empty()
    }

    fn message(&mut self, now: Instant, outbox: &mut Outbox) -> Option<String> {
        if !self.orders.is_empty() {
            return Some(written(&self.orders.remove(0)));
        }
        if !self.turns.asks.is_empty() {
            return Some(written(&self.turns.asks.remove(0)));
        }
        match self.backlog.pop()? {
            Waiting::Audio(frame) => {
                self.sent += frame.len();
                let heard = length(frame.len());
                self.used.audio_in += heard;
                if self.is_written {
                    self.used.transcribed += heard;
                }
                let audio = encoded(&frame);
                Some(written(&Act::Append { audio }.plain()))
            }
            Waiting::Mark(number) if self.sent >= SHORTEST => {
                let sent = length(std::mem::take(&mut self.sent));
                self.turns.committed(number, sent, now);
                Some(written(&Act::Commit.named(format!("commit-{number}"))))
            }
            Waiting::Mark(number) => {
                self.turns.empty(number, now);
                self.go_on(now, outbox);
                None
            }
        }
    }

    fn wake(&self) -> Option<Instant> {
        let turns = self.turns.wake();
        let end = self.give_up_at;
        turns.into_iter().chain(end).min()
    }

    fn woken(&mut self, now: Instant, outbox: &mut Outbox) {
        if let Err(error) = self.turns.woken(now) {
            return outbox.fail(error);
        }
        if self.give_up_at.is_some_and(|at| now >= at) {
            self.turns.give_up(now);
            outbox.close();
        }
        self.go_on(now, outbox);
    }

    fn used(&mut self) -> Used {
        let now = Instant::now();
        let connected = now - std::mem::replace(&mut self.counted_at, now);
        let left_out = self.not_transcribed.min(self.used.transcribed);
        self.not_transcribed -= left_out;
        self.used.transcribed -= left_out;
        Used {
            connected,
            tokens: std::mem::take(&mut self.turns.tokens),
            ..std::mem::take(&mut self.used)
        }
    }

    fn is_closing(&self) -> bool {
        self.give_up_at.is_some()
    }

    fn leave(&mut self, now: Instant, outbox: &mut Outbox) -> Instant {
        let until = now + LONGEST_LEAVE;
        self.backlog = Backlog::new(FRAME, MOST_WAITING);
        self.orders.clear();
        self.give_up_at = Some(until);
        self.turns.leave(now);
        self.go_on(now, outbox);
        until
    }
}
