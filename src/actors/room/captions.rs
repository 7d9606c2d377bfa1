//! What Sources and Invokers report, and how it goes out to those who read it.

use std::sync::Arc;

use actix::{Handler, Message};
use serde_json::json;

use super::{Readers, Room};
use crate::{
    actors::{
        environment::Counters,
        outbox::{Class, Parcel, Payload, Replaces},
        refusal::Refusal,
        session::commands::Active,
    },
    domain::{
        identity::{SessionId, UtteranceId},
        language::Language,
        participant::Speaker,
        room_log::{EntryKind, Subject},
        server_message::{Caption, ServerMessage, SpeechEdge},
        time::Timestamp,
    },
    supervision::Ctx,
};

/// Somebody begins to speak, or stops.
#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct SpeechEdged {
    /// Who.
    pub speaker: Speaker,
    /// When.
    pub at: Timestamp,
    /// Whether it began.
    pub started: bool,
}

impl Handler<SpeechEdged> for Room {
    type Result = ();

    fn handle(&mut self, edge: SpeechEdged, ctx: &mut Ctx<Self>) {
        let speaker = &edge.speaker.session_id;
        if edge.started {
            self.silence_for(speaker, ctx);
        }
        if let Some(seat) = self.kept.read(|state| state.seats.get(speaker).cloned()) {
            // Voice keeps a session from being idle; one that is too busy to hear this is not idle.
            let _ = seat.session.tell(Active);
        }
        let message = SpeechEdge {
            room_id: self.id.clone(),
            speaker: edge.speaker,
            at: edge.at,
        };
        let message = if edge.started {
            ServerMessage::SpeechStarted(message)
        } else {
            ServerMessage::SpeechStopped(message)
        };
        self.everybody
            .finals
            .deliver(&Parcel::lasting(message.encode(None)));
    }
}

/// A revision of what somebody said, in their own language.
#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct Transcribed(pub Caption);

/// A revision of a translation.
#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct Translated(pub Caption);

impl Handler<Transcribed> for Room {
    type Result = ();

    fn handle(&mut self, Transcribed(caption): Transcribed, ctx: &mut Ctx<Self>) {
        let Some(subject) = subject(EntryKind::Transcription, &caption) else {
            return;
        };
        let readers = self.everybody.clone();
        let replaces = Replaces::Caption(caption.utterance_id.clone(), None);
        let message = ServerMessage::Transcription;
        self.send_caption(caption, subject, &readers, replaces, message, ctx);
    }
}

impl Handler<Translated> for Room {
    type Result = ();

    fn handle(&mut self, Translated(caption): Translated, ctx: &mut Ctx<Self>) {
        let Some(subject) = subject(EntryKind::Translation, &caption) else {
            return;
        };
        let readers = self.readers_of(&subject.speaker, &caption.language);
        let replaces =
            Replaces::Caption(caption.utterance_id.clone(), Some(caption.language.clone()));
        let message = ServerMessage::Translation;
        self.send_caption(caption, subject, &readers, replaces, message, ctx);
    }
}

/// What the log is told of a caption; nothing for one without a speaker, which no room has.
fn subject(kind: EntryKind, caption: &Caption) -> Option<Subject> {
    Some(Subject {
        kind,
        speaker: caption.speaker.as_ref()?.session_id.clone(),
        language: Some(caption.language.clone()),
        at: caption.started_at,
    })
}

impl Room {
    fn send_caption(
        &mut self,
        mut caption: Caption,
        subject: Subject,
        readers: &Readers,
        replaces: Replaces,
        message: fn(Caption) -> ServerMessage,
        ctx: &mut Ctx<Self>,
    ) {
        caption.room_id = Some(self.id.clone());
        let counters = &self.environment.counters;
        if caption.last {
            Counters::add(&counters.captions_final, 1);
            let encode = |seq| {
                caption.seq = Some(seq);
                message(caption)
            };
            self.publish(subject, Some(replaces), encode, ctx);
        } else {
            Counters::add(&counters.captions_partial, 1);
            let frame = message(caption).encode(None);
            self.show_partial(&frame, &replaces);
            readers.partials.deliver(&Parcel {
                payload: Payload::Text(frame),
                class: Class::Newest(Arc::new(replaces)),
            });
        }
    }
}

/// An utterance could not be interpreted. Without a language it is about the transcript, and the speaker is told;
/// with one it is about that translation, and those who read it are told.
#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct Failed {
    /// Whose utterance.
    pub speaker: SessionId,
    /// Into which language, if it is about a translation.
    pub language: Option<Language>,
    /// Which utterance, where it is about one.
    pub utterance_id: Option<UtteranceId>,
    /// Why.
    pub refusal: Refusal,
}

impl Handler<Failed> for Room {
    type Result = ();

    fn handle(&mut self, failed: Failed, _: &mut Ctx<Self>) {
        let message = match &failed.utterance_id {
            Some(utterance) => format!("{} (utterance {utterance})", failed.refusal.message),
            None => failed.refusal.message.clone(),
        };
        let frame = ServerMessage::error(failed.refusal.code, message).encode(None);
        match &failed.language {
            Some(language) => self
                .readers_of(&failed.speaker, language)
                .finals
                .deliver(&Parcel::lasting(frame)),
            None => {
                let seat = self
                    .kept
                    .read(|state| state.seats.get(&failed.speaker).cloned());
                for attached in seat.iter().flat_map(|seat| seat.sockets.iter()) {
                    attached.outlet.deliver(Parcel::lasting(frame.clone()));
                }
            }
        }
        self.environment.topics.publish(
            &self.topic(),
            json!({"kind": "failed", "code": failed.refusal.code, "language": failed.language}),
        );
    }
}

/// An Invoker has started and asks for its listeners.
#[derive(Message)]
#[rtype(result = "()")]
pub struct NeedHearers {
    /// Whose words.
    pub speaker: SessionId,
    /// Into which language.
    pub language: Language,
}

impl Handler<NeedHearers> for Room {
    type Result = ();

    fn handle(&mut self, need: NeedHearers, ctx: &mut Ctx<Self>) {
        self.push_route_of(&(need.speaker, need.language), ctx);
    }
}

/// A Source has started and asks for its routes.
#[derive(Message)]
#[rtype(result = "()")]
pub struct NeedRoutes;

impl Handler<NeedRoutes> for Room {
    type Result = ();

    fn handle(&mut self, _: NeedRoutes, ctx: &mut Ctx<Self>) {
        self.push_all_routes(ctx);
    }
}
