//! Whose voice is in which frame, and their places in the room.

use std::{sync::Arc, time::Duration};

use actix::{ActorFutureExt, AsyncContext, Handler, WrapFuture};
use bytes::Bytes;
use tokio::time::Instant;

use super::MediaSocket;
use crate::{
    actors::{
        call::{
            seating::{Who, seat},
            streaming::{MediaReady, PlaceLost},
            ticket::Direction,
        },
        environment::Counters,
        refusal::Refusal,
        session::{Attached, Session, line::Line},
        socket::route::{AudioPath, Microphone, SourceRoute},
    },
    audio::{frames::frame_samples, pcm::to_bytes},
    domain::{identity::SessionId, participant::ParticipantKind},
    links::acs::wire::{frame::AudioFrame, identifier::Identifier},
    supervision::{Ctx, Ref},
};

/// People of a call who are heard alone, at the most. The service sends four at a time, of a call of many.
const MOST_SPEAKERS: usize = 16;

/// People of a call who were ever heard alone, over all its sockets, at the most.
const MOST_EVER: usize = 256;

/// How long somebody who found no place is not heard.
const REFUSED: Duration = Duration::from_secs(10);

/// Somebody of the call in its room.
pub(super) struct Seated {
    id: SessionId,
    /// Whose voice it is, by raw id; absent: whoever has none of their own.
    voice: Option<String>,
    pub(super) session: Ref<Session>,
    audio: AudioPath,
}

impl MediaSocket {
    /// Whether it is a call of others, in which we are the interpreter.
    pub(super) fn is_among_others(&self) -> bool {
        self.ticket
            .state
            .read(|state| state.direction == Direction::Joined)
    }

    pub(super) fn on_audio(&mut self, audio: &AudioFrame, ctx: &mut Ctx<Self>) {
        let Some(rate) = self.rate.filter(|_| !self.seated.is_empty()) else {
            // Nobody can tell what comes before the metadata.
            return Counters::add(&self.environment.counters.audio_frames_discarded, 1);
        };
        let bytes: Bytes = match audio.samples.is_empty() {
            // A frame without samples is silent, and as long as any other.
            true => vec![0; frame_samples(rate) * 2].into(),
            false => to_bytes(&audio.samples).into(),
        };
        match self.place_of(audio.participant.as_deref(), audio.is_silent) {
            Some(place) => self.forward(place, bytes),
            None if audio.is_silent => {}
            // Beyond what can be told apart nobody is heard: of two voices in one nobody could be understood.
            None if self.seated.len() > MOST_SPEAKERS
                || self.is_refused(audio.participant.as_deref().unwrap_or_default()) =>
            {
                Counters::add(&self.environment.counters.audio_frames_discarded, 1);
            }
            None => {
                let name = audio.participant.as_deref().map(name_of);
                let who = Who::Speaker(name.unwrap_or_else(|| "Call".to_owned()));
                let voice = audio.participant.clone().unwrap_or_default();
                self.take_place(who, Some((voice, bytes)), rate, ctx);
            }
        }
    }

    /// Who says what comes from this participant; nobody yet, if they are to have a place of their own.
    fn place_of(&mut self, participant: Option<&str>, is_silent: bool) -> Option<usize> {
        let among_others = self.is_among_others();
        if !among_others {
            // The first who speaks is whom the call was made with, over later sockets too; all are, where they come
            // together.
            let own = self.seated.first_mut()?;
            let Some(voice) = participant else {
                return Some(0);
            };
            if own.voice.is_none() && is_silent {
                return Some(0);
            }
            if own.voice.is_none() {
                own.voice = self.ticket.state.change(|state| {
                    state.own_voice.get_or_insert_with(|| voice.to_owned());
                    state.own_voice.clone()
                });
            }
        }
        let voice = participant.unwrap_or_default();
        let is_theirs = |seated: &Seated| seated.voice.as_deref() == Some(voice);
        self.seated.iter().position(is_theirs)
    }

    fn forward(&mut self, place: usize, bytes: Bytes) {
        let Some(seated) = self.seated.get_mut(place) else {
            return;
        };
        let connection = match seated.id.as_str().parse() {
            Ok(connection) => connection,
            Err(_) => return,
        };
        let microphone = Microphone {
            connection: &connection,
            session: &seated.session,
            counters: &self.environment.counters,
        };
        seated.audio.send(bytes, &microphone);
    }

