//! What of a request decides who calls.

use std::net::IpAddr;

use actix_web::dev::ServiceRequest;
use actix_web::http::{Method, header};

/// What of a request decides who calls.
pub(super) struct Call {
    pub(super) peer: Option<IpAddr>,
    pub(super) host: Option<String>,
    pub(super) origin: Option<String>,
    pub(super) key: Option<String>,
    pub(super) is_upgrade: bool,
    /// Changes nothing, so that another site's page gains nothing by having it sent.
    pub(super) is_safe: bool,
}

impl Call {
    pub(super) fn of(request: &ServiceRequest) -> Self {
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

/// Whether a request asks for a WebSocket.
fn is_upgrade(request: &ServiceRequest) -> bool {
    let upgrade = request
        .headers()
        .get(header::UPGRADE)
        .and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket"))
}

fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, key) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}
