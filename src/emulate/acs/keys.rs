//! The keys that callbacks and sockets are signed with, what is published of them, and their rotation.
//!
//! Two key pairs are in the program, known to everybody and good for nothing else: making new ones takes seconds. They
//! take turns; every rotation gives the next one a new name.

use actix_web::{HttpResponse, web::Data};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use parking_lot::Mutex;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::service::Service;

const PAIRS: [&[u8]; 2] = [
    include_bytes!("keys/first.pem"),
    include_bytes!("keys/second.pem"),
];

/// How long a token is good, in seconds: at a callback, and at a socket.
const CALLBACK_LIFETIME: i64 = 300;
const SOCKET_LIFETIME: i64 = 24 * 3_600;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Callback,
    Socket,
}

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Signed with another key than it names.
    Signature,
    /// It ended ten minutes ago.
    Expired,
    /// For another resource.
    Audience,
}

/// The same token is given to everybody who asks within a second, which is as exact as its times are.
struct LastToken {
    purpose: Use,
    second: i64,
    rotations: usize,
    token: String,
}

struct State {
    rotations: usize,
    last: Vec<LastToken>,
}

/// Who signs.
pub struct Keys {
    issuer: String,
    audience: String,
    pairs: Vec<(EncodingKey, Value)>,
    state: Mutex<State>,
}

impl Keys {
    /// Keys of an issuer that signs for one resource, by its immutable id.
    ///
    /// # Errors
    /// When the pairs in the program cannot be read.
    pub fn new(issuer: String, audience: String) -> Result<Self, jsonwebtoken::errors::Error> {
        let pairs = PAIRS
            .iter()
            .map(|pem| {
                let key = EncodingKey::from_rsa_pem(pem)?;
                let public = Jwk::from_encoding_key(&key, Algorithm::RS256)?;
                let public = serde_json::to_value(public)?;
                Ok((key, public))
            })
            .collect::<Result<_, jsonwebtoken::errors::Error>>()?;
        Ok(Self {
            issuer,
            audience,
            pairs,
            state: Mutex::new(State {
                rotations: 0,
                last: Vec::new(),
            }),
        })
    }

    /// From now on another key signs; the one before it stays published, as recorded.
    pub fn rotate(&self) -> String {
        let mut state = self.state.lock();
        state.rotations += 1;
        name(state.rotations)
    }

    /// What is published: the key before this one, if there was one, and this one.
    pub fn published(&self) -> Value {
        let rotations = self.state.lock().rotations;
        let published = |rotations: usize| {
            let (_, public) = &self.pairs[rotations % self.pairs.len()];
            json!({
                "kty": "RSA",
                "use": "sig",
                "alg": "RS256",
                "kid": name(rotations),
                "n": public["n"],
                "e": public["e"],
            })
        };
        let keys: Vec<Value> = (rotations.saturating_sub(1)..=rotations)
            .map(published)
            .collect();
        json!({"keys": keys})
    }

    /// A token for now. Nothing if it cannot be signed, which the keys in the program do not do.
    pub fn token(&self, purpose: Use, flaw: Option<Flaw>) -> Option<String> {
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let mut state = self.state.lock();
        let rotations = state.rotations;
        if flaw.is_none()
            && let Some(last) = state.last.iter().find(|last| {
                (last.purpose, last.second, last.rotations) == (purpose, now, rotations)
            })
        {
            return Some(last.token.clone());
        }
        let token = self.sign(purpose, flaw, now, rotations)?;
        if flaw.is_none() {
            state.last.retain(|last| last.purpose != purpose);
            state.last.push(LastToken {
                purpose,
                second: now,
                rotations,
                token: token.clone(),
            });
        }
        Some(token)
    }

    fn sign(&self, purpose: Use, flaw: Option<Flaw>, now: i64, rotations: usize) -> Option<String> {
        let lifetime = match purpose {
            Use::Callback => CALLBACK_LIFETIME,
            Use::Socket => SOCKET_LIFETIME,
        };
        let begin = match flaw {
            Some(Flaw::Expired) => now - lifetime - 600,
            _ => now,
        };
        let audience = match flaw {
            Some(Flaw::Audience) => "ffffffff-0000-0000-0000-000000000000",
            _ => &self.audience,
        };
        let claims = json!({
            "iss": self.issuer,
            "aud": audience,
            "iat": begin,
            "nbf": begin,
            "exp": begin + lifetime,
        });
        let pair = match flaw {
            Some(Flaw::Signature) => rotations + 1,
            _ => rotations,
        };
        let (key, _) = &self.pairs[pair % self.pairs.len()];
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(name(rotations));
        encode(&header, &claims, key).ok()
    }
}

fn name(rotations: usize) -> String {
    format!("emulated-{}", rotations + 1)
}

/// `GET /calling/.well-known/acsopenidconfiguration`.
pub async fn configuration(service: Data<Service>) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "issuer": service.keys.issuer,
        "jwks_uri": format!("{}/calling/keys", service.base()),
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}

/// `GET /calling/keys`.
pub async fn published(service: Data<Service>) -> HttpResponse {
    HttpResponse::Ok().json(service.keys.published())
}
