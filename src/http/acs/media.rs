//! `/acs/media/{contextId}`: the media socket of a call, on which the service is the client.

use actix_http::ws::Codec;
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, Payload},
};
use actix_web_actors::ws::{WsResponseBuilder, handshake};

use super::{checked, link};
use crate::{
    actors::{
        call::{
            Call, finding::find, inheriting::came_up, media::MediaSocket, mouth::Speech,
            streaming::MediaOpened,
        },
        environment::Environment,
        refusal::Refusal,
    },
    http::{error::ApiError, wire::Wire},
};

/// The header that names our leg of the call.
const LEG: &str = "x-ms-call-connection-id";

/// The largest frame: one of 20 ms has about 1.5 KiB, and nobody sends a minute at once.
const LARGEST_FRAME: usize = 256 * 1024;

/// Turns the request into the socket of its call. Whoever has no good token, or knows of no call, is refused before that.
///
/// # Errors
/// [`ApiError`], and the handshake's own.
pub async fn upgrade(
    request: HttpRequest,
    payload: Payload,
    context: Path<String>,
    environment: Data<Environment>,
) -> actix_web::Result<HttpResponse> {
    let environment = environment.into_inner();
    link(&environment)?;
    checked(&environment, &request).await?;
    handshake(&request)?;
    let leg = request.headers().get(LEG);
    let leg = leg.and_then(|leg| leg.to_str().ok()).unwrap_or_default();
    let ticket = find(&environment, &context, leg)
        .await
        .ok_or_else(no_call)?;
    // It may come before the answer to the request that began the call, which then names the same leg.
    if ticket
        .leg
        .known_id()
        .is_some_and(|known| !leg.is_empty() && known != leg)
    {
        return Err(no_call().into());
    }
    // Whoever opens it shows that the leg is there, even if nothing was told of it and our request was never answered.
    if !leg.is_empty() && ticket.leg.known_id().is_none() {
        came_up(&environment, &ticket, leg);
    }
    let call = Call::running(&environment, &ticket).ok_or_else(no_call)?;
    let (media, outbox) =
        MediaSocket::start(&environment, &ticket, &call).map_err(|_| no_call())?;
    if call.tell(MediaOpened(media.clone())).is_err() {
        media.stop("the call takes nothing");
        return Err(ApiError::from(Refusal::stopping()).into());
    }
    let wire = Wire::new(Some(media), Speech::new(outbox.pull()), &environment);
    WsResponseBuilder::new(wire, &request, payload)
        .codec(Codec::new().max_size(LARGEST_FRAME))
        .start()
}

fn no_call() -> ApiError {
    ApiError::not_found("call_not_found", "there is no call at this address")
}
