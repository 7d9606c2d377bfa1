//! The WebSocket at `/ws`, and that of a call: frames in to the Socket, frames out from its outbox, and nothing else.
//!
//! This actor lives inside the HTTP response and is frozen with it while the peer does not read, so no decision is made
//! here. It is the server's only file that knows `actix-web-actors`; with another WebSocket library only this file changes.

use std::{sync::Arc, time::Duration};

use actix::{
    Actor, ActorContext, ActorFutureExt, AsyncContext, Handler, StreamHandler, WrapFuture,
};
use actix_http::ws::{Codec, Item, ProtocolError};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Payload, Query},
};
use actix_web_actors::ws::{
    CloseCode, CloseReason, Message, WebsocketContext, WsResponseBuilder, handshake,
};
use bytes::BytesMut;
use bytestring::ByteString;
use futures_util::Stream;
use serde::Deserialize;

use super::intake::Intake;
use crate::{
    actors::{
        admission::Place,
        environment::{Counters, Environment},
        limit::Limit,
        outbox::{self, Closing, Outbox, Outgoing},
        socket::{Caller, Inbound, Socket},
    },
    domain::access::Access,
    supervision::{Ref, Supervised, TellError},
};

/// How long a peer is waited for to answer our close frame.
const CLOSE_PATIENCE: Duration = Duration::from_secs(2);

/// How long the reading of a peer pauses for its Socket before the connection counts as broken.
const INBOUND_PATIENCE: Duration = Duration::from_secs(30);

/// The query of an upgrade; a `token` is read by the access rules.
#[derive(Deserialize)]
pub struct UpgradeQuery {
    user_id: Option<String>,
}

/// Turns the request into a connection.
///
/// # Errors
/// The handshake's own, rendered by actix-web.
pub async fn upgrade(
    request: HttpRequest,
    payload: Payload,
    access: Access,
    query: Query<UpgradeQuery>,
    environment: Data<Environment>,
) -> actix_web::Result<HttpResponse> {
    // A request that is no handshake is refused before anything is started for it.
    handshake(&request)?;
    let environment = environment.into_inner();
    let settings = &environment.settings;
    let largest = settings.websocket.max_message;
    let codec = Codec::new().max_size(largest);
    let peer = request.peer_addr().map(|address| address.ip());
    let caller = Caller {
        access,
        user_id: query.into_inner().user_id,
    };
    let started = Place::take(&environment, peer)
        .map_err(|limit| {
            environment.counters.limits.note(limit);
            match limit {
                Limit::ConnectionsPerAddress => Closing::TOO_MANY_FROM_ADDRESS,
                _ => Closing::TOO_MANY_CONNECTIONS,
            }
        })
        .and_then(|place| {
            if environment.is_stopping() {
                return Err(Closing::RESTARTING);
            }
            match Socket::start(&environment, caller) {
                Ok((socket, outbox)) => Ok((place, socket, outbox)),
                Err(_) => Err(Closing::RESTARTING),
            }
        });
    match started {
        Ok((place, socket, outbox)) => {
            let wire = Wire::new(Some(socket), outbox.pull(), &environment);
            let intake = Intake::new(payload, place);
            WsResponseBuilder::new(wire, &request, intake)
                .codec(codec)
                .start()
        }
        // A browser cannot see why an upgrade was refused, so it is told once it has its WebSocket.
        Err(closing) => {
            let outbox = Outbox::new(settings.websocket.outbox_bytes);
            outbox.close(closing);
            let wire = Wire::<Socket, _>::new(None, outbox.pull(), &environment);
            WsResponseBuilder::new(wire, &request, payload)
                .codec(codec)
                .start()
        }
    }
}

/// A message that comes in several frames.
enum Assembling {
    Text(BytesMut),
    Binary(BytesMut),
}

/// The actor inside the response: what comes goes to `S`, what `O` gives goes out.
pub(super) struct Wire<S, O> {
    socket: Option<Ref<S>>,
    /// Taken when the connection begins.
    outgoing: Option<O>,
    /// Boxed, because few peers ever cut a message.
    assembling: Option<Box<Assembling>>,
    environment: Arc<Environment>,
    closing: bool,
}

