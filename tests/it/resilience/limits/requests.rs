//! How much may be asked over HTTP: requests a second, bytes in one, rooms at once.

use std::net::IpAddr;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Error;

use super::times_met;
use crate::support::server::{Server, outcome};

const KEY: &str = "a-key-of-enough-letters";

/// Status and JSON of what `POST /api/rooms` answers to somebody with the key.
async fn make_room(server: &Server, id: &str) -> (u16, Value) {
    let request = server.request("POST", "/api/rooms").bearer_auth(KEY);
    outcome(request.json(&json!({"room_id": id})).send().await.unwrap()).await
}

#[tokio::test]
async fn requests_beyond_the_rate_are_answered_429_before_it_is_asked_who_calls() {
    let server = Server::with(&[
        ("INTERPRES__AUTH__ADMIN_KEY", KEY),
        ("INTERPRES__SERVER__LIMIT_LOOPBACK", "true"),
        ("INTERPRES__SERVER__REQUEST_RATE", "1"),
        ("INTERPRES__SERVER__REQUEST_BURST", "3"),
    ]);
    let mut statuses = Vec::new();
    for guess in 0..100 {
        let request = server.request("GET", "/api/rooms");
        let answer = request.bearer_auth(format!("guess-{guess}")).send().await;
        let answer = answer.unwrap();
        statuses.push(answer.status());
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            let wait = answer.headers()["retry-after"].to_str().unwrap().to_owned();
            assert!(wait.parse::<u64>().unwrap() >= 1, "{wait}");
            assert!(answer.headers().contains_key("x-request-id"));
            let (_, body) = outcome(answer).await;
            assert_eq!(body["error"]["code"], "rate_limited", "{body}");
        }
    }
    assert_eq!(statuses[..3], [StatusCode::UNAUTHORIZED; 3]);
    let refused = statuses
        .iter()
        .filter(|status| **status == StatusCode::TOO_MANY_REQUESTS)
        .count();
    assert!(refused > 0, "{statuses:?}");

    // An upgrade is a request too; which of some is refused is up to the clock.
    let mut upgrades = Vec::new();
    for _ in 0..100 {
        match server.upgrade("/ws", &[]).await {
            Err(Error::Http(answer)) => upgrades.push(answer.status().as_u16()),
            other => panic!("{:?}", other.err()),
        }
    }
    assert!(upgrades.contains(&429), "{upgrades:?}");

    // Somebody else is not slowed by it.
    let elsewhere = reqwest::Client::builder()
        .local_address(IpAddr::from([127, 0, 0, 2]))
        .build()
        .unwrap();
    let metrics = elsewhere
        .get(format!("http://{}/metrics", server.address()))
        .bearer_auth(KEY);
    let text = metrics.send().await.unwrap().text().await.unwrap();
    let refused = refused + upgrades.iter().filter(|status| **status == 429).count();
    let line = format!("interpres_limits_met_total{{limit=\"request_rate\"}} {refused}");
    assert!(text.lines().any(|found| found == line), "{line} in {text}");
}

#[tokio::test]
async fn this_machine_itself_may_ask_as_fast_as_it_likes() {
    let server = Server::with(&[
        ("INTERPRES__SERVER__REQUEST_RATE", "1"),
        ("INTERPRES__SERVER__REQUEST_BURST", "1"),
    ]);
    for _ in 0..20 {
        server.get("/healthz").await;
    }
}

#[tokio::test]
async fn a_body_that_is_too_big_is_answered_413_with_the_limit() {
    let server = Server::with(&[("INTERPRES__SERVER__BODY_LIMIT", "1KiB")]);
    let (status, body) = server
        .post("/api/rooms", &json!({"name": "x".repeat(2_000)}))
        .await;
    assert_eq!(
        (status, &body["error"]["code"]),
        (413, &json!("payload_too_large"))
    );
    assert_eq!(body["error"]["details"]["limit_bytes"], 1024, "{body}");
}

#[tokio::test]
async fn a_subject_has_so_many_rooms_and_may_have_another_once_one_is_closed() {
    let server = Server::with(&[
        ("INTERPRES__AUTH__ADMIN_KEY", KEY),
        ("INTERPRES__ROOM__MAX_PER_SUBJECT", "2"),
    ]);
    assert_eq!(make_room(&server, "one").await.0, 201);
    assert_eq!(
        make_room(&server, "one").await.0,
        409,
        "which costs no place"
    );
    assert_eq!(make_room(&server, "two").await.0, 201);
    let (status, body) = make_room(&server, "three").await;
    assert_eq!(
        (status, &body["error"]["code"]),
        (409, &json!("too_many_own_rooms"))
    );
    assert!(
        body["error"]["message"]
            .as_str()
            .unwrap()
            .contains("max_per_subject"),
        "{body}"
    );

    let close = server.request("DELETE", "/api/rooms/one").bearer_auth(KEY);
    assert_eq!(close.send().await.unwrap().status(), 204);
    for tries in 0.. {
        assert!(tries < 600, "the place never became free");
        if make_room(&server, "three").await.0 == 201 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(make_room(&server, "four").await.0, 409);
}

#[tokio::test]
async fn beyond_all_rooms_none_is_made() {
    let server = Server::with(&[("INTERPRES__ROOM__MAX_ROOMS", "2")]);
    for id in ["one", "two"] {
        let (status, _) = server.post("/api/rooms", &json!({"room_id": id})).await;
        assert_eq!(status, 201);
    }
    let (status, body) = server
        .post("/api/rooms", &json!({"room_id": "three"}))
        .await;
    assert_eq!(
        (status, &body["error"]["code"]),
        (503, &json!("too_many_rooms"))
    );
    assert_eq!(times_met(&server, "rooms").await, 1);
}
