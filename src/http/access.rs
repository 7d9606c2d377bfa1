//! Who may call (API.md §9): a server without keys serves its own machine only; a server that listens beyond it asks for
//! its admin key.
//!
//! [`guard`] runs before every route. It puts an [`Access`] into the request, which routes take as an argument and ask with
//! [`Access::require`], or answers in their place. A browser cannot see why an upgrade was refused, so one that lacks a
//! key gets its WebSocket, and on it close code 4001.

use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_http::ws::{CloseCode, CloseReason, Codec, Message};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest, HttpResponse, ResponseError as _, web,
};
use bytes::BytesMut;
use futures_util::stream;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use tokio_util::codec::Encoder as _;
use url::{Host, Url};

use super::error::ApiError;
use super::static_files;
use crate::config::{KeyFile, Settings, SettingsError, read_or_create};
use crate::domain::access::{Access, Role};

/// The admin key's file in the data folder.
const ADMIN_KEY_FILE: &str = "admin.key";

/// Close code of a WebSocket that lacks a key (API.md §1).
const AUTHENTICATION: u16 = 4001;

/// Served to everybody. Static files are public besides.
const PUBLIC: [&str; 4] = ["/", "/healthz", "/readyz", "/api/health"];

/// By which rule callers are told apart.
#[derive(Debug, Clone)]
pub enum AccessPolicy {
    /// No keys: whoever sits at this machine holds every role, and no page of another site speaks in his name.
    Loopback,
    /// The admin key holds every role; nobody else holds any.
    Key(SecretString),
}

impl AccessPolicy {
    /// The rule these settings ask for, and the key file if there is one: a key that was just made must be shown to the
    /// user once, on the terminal and not in the log.
    ///
    /// # Errors
    /// [`SettingsError::KeyFile`] if a key must be made and the data folder does not allow it.
    pub fn from_settings(settings: &Settings) -> Result<(Self, Option<KeyFile>), SettingsError> {
        if let Some(key) = &settings.auth.admin_key {
            return Ok((Self::Key(key.clone()), None));
        }
        if listens_on_loopback(&settings.server.host) {
            return Ok((Self::Loopback, None));
        }
        let file = read_or_create(&settings.data.dir, ADMIN_KEY_FILE)?;
        Ok((Self::Key(file.key.clone()), Some(file)))
    }

    /// Who calls.
    fn decide(&self, call: &Call) -> Result<Access, Refusal> {
        match self {
            Self::Loopback => {
                from_this_machine(call).map_err(Refusal::Forbidden)?;
                Ok(Access {
                    role: Role::Admin,
                    subject: None,
                })
            }
            Self::Key(key) => match &call.key {
                Some(given)
                    if bool::from(given.as_bytes().ct_eq(key.expose_secret().as_bytes())) =>
                {
                    Ok(Access {
                        role: Role::Admin,
                        subject: Some("admin".into()),
                    })
                }
                _ => Err(Refusal::Unauthenticated),
            },
        }
    }
}

enum Refusal {
    Unauthenticated,
    Forbidden(&'static str),
}

/// What of a request decides who calls.
struct Call {
    peer: Option<IpAddr>,
    host: Option<String>,
    origin: Option<String>,
    key: Option<String>,
    is_upgrade: bool,
    /// Changes nothing, so that another site's page gains nothing by having it sent.
    is_safe: bool,
}

impl Call {
    fn of(request: &ServiceRequest) -> Self {
        let text = |name: header::HeaderName| {
            request
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let is_upgrade = is_upgrade(request);
        // Only an upgrade may carry its key in the address, which ends up in histories and logs: browsers cannot set
        // headers on a WebSocket.
        let in_query = || {
            let mut pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
            pairs
                .find(|(name, _)| is_upgrade && name == "token")
                .map(|(_, token)| token.into_owned())
        };
        Self {
            peer: request
                .peer_addr()
                .map(|address| address.ip().to_canonical()),
            host: text(header::HOST)
                .or(request
                    .uri()
                    .authority()
                    .map(|authority| authority.as_str()))
                .map(str::to_owned),
            // What is not text is some origin, and no known one.
            origin: request
                .headers()
                .get(header::ORIGIN)
                .map(|origin| origin.to_str().unwrap_or_default().to_owned()),
            key: text(header::AUTHORIZATION)
                .and_then(bearer)
                .map(str::to_owned)
                .or_else(in_query),
            is_upgrade,
            is_safe: matches!(*request.method(), Method::GET | Method::HEAD),
        }
    }
}

/// The middleware. Needs `web::Data<AccessPolicy>` in the app.
///
/// # Errors
/// Only those of the routes behind it; its own refusals are responses.
pub async fn guard<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let call = Call::of(&request);
    let decision = match request.app_data::<web::Data<AccessPolicy>>() {
        Some(policy) => policy.decide(&call),
        None => Err(Refusal::Unauthenticated),
    };
    let refusal = match decision {
        Ok(access) => {
            request.extensions_mut().insert(access);
            None
        }
        Err(_) if call.is_safe && !call.is_upgrade && is_public(request.path()) => None,
        Err(Refusal::Forbidden(why)) => Some(ApiError::forbidden(why).error_response()),
        Err(Refusal::Unauthenticated) if call.is_upgrade && call.origin.is_some() => {
            Some(close_unauthenticated(request.request()))
        }
        Err(Refusal::Unauthenticated) => Some(ApiError::unauthenticated().error_response()),
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
                .ok_or_else(ApiError::unauthenticated),
        )
    }
}

