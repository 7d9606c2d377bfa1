//! What ends: idle sessions, closed rooms, the server itself, and what everybody is told before.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{
    client::{Client, Incoming},
    server::{Server, outcome},
};

async fn in_room(server: &Server, room: &str) -> (Client, Value) {
    let mut client = server.connect().await;
    let made = client
        .create_session(json!({"room_id": room, "speaks": "en"}))
        .await;
    (client, made)
}

#[tokio::test]
async fn an_announcement_reaches_everybody_in_the_room_and_nobody_else() {
    let server = Server::start();
    let (mut ana, _) = in_room(&server, "demo").await;
    let (mut berta, _) = in_room(&server, "demo").await;
    let (mut eve, _) = in_room(&server, "hall").await;
    let message = json!({"message": "The building closes \u{1F600} <b>soon</b>."});
    let (status, answer) = server.post("/api/rooms/demo/announce", &message).await;
    assert_eq!((status, answer), (200, json!({"sockets": 2})));
    for client in [&mut ana, &mut berta] {
        assert_eq!(
            client.expect("system_announcement").await["message"],
            message["message"]
        );
    }
    assert!(eve.settled().await.is_empty());
}

#[tokio::test]
async fn a_room_that_is_closed_ends_its_sessions_and_leaves_the_connection() {
    let server = Server::start();
    let (mut ana, made) = in_room(&server, "demo").await;
    let (mut berta, _) = in_room(&server, "demo").await;
    let (mut eve, _) = in_room(&server, "hall").await;
    let answer = server
        .request("DELETE", "/api/rooms/demo")
        .send()
        .await
        .unwrap();
    assert_eq!(outcome(answer).await, (204, Value::Null));
    for client in [&mut ana, &mut berta] {
        assert_eq!(
            client.expect("session_closed").await["reason"],
            "room_closed"
        );
        let text = json!({"type": "text", "text": "Hello?"});
        assert_eq!(client.ask_refused(text).await, "no_session");
    }
    let recover = json!({
        "type": "recover_session", "session_id": made["session_id"], "resume_token": made["resume_token"],
    });
    assert_eq!(ana.ask_refused(recover).await, "session_not_found");
    assert!(eve.settled().await.is_empty());
    ana.create_session(json!({"room_id": "demo", "speaks": "en"}))
        .await;
    ana.say("Again.").await;
    assert_eq!(
        ana.expect("transcription").await["text"],
        "Again.",
        "the room can be had anew"
    );
}

#[tokio::test]
async fn an_idle_session_is_warned_and_then_closed_and_pings_are_no_activity() {
    let server = Server::with(&[("SESSION_TIMEOUT", "2s")]);
    let (mut ana, made) = in_room(&server, "demo").await;
    let warning = ana.expect("session_expiring").await;
    assert_eq!(warning["reason"], "idle");
    let mut others = server.connect().await;
    let closed = loop {
        match ana.next().await {
            Incoming::Message(message) if message["type"] == "session_closed" => break message,
            Incoming::Message(_) => ana.send(json!({"type": "ping"})).await,
            other => panic!("{other:?} before it was told"),
        }
    };
    assert_eq!(closed["reason"], "idle");
    assert_eq!(ana.closed().await.map(|(code, _)| code), Some(1001));
    let recover = json!({
        "type": "recover_session", "session_id": made["session_id"], "resume_token": made["resume_token"],
    });
    assert_eq!(others.ask_refused(recover).await, "session_not_found");
}

#[tokio::test]
async fn a_session_that_nobody_comes_back_for_is_forgotten() {
    let server = Server::with(&[
        ("SESSION_TIMEOUT", "1s"),
        ("INTERPRES__SESSION__LINGER", "0s"),
    ]);
    let mut ana = server.connect_with("?user_id=ana").await;
    let made = ana.create_session(json!({"room_id": "demo"})).await;
    ana.drop_connection();
    let mut other = server.connect().await;
    let join = json!({"type": "join_session", "session_id": made["session_id"]});
    for _ in 0..600 {
        match other.ask_refused(join.clone()).await.as_str() {
            "session_not_found" => return,
            code => assert_eq!(code, "forbidden"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it is still kept");
}

#[tokio::test]
async fn sigterm_tells_every_client_and_ends_in_time_with_success() {
    let mut server = Server::with(&[("INTERPRES__SERVER__SHUTDOWN_DEADLINE", "20s")]);
    let mut clients = Vec::new();
    for number in 0..20 {
        clients.push(in_room(&server, &format!("room-{}", number % 3)).await.0);
    }
    clients.push(server.connect().await);
    let text = "Where is the train station?";
    let translate = json!({"type": "translation_stream", "text": text, "target_lang": "es"});
    clients[0].send(translate).await;
    clients[0].expect("translation").await;
    server.signal(Signal::TERM);
    for client in &mut clients {
        assert_eq!(client.closed().await.map(|(code, _)| code), Some(1012));
    }
    drop(clients);
    let patience = Duration::from_secs(20);
    let code = tokio::task::spawn_blocking(move || server.wait(patience))
        .await
        .unwrap();
    assert_eq!(code, Some(0));
}

#[tokio::test]
async fn sigterm_ends_in_time_though_a_client_never_answers() {
    let mut server = Server::with(&[("INTERPRES__SERVER__SHUTDOWN_DEADLINE", "5s")]);
    // Neither is read from again, so that no close is answered.
    let (_silent, _) = in_room(&server, "demo").await;
    let _greeted = server.upgrade("/ws", &[]).await.unwrap();
    server.signal(Signal::TERM);
    let code = tokio::task::spawn_blocking(move || server.wait(Duration::from_secs(30)))
        .await
        .unwrap();
    assert_eq!(code, Some(0));
}
