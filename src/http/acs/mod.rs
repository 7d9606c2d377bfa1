//! What Azure Communication Services and Event Grid call: events of calls, callbacks, media sockets.
//!
//! These addresses have their own authentication and are not asked for a key of ours: Event Grid shows a secret or a token of
//! Entra, the service its own token, and the addresses of a call hold a secret that is the call's alone. They answer at once;
//! what is to be done is told to actors. `/api/calls`, which operators use, is in [`calls`].

pub mod callbacks;
pub mod calls;
pub mod events;
pub mod media;

use std::sync::Arc;

use actix_web::{
    HttpRequest,
    http::{StatusCode, header::AUTHORIZATION},
    web::{Bytes, Payload},
};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;

use super::error::ApiError;
use crate::{
    actors::{
        call::{not_configured, registry::Link},
        environment::Environment,
    },
    config::AcsAuth,
    links::acs::tokens::{TokenError, Tokens},
};

/// What is answered at once; what was asked for is done after it.
#[derive(Serialize, ToSchema)]
pub(super) struct Taken {
    /// The code of a validation event.
    #[serde(rename = "validationResponse", skip_serializing_if = "Option::is_none")]
    validation_response: Option<String>,
}

impl Taken {
    /// There is nothing to say.
    const SILENTLY: Self = Self {
        validation_response: None,
    };
}

/// The largest body that is read, in bytes: Event Grid sends no more in one, and the service far less.
const LARGEST_BODY: usize = 1024 * 1024;

/// Where events come in.
const EVENTS: &str = "/incoming-call";

/// Whether those who call this address show who they are in their own way.
pub(super) fn authenticates_itself(path: &str) -> bool {
    path == EVENTS || path.starts_with("/callbacks/") || path.starts_with("/acs/media/")
}

/// The way to the service.
fn link(environment: &Environment) -> Result<&Arc<Link>, ApiError> {
    environment.calls.link().ok_or_else(|| {
        let refusal = not_configured();
        ApiError::not_found(refusal.code, refusal.message)
    })
}

/// Whether the service itself calls, as far as `acs.auth` wants that known.
async fn checked(environment: &Environment, request: &HttpRequest) -> Result<(), ApiError> {
    let mode = environment.settings.acs.auth;
    let Some(tokens) = &link(environment)?.tokens else {
        return Ok(());
    };
    match (shown_token(environment, tokens, request).await, mode) {
        (Ok(()), _) | (Err(_), AcsAuth::Off) => Ok(()),
        (Err(error), AcsAuth::LogOnly) => {
            tracing::warn!(code = error.code(), %error, "a call's address was called without a good token");
            Ok(())
        }
        (Err(error), AcsAuth::Required) => Err(not_taken(error)),
    }
}

async fn shown_token(
    environment: &Environment,
    tokens: &Tokens,
    request: &HttpRequest,
) -> Result<(), TokenError> {
    let shown = request.headers().get(AUTHORIZATION);
    let shown = shown.and_then(|header| header.to_str().ok());
    tokens
        .check(shown, environment.clock.now())
        .await
        .map(|_| ())
}

/// What is answered to a token that is not taken. What is refused with 401 is not sent again; while nobody can say whether
/// the token is good, it has to be.
fn not_taken(error: TokenError) -> ApiError {
    match error {
        TokenError::KeysUnavailable => ApiError::unavailable(
            error.code(),
            "the keys that tokens are checked with cannot be fetched now; send it again in a moment",
        ),
        _ => refused(error.code()),
    }
}

/// Reads a body of at most [`LARGEST_BODY`] or `server.body_limit`, whichever is less, after it is known that it may be sent.
async fn read(environment: &Environment, body: Payload) -> Result<Bytes, ApiError> {
    let limit = environment.settings.server.body_limit.min(LARGEST_BODY);
    match body.to_bytes_limited(limit).await {
        Ok(read) => {
            read.map_err(|error| ApiError::bad_request("body_unreadable", error.to_string()))
        }
        Err(_) => Err(ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "payload_too_large",
            "the body is larger than any that is sent to this address",
        )
        .with_details(json!({"limit_bytes": limit}))),
    }
}

fn refused(code: &'static str) -> ApiError {
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        code,
        "whoever calls this address must show a good token or secret",
    )
}

/// Whether two secrets are the same; takes as long for every wrong one.
fn is_same(shown: &str, secret: &str) -> bool {
    let digest = |text: &str| Sha256::digest(text.as_bytes());
    digest(shown).ct_eq(&digest(secret)).into()
}
