//! What never reaches a log, however much is logged: what people say, and what opens doors.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use super::{is_final, is_partial, processes};
use crate::support::{
    client::Client,
    server::Server,
    speech::{recording, silence, speak},
};

const ADMIN_KEY: &str = "an-admin-key-that-nobody-may-read";
const SECRET_KEY: &str = "a-secret-key-that-nobody-may-read";

async fn person(server: &Server, name: &str, language: &str) -> (Client, String) {
    let mut client = server.connect_with(&format!("?token={ADMIN_KEY}")).await;
    let session = client
        .create_session(json!({
            "name": name, "room_id": "demo", "speaks": language, "hears": [language], "speech": true,
            "glossary": null,
        }))
        .await;
    let token = session["resume_token"].as_str().unwrap().to_owned();
    (client, token)
}

#[tokio::test]
async fn neither_words_nor_keys_are_logged_at_the_finest_level() {
    let server = Server::logged(&[
        ("LOG_LEVEL", "trace"),
        ("SECRET_KEY", SECRET_KEY),
        ("INTERPRES__AUTH__ADMIN_KEY", ADMIN_KEY),
        ("INTERPRES__ADMIN__FAULT_INJECTION", "true"),
    ]);
    let (mut ana, ana_token) = person(&server, "Ana", "en").await;
    let (mut berta, berta_token) = person(&server, "Berta", "es").await;

    // Typed, spoken, and spoken to a recognizer that dies of it.
    ana.send(json!({"type": "text", "text": "The elephant is white."}))
        .await;
    berta.expect("audio_stop").await;
    let speech = recording("goforward.raw");
    let speaking = async {
        speak(&mut ana, &speech).await;
        speak(&mut ana, &silence(Duration::from_secs(1))).await;
    };
    let killing = async {
        berta.expect_where("transcription", is_partial).await;
        for recognizer in processes(&server, "asr-worker") {
            recognizer.signal(Signal::KILL);
        }
    };
    tokio::join!(speaking, killing);
    berta
        .expect_where("translation", |message| {
            is_final(message) && message["source_text"] == "Go forward ten meters."
        })
        .await;

    // Messages that are refused, of which nothing may be repeated in the log either.
    ana.send_raw("{\"type\": \"text\", \"text\": \"elephant")
        .await;
    ana.expect("error").await;
    ana.send(
        json!({"type": "recover_session", "session_id": "elephant", "resume_token": berta_token}),
    )
    .await;
    ana.expect("error").await;
    ana.send(json!({"type": "translation_stream", "text": "The elephant is white.", "target_lang": "xx"}))
        .await;
    ana.expect("error").await;

    // The same over HTTP, and a room that panics while it carries a text.
    let answer = server
        .request("POST", "/api/translate")
        .bearer_auth(ADMIN_KEY)
        .json(&json!({"text": "The elephant is white.", "source_language": "en", "target_language": "es"}))
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success());
    let wrong = server
        .request("GET", "/admin/actors?token=a-wrong-key-of-somebody")
        .bearer_auth("another-wrong-key")
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status(), 401);
    let crashed = server
        .request("POST", "/admin/actors/rooms/demo/panic")
        .bearer_auth(ADMIN_KEY)
        .send()
        .await
        .unwrap();
    assert_eq!(crashed.status(), 202);
    ana.send(json!({"type": "text", "text": "The elephant is black."}))
        .await;
    berta
        .expect_where("translation", |message| {
            message["source_text"] == "The elephant is black."
        })
        .await;

    let log = server.log().to_lowercase();
    for known in ["panic", "asr-worker", "session attached"] {
        assert!(
            log.contains(known),
            "the log is that of this conversation: {known}\n{log}"
        );
    }
    let secrets = [
        "elephant",
        "elefante",
        "forward",
        "meters",
        "metros",
        ADMIN_KEY,
        SECRET_KEY,
        "wrong-key",
        &ana_token,
        &berta_token,
    ];
    for secret in secrets {
        let secret = secret.to_lowercase();
        let line = log.lines().find(|line| line.contains(&secret));
        assert!(line.is_none(), "{secret:?} was logged: {}", line.unwrap());
    }
}
