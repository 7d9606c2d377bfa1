//! The media socket of a call: what comes over it is heard, what its session is told is said.
//!
//! It is to a call's session what a Socket is to a client's. Its wire is a thin actor in the HTTP response, as a Socket's is;
//! what goes out is paced in [`super::mouth`]. A call has one; a second takes the place of the first.

mod people;

use std::{sync::Arc, time::Duration};

use actix::{Actor, AsyncContext, Handler};
use tokio::time::Instant;

use self::people::Seated;
use super::{Call, seating::Who, ticket::Ticket};
use crate::{
    actors::{
        environment::{Counters, Environment},
        outbox::{Class, Closing, Outbox, Parcel, Payload, Replaces},
        outlet::Outlet,
        session::commands::Active,
        socket::{Close, Inbound, Unbound},
    },
    links::acs::wire::frame::{AudioMetadata, Inbound as Frame},
    supervision::{Ctx, Exit, Path, Ref, Restart, Spec, StartError, Supervised},
};

/// Frames that may wait for a media socket before its wire stops reading: a second of one speaker.
const MEDIA_PLACES: u32 = 64;

/// How often it looks at its clocks, at the least.
const BEAT: Duration = Duration::from_secs(5);

/// How long its wire may take to send its close frame.
const FAREWELL: Duration = Duration::from_secs(2);

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
    /// Whose voice found no place, and when.
    refused: Vec<(String, Instant)>,
    heard_at: Instant,
    pinged_at: Instant,
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
            refused: Vec::new(),
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

    fn watched_ended(&mut self, path: &Path, _: &Exit, ctx: &mut Ctx<Self>) {
        let is_lost = |seated: &Seated| seated.session.path() == path && !seated.session.is_alive();
        self.lost(is_lost, ctx);
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

impl Handler<Unbound> for MediaSocket {
    type Result = ();

    fn handle(&mut self, Unbound(session): Unbound, ctx: &mut Ctx<Self>) {
        self.lost(|seated| seated.session == session, ctx);
    }
}

impl Handler<Close> for MediaSocket {
    type Result = ();

    fn handle(&mut self, Close(closing): Close, ctx: &mut Ctx<Self>) {
        self.close(closing, ctx);
    }
}
