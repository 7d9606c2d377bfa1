//! A whole conversation over real sockets. [`Client`] holds every message that comes against the document; what is looked
//! at here is that they all came.

use std::{collections::BTreeSet, time::Duration};

use serde_json::json;

use crate::support::{
    client::{Client, Incoming},
    server::Server,
    speech::{recording, silence, speak},
};

/// What does not come in a conversation where all goes well and nobody goes idle: `session_expiring`.
const SAID: [&str; 32] = [
    "audio_start",
    "audio_stop",
    "connected",
    "error",
    "event",
    "heartbeat_received",
    "participant_joined",
    "participant_left",
    "participant_updated",
    "pong",
    "room_joined",
    "room_left",
    "service_response",
    "session_closed",
    "session_configured",
    "session_created",
    "session_joined",
    "session_left",
    "session_recovered",
    "speaker_received",
    "speech_started",
    "speech_stopped",
    "subscribed",
    "system_announcement",
    "test_message",
    "transcription",
    "transcription_received",
    "translation",
    "translation_received",
    "unsubscribed",
    "usage",
    "binary frame",
];

/// Notes what has come to a client since it was asked last.
async fn note(client: &mut Client, come: &mut BTreeSet<String>) {
    for incoming in client.collect(Duration::from_millis(200)).await {
        match incoming {
            Incoming::Message(message) => {
                come.insert(message["type"].as_str().unwrap().to_owned());
            }
            Incoming::Audio(_) => {
                come.insert("binary frame".to_owned());
            }
            Incoming::Closed(_) => {}
        }
    }
}

#[tokio::test]
async fn all_that_comes_in_a_conversation_is_in_the_document() {
    let server = Server::start();
    // Greetings are read when a connection is made.
    let mut come = BTreeSet::from(["connected".to_owned()]);
    let mut ana = server.connect().await;
    let mut berta = server.connect().await;
    for message in [
        json!({"type": "ping", "id": 1}),
        json!({"type": "heartbeat"}),
        json!({"type": "test_message", "any": "thing"}),
        json!({"type": "dance", "id": "d"}),
        json!({"type": "text", "text": "nobody hears this"}),
        json!({"type": "translation_stream", "text": "Good morning.", "target_lang": "es", "id": "t"}),
        json!({"type": "subscribe", "topic": "service/*"}),
        json!({"type": "unsubscribe", "topic": "service/*"}),
        json!({"type": "service_message", "target_service": "translation-service", "action": "health"}),
        json!({"type": "service_message", "target_service": "nobody", "action": "health"}),
        json!({"type": "create_session", "session_id": "ana", "data": {"a": [1]}, "config": {
            "name": "Ana", "room_id": "contract", "speaks": "en", "hears": ["en"],
        }, "id": "c"}),
        json!({"type": "subscribe", "topic": "room/contract"}),
    ] {
        ana.send(message).await;
    }
    let created = ana.expect("session_created").await;
    come.insert("session_created".to_owned());
    assert_eq!(created["data"], json!({"a": [1]}));
    let answer = berta
        .create_session(json!({
            "name": "Berta", "room_id": "contract", "speaks": "xx", "hears": ["es"], "speech": true,
        }))
        .await;
    berta
        .configure(json!({"name": "Berta B.", "speaks": "es", "glossary": {"a": "b"}}))
        .await;
    come.insert("session_configured".to_owned());
    ana.expect("participant_updated").await;
    come.insert("participant_updated".to_owned());
    for kind in ["transcription_stream", "speaker_stream"] {
        ana.send(json!({"type": kind, "audio_data": "AAAA"})).await;
    }

    ana.say("Where is the train station?").await;
    berta.expect("translation").await;
    speak(&mut ana, &recording("goforward.raw")).await;
    speak(&mut ana, &silence(Duration::from_secs(1))).await;
    berta
        .expect_where("audio_stop", |stop| stop["reason"] == "complete")
        .await;
    come.insert("audio_stop".to_owned());
    let (status, _) = server
        .post("/api/rooms/contract/announce", &json!({"message": "hello"}))
        .await;
    assert_eq!(status, 200);

    // Another socket, a loss, and the way out of the room.
    let mut beside = server.connect().await;
    beside
        .send(json!({"type": "join_session", "session_id": "ana", "resume_token": created["resume_token"]}))
        .await;
    beside.expect("session_joined").await;
    come.insert("session_joined".to_owned());
    note(&mut berta, &mut come).await;
    berta.drop_connection();
    let mut berta = server.connect().await;
    berta
        .send(json!({
            "type": "recover_session", "session_id": answer["session_id"], "resume_token": answer["resume_token"], "last_seq": 0,
        }))
        .await;
    let recovered = berta.expect("session_recovered").await;
    come.insert("session_recovered".to_owned());
    assert!(recovered["missed"].as_u64() > Some(3), "{recovered}");
    berta.send(json!({"type": "leave_room"})).await;
    berta.expect("room_left").await;
    come.insert("room_left".to_owned());
    berta
        .send(json!({"type": "join_room", "room_id": "contract"}))
        .await;
    berta.expect("room_joined").await;
    come.insert("room_joined".to_owned());
    berta.send(json!({"type": "leave_session"})).await;
    berta.expect("session_left").await;
    come.insert("session_left".to_owned());
    let ended = server.request("DELETE", "/api/sessions/ana").send().await;
    assert_eq!(ended.unwrap().status(), 204);
    ana.expect("session_closed").await;
    come.insert("session_closed".to_owned());
    for client in [&mut ana, &mut beside, &mut berta] {
        note(client, &mut come).await;
    }

    let missing: Vec<_> = SAID.iter().filter(|kind| !come.contains(**kind)).collect();
    assert!(missing.is_empty(), "{missing:?} did not come");
    let more: Vec<_> = come
        .iter()
        .filter(|kind| !SAID.contains(&kind.as_str()))
        .collect();
    assert!(more.is_empty(), "{more:?} came too; name them above");
}
