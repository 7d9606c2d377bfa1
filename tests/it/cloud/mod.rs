//! Rooms that the engines of Azure OpenAI interpret, against `interpres emulate realtime`: three processes, real sockets.

mod faults;
mod interpreting;
mod money;
mod tokens;

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    emulate::stand::Emulator,
    support::{
        client::{Client, Incoming},
        server::Server,
        speech::{recording, silence, speak},
    },
};

/// The emulator's key.
const KEY: &str = "sk-emulated-for-anybody";

/// A server that asks this emulator, by this engine.
fn server(emulator: &Emulator, engine: &str) -> Server {
    server_with(emulator, engine, KEY)
}

/// The same, with another key. What is not said for 2 s closes its session, so that the emulator's invoice is complete.
fn server_with(emulator: &Emulator, engine: &str, key: &str) -> Server {
    Server::with(&[
        ("AZURE_OPENAI_ENDPOINT", &emulator.url("")),
        ("AZURE_OPENAI_API_KEY", key),
        ("INTERPRES__ENGINES__DEFAULT", engine),
        ("INTERPRES__INVOKER__RELEASE_AFTER", "2s"),
    ])
}

/// Ana, who speaks English, and Berta, who reads and hears Spanish.
async fn two(server: &Server) -> (Client, Client) {
    let person = async |name: &str, language: &str| {
        let mut client = server.connect().await;
        let config = json!({
            "name": name, "room_id": "demo", "speaks": language, "hears": [language], "speech": true,
        });
        client.create_session(config).await;
        client
    };
    let ana = person("Ana", "en").await;
    (ana, person("Berta", "es").await)
}

/// "Go forward ten meters.", and a pause.
async fn go_forward(speaker: &mut Client) {
    speak(speaker, &recording("goforward.raw")).await;
    speak(speaker, &silence(Duration::from_millis(1_500))).await;
}

/// The next final of this kind.
async fn last(client: &mut Client, kind: &str) -> Value {
    let is_last = |message: &Value| message["final"] == true;
    client.expect_where(kind, is_last).await
}

/// The messages among what came.
fn messages(came: &[Incoming]) -> impl Iterator<Item = &Value> {
    came.iter().filter_map(|incoming| match incoming {
        Incoming::Message(message) => Some(message),
        _ => None,
    })
}

/// The sound among what came.
fn samples(came: &[Incoming]) -> Vec<i16> {
    let frames = came.iter().filter_map(|incoming| match incoming {
        Incoming::Audio(frame) => Some(frame.samples.as_slice()),
        _ => None,
    });
    frames.flatten().copied().collect()
}