    /// Brings somebody into the room; nothing else is handled meanwhile, so that no sound of theirs is lost.
    pub(super) fn take_place(
        &mut self,
        who: Who,
        voice: Option<(String, Bytes)>,
        rate: u32,
        ctx: &mut Ctx<Self>,
    ) {
        let id = match &voice {
            None => self.ticket.session_id(),
            Some((voice, _)) => self.ticket.state.change(|state| {
                let known = state.speakers.iter().position(|known| known == voice);
                let place = known.unwrap_or_else(|| {
                    state.speakers.push(voice.clone());
                    state.speakers.len() - 1
                });
                self.ticket.speaker_id(place)
            }),
        };
        let kind = match who {
            Who::Interpreter => ParticipantKind::Bot,
            Who::Party | Who::Speaker(_) => ParticipantKind::Phone,
        };
        let outlet = match who {
            Who::Party | Who::Interpreter => self.outlet.clone(),
            Who::Speaker(_) => self.outlet.muted(),
        };
        let Ok(connection) = id.as_str().parse() else {
            return;
        };
        let attached = Attached {
            connection,
            outlet,
            line: Line::Call(ctx.me(), kind),
        };
        let seating = seat(
            Arc::clone(&self.environment),
            Arc::clone(&self.ticket),
            who,
            id.clone(),
            attached,
            rate,
        );
        ctx.wait(seating.into_actor(self).map(move |seated, media, ctx| {
            media.seated(seated, id, voice, rate, ctx);
        }));
    }

    fn seated(
        &mut self,
        seated: Result<Ref<Session>, Refusal>,
        id: SessionId,
        voice: Option<(String, Bytes)>,
        rate: u32,
        ctx: &mut Ctx<Self>,
    ) {
        let is_own = voice.is_none();
        match seated {
            Ok(session) => {
                ctx.watch(&session);
                let (voice, bytes) = voice.unzip();
                self.seated.push(Seated {
                    id,
                    voice,
                    session,
                    audio: AudioPath::default(),
                });
                if let Some(bytes) = bytes {
                    self.forward(self.seated.len() - 1, bytes);
                }
                if is_own {
                    let path = ctx.path().clone();
                    // A call that is too busy to hear this is told with the next socket.
                    let _ = self.call.tell(MediaReady { path, rate });
                }
            }
            Err(refusal) => {
                tracing::warn!(call = %self.ticket.id, code = refusal.code, "no place in the room of a call");
                match voice {
                    Some((voice, _)) => self.refuse(voice),
                    None => self.lose_place(refusal.code, ctx),
                }
            }
        }
    }

    fn lose_place(&mut self, reason: &'static str, ctx: &mut Ctx<Self>) {
        let path = ctx.path().clone();
        let _ = self.call.tell(PlaceLost { path, reason });
    }

    /// Somebody found no place; nobody asks again for a while, because everybody else is not heard meanwhile.
    fn refuse(&mut self, voice: String) {
        self.refused
            .retain(|(_, refused_at)| refused_at.elapsed() < REFUSED);
        if self.refused.len() < MOST_SPEAKERS {
            self.refused.push((voice, Instant::now()));
        }
    }

    fn is_refused(&self, voice: &str) -> bool {
        let is_one_too_many = self.ticket.state.read(|state| {
            state.speakers.len() >= MOST_EVER && !state.speakers.iter().any(|known| known == voice)
        });
        if is_one_too_many {
            return true;
        }
        let mut refused = self.refused.iter();
        self.refused.len() >= MOST_SPEAKERS
            || refused.any(|(known, at)| known == voice && at.elapsed() < REFUSED)
    }

    /// A session has let go: the call's own takes the call with it.
    pub(super) fn lost(&mut self, is_lost: impl Fn(&Seated) -> bool, ctx: &mut Ctx<Self>) {
        if self.seated.first().is_some_and(&is_lost) && !self.environment.is_stopping() {
            self.lose_place("session_ended", ctx);
        }
        self.seated.retain(|seated| !is_lost(seated));
    }
}

/// What others see of one who is known by a raw id.
fn name_of(raw_id: &str) -> String {
    let somebody = Identifier::from_raw(raw_id);
    match somebody.phone_number() {
        Some(number) => number.to_owned(),
        None => {
            let short: String = raw_id.chars().rev().take(4).collect();
            format!("Caller {}", short.chars().rev().collect::<String>())
        }
    }
}

impl Handler<SourceRoute> for MediaSocket {
    type Result = ();

    fn handle(&mut self, route: SourceRoute, _: &mut Ctx<Self>) {
        let is_theirs = |seated: &&mut Seated| seated.id == route.session_id;
        let Some(seated) = self.seated.iter_mut().find(is_theirs) else {
            return;
        };
        if let Ok(connection) = seated.id.as_str().parse() {
            let microphone = Microphone {
                connection: &connection,
                session: &seated.session,
                counters: &self.environment.counters,
            };
            seated.audio.take(route, &microphone);
        }
    }
}
