//! The small change of the protocol: messages that are answered without a session, and the `ref` of every answer.

use serde_json::{Value, json};

use crate::support::server::Server;

#[tokio::test]
async fn an_answer_names_the_message_it_is_for() {
    let server = Server::start();
    let mut client = server.connect().await;
    for id in [
        json!("a"),
        json!(""),
        json!(7),
        json!(-1.5),
        json!("é\u{1F600}"),
    ] {
        client.send(json!({"type": "ping", "id": id})).await;
        assert_eq!(
            client.expect("pong").await,
            json!({"type": "pong", "ref": id})
        );
        client.send(json!({"type": "heartbeat", "id": id})).await;
        let answer = client.expect("heartbeat_received").await;
        assert_eq!(answer["ref"], id);
        client
            .send(json!({"type": "text", "text": "Hello.", "id": id}))
            .await;
        assert_eq!(client.expect_error("no_session").await["ref"], id);
    }
    for none in [
        json!(null),
        json!(true),
        json!([1]),
        json!({"a": 1}),
        json!("x".repeat(300)),
    ] {
        client.send(json!({"type": "ping", "id": none})).await;
        assert_eq!(client.expect("pong").await, json!({"type": "pong"}));
    }
    client.send(json!({"type": "ping"})).await;
    assert_eq!(client.expect("pong").await, json!({"type": "pong"}));
}

#[tokio::test]
async fn a_test_message_comes_back_as_it_was() {
    let server = Server::start();
    let mut client = server.connect().await;
    let message =
        json!({"type": "test_message", "id": 4, "b": [1, {"c": null}], "text": "ñ\u{0}\u{1F600}"});
    client.send(message.clone()).await;
    assert_eq!(client.expect("test_message").await, message);
}

#[tokio::test]
async fn the_event_shape_is_understood_and_answered_in_ours() {
    let server = Server::start();
    let mut client = server.connect().await;
    client.send(json!({"event": "ping", "id": "outer"})).await;
    assert_eq!(client.expect("pong").await["ref"], "outer");
    client
        .send(json!({"event": "heartbeat", "data": {"id": 9}}))
        .await;
    assert_eq!(client.expect("heartbeat_received").await["ref"], 9);
    client
        .send(json!({"event": "create_session", "data": {"session_id": "ana", "config": {"speaks": "en"}}}))
        .await;
    assert_eq!(client.expect("session_created").await["session_id"], "ana");
    client
        .send(json!({"event": "configure", "data": {"config": {"hears": ["es"]}}}))
        .await;
    assert_eq!(
        client.expect("session_configured").await["config"]["hears"],
        json!(["es"])
    );
}

#[tokio::test]
async fn a_service_message_may_hold_another_message_by_its_name() {
    let server = Server::start();
    let mut owner = server.connect().await;
    let made = owner
        .ask(json!({"type": "create_session", "session_id": "shared"}))
        .await;
    let mut client = server.connect().await;
    let nested = |inner: Value| json!({"event": "service_message", "data": inner});

    client.send(nested(json!({"type": "heartbeat"}))).await;
    client.expect("heartbeat_received").await;
    client
        .send(nested(
            json!({"type": "join_session", "session_id": "shared", "id": 2}),
        ))
        .await;
    let joined = client.expect("session_joined").await;
    assert_eq!(joined["ref"], 2);
    assert_eq!(joined["room_id"], made["room_id"]);
    client
        .send(nested(json!({
            "type": "service_request", "target_service": "translation-service", "action": "health",
        })))
        .await;
    assert_eq!(client.expect("service_response").await["status"], "success");
    client.send(nested(json!({"type": "leave_session"}))).await;
    client.expect("session_left").await;
    client.send(nested(json!({"type": "dance"}))).await;
    client.expect_error("unknown_type").await;
    client
        .send(nested(
            json!({"target_service": "nobody", "action": "health"}),
        ))
        .await;
    assert_eq!(
        client.expect("service_response").await["data"]["code"],
        "unknown_service"
    );
}