impl<S, O> Wire<S, O>
where
    S: Supervised + Handler<Inbound>,
    O: Stream<Item = Outgoing> + Unpin + 'static,
{
    /// A wire that is not connected yet.
    pub(super) fn new(socket: Option<Ref<S>>, outgoing: O, environment: &Arc<Environment>) -> Self {
        Self {
            socket,
            outgoing: Some(outgoing),
            assembling: None,
            environment: Arc::clone(environment),
            closing: false,
        }
    }

    /// Passes a frame on. While the Socket has no place for it, nothing more is read from the peer.
    fn pass(&self, inbound: Inbound, ctx: &mut WebsocketContext<Self>) {
        let Some(socket) = &self.socket else {
            return;
        };
        if let Err(TellError::Full(inbound)) = socket.tell(inbound) {
            let socket = socket.clone();
            let passing = async move { socket.ask(inbound, INBOUND_PATIENCE).await };
            ctx.wait(passing.into_actor(self).map(|passed, wire, ctx| {
                if passed.is_err() {
                    wire.close(Closing::INTERNAL, ctx);
                }
            }));
        }
    }

    fn close(&mut self, closing: Closing, ctx: &mut WebsocketContext<Self>) {
        if !std::mem::replace(&mut self.closing, true) {
            ctx.close(Some(CloseReason {
                code: CloseCode::from(closing.code),
                description: Some(closing.reason.to_owned()),
            }));
            ctx.run_later(CLOSE_PATIENCE, |_, ctx| ctx.stop());
        }
    }

    fn refuse_size(&mut self, ctx: &mut WebsocketContext<Self>) {
        self.environment.counters.limits.note(Limit::MessageSize);
        self.close(Closing::TOO_BIG, ctx);
    }

    /// Puts the frames of one message together.
    fn assemble(&mut self, item: Item, ctx: &mut WebsocketContext<Self>) {
        let (part, last) = match item {
            Item::FirstText(part) => {
                self.assembling = Some(Box::new(Assembling::Text(BytesMut::new())));
                (part, false)
            }
            Item::FirstBinary(part) => {
                self.assembling = Some(Box::new(Assembling::Binary(BytesMut::new())));
                (part, false)
            }
            Item::Continue(part) => (part, false),
            Item::Last(part) => (part, true),
        };
        let Some(Assembling::Text(whole) | Assembling::Binary(whole)) =
            self.assembling.as_deref_mut()
        else {
            return;
        };
        if whole.len() + part.len() > self.environment.settings.websocket.max_message {
            return self.refuse_size(ctx);
        }
        whole.extend_from_slice(&part);
        if !last {
            return;
        }
        match self.assembling.take().map(|assembled| *assembled) {
            Some(Assembling::Text(whole)) => match ByteString::try_from(whole.freeze()) {
                Ok(text) => self.pass(Inbound::Text(text), ctx),
                Err(_) => self.close(Closing::NOT_TEXT, ctx),
            },
            Some(Assembling::Binary(whole)) => self.pass(Inbound::Audio(whole.freeze()), ctx),
            None => {}
        }
    }
}

impl<S, O> Actor for Wire<S, O>
where
    S: Supervised + Handler<Inbound>,
    O: Stream<Item = Outgoing> + Unpin + 'static,
{
    type Context = WebsocketContext<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        if let Some(outgoing) = self.outgoing.take() {
            ctx.add_stream(outgoing);
        }
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        if let Some(socket) = &self.socket
            && matches!(socket.tell(Inbound::Gone), Err(TellError::Full(_)))
        {
            socket.stop("disconnected");
        }
    }
}

impl<S, O> StreamHandler<Outgoing> for Wire<S, O>
where
    S: Supervised + Handler<Inbound>,
    O: Stream<Item = Outgoing> + Unpin + 'static,
{
    fn handle(&mut self, outgoing: Outgoing, ctx: &mut Self::Context) {
        match outgoing {
            Outgoing::Frame(outbox::Payload::Text(text)) => {
                Counters::add(&self.environment.counters.messages_sent, 1);
                ctx.text(text);
            }
            Outgoing::Frame(outbox::Payload::Binary(bytes)) => ctx.binary(bytes),
            Outgoing::Frame(outbox::Payload::Ping) => ctx.ping(b""),
            Outgoing::Close(closing) => self.close(closing, ctx),
        }
    }

    /// The close frame has been queued; the connection ends when the peer has answered it, or after a while.
    fn finished(&mut self, _: &mut Self::Context) {}
}

impl<S, O> StreamHandler<Result<Message, ProtocolError>> for Wire<S, O>
where
    S: Supervised + Handler<Inbound>,
    O: Stream<Item = Outgoing> + Unpin + 'static,
{
    fn handle(&mut self, message: Result<Message, ProtocolError>, ctx: &mut Self::Context) {
        if self.closing {
            if matches!(message, Ok(Message::Close(_)) | Err(_)) {
                ctx.stop();
            }
            return;
        }
        match message {
            Ok(Message::Text(text)) => self.pass(Inbound::Text(text), ctx),
            Ok(Message::Binary(bytes)) => self.pass(Inbound::Audio(bytes), ctx),
            Ok(Message::Ping(bytes)) => {
                ctx.pong(&bytes);
                self.pass(Inbound::Heard, ctx);
            }
            Ok(Message::Pong(_)) => self.pass(Inbound::Heard, ctx),
            Ok(Message::Continuation(item)) => self.assemble(item, ctx),
            Ok(Message::Close(reason)) => {
                ctx.close(reason);
                ctx.stop();
            }
            Ok(Message::Nop) => {}
            Err(ProtocolError::Overflow) => self.refuse_size(ctx),
            // So is a text frame reported that is not UTF-8. A connection that broke is so too, and reads no close.
            Err(ProtocolError::Io(_)) => self.close(Closing::NOT_TEXT, ctx),
            Err(_) => {
                ctx.close(Some(CloseCode::Protocol.into()));
                ctx.stop();
            }
        }
    }
}
