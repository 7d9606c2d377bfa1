//! What comes in from the speaker: audio, the end of an utterance, typed text.

use std::time::Duration;

use actix::{Handler, Message};
use bytes::Bytes;
use tokio::time::Instant;

use super::{Source, Utterance};
use crate::{
    actors::room::captions::SpeechEdged,
    audio::{
        endpoint::{EndpointEvent, StopReason},
        pcm::to_bytes,
        vad::DETECTOR_RATE,
    },
    domain::{
        engine::TranscriptionInput,
        identity::{ConnectionId, UtteranceId},
        time::Timestamp,
        usage::Amount,
    },
    supervision::Ctx,
};

/// How long a session's microphone belongs to the socket that last sent audio: two at once would be noise.
const MICROPHONE_HELD: Duration = Duration::from_secs(2);

/// How long audio may stay away in the middle of an utterance, beyond its hang: longer than networks stutter.
const AUDIO_GAP: Duration = Duration::from_secs(1);

/// Audio of the speaker, in their session's format.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Listen {
    /// The socket it came over.
    pub connection: ConnectionId,
    /// PCM; an odd byte carries over to the next.
    pub bytes: Bytes,
}

impl Handler<Listen> for Source {
    type Result = ();

    fn handle(&mut self, listen: Listen, ctx: &mut Ctx<Self>) {
        let now = Instant::now();
        if let Some((holder, heard)) = &self.microphone
            && *holder != listen.connection
        {
            if now.duration_since(*heard) < MICROPHONE_HELD {
                return;
            }
            self.assembler.reset();
        }
        self.microphone = Some((listen.connection, now));
        self.samples.clear();
        self.assembler.push(&listen.bytes, &mut self.samples);
        if let Some(road) = &mut self.road {
            road.push(&self.samples);
        }
        self.resampled.clear();
        self.resampler.push(&self.samples, &mut self.resampled);
        let mut events = Vec::new();
        let voiced = self.endpointer.push(&self.resampled, &mut events);
        self.follow(events, voiced, ctx);
    }
}

/// Ends the current utterance now.
#[derive(Message)]
#[rtype(result = "()")]
pub struct EndUtterance;

impl Handler<EndUtterance> for Source {
    type Result = ();

    fn handle(&mut self, _: EndUtterance, ctx: &mut Ctx<Self>) {
        self.finish_utterance(ctx);
    }
}

/// Something said in writing.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Type {
    /// What.
    pub text: String,
    /// The client's own name for it.
    pub utterance_id: Option<UtteranceId>,
}

impl Handler<Type> for Source {
    type Result = ();

    fn handle(&mut self, typed: Type, _: &mut Ctx<Self>) {
        let now = self.now();
        let utterance = Utterance {
            id: typed
                .utterance_id
                .unwrap_or_else(|| self.order.environment.identities.next().into()),
            started_at: now,
            ended_at: Some(now),
            revision: 0,
            text: typed.text,
            sound_to: Vec::new(),
        };
        self.tell_final(&utterance, None);
    }
}

impl Source {
    pub(super) fn now(&self) -> Timestamp {
        self.order.environment.clock.now()
    }

    /// Ends the current utterance, if there is one.
    pub(super) fn finish_utterance(&mut self, ctx: &mut Ctx<Self>) {
        let mut events = Vec::new();
        self.endpointer.finish(&mut events);
        self.follow(events, true, ctx);
    }

    /// Audio that stops coming in the middle of an utterance (a muted microphone, a tab asleep, a lost connection) is
    /// its end: the endpointer counts samples and would wait for ever.
    pub(super) fn end_what_fell_silent(&mut self, ctx: &mut Ctx<Self>) {
        let patience = self.order.environment.settings.speech.hang + AUDIO_GAP;
        let silent = |(_, heard): &(ConnectionId, Instant)| heard.elapsed() >= patience;
        if self.endpointer.is_speaking() && self.microphone.as_ref().is_none_or(silent) {
            self.finish_utterance(ctx);
        }
    }

