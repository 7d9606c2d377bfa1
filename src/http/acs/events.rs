//! `/incoming-call`: what Event Grid tells of calls, in both its schemas, one event or many.

use actix_web::{
    HttpRequest, HttpResponse, options, post,
    web::{Data, Payload},
};
use secrecy::ExposeSecret as _;

use super::{Taken, is_same, link, not_taken, read, refused, shown_token};
use crate::{
    actors::{
        call::{
            arriving,
            tally::{Fate, Post},
        },
        environment::Environment,
        refusal::Refusal,
    },
    config::AcsAuth,
    http::error::ApiError,
    links::acs::{
        tokens::TokenError,
        wire::{
            grid::{self, Kind},
            handshake::Handshake,
        },
    },
};

/// The name of the secret in the registered address.
const SECRET: &str = "secret";

/// Takes events of Event Grid: a call rings, has begun, has ended. Always answered at once; what is not understood, known
/// already or too old is counted and otherwise left alone. A validation event is answered with its code.
#[utoipa::path(operation_id = "take_events", tag = "acs", request_body = serde_json::Value, responses(
    (status = 200, body = Taken, description = "Taken; the body of an answer to a validation event holds its code"),
    (status = 401, description = "Neither the secret of the registered address nor a good token"),
    (status = 404, description = "There are no calls on this server"),
    (status = 413, description = "Larger than 1 MiB"),
    (status = 503, description = "The server is going down, or the keys of Entra cannot be fetched; the event is to be sent again"),
))]
#[post("/incoming-call")]
pub async fn take(
    request: HttpRequest,
    body: Payload,
    environment: Data<Environment>,
) -> Result<HttpResponse, ApiError> {
    let tally = &environment.calls.tally;
    authorised(&environment, &request)
        .await
        .inspect_err(|_| tally.note(Post::Event, Fate::Unauthenticated, 1))?;
    if environment.is_stopping() {
        return Err(Refusal::stopping().into());
    }
    let body = read(&environment, body)
        .await
        .inspect_err(|_| tally.note(Post::Event, Fate::Unreadable, 1))?;
    let Ok(batch) = grid::read(&body) else {
        tally.note(Post::Event, Fate::Unreadable, 1);
        return Ok(HttpResponse::Ok().json(Taken::SILENTLY));
    };
    tally.note(Post::Event, Fate::Unreadable, batch.unreadable);
    let environment = environment.into_inner();
    let mut taken = Taken::SILENTLY;
    for event in batch.events {
        let fate = match &event.kind {
            Kind::Validation(asked) => {
                taken.validation_response = Some(asked.validation_code.expose().to_owned());
                Fate::Taken
            }
            _ => arriving::take(&environment, event),
        };
        environment.calls.tally.note(Post::Event, fate, 1);
    }
    Ok(HttpResponse::Ok().json(taken))
}

/// Answers Event Grid when it asks whether CloudEvents may be sent here.
#[utoipa::path(operation_id = "allow_events", tag = "acs", responses(
    (status = 200, body = Taken, description = "They may"),
    (status = 400, description = "Nobody asks: the header WebHook-Request-Origin is missing"),
    (status = 401, description = "Neither the secret of the registered address nor a good token"),
    (status = 404, description = "There are no calls on this server"),
    (status = 503, description = "The keys of Entra cannot be fetched; it is to be asked again"),
))]
#[options("/incoming-call")]
pub async fn allow(
    request: HttpRequest,
    environment: Data<Environment>,
) -> Result<HttpResponse, ApiError> {
    authorised(&environment, &request).await.inspect_err(|_| {
        environment
            .calls
            .tally
            .note(Post::Event, Fate::Unauthenticated, 1);
    })?;
    let header = |name: &str| request.headers().get(name)?.to_str().ok();
    let handshake = Handshake::read(
        header("WebHook-Request-Origin"),
        header("WebHook-Request-Rate"),
    );
    let handshake = handshake.ok_or_else(|| {
        let message = "WebHook-Request-Origin must name who wants to send events";
        ApiError::bad_request("no_handshake", message)
    })?;
    let mut answer = HttpResponse::Ok();
    for (name, value) in handshake.headers() {
        answer.insert_header((name, value));
    }
    Ok(answer.json(Taken::SILENTLY))
}

/// Whether it is Event Grid that calls: by the secret, or by a token of Entra. With neither set nobody is, unless nobody
/// is asked.
async fn authorised(environment: &Environment, request: &HttpRequest) -> Result<(), ApiError> {
    let link = link(environment)?;
    let settings = &environment.settings.acs;
    let shown = url::form_urlencoded::parse(request.query_string().as_bytes())
        .find(|(name, _)| name == SECRET)
        .map(|(_, value)| value);
    if let (Some(secret), Some(shown)) = (&settings.events.secret, shown)
        && is_same(&shown, secret.expose_secret())
    {
        return Ok(());
    }
    if let Some(tokens) = &link.event_tokens {
        match shown_token(environment, tokens, request).await {
            Ok(()) => return Ok(()),
            Err(error @ TokenError::KeysUnavailable) if settings.auth != AcsAuth::LogOnly => {
                return Err(not_taken(error));
            }
            Err(_) => {}
        }
    }
    let nobody_is_asked = settings.events.secret.is_none() && link.event_tokens.is_none();
    match settings.auth {
        AcsAuth::Off if nobody_is_asked => Ok(()),
        AcsAuth::LogOnly => {
            tracing::warn!("events came without a good secret or token");
            Ok(())
        }
        AcsAuth::Off | AcsAuth::Required => Err(refused("acs_event_secret")),
    }
}
