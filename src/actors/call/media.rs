//! The media socket of a call: what comes over it is heard, what its session is told is said.
//!
//! It is to a call's session what a Socket is to a client's. Its wire is a thin actor in the HTTP response, as a Socket's is;
//! what goes out is paced in [`super::mouth`]. A call has one; a second takes the place of the first.

use std::{sync::Arc, time::Duration};

use actix::{Actor, ActorFutureExt, AsyncContext, Handler, Message, WrapFuture};
use bytes::Bytes;
use tokio::time::Instant;

use super::{
    Call,
    seating::{Who, seat},
    ticket::{Direction, Ticket},
};
use crate::{
    actors::{
        environment::{Counters, Environment},
        outbox::{Class, Closing, Outbox, Parcel, Payload, Replaces},
        outlet::Outlet,
        refusal::Refusal,
        session::{Attached, Session, commands::Active, line::Line},
        socket::{
            Close, Inbound, Unbound,
            route::{AudioPath, Microphone, SourceRoute},
        },
    },
    audio::{frames::frame_samples, pcm::to_bytes},
    domain::{identity::SessionId, participant::ParticipantKind},
    links::acs::wire::{
        frame::{AudioFrame, AudioMetadata, Inbound as Frame},
        identifier::Identifier,
    },
    supervision::{Ctx, Path, Ref, Restart, Spec, StartError, Supervised},
};

/// Frames that may wait for a media socket before its wire stops reading: a second of one speaker.
const MEDIA_PLACES: u32 = 64;

/// People of a call who are heard alone, at the most. The service sends four at a time, of a call of many.
pub const MOST_SPEAKERS: usize = 16;

/// How often it looks at its clocks, at the least.
const BEAT: Duration = Duration::from_secs(5);

/// How long its wire may take to send its close frame.
const FAREWELL: Duration = Duration::from_secs(2);

/// Somebody of the call in its room.
struct Seated {
    id: SessionId,
    /// Whose voice it is, by raw id; absent: whoever has none of their own.
    voice: Option<String>,
    session: Ref<Session>,
    audio: AudioPath,
}

/// The actor of a media socket.
pub struct MediaSocket {
    environment: Arc<Environment>,
    ticket: Arc<Ticket>,
    call: Ref<Call>,
    outlet: Outlet,
    /// Of the sound, in Hz, as the socket itself says.
    rate: Option<u32>,
    /// The first is the call's own.
    seated: Vec<Seated>,
    heard_at: Instant,
    pinged_at: Instant,
}

/// A socket has come for the call.
#[derive(Message)]
#[rtype(result = "()")]
pub struct MediaOpened(pub Ref<MediaSocket>);

/// There is sound, at this rate, over the socket of this path.
#[derive(Message)]
#[rtype(result = "()")]
struct MediaReady {
    path: Path,
    rate: u32,
}

