//! One WebSocket connection: it understands what the client sends and owns the queue of what it is sent.
//!
//! The wire is a separate, thin actor inside the HTTP response, which is frozen while the peer does not read. The Socket
//! is not: it keeps the heartbeat, sees a stall by the queue that is not pulled, and ends the connection.

pub mod announcing;
pub(super) mod attaching;
mod requests;
pub mod route;
pub mod seen;
mod services;
mod subscriptions;

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use actix::{Actor, ActorFutureExt, AsyncContext, Handler, Message, SpawnHandle, WrapFuture};
use bytes::Bytes;
use bytestring::ByteString;
use tokio::time::Instant;

use self::{route::AudioPath, seen::Connection};
use crate::{
    actors::{
        environment::{Counters, Environment},
        limit::Limit,
        outbox::{Class, Closing, Outbox, Parcel, Payload},
        outlet::Outlet,
        pace::{self, Breach, Meter},
        session::{Attached, Session, attaching::Detach, commands::Active, line::Line},
    },
    config,
    domain::{
        access::Access,
        client_message,
        identity::{ConnectionId, SessionId},
        server_message::{PROTOCOL, ServerMessage},
        topic::Topic,
    },
    supervision::{Ctx, Exit, Ref, Restart, Spec, StartError, Supervised},
};

/// Frames that may wait for a Socket before its wire stops reading from the peer.
const SOCKET_PLACES: u32 = 64;

/// How often a Socket looks at its clocks, at the least.
const BEAT: Duration = Duration::from_secs(5);

/// The longest time that a Socket waits for the end of its token to the moment; for later ones its beat looks.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// How often a Socket looks at its clocks: often enough for the shortest time that is set.
fn beat(settings: &config::WebSocket) -> Duration {
    let shortest = settings
        .heartbeat_interval
        .min(settings.stall_timeout)
        .min(settings.client_timeout);
    BEAT.min(shortest / 2)
}

/// Who connects.
pub struct Caller {
    /// What they may do.
    pub access: Access,
    /// The `user_id` of the query: their own word, of use only where no keys are configured.
    pub user_id: Option<String>,
}

/// What comes from the wire.
#[derive(Message, Debug)]
#[rtype(result = "()")]
pub enum Inbound {
    /// A text frame.
    Text(ByteString),
    /// A binary frame.
    Audio(Bytes),
    /// A ping or pong: the peer is there.
    Heard,
    /// The wire is gone.
    Gone,
}

/// This session has let go of the socket.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Unbound(pub Ref<Session>);

/// Closes the connection.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Close(pub Closing);

/// The session a socket is attached to.
struct Bound {
    id: SessionId,
    session: Ref<Session>,
}

/// The actor of a connection.
pub struct Socket {
    environment: Arc<Environment>,
    id: ConnectionId,
    caller: Arc<Caller>,
    outlet: Outlet,
    bound: Option<Bound>,
    audio: AudioPath,
    topics: Vec<Topic>,
    messages: Meter,
    /// Boxed, because few clients ever send too fast.
    breach: Option<Box<Breach>>,
    heard_at: Instant,
    pinged_at: Instant,
    unauthorised_audio_told: Option<Instant>,
    translating: usize,
    farewell: Option<SpawnHandle>,
}

impl Socket {
    /// Starts the Socket of a connection on the thread this is called on, and gives its queue, which the wire is to
    /// pull.
    ///
    /// # Errors
    /// [`StartError`] while the server stops.
    pub fn start(
        environment: &Arc<Environment>,
        caller: Caller,
    ) -> Result<(Ref<Self>, Arc<Outbox>), StartError> {
        let id: ConnectionId = environment.identities.next().into();
        let outbox = Outbox::new(environment.settings.websocket.outbox_bytes);
        let outlet = Outlet::new(
            Arc::clone(&outbox),
            environment.postboxes.here(environment.observer())?,
        );
        let name = format!("sockets/{id}");
        let connection = Connection {
            environment: Arc::clone(environment),
            id,
            caller: Arc::new(caller),
            outlet,
        };
        let spec = Spec::new()
            .restart(Restart::Temporary)
            .mailbox(SOCKET_PLACES)
            .on_current_thread();
        let socket = environment
            .observer()
            .node()
            .start_child_by(&name, spec, connection)?;
        Ok((socket, outbox))
    }

