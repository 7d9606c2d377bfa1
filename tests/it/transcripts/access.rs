//! Whose transcripts and sessions are, where there are keys.

use serde_json::{Value, json};

use crate::{
    access::{CLIENT_KEY, OPERATOR_KEY, SECOND_CLIENT_KEY, asked, keyed},
    support::{client::Client, server::Server},
};

/// A client of this key in the room `demo`.
async fn person(server: &Server, key: &str, session: &str) -> Client {
    let mut client = server.connect_with(&format!("?token={key}")).await;
    let config = json!({"name": session, "room_id": "demo", "speaks": "en"});
    let created = client
        .ask(json!({"type": "create_session", "session_id": session, "config": config}))
        .await;
    assert_eq!(created["type"], "session_created", "{created}");
    client
}

async fn status(server: &Server, method: &str, path: &str, key: Option<&str>) -> u16 {
    let (status, body) = asked(server, method, path, key).await;
    match status {
        401 => assert_eq!(body["error"]["code"], "unauthenticated"),
        403 => assert_eq!(body["error"]["code"], "forbidden"),
        _ => {}
    }
    status
}

#[tokio::test]
async fn a_transcript_is_for_those_who_were_there_and_for_operators() {
    let server = keyed(&[]);
    let mut ana = person(&server, CLIENT_KEY, "anas").await;
    ana.say("Between us.").await;
    ana.expect("transcription").await;
    let path = "/api/rooms/demo/transcript?lang=en";
    for running in [true, false] {
        if !running {
            ana.ask(json!({"type": "leave_session"})).await;
            let closed = status(&server, "DELETE", "/api/rooms/demo", Some(OPERATOR_KEY)).await;
            assert_eq!(closed, 204);
            // Left is left, and stored a moment later.
            while status(&server, "GET", "/api/sessions/anas", Some(OPERATOR_KEY)).await != 404 {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        }
        // Once she has left and it is over, only what is stored tells that she was there.
        let anas = if running { 200 } else { 403 };
        for (key, expected) in [
            (None, 401),
            (Some(SECOND_CLIENT_KEY), 403),
            (Some(CLIENT_KEY), anas),
            (Some(OPERATOR_KEY), 200),
        ] {
            assert_eq!(
                status(&server, "GET", path, key).await,
                expected,
                "{key:?}, running: {running}"
            );
            if expected != 200 {
                let follow = "/api/rooms/demo/transcript?follow=1";
                assert_eq!(status(&server, "GET", follow, key).await, expected);
            }
        }
    }
    // A session of the same id, made later by somebody else, was not there.
    let taken = server
        .request("POST", "/api/sessions/create")
        .bearer_auth(SECOND_CLIENT_KEY)
        .json(&json!({"session_id": "anas", "config": {"room_id": "demo"}}));
    assert_eq!(taken.send().await.unwrap().status(), 201);
    let path = "/api/rooms/demo/transcript";
    assert_eq!(
        status(&server, "GET", path, Some(SECOND_CLIENT_KEY)).await,
        403
    );
}

#[tokio::test]
async fn who_detached_or_moved_on_still_was_there() {
    let server = keyed(&[("INTERPRES__SESSION__LINGER", "0s")]);
    let mut ana = person(&server, CLIENT_KEY, "anas").await;
    let mut berta = person(&server, SECOND_CLIENT_KEY, "bertas").await;
    ana.say("Between us.").await;
    berta.expect("transcription").await;
    let moved = berta
        .ask(json!({"type": "join_room", "room_id": "another"}))
        .await;
    assert_eq!(moved["type"], "room_joined");
    ana.drop_connection();
    for key in [CLIENT_KEY, SECOND_CLIENT_KEY] {
        let path = "/api/rooms/demo/transcript?lang=en";
        let (status, body) = asked(&server, "GET", path, Some(key)).await;
        assert_eq!(status, 200, "{body}");
        let texts: Vec<&Value> = body["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| &entry["text"])
            .collect();
        assert_eq!(texts, ["Between us."]);
    }
    let another = "/api/rooms/another/transcript";
    assert_eq!(status(&server, "GET", another, Some(CLIENT_KEY)).await, 403);
}

#[tokio::test]
async fn a_session_is_shown_ended_and_erased_for_its_owner_and_operators() {
    let server = keyed(&[]);
    let mut ana = person(&server, CLIENT_KEY, "anas").await;
    ana.say("Mine.").await;
    ana.expect("transcription").await;
    let path = "/api/sessions/anas";
    for method in ["GET", "DELETE"] {
        assert_eq!(
            status(&server, method, path, Some(SECOND_CLIENT_KEY)).await,
            403
        );
    }
    let erase = "/api/sessions/anas?erase=true";
    assert_eq!(
        status(&server, "DELETE", erase, Some(SECOND_CLIENT_KEY)).await,
        403
    );
    for key in [CLIENT_KEY, OPERATOR_KEY] {
        let (status, shown) = asked(&server, "GET", path, Some(key)).await;
        assert_eq!((status, &shown["owner"]), (200, &json!("ana")));
    }
    assert_eq!(
        status(&server, "DELETE", erase, Some(CLIENT_KEY)).await,
        204
    );
    let (_, left) = asked(
        &server,
        "GET",
        "/api/rooms/demo/transcript",
        Some(OPERATOR_KEY),
    )
    .await;
    assert_eq!(left["entries"], json!([]));
    // Nobody's session is no client's to erase, though an operator may have its words erased.
    assert_eq!(
        status(&server, "DELETE", erase, Some(SECOND_CLIENT_KEY)).await,
        404
    );
    assert_eq!(
        status(&server, "DELETE", erase, Some(OPERATOR_KEY)).await,
        204
    );
}
