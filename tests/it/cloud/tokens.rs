//! Rooms of a server that has no key: it asks for tokens, renews them, and says so if it is given none.

use std::time::Duration;

use serde_json::Value;

use super::{go_forward, last, messages, two};
use crate::{
    emulate::stand::Emulator,
    support::{
        client::Client,
        server::Server,
        speech::{recording, speak},
    },
};

const CLIENT: &str = "11111111-2222-4333-8444-555555555555";
const SECRET: &str = "secret-emulated-for-anybody";

/// A server whose only engine asks this emulator, as an application that has this secret.
fn application(emulator: &Emulator, secret: &str) -> Server {
    let entra = |field: &str| format!("INTERPRES__ENGINES__AZURE_OPENAI__ENTRA__{field}");
    Server::logged(&[
        ("AZURE_OPENAI_ENDPOINT", &emulator.url("")),
        (&entra("AUTHORITY"), &emulator.url("")),
        (&entra("TENANT"), "our-tenant"),
        (&entra("CLIENT_ID"), CLIENT),
        (&entra("CLIENT_SECRET"), secret),
        ("INTERPRES__ENGINES__DEFAULT", "azure-translate"),
        ("INTERPRES__ENGINES__FALLBACK", "[]"),
        ("INTERPRES__INVOKER__RELEASE_AFTER", "1s"),
        ("LOG_LEVEL", "debug"),
    ])
}

async fn is_translated(ana: &mut Client, berta: &mut Client) {
    go_forward(ana).await;
    let translation = last(berta, "translation").await;
    assert_eq!(translation["engine"], "azure-translate");
}

async fn given(emulator: &Emulator) -> Value {
    emulator.get("/_emulator/tokens").await
}

#[tokio::test]
async fn a_room_is_interpreted_with_a_token_that_is_renewed_before_it_ends() {
    // Renewed after half of its life.
    let emulator = Emulator::null(&["--token-lifetime", "20s"]);
    let server = application(&emulator, SECRET);
    let (mut ana, mut berta) = two(&server).await;
    is_translated(&mut ana, &mut berta).await;
    assert_eq!(given(&emulator).await["given"], 1);
    // Each time over a session of its own, until one is given while the one before is good.
    while given(&emulator).await["ahead"] == 0 {
        is_translated(&mut ana, &mut berta).await;
    }
    is_translated(&mut ana, &mut berta).await;
    let told = ana.collect(Duration::ZERO).await;
    assert!(
        !messages(&told).any(|message| message["type"] == "error"),
        "{told:?}"
    );
    let log = server.log();
    assert!(log.contains("session attached"), "{log}");
    for secret in [SECRET, "entra-emulated-"] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[tokio::test]
async fn a_machine_that_has_an_identity_needs_no_secret() {
    let emulator = Emulator::null(&[]);
    let identity =
        |field: &str| format!("INTERPRES__ENGINES__AZURE_OPENAI__MANAGED_IDENTITY__{field}");
    let server = Server::with(&[
        ("AZURE_OPENAI_ENDPOINT", &emulator.url("")),
        (&identity("ENABLED"), "true"),
        (&identity("ENDPOINT"), &emulator.url("")),
        ("INTERPRES__ENGINES__DEFAULT", "azure-translate"),
    ]);
    let (mut ana, mut berta) = two(&server).await;
    is_translated(&mut ana, &mut berta).await;
    assert_eq!(given(&emulator).await["given"], 1);
}

#[tokio::test]
async fn a_wrong_secret_is_told_in_clear_words_and_nowhere_repeated() {
    const WRONG: &str = "wr0ng-s3cret-of-ours";
    let emulator = Emulator::null(&[]);
    let server = application(&emulator, WRONG);
    let (mut ana, mut berta) = two(&server).await;
    speak(&mut ana, &recording("goforward.raw")).await;
    // Who waits for the translation is told.
    let error = berta
        .expect_where("error", |error| error["code"] == "engine_unavailable")
        .await;
    let message = error["message"].as_str().unwrap();
    for word in [
        "Microsoft Entra gives no token",
        "invalid_client",
        "AADSTS7000215",
        "azure_openai.entra",
    ] {
        assert!(message.contains(word), "{error}");
    }
    assert!(!message.contains(WRONG), "{error}");
    assert_eq!(given(&emulator).await["given"], 0);
    let log = server.log();
    assert!(log.contains("AADSTS7000215"), "{log}");
    assert!(!log.contains(WRONG), "{log}");
}