    /// Whether the newest utterance is still being said. One that was given up in the middle is not.
    fn is_being_said(&self) -> bool {
        let newest = self.utterances.back();
        newest.is_some_and(|utterance| utterance.ended_at.is_none())
    }

    /// Acts on what the endpointer found; `voiced` says whether somebody spoke in it.
    fn follow(&mut self, events: Vec<EndpointEvent>, voiced: bool, ctx: &mut Ctx<Self>) {
        if events.is_empty() {
            return;
        }
        for event in events {
            match event {
                EndpointEvent::Started {
                    at_sample,
                    voice_at_sample,
                } => self.begin(at_sample, voice_at_sample),
                EndpointEvent::Audio(samples) => {
                    self.give_sound(voiced);
                    if let Some(utterance) = &self.unheard {
                        self.original.push(&utterance.id, &samples, DETECTOR_RATE);
                    } else if let Some(utterance) = self.utterances.back()
                        && self.is_being_said()
                    {
                        self.original.push(&utterance.id, &samples, DETECTOR_RATE);
                        self.ear
                            .add(TranscriptionInput::Audio(to_bytes(&samples).into()));
                    }
                }
                EndpointEvent::Stopped {
                    voice_until_sample,
                    reason,
                    ..
                } => self.end(voice_until_sample, reason),
            }
        }
        self.feed_ear(ctx);
        self.show();
    }

    fn begin(&mut self, at: u64, voice_at: u64) {
        let id: UtteranceId = self.order.environment.identities.next().into();
        let started_at = self.moment_of(voice_at);
        let (ear, takers) = self.takers();
        let utterance = Utterance {
            id: id.clone(),
            started_at,
            ended_at: None,
            revision: 0,
            text: String::new(),
            sound_to: takers.clone(),
        };
        self.keep(&utterance);
        self.begin_giving(&id, (at, voice_at), ear, takers);
        if ear {
            self.utterances.push_back(utterance);
            self.ear.add(TranscriptionInput::Begin(id));
        } else {
            self.unheard = Some(utterance);
        }
        self.tell_edge(started_at, true);
        self.tell_fallback(ear);
    }

    fn end(&mut self, voice_until: u64, reason: StopReason) {
        let ended_at = self.moment_of(voice_until);
        self.quiet_since = Instant::now();
        self.tell_edge(ended_at, false);
        self.end_giving();
        if let Some(utterance) = self.unheard.take() {
            // Its text comes from the Invoker that gives the transcript, its use from all.
            self.original.finish(&utterance.id);
            return self.keep_no_more(&utterance);
        }
        if !self.is_being_said() {
            return;
        }
        self.ear.add(TranscriptionInput::End);
        let Some(utterance) = self.utterances.back_mut() else {
            return;
        };
        utterance.ended_at = Some(ended_at);
        let utterance = utterance.clone();
        self.keep(&utterance);
        let started = utterance.started_at.unix_millis();
        let audio_ms = ended_at.unix_millis().saturating_sub(started);
        tracing::debug!(utterance = %utterance.id, ?reason, audio_ms, "utterance ended");
        self.original.finish(&utterance.id);
        let meter = &self.order.meter;
        meter.count(self.ear_name(), Amount::audio(audio_ms));
    }

    pub(super) fn tell_edge(&mut self, at: Timestamp, started: bool) {
        let edge = SpeechEdged {
            speaker: self.order.speaker.clone(),
            at,
            started,
        };
        self.edges.tell(&self.order.room, edge);
    }

    /// When the sample at this position was spoken, taking it that the newest was spoken now.
    fn moment_of(&self, position: u64) -> Timestamp {
        let ago = self.endpointer.position().saturating_sub(position);
        self.now().before(Duration::from_millis(
            ago * 1_000 / u64::from(DETECTOR_RATE),
        ))
    }
}
