//! How much a client may send: messages, bytes, and in one message.

use std::collections::BTreeMap;

use serde_json::json;

use super::times_met;
use crate::support::{
    client::{Client, Incoming},
    server::Server,
};

/// The type of each answer to these numbered messages, by number; each is answered once.
async fn answers(client: &mut Client, count: usize) -> BTreeMap<usize, String> {
    let mut answers = BTreeMap::new();
    while answers.len() < count {
        let Incoming::Message(message) = client.next().await else {
            panic!("closed");
        };
        let number = message["ref"].as_u64().expect("it says to what") as usize;
        let kind = message["type"].as_str().unwrap().to_owned();
        if kind == "error" {
            assert_eq!(message["code"], "rate_limited", "{message}");
        }
        let before = answers.insert(number, kind);
        assert_eq!(before, None, "{number} is answered twice");
    }
    answers
}

#[tokio::test]
async fn messages_beyond_the_rate_are_each_refused_by_name_and_not_acted_on() {
    let server = Server::with(&[
        ("INTERPRES__WEBSOCKET__MESSAGE_RATE", "1"),
        ("INTERPRES__WEBSOCKET__MESSAGE_BURST", "5"),
    ]);
    let mut client = server.connect().await;
    for number in 0..100 {
        client
            .send(json!({"type": "heartbeat", "id": number}))
            .await;
    }
    let answers = answers(&mut client, 100).await;
    for number in 0..5 {
        assert_eq!(answers[&number], "heartbeat_received", "the burst is taken");
    }
    let refused = answers.values().filter(|kind| *kind == "error").count() as u64;
    assert!(refused > 0, "a hundred at once are too many");
    assert_eq!(times_met(&server, "message_rate").await, refused);

    // Neither audio nor anybody else's messages count.
    client.send_audio(vec![0; 640]).await;
    client.expect_error("no_session").await;
    let mut other = server.connect().await;
    assert_eq!(other.ask(json!({"type": "ping"})).await["type"], "pong");
}

#[tokio::test]
async fn a_refused_message_without_an_id_is_answered_without_a_ref_and_changes_nothing() {
    let server = Server::with(&[
        ("INTERPRES__WEBSOCKET__MESSAGE_RATE", "1"),
        ("INTERPRES__WEBSOCKET__MESSAGE_BURST", "1"),
    ]);
    let mut client = server.connect().await;
    for _ in 0..100 {
        client.send(json!({"type": "create_session"})).await;
    }
    let refusal = client.expect_error("rate_limited").await;
    assert!(refusal.get("ref").is_none(), "{refusal}");
    assert!(
        refusal["message"]
            .as_str()
            .unwrap()
            .contains("message_rate"),
        "{refusal}"
    );
    let met = times_met(&server, "message_rate").await;
    let page = server.get("/admin/actors?kind=session").await;
    let made = page["total"].as_u64().unwrap();
    assert!(
        met > 0 && made + met <= 100,
        "{made} sessions, {met} refused"
    );
}

#[tokio::test]
async fn a_client_that_goes_on_beyond_its_rate_is_closed_and_told_why() {
    let server = Server::with(&[
        ("INTERPRES__WEBSOCKET__MESSAGE_RATE", "1"),
        ("INTERPRES__WEBSOCKET__MESSAGE_BURST", "1"),
    ]);
    let mut client = server.connect().await;
    // Each waits for its answer, so that it is the server's clock that ends this and not a full buffer.
    let closing = loop {
        client.send(json!({"type": "ping"})).await;
        match client.next().await {
            Incoming::Message(_) => {}
            Incoming::Closed(closing) => break closing,
            Incoming::Audio(_) => unreachable!("nobody speaks"),
        }
    };
    assert_eq!(closing, Some((1008, "too many messages".to_owned())));
    server
        .eventually("/api/health", |health| health["connections"]["active"] == 0)
        .await;
}

#[tokio::test]
async fn bytes_beyond_the_rate_come_later_and_all_of_them() {
    let server = Server::with(&[
        ("INTERPRES__WEBSOCKET__BYTE_RATE", "64KiB"),
        ("INTERPRES__WEBSOCKET__BYTE_BURST", "64KiB"),
    ]);
    let mut client = server.connect().await;
    let padding = "x".repeat(16 * 1024);
    for number in 0..20 {
        client
            .send(json!({"type": "test_message", "number": number, "pad": padding}))
            .await;
    }
    for number in 0..20 {
        let echo = client.expect("test_message").await;
        assert_eq!(echo["number"], number, "in order");
        assert_eq!(echo["pad"], padding);
    }
    assert!(times_met(&server, "byte_rate").await > 0);
    assert_eq!(client.ask(json!({"type": "ping"})).await["type"], "pong");
}

#[tokio::test]
async fn a_message_that_is_too_big_is_counted_in_one_piece() {
    let server = Server::with(&[("INTERPRES__WEBSOCKET__MAX_MESSAGE", "64KiB")]);
    let mut client = server.connect().await;
    client.send_audio(vec![0; 70_000]).await;
    assert_eq!(
        client.closed().await,
        Some((1009, "message too big".to_owned()))
    );
    assert_eq!(times_met(&server, "message_size").await, 1);
}
