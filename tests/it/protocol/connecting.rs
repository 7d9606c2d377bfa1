//! Coming in: the greeting, the two addresses, and the limit of connections.

use std::time::Duration;

use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::support::{client::Incoming, server::Server};

#[tokio::test]
async fn whoever_connects_is_greeted_first_and_has_a_name_of_their_own() {
    let server = Server::start();
    for path in ["/ws", "/", "/ws?user_id=ana"] {
        let mut client = server.upgrade(path, &[]).await.unwrap();
        let Incoming::Message(greeting) = client.next().await else {
            panic!("{path}: something else than a greeting");
        };
        assert_eq!(greeting["type"], "connected", "{path}");
        assert_eq!(greeting["protocol"], 1);
        let time = greeting["server_time"].as_str().unwrap();
        assert!(
            OffsetDateTime::parse(time, &Rfc3339).is_ok() && time.ends_with('Z'),
            "{time}"
        );
        assert!(!greeting["connection_id"].as_str().unwrap().is_empty());
    }
    let (one, two) = (server.connect().await, server.connect().await);
    assert_ne!(one.connection_id, two.connection_id);
    let plain = server.request("GET", "/ws").send().await.unwrap();
    assert_eq!(plain.status(), 400, "a WebSocket needs an upgrade");
}

#[tokio::test]
async fn one_connection_too_many_is_told_so_and_a_place_that_becomes_free_can_be_had() {
    let server = Server::with(&[("WEBSOCKET_MAX_CONNECTIONS", "2")]);
    let (mut first, second) = (server.connect().await, server.connect().await);
    let mut third = server.upgrade("/ws", &[]).await.unwrap();
    let (code, _) = third.closed().await.expect("a close frame");
    assert_eq!(code, 1008);
    assert_eq!(first.ask(json!({"type": "ping"})).await["type"], "pong");

    second.drop_connection();
    server
        .eventually("/api/health", |health| health["connections"]["active"] == 1)
        .await;
    let mut fourth = server.connect().await;
    assert_eq!(fourth.ask(json!({"type": "ping"})).await["type"], "pong");
    let health = server.get("/api/health").await;
    assert_eq!(health["connections"]["peak"], 2, "{health}");
}

#[tokio::test]
async fn a_client_that_answers_no_ping_is_closed_and_one_that_does_stays() {
    let server = Server::with(&[
        ("INTERPRES__WEBSOCKET__HEARTBEAT_INTERVAL", "200ms"),
        ("WEBSOCKET_TIMEOUT", "2s"),
    ]);
    // A client answers pings only while it reads.
    let mut silent = server.connect().await;
    let mut living = server.connect().await;
    let listening = async {
        loop {
            living.collect(Duration::from_millis(100)).await;
        }
    };
    tokio::select! {
        () = listening => {}
        _ = server.eventually("/api/health", |health| health["connections"]["active"] == 1) => {}
    }
    assert_eq!(silent.closed().await.map(|(code, _)| code), Some(1001));
    assert_eq!(living.ask(json!({"type": "ping"})).await["type"], "pong");
}
