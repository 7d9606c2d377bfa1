//! Who may what: keys and tokens of every kind, roles on every route, and connections that nobody can listen to.

mod granted;
pub mod issuer;
mod keys;
mod owners;
mod pages;
mod published;
mod routes;
mod secrecy;
mod settings;
pub mod tls;
mod tokens;

use serde_json::{Value, json};

use crate::support::server::{Server, outcome};

pub const CLIENT_KEY: &str = "ana-s-key-that-opens-little";
pub const SECOND_CLIENT_KEY: &str = "berta-s-key-that-opens-little";
pub const OPERATOR_KEY: &str = "olga-s-key-that-opens-more";
pub const ADMIN_KEY: &str = "carla-s-key-that-opens-all";

/// `auth.keys` with one key of each role, and a second client.
pub fn keys() -> String {
    json!([
        {"key": CLIENT_KEY, "role": "client", "subject": "ana"},
        {"key": SECOND_CLIENT_KEY, "role": "client", "subject": "berta"},
        {"key": OPERATOR_KEY, "role": "operator", "subject": "olga"},
        {"key": ADMIN_KEY, "role": "admin", "subject": "carla"},
    ])
    .to_string()
}

/// A server with these keys and further settings.
pub fn keyed(environment: &[(&str, &str)]) -> Server {
    let keys = keys();
    let mut all = vec![("INTERPRES__AUTH__KEYS", keys.as_str())];
    all.extend_from_slice(environment);
    Server::with(&all)
}

/// What a request with this key or token is answered.
pub async fn asked(server: &Server, method: &str, path: &str, key: Option<&str>) -> (u16, Value) {
    let mut request = server.request(method, path);
    if let Some(key) = key {
        request = request.bearer_auth(key);
    }
    outcome(request.send().await.unwrap()).await
}

/// The status of an upgrade that is refused.
pub async fn refused(server: &Server, path: &str, headers: &[(&'static str, &str)]) -> u16 {
    match server.upgrade(path, headers).await {
        Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => answer.status().as_u16(),
        Err(other) => panic!("{path}: {other}"),
        Ok(_) => panic!("{path} {headers:?} was let in"),
    }
}
