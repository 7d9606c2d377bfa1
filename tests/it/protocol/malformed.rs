//! What cannot be understood is answered with a code that says why, and the connection goes on.

use serde_json::{Value, json};

use crate::support::{client::Client, server::Server};

async fn refused(client: &mut Client, frame: &str) -> Value {
    client.send_raw(frame).await;
    let error = client.expect("error").await;
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|text| !text.is_empty())
    );
    assert_eq!(
        client.ask(json!({"type": "ping"})).await["type"],
        "pong",
        "{frame}"
    );
    error
}

#[tokio::test]
async fn what_is_no_message_is_refused_and_the_connection_stays() {
    let server = Server::start();
    let mut client = server.connect().await;
    for frame in [
        "",
        "{",
        "ping",
        "\u{0}",
        "{\"type\":\"ping\"",
        "[]",
        "1",
        "null",
        "\"ping\"",
        "[{\"type\":\"ping\"}]",
    ] {
        assert_eq!(
            refused(&mut client, frame).await["code"],
            "invalid_json",
            "{frame:?}"
        );
    }
    let deep = "[".repeat(10_000);
    assert_eq!(refused(&mut client, &deep).await["code"], "invalid_json");
    for frame in [
        "{}",
        r#"{"type":7,"id":"x"}"#,
        r#"{"type":null}"#,
        r#"{"event":7}"#,
    ] {
        assert_eq!(
            refused(&mut client, frame).await["code"],
            "missing_type",
            "{frame}"
        );
    }
    for frame in [
        r#"{"type":"dance","id":"x"}"#,
        r#"{"type":""}"#,
        r#"{"event":"dance"}"#,
        r#"{"type":"connected"}"#,
    ] {
        assert_eq!(
            refused(&mut client, frame).await["code"],
            "unknown_type",
            "{frame}"
        );
    }
    let named = refused(&mut client, r#"{"type":"dance","id":"x"}"#).await;
    assert_eq!(named["ref"], "x");
    let long = json!({"type": "x".repeat(100_000)}).to_string();
    let answer = refused(&mut client, &long).await;
    assert!(
        answer.to_string().len() < 1_000,
        "what is wrong is not sent back whole"
    );
}

#[tokio::test]
async fn wrong_fields_are_named() {
    let server = Server::start();
    let mut client = server.connect().await;
    for (message, field) in [
        (
            json!({"type": "create_session", "session_id": "a/b"}),
            "session_id",
        ),
        (
            json!({"type": "create_session", "session_id": ""}),
            "session_id",
        ),
        (
            json!({"type": "create_session", "session_id": ".."}),
            "session_id",
        ),
        (
            json!({"type": "create_session", "session_id": "x".repeat(129)}),
            "session_id",
        ),
        (
            json!({"type": "create_session", "config": {"speaks": "not a language"}}),
            "config.speaks",
        ),
        (
            json!({"type": "create_session", "config": {"hears": "es"}}),
            "config.hears",
        ),
        (
            json!({"type": "create_session", "config": {"hears": ["es", 1]}}),
            "config.hears",
        ),
        (
            json!({"type": "create_session", "config": {"language_pair": ["en"]}}),
            "config.language_pair",
        ),
        (
            json!({"type": "create_session", "config": {"audio": "loud"}}),
            "config.audio",
        ),
        (json!({"type": "create_session", "config": 1}), "config"),
        (json!({"type": "join_session"}), "session_id"),
        (
            json!({"type": "recover_session", "session_id": "a", "last_seq": -1}),
            "last_seq",
        ),
        (
            json!({"type": "recover_session", "session_id": "a", "last_seq": "1"}),
            "last_seq",
        ),
        (json!({"type": "configure"}), "config"),
        (json!({"type": "join_room"}), "room_id"),
        (json!({"type": "join_room", "room_id": "a b"}), "room_id"),
        (json!({"type": "text"}), "text"),
        (json!({"type": "text", "text": 5}), "text"),
        (
            json!({"type": "text", "text": "Hello.", "utterance_id": "a/b"}),
            "utterance_id",
        ),
        (
            json!({"type": "transcription_stream", "audio_data": "***"}),
            "audio_data",
        ),
        (
            json!({"type": "speaker_stream", "audio_data": [1, 2]}),
            "audio_data",
        ),
        (json!({"type": "speaker_stream"}), "audio_data"),
        (
            json!({"type": "translation_stream", "text": "Hello."}),
            "target_lang",
        ),
        (
            json!({"type": "translation_stream", "text": "Hello.", "target_lang": "x"}),
            "target_lang",
        ),
        (
            json!({"type": "service_message", "action": "health"}),
            "target_service",
        ),
        (json!({"type": "subscribe"}), "topic"),
        (json!({"type": "subscribe", "topic": 1}), "topic"),
        (json!({"type": "unsubscribe"}), "topic"),
    ] {
        let error = client.ask(message.clone()).await;
        assert_eq!(error["code"], "invalid_message", "{message}: {error}");
        assert!(
            error["message"].as_str().unwrap().contains(field),
            "{message}: {error}"
        );
    }
    assert_eq!(
        client.ask_refused(json!({"type": "leave_session"})).await,
        "no_session",
        "nothing was made"
    );
}

#[tokio::test]
async fn unknown_fields_and_nulls_are_passed_over() {
    let server = Server::start();
    let mut client = server.connect().await;
    let made = client
        .ask(json!({
            "type": "create_session", "session_id": "ana", "user_id": null, "data": null, "later": {"a": 1},
            "config": {"name": "Ana", "speaks": "en", "hears": null, "glossary": null, "later": [1], "audio": {"later": 1}},
        }))
        .await;
    assert_eq!(made["type"], "session_created", "{made}");
    let configured = client.configure(json!({"later": true, "name": null})).await;
    assert_eq!(configured["config"]["name"], "Ana");
    assert!(configured["config"].get("later").is_none());
    client
        .send(json!({"type": "text", "text": "Hello.", "utterance_id": null, "mood": "glad"}))
        .await;
    client.expect("transcription").await;
}

#[tokio::test]
async fn without_a_session_everything_that_needs_one_says_so() {
    let server = Server::start();
    let mut client = server.connect().await;
    for message in [
        json!({"type": "leave_session"}),
        json!({"type": "configure", "config": {}}),
        json!({"type": "join_room", "room_id": "demo"}),
        json!({"type": "leave_room"}),
        json!({"type": "text", "text": "Hello."}),
        json!({"type": "audio_end"}),
        json!({"type": "transcription_stream", "audio_data": "AAAA"}),
        json!({"type": "speaker_stream", "audio_data": "AAAA"}),
    ] {
        assert_eq!(
            client.ask_refused(message.clone()).await,
            "no_session",
            "{message}"
        );
    }
}
