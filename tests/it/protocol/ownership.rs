//! Whose a session is: who may make, join and recover it, and who is kept out.

use serde_json::{Value, json};

use crate::support::{client::Client, server::Server};

async fn make(client: &mut Client, message: Value) -> Value {
    let made = client.ask(message).await;
    assert_eq!(made["type"], "session_created", "{made}");
    made
}

#[tokio::test]
async fn a_session_with_an_owner_is_theirs_and_the_tokens() {
    let server = Server::start();
    let mut ana = server.connect_with("?user_id=ana").await;
    let made = make(
        &mut ana,
        json!({"type": "create_session", "session_id": "anas"}),
    )
    .await;
    let token = made["resume_token"].as_str().unwrap();

    let mut stranger = server.connect().await;
    let mut other = server.connect_with("?user_id=eve").await;
    for client in [&mut stranger, &mut other] {
        for (message, code) in [
            (json!({"type": "create_session"}), "session_exists"),
            (json!({"type": "join_session"}), "forbidden"),
            (json!({"type": "recover_session"}), "forbidden"),
        ] {
            for wrong in [Value::Null, json!(""), json!("x"), json!(token[1..])] {
                let mut message = message.clone();
                message["session_id"] = json!("anas");
                message["resume_token"] = wrong;
                assert_eq!(client.ask_refused(message.clone()).await, code, "{message}");
            }
        }
        let nothing = client.ask_refused(json!({"type": "leave_session"})).await;
        assert_eq!(nothing, "no_session", "a refusal attaches to nothing");
    }
    for (kind, answer) in [
        ("create_session", "session_created"),
        ("join_session", "session_joined"),
        ("recover_session", "session_recovered"),
    ] {
        let message = json!({"type": kind, "session_id": "anas", "resume_token": token});
        let answered = stranger.ask(message).await;
        assert_eq!(answered["type"], answer);
        assert_eq!(
            answered["resume_token"], token,
            "valid for the session's life"
        );

        let mut again = server.connect_with("?user_id=ana").await;
        let message = json!({"type": kind, "session_id": "anas"});
        assert_eq!(again.ask(message).await["type"], answer, "by its owner");
    }
}

#[tokio::test]
async fn the_owner_may_be_named_when_the_session_is_made() {
    let server = Server::start();
    let mut ana = server.connect().await;
    make(
        &mut ana,
        json!({"type": "create_session", "session_id": "anas", "user_id": "ana"}),
    )
    .await;
    let mut stranger = server.connect().await;
    let join = json!({"type": "join_session", "session_id": "anas"});
    assert_eq!(stranger.ask_refused(join.clone()).await, "forbidden");
    let mut again = server.connect_with("?user_id=ana").await;
    assert_eq!(again.ask(join).await["type"], "session_joined");
    let create = json!({"type": "create_session", "session_id": "anas", "user_id": "ana"});
    let mut third = server.connect().await;
    assert_eq!(third.ask(create).await["type"], "session_created");
}

#[tokio::test]
async fn what_nobody_owns_is_anybodys_where_there_are_no_keys() {
    let server = Server::start();
    let mut ana = server.connect().await;
    make(
        &mut ana,
        json!({"type": "create_session", "session_id": "open"}),
    )
    .await;
    for kind in ["create_session", "join_session", "recover_session"] {
        let mut other = server.connect().await;
        let answer = other.ask(json!({"type": kind, "session_id": "open"})).await;
        assert_ne!(answer["type"], "error", "{kind}: {answer}");
    }
}

#[tokio::test]
async fn with_a_key_the_session_belongs_to_its_bearer() {
    let server = Server::with(&[("INTERPRES__AUTH__ADMIN_KEY", "a-key-of-enough-letters")]);
    let mut ana = server.connect_with("?token=a-key-of-enough-letters").await;
    make(
        &mut ana,
        json!({"type": "create_session", "session_id": "anas", "user_id": "somebody-else"}),
    )
    .await;
    let mut again = server
        .connect_with("?token=a-key-of-enough-letters&user_id=x")
        .await;
    let joined = again
        .ask(json!({"type": "join_session", "session_id": "anas"}))
        .await;
    assert_eq!(joined["type"], "session_joined");
}

#[tokio::test]
async fn an_unknown_or_ended_session_is_not_found_and_its_token_opens_no_other() {
    let server = Server::start();
    let mut client = server.connect().await;
    for kind in ["join_session", "recover_session"] {
        let message = json!({"type": kind, "session_id": "nobody"});
        assert_eq!(client.ask_refused(message).await, "session_not_found");
    }
    let made = make(
        &mut client,
        json!({"type": "create_session", "session_id": "one", "user_id": "ana"}),
    )
    .await;
    let mut other = server.connect_with("?user_id=berta").await;
    make(
        &mut other,
        json!({"type": "create_session", "session_id": "two"}),
    )
    .await;
    let mut thief = server.connect().await;
    let with_the_wrong_token =
        json!({"type": "join_session", "session_id": "two", "resume_token": made["resume_token"]});
    assert_eq!(thief.ask_refused(with_the_wrong_token).await, "forbidden");

    assert_eq!(
        client.ask(json!({"type": "leave_session"})).await["type"],
        "session_left"
    );
    let gone = json!({"type": "recover_session", "session_id": "one", "resume_token": made["resume_token"]});
    assert_eq!(client.ask_refused(gone).await, "session_not_found");
}

#[tokio::test]
async fn there_are_no_more_sessions_than_the_settings_allow() {
    let server = Server::with(&[("INTERPRES__SESSION__MAX_SESSIONS", "2")]);
    let (mut one, mut two, mut three) = (
        server.connect().await,
        server.connect().await,
        server.connect().await,
    );
    one.create_session(json!({})).await;
    two.create_session(json!({})).await;
    let create = json!({"type": "create_session"});
    assert_eq!(three.ask_refused(create.clone()).await, "too_many_sessions");
    one.ask(json!({"type": "leave_session"})).await;
    assert_eq!(three.ask(create).await["type"], "session_created");
}