/// The call has no place in its room, or has lost it.
#[derive(Message)]
#[rtype(result = "()")]
struct PlaceLost(&'static str);

impl Handler<MediaOpened> for Call {
    type Result = ();

    fn handle(&mut self, MediaOpened(media): MediaOpened, _: &mut Ctx<Self>) {
        let former = self.media.change(|known| known.replace(media));
        if let Some(former) = former {
            self.note(|state| state.rate = None);
            if former.tell(Close(Closing::REPLACED)).is_err() {
                former.stop("replaced");
            }
        }
    }
}

impl Handler<MediaReady> for Call {
    type Result = ();

    fn handle(&mut self, ready: MediaReady, ctx: &mut Ctx<Self>) {
        let is_current = |media: &Ref<MediaSocket>| *media.path() == ready.path;
        if !self
            .media
            .read(|media| media.as_ref().is_some_and(is_current))
        {
            return;
        }
        if let Some(due) = self.media_due.take() {
            ctx.cancel_future(due);
        }
        self.note(|state| {
            state.rate = Some(ready.rate);
            state.restarted = false;
        });
    }
}

impl Handler<PlaceLost> for Call {
    type Result = ();

    fn handle(&mut self, PlaceLost(reason): PlaceLost, ctx: &mut Ctx<Self>) {
        self.end(reason, ctx);
    }
}

impl MediaSocket {
    /// Starts the socket of a call on the thread this is called on, and gives its queue, which the wire is to pull.
    ///
    /// # Errors
    /// [`StartError`] if the call is over.
    pub fn start(
        environment: &Arc<Environment>,
        ticket: &Arc<Ticket>,
        call: &Ref<Call>,
    ) -> Result<(Ref<Self>, Arc<Outbox>), StartError> {
        let outbox = Outbox::new(environment.settings.websocket.outbox_bytes);
        let outlet = Outlet::new(
            Arc::clone(&outbox),
            environment.postboxes.here(environment.observer())?,
        );
        let given = (Arc::clone(environment), Arc::clone(ticket), call.clone());
        let name = format!("media/{}", environment.identities.next());
        let spec = Spec::new()
            .restart(Restart::Temporary)
            .mailbox(MEDIA_PLACES)
            .on_current_thread();
        let media = call.node().start_child(&name, spec, move || Self {
            environment: Arc::clone(&given.0),
            ticket: Arc::clone(&given.1),
            call: given.2.clone(),
            outlet: outlet.clone(),
            rate: None,
            seated: Vec::new(),
            heard_at: Instant::now(),
            pinged_at: Instant::now(),
        })?;
        Ok((media, outbox))
    }

    fn outbox(&self) -> &Arc<Outbox> {
        self.outlet.outbox()
    }

    fn close(&mut self, closing: Closing, ctx: &mut Ctx<Self>) {
        if !self.outbox().is_closing() {
            self.outbox().close(closing);
            // The wire ends it once it has sent its close frame. One that is frozen never does.
            ctx.run_later(FAREWELL, |_, ctx| ctx.end("closed"));
        }
    }

    fn on_text(&mut self, text: &str, ctx: &mut Ctx<Self>) {
        if self.outbox().is_closing() {
            return;
        }
        let counters = &self.environment.counters;
        match Frame::read(text) {
            Ok(Frame::Audio(audio)) => {
                Counters::add(&counters.audio_frames_received, 1);
                self.on_audio(&audio, ctx);
            }
            Ok(Frame::Metadata(metadata)) => self.on_metadata(&metadata, ctx),
            Ok(Frame::Dtmf(_) | Frame::Unknown(_)) => {}
            Err(_) => Counters::add(&counters.audio_frames_discarded, 1),
        }
    }

    /// The socket says how it sounds, and only then its people have a place.
    fn on_metadata(&mut self, metadata: &AudioMetadata, ctx: &mut Ctx<Self>) {
        match (metadata.rate(), self.rate) {
            (Ok(rate), None) => {
                self.rate = Some(rate);
                let who = match self.is_among_others() {
                    true => Who::Interpreter,
                    false => Who::Party,
                };
                self.take_place(who, None, rate, ctx);
            }
            (Ok(rate), Some(known)) if rate == known => {}
            (told, _) => {
                let error = told.err().map(|error| error.to_string());
                tracing::warn!(call = %self.ticket.id, ?error, "the sound of a call cannot be used");
                self.close(Closing::UNKNOWN_SOUND, ctx);
            }
        }
    }

    /// Whether it is a call of others, in which we are the interpreter.
    fn is_among_others(&self) -> bool {
        self.ticket
            .state
            .read(|state| state.direction == Direction::Joined)
    }

    fn on_audio(&mut self, audio: &AudioFrame, ctx: &mut Ctx<Self>) {
        let Some(rate) = self.rate.filter(|_| !self.seated.is_empty()) else {
            // Nobody can tell what comes before the metadata.
            return Counters::add(&self.environment.counters.audio_frames_discarded, 1);
        };
        let bytes: Bytes = match audio.samples.is_empty() {
            // A frame without samples is silent, and as long as any other.
            true => vec![0; frame_samples(rate) * 2].into(),
            false => to_bytes(&audio.samples).into(),
        };
        match self.place_of(audio.participant.as_deref()) {
            Some(place) => self.forward(place, bytes),
            None if audio.is_silent => {}
            None => {
                let name = audio.participant.as_deref().map(name_of);
                let who = Who::Speaker(name.unwrap_or_else(|| "Call".to_owned()));
                let voice = audio.participant.clone().unwrap_or_default();
                self.take_place(who, Some((voice, bytes)), rate, ctx);
            }
        }
    }

    /// Who says what comes from this participant; nobody yet, if they are to have a place of their own.
    fn place_of(&mut self, participant: Option<&str>) -> Option<usize> {
        let among_others = self.is_among_others();
        if !among_others {
            // The first who speaks is whom the call was made with; all are, where they come together.
            let own = self.seated.first_mut()?;
            match participant {
                None => return Some(0),
                Some(_) if own.voice.is_none() => {
                    own.voice = participant.map(str::to_owned);
                    return Some(0);
                }
                Some(_) => {}
            }
        }
        let voice = participant.unwrap_or_default();
        let is_theirs = |seated: &Seated| seated.voice.as_deref() == Some(voice);
        let found = self.seated.iter().position(is_theirs);
        // Beyond what can be told apart, all others are one.
        found.or_else(|| (self.seated.len() > MOST_SPEAKERS).then(|| self.seated.len() - 1))
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
    fn take_place(
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
                if is_own {
                    let _ = self.call.tell(PlaceLost(refusal.code));
                }
            }
        }
    }

    /// A session has let go: the call's own takes the call with it.
    fn lost(&mut self, is_lost: impl Fn(&Seated) -> bool) {
        if self.seated.first().is_some_and(&is_lost) && !self.environment.is_stopping() {
            let _ = self.call.tell(PlaceLost("session_ended"));
        }
        self.seated.retain(|seated| !is_lost(seated));
    }

    fn beat(&mut self, ctx: &mut Ctx<Self>) {
        let settings = &self.environment.settings.websocket;
        let dropped = self.outbox().take_dropped_audio();
        Counters::add(&self.environment.counters.audio_frames_discarded, dropped);
        if self.outbox().stalled_for() >= settings.stall_timeout {
            return ctx.end("the service does not read");
        }
        if self.heard_at.elapsed() >= settings.client_timeout {
            return self.close(Closing::IDLE, ctx);
        }
        if self.pinged_at.elapsed() >= settings.heartbeat_interval {
            self.pinged_at = Instant::now();
            self.outbox().push(Parcel {
                payload: Payload::Ping,
                class: Class::Newest(Arc::new(Replaces::Ping)),
            });
        }
        // What is said on the call keeps it from being idle, as what comes from it does.
        if self.outbox().take_followed()
            && let Some(own) = self.seated.first()
        {
            let _ = own.session.tell(Active);
        }
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

impl Actor for MediaSocket {
    type Context = Ctx<Self>;

    fn started(&mut self, ctx: &mut Ctx<Self>) {
        let settings = &self.environment.settings.websocket;
        let shortest = settings.heartbeat_interval.min(settings.stall_timeout);
        ctx.run_interval(BEAT.min(shortest / 2), Self::beat);
    }
}

/// However it ends, its wire is closed; its sessions see its end by themselves.
impl Drop for MediaSocket {
    fn drop(&mut self) {
        self.outbox().close(if self.environment.is_stopping() {
            Closing::RESTARTING
        } else if std::thread::panicking() {
            Closing::INTERNAL
        } else {
            Closing::CALL_ENDED
        });
    }
}

impl Supervised for MediaSocket {
    const KIND: &'static str = "media-socket";

    fn watched_ended(&mut self, path: &Path, _: &crate::supervision::Exit, _: &mut Ctx<Self>) {
        self.lost(|seated| seated.session.path() == path && !seated.session.is_alive());
    }
}

impl Handler<Inbound> for MediaSocket {
    type Result = ();

    fn handle(&mut self, inbound: Inbound, ctx: &mut Ctx<Self>) {
        self.heard_at = Instant::now();
        match inbound {
            Inbound::Text(text) => self.on_text(&text, ctx),
            // The service sends text only.
            Inbound::Audio(_) => {
                Counters::add(&self.environment.counters.audio_frames_discarded, 1)
            }
            Inbound::Heard => {}
            Inbound::Gone => ctx.end("disconnected"),
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

impl Handler<Unbound> for MediaSocket {
    type Result = ();

    fn handle(&mut self, Unbound(session): Unbound, _: &mut Ctx<Self>) {
        self.lost(|seated| seated.session == session);
    }
}

impl Handler<Close> for MediaSocket {
    type Result = ();

    fn handle(&mut self, Close(closing): Close, ctx: &mut Ctx<Self>) {
        self.close(closing, ctx);
    }
}
