//! Calls that are up between server and emulator and have no sound yet, and what the service shows of itself: for those
//! who measure and stand in the place of the service where it matters.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use interpres::links::acs::{
    client::{Client, ClientSettings},
    signing::{AccessKey, Endpoint},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rand::{SeedableRng as _, rngs::StdRng};
use reqwest::Method;
use serde_json::json;
use time::OffsetDateTime;

use crate::calls::pair::{KEY, Pair, RESOURCE};

/// How long all of them may take to come up.
const PATIENCE: Duration = Duration::from_secs(60);

/// The key that the emulator signs with at first, and how it is named.
const PAIR: &[u8] = include_bytes!("../../src/emulate/acs/keys/first.pem");
const NAME: &str = "emulated-1";
const ISSUER: &str = "https://acscallautomation.communication.azure.com";

/// Settings of a server whose calls go on without sound, as long as it is measured.
pub const PATIENT: [(&str, &str); 3] = [
    ("INTERPRES__ACS__MEDIA_TIMEOUT", "1h"),
    ("INTERPRES__ACS__IDLE_AFTER", "1day"),
    ("INTERPRES__ACS__CONNECT_TIMEOUT", "1h"),
];

/// An emulator that opens no media socket.
pub const SILENT: [&str; 2] = ["--fault", "socket-never"];

/// A call that is up.
#[derive(Debug, Clone)]
pub struct Live {
    /// The service's id of our leg.
    pub leg: String,
    /// What makes its addresses its own.
    pub secret: String,
}

/// The number from which the call of this place comes.
pub fn number_of(place: usize) -> String {
    format!("+1555{place:07}")
}

/// Has so many call, and waits until all are up. In the order of their numbers.
pub async fn begin(pair: &Pair, count: usize) -> anyhow::Result<Vec<Live>> {
    for place in 0..count {
        let wanted = json!({"caller": {"identifier": number_of(place)}});
        let (status, answer) = pair
            .emulator
            .ask(Method::POST, "/_emulator/calls", Some(&wanted))
            .await?;
        ensure!(status == 201, "no call begins: {status} {answer}");
    }
    let deadline = Instant::now() + PATIENCE;
    let mut calls = loop {
        let list = pair.server.get("/api/calls").await?;
        let calls = list["calls"].as_array().cloned().unwrap_or_default();
        let up = calls.iter().filter(|call| call["state"] == "connected");
        if up.count() == count {
            break calls;
        }
        ensure!(Instant::now() < deadline, "not all calls come up: {list}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    calls.sort_by_key(|call| call["from"].as_str().map(str::to_owned));
    let client = client(pair)?;
    let mut live = Vec::new();
    for call in calls {
        let leg = call["call_connection_id"].as_str().context("a leg")?;
        let connection = client.get(leg, PATIENCE).await?;
        let told_at = connection.callback_uri.context("an address")?;
        let told_at = url::Url::parse(told_at.expose())?;
        let secret = told_at.path().rsplit('/').next().context("a secret")?;
        live.push(Live {
            leg: leg.to_owned(),
            secret: secret.to_owned(),
        });
    }
    Ok(live)
}

fn client(pair: &Pair) -> anyhow::Result<Client> {
    let endpoint = Endpoint::parse(&format!("http://{}", pair.emulator.address()))?;
    let key = AccessKey::parse(&KEY.into())?;
    Ok(Client::new(
        ClientSettings::new(endpoint),
        Arc::new(key),
        Arc::new(|| OffsetDateTime::now_utc().into()),
        StdRng::seed_from_u64(6),
    )?)
}

/// Who signs as the service does.
pub struct Signer(EncodingKey);

impl Signer {
    /// With the emulator's first key.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self(EncodingKey::from_rsa_pem(PAIR)?))
    }

    /// A token of its own: each callback of the service has another.
    pub fn token(&self, number: usize) -> anyhow::Result<String> {
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let claims = json!({"iss": ISSUER, "aud": RESOURCE, "iat": now, "nbf": now,
            "exp": now + 300, "jti": number});
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(NAME.to_owned());
        Ok(encode(&header, &claims, &self.0)?)
    }
}