    fn outbox(&self) -> &Arc<Outbox> {
        self.outlet.outbox()
    }

    /// Sends a message that is never dropped. It is pushed at once: it is this thread's own queue.
    fn send(&self, message: &ServerMessage, reference: Option<&serde_json::Value>) {
        self.outbox()
            .push(Parcel::lasting(message.encode(reference)));
    }

    fn attached(&self, ctx: &Ctx<Self>) -> Attached {
        Attached {
            connection: self.id.clone(),
            outlet: self.outlet.clone(),
            line: Line::Socket(ctx.me()),
        }
    }

    /// The session is over for this socket, and with it what only those in it may follow.
    fn unbind(&mut self) {
        self.bound = None;
        self.outbox().bind(None);
        self.audio = AudioPath::default();
        self.review_subscriptions();
    }

    /// Lets go of the session: it lingers, or goes on with its other sockets.
    fn detach(&mut self) {
        self.audio = AudioPath::default();
        if let Some(bound) = self.bound.take() {
            self.outbox().bind(None);
            // A session that does not take this has ended, and has nothing to let go of.
            let _ = bound.session.tell(Detach {
                connection: self.id.clone(),
                written: self.outbox().written(),
            });
        }
    }

    /// Ends the connection: the client is told why, as far as it still reads.
    fn close(&mut self, closing: Closing, ctx: &mut Ctx<Self>) {
        self.outbox().close(closing);
        if self.farewell.is_none() {
            // The wire ends the Socket once it has sent its close frame. One that is frozen never does.
            let patience = self.environment.settings.websocket.stall_timeout.min(BEAT);
            self.farewell = Some(ctx.run_later(patience, |_, ctx| ctx.end("closed")));
        }
    }

    fn count_dropped_audio(&self) {
        Counters::add(
            &self.environment.counters.audio_frames_discarded,
            self.outbox().take_dropped_audio(),
        );
    }

    fn beat(&mut self, ctx: &mut Ctx<Self>) {
        self.count_dropped_audio();
        let expiry = self.caller.access.expires_at;
        if expiry.is_some_and(|expiry| expiry <= self.environment.clock.now()) {
            return self.close(Closing::AUTHENTICATION, ctx);
        }
        let settings = &self.environment.settings.websocket;
        if self.outbox().stalled_for() >= settings.stall_timeout {
            tracing::info!(connection = %self.id, queued = self.outbox().queued_bytes(), "peer does not read");
            self.outbox().close(Closing::TOO_SLOW);
            return ctx.end("peer does not read");
        }
        if self.outbox().is_closing() {
            return self.close(Closing::TOO_SLOW, ctx);
        }
        if self.heard_at.elapsed() >= settings.client_timeout {
            return self.close(Closing::IDLE, ctx);
        }
        if self.pinged_at.elapsed() >= settings.heartbeat_interval {
            self.pinged_at = Instant::now();
            self.outbox().push(Parcel {
                payload: Payload::Ping,
                class: Class::Newest(Arc::new(crate::actors::outbox::Replaces::Ping)),
            });
        }
        self.review_subscriptions();
        if self.outbox().take_followed()
            && let Some(bound) = &self.bound
        {
            let _ = bound.session.tell(Active);
        }
    }
}

impl Actor for Socket {
    type Context = Ctx<Self>;

