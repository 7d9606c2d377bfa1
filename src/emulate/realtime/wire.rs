//! The WebSocket of one session: frames in, frames out, and nothing decided.

use std::time::Duration;

use actix::{Actor, ActorContext, ActorFutureExt, AsyncContext, StreamHandler, WrapFuture};
use actix_http::ws::{Codec, Item, ProtocolError};
use actix_web::{HttpRequest, HttpResponse, web::Payload};
use actix_web_actors::ws::{CloseCode, CloseReason, Message, WebsocketContext, WsResponseBuilder};
use bytes::BytesMut;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::outlet::Outgoing;

/// The largest message that is taken, in bytes: 15 MiB of audio, the service's limit, in base64, and the rest of its
/// event.
const LARGEST: usize = 21 * 1024 * 1024;

/// Messages that may wait for their session; then no more is read, and TCP holds the client back.
const PLACES: usize = 64;

/// How long a peer is waited for to answer our close frame.
const CLOSE_PATIENCE: Duration = Duration::from_secs(2);

/// The subprotocol that browsers name beside their key.
const SUBPROTOCOLS: [&str; 1] = ["realtime"];

/// What a client sent.
#[derive(Debug)]
pub enum Incoming {
    /// A text frame.
    Text(String),
    /// A binary frame, which the service does not understand.
    Binary,
    /// It closes, with this code if it said one.
    Close(Option<u16>),
}

/// Answers the upgrade. Returns the answer, what the client will send, and the way to it.
///
/// # Errors
/// The handshake's own, rendered by actix-web.
pub fn upgrade(
    request: &HttpRequest,
    payload: Payload,
) -> actix_web::Result<(
    HttpResponse,
    mpsc::Receiver<Incoming>,
    mpsc::Sender<Outgoing>,
)> {
    let (to_session, incoming) = mpsc::channel(PLACES);
    let (outgoing, from_session) = mpsc::channel(super::outlet::PLACES);
    let wire = Wire {
        session: to_session,
        outgoing: Some(from_session),
        assembling: None,
        closing: false,
    };
    let response = WsResponseBuilder::new(wire, request, payload)
        .codec(Codec::new().max_size(LARGEST))
        .protocols(&SUBPROTOCOLS)
        .start()?;
    Ok((response, incoming, outgoing))
}

struct Wire {
    session: mpsc::Sender<Incoming>,
    outgoing: Option<mpsc::Receiver<Outgoing>>,
    /// A text message that comes in several frames; none while a binary one does.
    assembling: Option<BytesMut>,
    closing: bool,
}

impl Wire {
    fn pass(&self, incoming: Incoming, ctx: &mut WebsocketContext<Self>) {
        if let Err(mpsc::error::TrySendError::Full(incoming)) = self.session.try_send(incoming) {
            let session = self.session.clone();
            let passing = async move { session.send(incoming).await };
            // A session that has ended says so by its outgoing stream.
            ctx.wait(passing.into_actor(self).map(|_, _, _| ()));
        }
    }

    fn close(&mut self, code: u16, reason: &str, ctx: &mut WebsocketContext<Self>) {
        if !std::mem::replace(&mut self.closing, true) {
            ctx.close(Some(CloseReason {
                code: CloseCode::from(code),
                description: (!reason.is_empty()).then(|| reason.to_owned()),
            }));
            ctx.run_later(CLOSE_PATIENCE, |_, ctx| ctx.stop());
        }
    }

    fn assemble(&mut self, item: Item, ctx: &mut WebsocketContext<Self>) {
        let (part, last) = match item {
            Item::FirstText(part) => {
                self.assembling = Some(BytesMut::new());
                (part, false)
            }
            Item::FirstBinary(part) => {
                self.assembling = None;
                (part, false)
            }
            Item::Continue(part) => (part, false),
            Item::Last(part) => (part, true),
        };
        if let Some(whole) = &mut self.assembling {
            if whole.len() + part.len() > LARGEST {
                return self.close(1_009, "message too big", ctx);
            }
            whole.extend_from_slice(&part);
        }
        if last {
            match self
                .assembling
                .take()
                .map(|whole| String::from_utf8(whole.to_vec()))
            {
                Some(Ok(text)) => self.pass(Incoming::Text(text), ctx),
                Some(Err(_)) => self.close(1_007, "text is not UTF-8", ctx),
                None => self.pass(Incoming::Binary, ctx),
            }
        }
    }
}

impl Actor for Wire {
    type Context = WebsocketContext<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        if let Some(outgoing) = self.outgoing.take() {
            ctx.add_stream(ReceiverStream::new(outgoing));
        }
    }
}

impl StreamHandler<Outgoing> for Wire {
    fn handle(&mut self, outgoing: Outgoing, ctx: &mut Self::Context) {
        if self.closing {
            return;
        }
        match outgoing {
            Outgoing::Text(text) => ctx.text(text),
            Outgoing::Binary(bytes) => ctx.binary(bytes),
            Outgoing::Close(code, reason) => self.close(code, &reason, ctx),
        }
    }

    /// The session is over without a close of its own: it broke.
    fn finished(&mut self, ctx: &mut Self::Context) {
        self.close(1_011, "", ctx);
    }
}

impl StreamHandler<Result<Message, ProtocolError>> for Wire {
    fn handle(&mut self, message: Result<Message, ProtocolError>, ctx: &mut Self::Context) {
        if self.closing {
            if matches!(message, Ok(Message::Close(_)) | Err(_)) {
                ctx.stop();
            }
            return;
        }
        match message {
            Ok(Message::Text(text)) => self.pass(Incoming::Text(text.to_string()), ctx),
            Ok(Message::Binary(_)) => self.pass(Incoming::Binary, ctx),
            Ok(Message::Ping(bytes)) => ctx.pong(&bytes),
            Ok(Message::Pong(_) | Message::Nop) => {}
            Ok(Message::Continuation(item)) => self.assemble(item, ctx),
            Ok(Message::Close(reason)) => {
                let code = reason.as_ref().map(|reason| u16::from(reason.code));
                self.pass(Incoming::Close(code), ctx);
                ctx.close(reason);
                ctx.stop();
            }
            Err(ProtocolError::Overflow) => self.close(1_009, "message too big", ctx),
            Err(_) => ctx.stop(),
        }
    }
}
