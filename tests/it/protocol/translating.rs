//! `translation_stream`: one text into one language, for this socket alone.

use serde_json::json;

use crate::support::server::Server;

#[tokio::test]
async fn a_text_is_received_and_then_translated_without_session_or_number() {
    let server = Server::start();
    let mut client = server.connect().await;
    client
        .send(json!({
            "type": "translation_stream", "text": "Where is the train station?", "target_lang": "es",
            "source_lang": "en", "id": 5,
        }))
        .await;
    let received = client.expect("translation_received").await;
    assert_eq!(received["ref"], 5);
    let translation = client.expect("translation").await;
    assert_eq!(translation["text"], "Dónde es la estación de tren?");
    assert_eq!(translation["source_text"], "Where is the train station?");
    assert_eq!(
        (&translation["source_language"], &translation["language"]),
        (&json!("en"), &json!("es"))
    );
    assert_eq!(translation["final"], true);
    assert_eq!(translation["ref"], 5);
    assert_eq!(translation["utterance_id"], received["utterance_id"]);
    for absent in ["seq", "room_id", "speaker"] {
        assert!(translation.get(absent).is_none(), "{translation}");
    }
    client
        .send(json!({"type": "translation_stream", "text": "Thank you.", "target_lang": "es"}))
        .await;
    assert_eq!(
        client.expect("translation").await["source_language"],
        "en",
        "assumed"
    );
}

#[tokio::test]
async fn it_is_neither_stored_nor_seen_by_others() {
    let server = Server::start();
    let mut ana = server.connect().await;
    let made = ana
        .create_session(json!({"room_id": "demo", "speaks": "en"}))
        .await;
    let mut berta = server.connect().await;
    berta
        .create_session(json!({"room_id": "demo", "hears": ["es"]}))
        .await;
    ana.send(json!({"type": "translation_stream", "text": "Thank you.", "target_lang": "es"}))
        .await;
    ana.expect("translation").await;
    ana.say("Good morning.").await;
    let come = berta
        .until(|message| message["type"] == "translation")
        .await;
    assert_eq!(come.last().unwrap()["source_text"], "Good morning.");
    let mut again = server.connect().await;
    again
        .ask(json!({
            "type": "recover_session", "session_id": made["session_id"], "last_seq": 0,
            "resume_token": made["resume_token"],
        }))
        .await;
    let log = again.settled().await;
    assert!(
        !log.iter()
            .any(|message| message["source_text"] == "Thank you."),
        "{log:?}"
    );
}

#[tokio::test]
async fn what_cannot_be_translated_is_refused_with_its_reference() {
    let server = Server::start();
    let mut client = server.connect().await;
    for (message, code) in [
        (json!({"text": "", "target_lang": "es"}), "text_empty"),
        (
            json!({"text": " \n\u{0}", "target_lang": "es"}),
            "text_empty",
        ),
        (
            json!({"text": "x".repeat(10_001), "target_lang": "es"}),
            "text_too_long",
        ),
    ] {
        let mut message = message;
        message["type"] = json!("translation_stream");
        assert_eq!(client.ask_refused(message).await, code);
    }
    client
        .send(json!({"type": "translation_stream", "text": "Hello.", "target_lang": "tlh", "id": "k"}))
        .await;
    let error = client.expect_error("language_unavailable").await;
    assert_eq!(error["ref"], "k");
    client
        .send(json!({"type": "translation_stream", "text": "Hola.", "target_lang": "es", "source_lang": "es"}))
        .await;
    let same = client.expect("translation").await;
    assert_eq!(same["text"], "Hola.", "the same language is the same text");
}

#[tokio::test]
async fn more_at_once_than_a_connection_may_ask_are_refused_or_answered_but_never_lost() {
    let server = Server::start();
    let mut client = server.connect().await;
    for number in 0..40 {
        client
            .send(json!({
                "type": "translation_stream", "text": format!("I have {number} houses."), "target_lang": "es",
                "id": number,
            }))
            .await;
    }
    let mut answered = [false; 40];
    while answered.iter().any(|done| !done) {
        let message = client
            .until(|message| message["type"] == "translation" || message["type"] == "error")
            .await
            .pop()
            .unwrap();
        let number = usize::try_from(message["ref"].as_u64().unwrap()).unwrap();
        assert!(!answered[number], "answered once");
        answered[number] = true;
        match message["type"].as_str() {
            Some("error") => assert_eq!(message["code"], "busy"),
            _ => assert!(
                message["text"]
                    .as_str()
                    .unwrap()
                    .contains(&number.to_string())
            ),
        }
    }
}
