//! Every JSON answer of the server is what `/openapi.json` says. [`Server::get`] and [`Server::post`] hold what comes
//! against the document, here for a server on which something goes on.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    contract::{check_answer, openapi},
    server::{Server, outcome},
    speech::{recording, silence, speak},
};

#[tokio::test]
async fn every_answer_is_what_the_document_says() {
    let server = Server::start();
    let (status, _) = server
        .post(
            "/api/rooms",
            &json!({"room_id": "busy", "name": "A busy room"}),
        )
        .await;
    assert_eq!(status, 201);
    server.post("/api/rooms", &json!({})).await;
    server
        .post("/api/sessions/create", &json!({"session_id": "kept", "user_id": "ana", "config": {"speaks": "en"}, "data": [1]}))
        .await;
    server.post("/api/sessions/create", &json!({})).await;
    let mut ana = server.connect().await;
    let created = ana
        .create_session(json!({"name": "Ana", "room_id": "busy", "speaks": "en", "hears": ["en"]}))
        .await;
    let mut berta = server.connect().await;
    berta
        .create_session(json!({"room_id": "busy", "speaks": "es", "hears": ["es"], "speech": true}))
        .await;
    speak(&mut ana, &recording("goforward.raw")).await;
    speak(&mut ana, &silence(Duration::from_secs(1))).await;
    berta.expect("audio_start").await;

    let id = created["session_id"].as_str().unwrap();
    let room = server.get("/api/rooms/busy").await;
    assert_ne!(room["sources"], json!([]), "{room}");
    assert_ne!(room["invokers"], json!([]), "{room}");
    assert_ne!(room["usage"], json!([]), "{room}");
    let transcript = server.get("/api/rooms/busy/transcript").await;
    assert!(
        transcript["entries"].as_array().unwrap().len() > 3,
        "{transcript}"
    );
    let mut asked = vec![
        format!("/api/sessions/{id}"),
        "/api/rooms/busy".to_owned(),
        "/api/rooms/busy/transcript".to_owned(),
        "/api/sessions/kept".to_owned(),
    ];
    // Every other route without a parameter, as the document names them.
    let paths = openapi()["paths"].as_object().unwrap();
    for (path, operations) in paths {
        if operations.get("get").is_some() && !path.contains('{') && path != "/metrics" {
            asked.push(path.clone());
        }
    }
    asked.push("/api/sessions?limit=1".to_owned());
    asked.push("/api/websocket/connections?limit=1".to_owned());
    asked.push("/admin/actors?kind=room".to_owned());
    assert!(asked.len() > 14, "{asked:?}");
    for path in asked {
        server.get(&path).await;
    }
    for (path, body) in [
        (
            "/api/translate",
            json!({"text": "hello", "source_language": "en", "target_language": "es"}),
        ),
        (
            "/api/translate",
            json!({"text": "hello", "target_language": "qqq"}),
        ),
        ("/api/translate", json!({"text": 7})),
        ("/api/broadcast", json!({"message": "hello"})),
        ("/api/broadcast", json!({"message": ""})),
        ("/api/rooms/busy/announce", json!({"message": "hello"})),
        ("/api/rooms/nowhere/announce", json!({"message": "hello"})),
        ("/api/rooms", json!({"room_id": "busy"})),
        ("/api/sessions/create", json!({"session_id": "kept"})),
        ("/api/sessions/create", json!({"config": {"speaks": "x!"}})),
    ] {
        server.post(path, &body).await;
    }
    let recorded = server
        .request("POST", "/api/audio/transcribe?language=en")
        .body(wav(&recording("goforward.raw")));
    let (status, transcribed) = outcome(recorded.send().await.unwrap()).await;
    assert_eq!(status, 200, "{transcribed}");
    assert_ne!(transcribed["segments"], json!([]));
    check_answer("POST", "/api/audio/transcribe", status, &transcribed);
    for (method, path) in [
        ("GET", "/api/rooms/nowhere"),
        ("GET", "/api/sessions/nobody"),
        ("DELETE", "/api/sessions/kept?erase=true"),
        ("DELETE", "/api/rooms/busy"),
        ("DELETE", "/api/rooms/nowhere"),
        ("POST", "/admin/actors/rooms%2Fbusy/panic"),
        ("GET", "/api/sessions?limit=many"),
    ] {
        let answer = server.request(method, path).send().await.unwrap();
        let (status, body) = outcome(answer).await;
        check_answer(method, path, status, &body);
    }
    let audit: Value = server.get("/admin/audit").await;
    assert_ne!(audit["records"], json!([]));
}

fn wav(pcm: &[u8]) -> Vec<u8> {
    let samples: Vec<i16> = pcm
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    interpres::audio::wav::encode(&samples, 16_000).unwrap()
}
