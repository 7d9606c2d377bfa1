//! How many sessions an owner has, and how many sockets a session.

use serde_json::json;

use super::times_met;
use crate::support::server::Server;

#[tokio::test]
async fn an_owner_has_so_many_sessions_and_may_have_another_once_one_is_left() {
    let server = Server::with(&[("INTERPRES__SESSION__MAX_PER_OWNER", "2")]);
    let create = json!({"type": "create_session", "user_id": "ana"});
    let mut clients = Vec::new();
    for _ in 0..2 {
        let mut client = server.connect().await;
        assert_eq!(client.ask(create.clone()).await["type"], "session_created");
        clients.push(client);
    }
    let mut third = server.connect().await;
    let refused = third.ask_refused(create.clone()).await;
    assert_eq!(refused, "too_many_own_sessions");
    assert_eq!(times_met(&server, "sessions_per_owner").await, 1);
    let other = json!({"type": "create_session", "user_id": "berta"});
    assert_eq!(third.ask(other).await["type"], "session_created");

    clients[0].ask(json!({"type": "leave_session"})).await;
    let again = clients[0].ask(create).await;
    assert_eq!(again["type"], "session_created");
}

#[tokio::test]
async fn a_session_has_so_many_sockets_and_the_next_stays_connected_without_it() {
    let server = Server::with(&[("INTERPRES__SESSION__MAX_SOCKETS", "2")]);
    let mut first = server.connect().await;
    let made = first.create_session(json!({"room_id": "demo"})).await;
    let join = json!({"type": "join_session", "session_id": made["session_id"]});
    let mut second = server.connect().await;
    assert_eq!(second.ask(join.clone()).await["type"], "session_joined");
    let mut third = server.connect().await;
    assert_eq!(third.ask_refused(join.clone()).await, "too_many_sockets");
    assert_eq!(times_met(&server, "sockets_per_session").await, 1);
    assert_eq!(third.ask(json!({"type": "ping"})).await["type"], "pong");
    let again = second.ask(join.clone()).await;
    assert_eq!(
        again["type"], "session_joined",
        "one that is attached stays"
    );

    second.ask(json!({"type": "leave_session"})).await;
    assert_eq!(third.ask(join).await["type"], "session_joined");
}