    fn started(&mut self, ctx: &mut Ctx<Self>) {
        self.environment.counters.connected();
        self.send(
            &ServerMessage::Connected {
                connection_id: self.id.clone(),
                server_time: self.environment.clock.now(),
                protocol: PROTOCOL,
            },
            None,
        );
        ctx.run_interval(beat(&self.environment.settings.websocket), Self::beat);
        if let Some(expiry) = self.caller.access.expires_at {
            let left = self.environment.clock.now().until(expiry);
            if left <= LONGEST_WAIT {
                ctx.run_later(left, Self::beat);
            }
        }
    }
}

/// However a Socket ends, a panic included, its session is let go of and its wire closed.
impl Drop for Socket {
    fn drop(&mut self) {
        self.detach();
        for topic in &self.topics {
            self.environment.topics.unsubscribe(topic, &self.id);
        }
        let closing = if self.environment.is_stopping() {
            Closing::RESTARTING
        } else {
            Closing::INTERNAL
        };
        self.outbox().close(closing);
        self.environment.counters.disconnected();
        self.count_dropped_audio();
    }
}

impl Supervised for Socket {
    const KIND: &'static str = "socket";

    /// The session has gone without a word: it is over for this socket.
    fn watched_ended(&mut self, path: &crate::supervision::Path, _: &Exit, _: &mut Ctx<Self>) {
        let ended = |bound: &Bound| bound.session.path() == path && !bound.session.is_alive();
        if self.bound.as_ref().is_some_and(ended) {
            self.unbind();
        }
    }
}

impl Handler<Inbound> for Socket {
    type Result = ();

    fn handle(&mut self, inbound: Inbound, ctx: &mut Ctx<Self>) {
        self.heard_at = Instant::now();
        match inbound {
            Inbound::Text(frame) => {
                Counters::add(&self.environment.counters.messages_received, 1);
                match self.takes_message() {
                    true => self.on_text(&frame, ctx),
                    false => self.refuse_message(&frame, ctx),
                }
            }
            Inbound::Audio(bytes) => self.on_audio(bytes),
            Inbound::Heard => {}
            Inbound::Gone => ctx.end("disconnected"),
        }
    }
}

impl Handler<Unbound> for Socket {
    type Result = ();

    /// One that comes late is about a session the client has already left for another.
    fn handle(&mut self, Unbound(session): Unbound, _: &mut Ctx<Self>) {
        if self
            .bound
            .as_ref()
            .is_some_and(|bound| bound.session == session)
        {
            self.unbind();
        }
    }
}

impl Handler<Close> for Socket {
    type Result = ();

    fn handle(&mut self, Close(closing): Close, ctx: &mut Ctx<Self>) {
        self.close(closing, ctx);
    }
}

impl Socket {
    /// Whether another text message is within the client's rate.
    fn takes_message(&self) -> bool {
        let rate = &self.environment.rates.messages;
        rate.take(&self.messages, NonZeroU32::MIN).is_ok()
    }

    /// Answers a message beyond the client's rate, and ends the connection if that goes on.
    fn refuse_message(&mut self, frame: &str, ctx: &mut Ctx<Self>) {
        let counters = &self.environment.counters;
        Counters::add(&counters.messages_refused, 1);
        counters.limits.note(Limit::MessageRate);
        let error = ServerMessage::error(
            "rate_limited",
            format!(
                "you send more than {} messages a second (websocket.message_rate); this one was not acted on, \
                 send it again more slowly",
                self.environment.settings.websocket.message_rate
            ),
        );
        self.send(&error, client_message::reference_of(frame).as_ref());
        let breach = self.breach.get_or_insert_with(|| Box::new(Breach::begin()));
        if breach.refused() >= pace::PATIENCE {
            self.close(Closing::TOO_MANY_MESSAGES, ctx);
        }
    }

    /// Runs `work` with nothing else handled meanwhile, so that what the client sends next finds it done.
    fn before_anything_else<F, T>(
        &self,
        work: F,
        then: impl FnOnce(T, &mut Self, &mut Ctx<Self>) + 'static,
        ctx: &mut Ctx<Self>,
    ) where
        F: Future<Output = T> + 'static,
        T: 'static,
    {
        ctx.wait(work.into_actor(self).map(then));
    }
}
