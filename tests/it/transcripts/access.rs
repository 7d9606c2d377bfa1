//! Whose transcripts are.

use serde_json::{Value, json};

use crate::support::server::{Server, outcome};

const KEY: &str = "a-key-of-enough-letters";

#[tokio::test]
async fn with_a_key_a_transcript_is_not_for_strangers() {
    let server = Server::with(&[("INTERPRES__AUTH__ADMIN_KEY", KEY)]);
    let mut ana = server.connect_with(&format!("?token={KEY}")).await;
    ana.create_session(json!({"name": "Ana", "room_id": "demo", "speaks": "en"}))
        .await;
    ana.say("Between us.").await;
    ana.expect("transcription").await;
    for path in [
        "/api/rooms/demo/transcript",
        "/api/rooms/demo/transcript?follow=1",
        "/api/sessions",
        "/admin/audit",
        "/api/websocket/connections",
    ] {
        let (status, body) = outcome(server.request("GET", path).send().await.unwrap()).await;
        assert_eq!(
            (status, &body["error"]["code"]),
            (401, &json!("unauthenticated")),
            "{path}"
        );
    }
    let allowed = server
        .request("GET", "/api/rooms/demo/transcript?lang=en")
        .bearer_auth(KEY);
    let (status, body) = outcome(allowed.send().await.unwrap()).await;
    assert_eq!(status, 200, "{body}");
    let texts: Vec<&Value> = body["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["text"])
        .collect();
    assert_eq!(texts, ["Between us."]);
}
