//! Media of a leg: its stream, and what is played.

use std::{sync::Arc, time::Duration};

use serde_json::Value;

use super::{
    super::{
        call::{
            Call, ending,
            leg::{Leg, Streaming},
        },
        callback::{Callback, Outcome},
        gate::Reply,
        media::socket::{self, Cause},
        refusal::Refusal,
        service::Service,
    },
    participants::with_leg,
    reading,
};

/// How long everything that is played once takes: nothing is fetched or spoken.
const PLAYS_FOR: Duration = Duration::from_secs(2);

/// `POST …:startMediaStreaming`.
pub fn start(
    service: &Arc<Service>,
    call: &Arc<Call>,
    connection: &str,
    body: &Value,
) -> Result<Reply, Refusal> {
    let context = reading::optional_text(body, "operationContext")?;
    reading::operation_callback_uri(body)?;
    with_leg(call, connection, |leg| {
        if leg.media.is_none() {
            return Err(Refusal::invalid("the leg has no mediaStreamingOptions"));
        }
        if !matches!(leg.streaming, Streaming::Off) {
            return Err(Refusal::precondition());
        }
        leg.streaming_context.clone_from(&context);
        socket::open(service, call, leg, Cause::Start, Duration::ZERO);
        Ok(Reply::empty(202))
    })
}

/// `POST …:stopMediaStreaming`.
pub fn stop(call: &Call, connection: &str, body: &Value) -> Result<Reply, Refusal> {
    reading::optional_text(body, "operationContext")?;
    let uri = reading::operation_callback_uri(body)?;
    with_leg(call, connection, |leg| {
        if matches!(leg.streaming, Streaming::Off) {
            return Err(Refusal::precondition());
        }
        ending::stop_streaming(call, leg, uri.as_deref());
        Ok(Reply::empty(202))
    })
}

/// `POST …:play`.
pub fn play(
    service: &Arc<Service>,
    call: &Arc<Call>,
    connection: &str,
    body: &Value,
) -> Result<Reply, Refusal> {
    let sources = body["playSources"].as_array().filter(|all| !all.is_empty());
    let known = |source: &Value| matches!(source["kind"].as_str(), Some("file" | "text" | "ssml"));
    if !sources.is_some_and(|sources| sources.iter().all(known)) {
        return Err(Refusal::invalid("playSources names a file, text or ssml"));
    }
    let context = reading::optional_text(body, "operationContext")?;
    let uri = reading::operation_callback_uri(body)?;
    let is_endless = body["playOptions"]["loop"] == true;
    let task = {
        let (service, call) = (Arc::clone(service), Arc::clone(call));
        let (connection, context, uri) = (connection.to_owned(), context.clone(), uri.clone());
        async move {
            if is_endless {
                return std::future::pending().await;
            }
            service.pace.sleep(PLAYS_FOR).await;
            if let Some(leg) = call.state.lock().leg(&connection) {
                leg.playing = None;
                let callback =
                    Callback::new("PlayCompleted", Outcome::DONE).about(context.as_deref());
                leg.call_back(&call.courier, &callback, uri.as_deref());
            }
        }
    };
    with_leg(call, connection, |leg| {
        cancel_playing(call, leg);
        let callback = Callback::new("PlayStarted", Outcome::DONE).about(context.as_deref());
        leg.call_back(&call.courier, &callback, uri.as_deref());
        let playing = service.handle.spawn(task);
        leg.playing = Some((context, playing.abort_handle()));
        Ok(Reply::empty(202))
    })
}

/// `POST …:cancelAllMediaOperations`.
pub fn cancel(call: &Call, connection: &str) -> Result<Reply, Refusal> {
    with_leg(call, connection, |leg| {
        cancel_playing(call, leg);
        Ok(Reply::empty(202))
    })
}

fn cancel_playing(call: &Call, leg: &mut Leg) {
    if let Some((context, playing)) = leg.playing.take() {
        playing.abort();
        let callback =
            Callback::new("PlayCanceled", Outcome::PLAY_CANCELLED).about(context.as_deref());
        leg.call_back(&call.courier, &callback, None);
    }
}
