//! One session on several sockets, what it keeps for its client, and leaving it.

use serde_json::json;

use crate::support::server::Server;

#[tokio::test]
async fn a_new_session_is_described_and_has_a_private_room() {
    let server = Server::start();
    let mut ana = server.connect().await;
    let made = ana
        .ask(json!({"type": "create_session", "config": {"name": "Ana", "speaks": "en"}}))
        .await;
    assert_eq!(made["type"], "session_created");
    for field in ["session_id", "room_id", "resume_token"] {
        assert!(
            made[field].as_str().is_some_and(|text| !text.is_empty()),
            "{made}"
        );
    }
    assert!(made["seq"].is_u64());
    let mut berta = server.connect().await;
    let other = berta.create_session(json!({"room_id": "demo"})).await;
    assert_eq!(other["room_id"], "demo");
    assert_ne!(other["session_id"], made["session_id"]);
    let mut cid = server.connect().await;
    assert_ne!(
        cid.create_session(json!({})).await["room_id"],
        made["room_id"]
    );
}

#[tokio::test]
async fn a_second_socket_is_in_the_same_conversation() {
    let server = Server::start();
    let mut ana = server.connect().await;
    let made = ana
        .create_session(json!({"name": "Ana", "room_id": "demo", "speaks": "en"}))
        .await;
    let mut berta = server.connect().await;
    berta
        .create_session(json!({"name": "Berta", "room_id": "demo", "hears": ["es"]}))
        .await;
    ana.expect("participant_joined").await;

    let mut second = server.connect().await;
    let joined = second
        .ask(json!({"type": "join_session", "session_id": made["session_id"]}))
        .await;
    assert_eq!(joined["type"], "session_joined");
    for field in ["session_id", "room_id", "resume_token"] {
        assert_eq!(joined[field], made[field]);
    }
    second.say("Good morning.").await;
    let first_reads = ana.expect("transcription").await;
    assert_eq!(second.expect("transcription").await, first_reads);
    assert_eq!(berta.expect("transcription").await, first_reads);
    assert_eq!(first_reads["speaker"]["session_id"], made["session_id"]);

    let left = second.ask(json!({"type": "leave_session"})).await;
    assert_eq!(left["type"], "session_left");
    assert_eq!(
        second
            .ask_refused(json!({"type": "text", "text": "Hello."}))
            .await,
        "no_session"
    );
    ana.say("Thank you.").await;
    let read = berta.until(|message| message["text"] == "Thank you.").await;
    assert!(
        !read.iter().any(|message| message["type"]
            .as_str()
            .unwrap()
            .starts_with("participant_")),
        "a socket came and went, nobody else did: {read:?}"
    );
    let rest = second.settled().await;
    assert!(rest.is_empty(), "who has left hears nothing: {rest:?}");
}

#[tokio::test]
async fn the_last_socket_that_leaves_ends_the_session() {
    let server = Server::start();
    let mut ana = server.connect().await;
    let made = ana
        .create_session(json!({"name": "Ana", "room_id": "demo"}))
        .await;
    let mut berta = server.connect().await;
    berta.create_session(json!({"room_id": "demo"})).await;
    assert_eq!(
        ana.ask(json!({"type": "leave_session"})).await["session_id"],
        made["session_id"]
    );
    let left = berta.expect("participant_left").await;
    assert_eq!(left["participant"]["name"], "Ana");
    assert_eq!(
        ana.ask_refused(json!({"type": "leave_session"})).await,
        "no_session"
    );
    let again = ana
        .ask(json!({"type": "create_session", "session_id": made["session_id"]}))
        .await;
    assert_eq!(again["type"], "session_created", "the id is free again");
}

#[tokio::test]
async fn data_is_kept_and_returned_and_holds_four_kilobytes() {
    let server = Server::start();
    let mut ana = server.connect().await;
    let data = json!({"colour": "blue", "nested": [1, null, {"ñ": "\u{1F600}"}]});
    let made = ana
        .ask(json!({"type": "create_session", "session_id": "anas", "data": data}))
        .await;
    assert_eq!(made["data"], data);
    for kind in ["join_session", "recover_session", "create_session"] {
        let mut other = server.connect().await;
        let answer = other.ask(json!({"type": kind, "session_id": "anas"})).await;
        assert_eq!(answer["data"], data, "{kind}");
    }
    let mut berta = server.connect().await;
    let too_much =
        json!({"type": "create_session", "session_id": "bertas", "data": "x".repeat(4_095)});
    assert_eq!(berta.ask_refused(too_much).await, "data_too_large");
    let unmade = json!({"type": "join_session", "session_id": "bertas"});
    assert_eq!(berta.ask_refused(unmade).await, "session_not_found");
    let just_enough =
        json!({"type": "create_session", "session_id": "bertas", "data": "x".repeat(4_094)});
    assert_eq!(berta.ask(just_enough).await["type"], "session_created");
}

#[tokio::test]
async fn making_a_session_that_is_ones_own_attaches_to_it_and_merges_the_configuration() {
    let server = Server::start();
    let mut ana = server.connect_with("?user_id=ana").await;
    ana.ask(json!({
        "type": "create_session", "session_id": "anas",
        "config": {"name": "Ana", "room_id": "demo", "speaks": "en", "hears": ["es"]},
    }))
    .await;
    let mut berta = server.connect().await;
    berta.create_session(json!({"room_id": "demo"})).await;
    let mut second = server.connect_with("?user_id=ana").await;
    let again = second
        .ask(json!({"type": "create_session", "session_id": "anas", "config": {"hears": ["fr"]}}))
        .await;
    assert_eq!(again["type"], "session_created");
    assert_eq!(again["room_id"], "demo");
    let updated = berta.expect("participant_updated").await;
    assert_eq!(updated["participant"]["hears"], json!(["fr"]));
    assert_eq!(updated["participant"]["name"], "Ana");
    assert_eq!(updated["participant"]["speaks"], "en");
    let elsewhere = second
        .ask(json!({"type": "create_session", "session_id": "anas", "config": {"room_id": "hall"}}))
        .await;
    assert_eq!(elsewhere["room_id"], "hall");
    let left = berta.expect("participant_left").await;
    assert_eq!(
        left["participant"]["name"], "Ana",
        "who moves is not in two rooms"
    );
    let refused =
        json!({"type": "create_session", "session_id": "anas", "config": {"name": "\u{7}"}});
    assert_eq!(second.ask_refused(refused).await, "invalid_config");
}

#[tokio::test]
async fn another_session_on_the_same_socket_takes_the_place_of_the_first() {
    let server = Server::with(&[("INTERPRES__SESSION__LINGER", "0s")]);
    let mut ana = server.connect().await;
    ana.create_session(json!({"name": "Ana", "room_id": "demo"}))
        .await;
    let mut berta = server.connect().await;
    berta.create_session(json!({"room_id": "demo"})).await;
    ana.create_session(json!({"name": "Anna", "room_id": "hall"}))
        .await;
    let left = berta.expect("participant_left").await;
    assert_eq!(left["participant"]["name"], "Ana");
    ana.say("Hello.").await;
    let said = ana.expect("transcription").await;
    assert_eq!(
        (&said["room_id"], &said["speaker"]["name"]),
        (&json!("hall"), &json!("Anna"))
    );
}
