//! Who may call (API.md §9): a server without keys serves its own machine only; one with keys asks everybody for a key
//! or a token.
//!
//! [`guard`] runs before every route. It puts an [`Access`] into the request, which routes take as an argument and ask with
//! [`Access::require`], or answers in their place. A browser cannot see why an upgrade was refused, so one that lacks a
//! key gets its WebSocket, and on it close code 4001.

mod call;
mod claims;
mod credentials;
mod loopback;
mod policy;
mod refusal;
mod token;

use std::future::{Ready, ready};

use actix_http::ws::{CloseCode, CloseReason, Codec, Message};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest, HttpResponse, ResponseError as _, web,
};
use bytes::BytesMut;
use futures_util::stream;
use tokio_util::codec::Encoder as _;

use self::call::Call;
pub use self::policy::{AccessPolicy, Keys, PolicyError};
use self::refusal::Refusal;
pub use self::token::JwtError;
use super::error::ApiError;
use super::{acs, granted, pages, static_files};
use crate::actors::outbox::Closing;
use crate::domain::access::Access;

/// Served to everybody. The page and its files are public besides.
const PUBLIC: [&str; 4] = ["/", "/healthz", "/readyz", "/api/health"];

/// The middleware. Needs `web::Data<AccessPolicy>` in the app.
///
/// # Errors
/// Only those of the routes behind it; its own refusals are responses.
pub async fn guard<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if acs::authenticates_itself(request.path()) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let call = Call::of(&request);
    let decision = match request.app_data::<web::Data<AccessPolicy>>().cloned() {
        Some(policy) => policy.decide(&call).await,
        None => Err(Refusal::unknown()),
    };
    let refusal = match decision {
        Ok(access) => {
            request.extensions_mut().insert(access);
            None
        }
        Err(_) if !call.is_upgrade && is_public(&request, &call) => None,
        Err(refusal) if refusal.is_of_the_key() && call.is_upgrade && call.origin.is_some() => {
            Some(close_unauthenticated(request.request(), refusal))
        }
        Err(refusal) => Some(ApiError::from(refusal).error_response()),
    };
    match refusal {
        Some(response) => Ok(request.into_response(response)),
        None => Ok(next.call(request).await?.map_into_boxed_body()),
    }
}

impl FromRequest for Access {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            request
                .extensions()
                .get::<Self>()
                .cloned()
                .ok_or_else(|| Refusal::unknown().into()),
        )
    }
}

/// Whether this is for everybody. Who asks what a key may do has either none, or is to learn that it is wrong.
fn is_public(request: &ServiceRequest, call: &Call) -> bool {
    let path = request.path();
    call.is_safe
        && (PUBLIC.contains(&path)
            || (path == granted::PATH && call.key.is_none())
            || static_files::exists(path)
            || pages::is_navigation(request.request()))
}

/// Answers an upgrade with 101 and at once close code 4001.
fn close_unauthenticated(request: &HttpRequest, refusal: Refusal) -> HttpResponse {
    let reason = CloseReason {
        code: CloseCode::Other(Closing::AUTHENTICATION.code),
        description: Some(refusal.reason().to_owned()),
    };
    let mut frame = BytesMut::new();
    let written = Codec::new().encode(Message::Close(Some(reason)), &mut frame);
    match (actix_web_actors::ws::handshake(request), written) {
        (Ok(mut response), Ok(())) => {
            response.streaming(stream::iter([Ok::<_, actix_web::Error>(frame.freeze())]))
        }
        _ => ApiError::from(refusal).error_response(),
    }
}
