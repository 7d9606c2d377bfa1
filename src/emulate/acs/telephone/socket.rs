//! The WebSocket of one page. What goes to it is taken from its line as fast as the page reads, so that nothing but the
//! line, which is bounded, keeps what waits.

use std::sync::Arc;

use actix_http::ws::{CloseReason, Codec, Frame, Message};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Bytes, Data, Payload},
};
use actix_web_actors::ws::handshake;
use bytes::BytesMut;
use futures_util::{Stream, StreamExt as _, stream};
use tokio_util::codec::{Decoder as _, Encoder as _};

use super::{
    super::{
        media::{
            Rate,
            line::{Line, Next},
        },
        service::Service,
    },
    session::Session,
};

/// The largest message that is read, in bytes: far more than any that the page sends.
const LARGEST: usize = 16 * 1024;

/// Answers the upgrade, and serves the page until it is gone.
pub async fn connect(
    request: HttpRequest,
    payload: Payload,
    service: Data<Service>,
) -> actix_web::Result<HttpResponse> {
    let mut response = handshake(&request)?;
    let service = service.into_inner();
    if !service.lines.enter() {
        return Ok(HttpResponse::ServiceUnavailable().body("there are too many telephones"));
    }
    let line = Arc::new(Line::default());
    let outgoing = outgoing(Arc::clone(&line));
    actix_rt::spawn(async move {
        let mut session = Session::new(&service, &line);
        serve(&mut session, &line, payload).await;
        session.leave();
        line.close();
        service.lines.leave();
    });
    Ok(response.streaming(outgoing))
}

/// Reads until the page is gone.
async fn serve(session: &mut Session, line: &Line, mut payload: Payload) {
    let mut codec = Codec::new().max_size(LARGEST);
    let mut bytes = BytesMut::new();
    session.greet();
    loop {
        let part = tokio::select! {
            part = payload.next() => part,
            () = session.news() => continue,
        };
        let Some(Ok(part)) = part else {
            return;
        };
        bytes.extend_from_slice(&part);
        loop {
            match codec.decode(&mut bytes) {
                Ok(Some(Frame::Text(text))) => session.ask(&text).await,
                Ok(Some(Frame::Binary(sound))) => say(line, &sound),
                Ok(Some(Frame::Ping(bytes))) => line.pong(bytes),
                Ok(Some(Frame::Pong(_))) => {}
                Ok(None) => break,
                // No page sends messages in parts.
                Ok(Some(Frame::Close(_) | Frame::Continuation(_))) | Err(_) => return,
            }
        }
    }
}

/// 20 ms, PCM 16 bits at 16 kHz; anything else is no sound of ours and not heard.
fn say(line: &Line, sound: &[u8]) {
    if sound.len() == 2 * Rate::Pcm16K.samples() {
        let samples = sound
            .chunks_exact(2)
            .map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
        line.say(samples.collect());
    }
}

/// What waits at the line, in frames of the protocol.
fn outgoing(line: Arc<Line>) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
    stream::unfold(Some((line, Codec::new())), |at| async move {
        let (line, mut codec) = at?;
        let (message, is_last) = match line.next().await {
            Next::Text(text) => (Message::Text(text.into()), false),
            Next::Frame(frame) => (Message::Binary(frame), false),
            Next::Pong(bytes) => (Message::Pong(bytes), false),
            Next::End => (Message::Close(None::<CloseReason>), true),
        };
        let mut bytes = BytesMut::new();
        let encoded = codec.encode(message, &mut bytes);
        let rest = (!is_last && encoded.is_ok()).then_some((line, codec));
        Some((encoded.map(|()| bytes.freeze()).map_err(Into::into), rest))
    })
}