/// Whether a request asks for a WebSocket.
fn is_upgrade(request: &ServiceRequest) -> bool {
    let upgrade = request
        .headers()
        .get(header::UPGRADE)
        .and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket"))
}

fn is_public(path: &str) -> bool {
    PUBLIC.contains(&path) || static_files::exists(path)
}

fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, key) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// Answers an upgrade with 101 and at once close code 4001.
fn close_unauthenticated(request: &HttpRequest) -> HttpResponse {
    let reason = CloseReason {
        code: CloseCode::Other(AUTHENTICATION),
        description: Some("authentication: a valid token is needed".into()),
    };
    let mut frame = BytesMut::new();
    let written = Codec::new().encode(Message::Close(Some(reason)), &mut frame);
    match (actix_web_actors::ws::handshake(request), written) {
        (Ok(mut response), Ok(())) => {
            response.streaming(stream::iter([Ok::<_, actix_web::Error>(frame.freeze())]))
        }
        _ => ApiError::unauthenticated().error_response(),
    }
}

fn listens_on_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

/// The three marks of a caller at this machine. The peer's address alone is not enough: a page of another site can make
/// the user's browser call us, under a name of its own that points here (DNS rebinding) or across origins.
fn from_this_machine(call: &Call) -> Result<(), &'static str> {
    if !call.peer.is_some_and(|peer| peer.is_loopback()) {
        return Err(
            "this server has no keys and serves its own machine only; set auth.admin_key to serve others",
        );
    }
    let host = call
        .host
        .as_deref()
        .and_then(|host| host_of(&format!("http://{host}")));
    let Some(host) = host.filter(is_loopback_name) else {
        return Err(
            "this server has no keys and answers to localhost, 127.0.0.1 and [::1] only; call it by one of these, \
                    or set auth.admin_key",
        );
    };
    let same_site = call
        .origin
        .as_deref()
        .is_none_or(|origin| host_of(origin).as_ref() == Some(&host));
    if !same_site && (call.is_upgrade || !call.is_safe) {
        return Err(
            "this server has no keys and takes no requests from pages of other sites; open its own page, or set \
                    auth.admin_key",
        );
    }
    Ok(())
}

fn host_of(address: &str) -> Option<Host<String>> {
    let address = Url::parse(address)
        .ok()
        .filter(|address| matches!(address.scheme(), "http" | "https"))?;
    address.host().map(|host| host.to_owned())
}

fn is_loopback_name(host: &Host<String>) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> Call {
        Call {
            peer: Some([127, 0, 0, 1].into()),
            host: Some("localhost:3000".into()),
            origin: None,
            key: None,
            is_upgrade: false,
            is_safe: false,
        }
    }

    fn allowed(call: &Call) -> bool {
        AccessPolicy::Loopback.decide(call).is_ok()
    }

    #[test]
    fn without_keys_only_this_machine_by_a_loopback_name_is_served() {
        for host in [
            "localhost",
            "LOCALHOST:1",
            "127.0.0.1:3000",
            "[::1]:3000",
            "[::1]",
        ] {
            assert!(
                allowed(&Call {
                    host: Some(host.into()),
                    ..call()
                }),
                "{host}"
            );
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "192.168.0.4:3000",
            "localhost@evil.example",
            "",
        ] {
            assert!(
                !allowed(&Call {
                    host: Some(host.into()),
                    ..call()
                }),
                "{host}"
            );
        }
        assert!(!allowed(&Call {
            host: None,
            ..call()
        }));
        assert!(!allowed(&Call {
            peer: Some([192, 168, 0, 4].into()),
            ..call()
        }));
        assert!(!allowed(&Call {
            peer: None,
            ..call()
        }));
        assert!(allowed(&Call {
            peer: Some("::1".parse().unwrap()),
            ..call()
        }));
    }

    #[test]
    fn without_keys_a_page_of_another_site_may_only_look() {
        for (origin, same) in [
            ("http://localhost:5173", true),
            ("https://localhost", true),
            ("http://127.0.0.1:3000", false),
            ("https://evil.example", false),
            ("http://localhost.evil.example", false),
            ("null", false),
            ("file://localhost", false),
            ("", false),
        ] {
            let from = |is_safe, is_upgrade| {
                allowed(&Call {
                    origin: Some(origin.into()),
                    is_safe,
                    is_upgrade,
                    ..call()
                })
            };
            assert_eq!(from(false, false), same, "a change from {origin}");
            assert_eq!(from(true, true), same, "an upgrade from {origin}");
            assert!(from(true, false), "a look from {origin}");
        }
    }

    #[test]
    fn listening_beyond_loopback_is_told_from_the_host() {
        for (host, loopback) in [
            ("127.0.0.1", true),
            ("::1", true),
            ("localhost", true),
            ("127.8.8.8", true),
            ("0.0.0.0", false),
            ("::", false),
            ("interpres.example", false),
        ] {
            assert_eq!(listens_on_loopback(host), loopback, "{host}");
        }
    }
}
