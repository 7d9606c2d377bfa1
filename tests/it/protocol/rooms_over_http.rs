//! `/api/rooms`: every route with every status.

use serde_json::{Value, json};

use crate::support::server::{Server, outcome};

async fn call(server: &Server, method: &str, path: &str) -> (u16, Value) {
    outcome(server.request(method, path).send().await.unwrap()).await
}

fn code((status, body): (u16, Value)) -> (u16, String) {
    assert!(
        body["error"]["message"]
            .as_str()
            .is_some_and(|text| !text.is_empty()),
        "{body}"
    );
    (status, body["error"]["code"].as_str().unwrap().to_owned())
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn a_room_is_made_shown_listed_and_closed() {
    let server = Server::start();
    let (status, made) = server
        .post(
            "/api/rooms",
            &json!({"room_id": "demo", "name": "The demo"}),
        )
        .await;
    assert_eq!(
        (status, &made["room_id"], &made["name"]),
        (201, &json!("demo"), &json!("The demo"))
    );
    assert!(made["created_at"].as_str().unwrap().ends_with('Z'));
    let (status, other) = server.post("/api/rooms", &json!({})).await;
    assert_eq!(status, 201);
    assert!(
        !other["room_id"].as_str().unwrap().is_empty(),
        "an id is made"
    );

    let empty = server.get("/api/rooms/demo").await;
    assert_eq!(empty["name"], "The demo");
    assert_eq!(empty["participants"], json!([]));
    let mut ana = server.connect().await;
    ana.create_session(json!({"name": "Ana", "room_id": "demo", "speaks": "en"}))
        .await;
    let mut berta = server.connect().await;
    berta
        .create_session(json!({"name": "Berta", "room_id": "demo", "hears": ["es"]}))
        .await;
    ana.say("Hello.").await;
    let translation = berta.expect("translation").await;
    let shown = server.get("/api/rooms/demo").await;
    assert_eq!(shown["room_id"], "demo");
    assert_eq!(shown["private"], false);
    assert_eq!(shown["sockets"], 2);
    assert_eq!(shown["seq"], translation["seq"]);
    assert_eq!(shown["participants"].as_array().unwrap().len(), 2);
    assert_eq!(shown["sources"].as_array().unwrap().len(), 1);
    assert_eq!(shown["sources"][0]["language"], "en");
    assert_eq!(shown["invokers"].as_array().unwrap().len(), 1);
    assert_eq!(shown["invokers"][0]["language"], "es");
    for gauge in [&shown["sources"][0], &shown["invokers"][0]] {
        assert!(
            gauge["state"].is_string() && gauge["lag_ms"].is_u64(),
            "{gauge}"
        );
    }
    let list = server.get("/api/rooms").await;
    let mut ids: Vec<&str> = list["rooms"]
        .as_array()
        .unwrap()
        .iter()
        .map(|room| room["room_id"].as_str().unwrap())
        .collect();
    ids.sort_unstable();
    let mut expected = ["demo", other["room_id"].as_str().unwrap()];
    expected.sort_unstable();
    assert_eq!(ids, expected);

    assert_eq!(
        call(&server, "DELETE", "/api/rooms/demo").await,
        (204, Value::Null)
    );
    assert_eq!(
        code(call(&server, "GET", "/api/rooms/demo").await),
        is(404, "room_not_found")
    );
}

#[tokio::test]
async fn rooms_are_listed_in_pages_in_the_order_of_their_ids() {
    let server = Server::start();
    for number in 0..103 {
        let id = format!("r{number:03}");
        let (status, _) = server.post("/api/rooms", &json!({"room_id": id})).await;
        assert_eq!(status, 201);
    }
    let mut client = server.connect().await;
    client.create_session(json!({"room_id": "r007"})).await;
    let mut seen = Vec::new();
    let mut path = "/api/rooms".to_owned();
    let mut pages = Vec::new();
    loop {
        let page = server.get(&path).await;
        assert_eq!(page["total"], 103);
        let rooms = page["rooms"].as_array().unwrap();
        pages.push(rooms.len());
        seen.extend(
            rooms
                .iter()
                .map(|room| room["room_id"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => path = format!("/api/rooms?after={next}&limit=2"),
            None => break,
        }
    }
    assert_eq!(pages, [100, 2, 1]);
    let all: Vec<String> = (0..103).map(|number| format!("r{number:03}")).collect();
    assert_eq!(seen, all);
    let past = server.get("/api/rooms?after=zzz").await;
    assert_eq!((&past["rooms"], &past["next"]), (&json!([]), &Value::Null));
    let few = server.get("/api/rooms?limit=0").await;
    assert_eq!(few["rooms"].as_array().unwrap().len(), 1, "at least one");
    let (status, _) = call(&server, "GET", "/api/rooms?after=a%2Fb").await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn what_cannot_be_made_is_refused() {
    let server = Server::start();
    server.post("/api/rooms", &json!({"room_id": "demo"})).await;
    for (body, status, name) in [
        (json!({"room_id": "demo"}), 409, "room_exists"),
        (json!({"room_id": "a/b"}), 400, "invalid_json"),
        (json!({"room_id": ""}), 400, "invalid_json"),
        (json!({"room_id": "x".repeat(129)}), 400, "invalid_json"),
        (json!({"name": "x".repeat(101)}), 400, "invalid_name"),
        (json!({"name": "a\u{0}"}), 400, "invalid_name"),
        (json!({"name": 1}), 400, "invalid_json"),
        (json!({"budget": {"minutes": -5}}), 400, "invalid_budget"),
        (json!([]), 400, "invalid_json"),
    ] {
        assert_eq!(
            code(server.post("/api/rooms", &body).await),
            is(status, name),
            "{body}"
        );
    }
    let broken = server
        .request("POST", "/api/rooms")
        .header("content-type", "application/json")
        .body("{");
    assert_eq!(
        code(outcome(broken.send().await.unwrap()).await),
        is(400, "invalid_json")
    );
    let untyped = server.request("POST", "/api/rooms").body("{}");
    assert_eq!(
        code(outcome(untyped.send().await.unwrap()).await),
        is(415, "unsupported_media_type")
    );
    assert_eq!(
        code(call(&server, "PUT", "/api/rooms").await),
        is(405, "method_not_allowed")
    );
    assert_eq!(
        code(call(&server, "PATCH", "/api/rooms/demo").await),
        is(405, "method_not_allowed")
    );
}

#[tokio::test]
async fn a_room_that_is_not_there_is_not_found_and_a_wrong_id_is_wrong() {
    let server = Server::start();
    let message = json!({"message": "Hello."});
    for (method, path) in [
        ("GET", "/api/rooms/nobody"),
        ("DELETE", "/api/rooms/nobody"),
    ] {
        assert_eq!(
            code(call(&server, method, path).await),
            is(404, "room_not_found")
        );
    }
    assert_eq!(
        code(server.post("/api/rooms/nobody/announce", &message).await),
        is(404, "room_not_found")
    );
    for wrong in ["a%20b", "a%00b", "%C3%B1", "a%2Fb"] {
        assert_eq!(
            code(call(&server, "GET", &format!("/api/rooms/{wrong}")).await),
            is(400, "invalid_id"),
            "{wrong}"
        );
    }
    server.post("/api/rooms", &json!({"room_id": "demo"})).await;
    for wrong in [
        json!({"message": ""}),
        json!({"message": " \n"}),
        json!({"message": "x".repeat(2_001)}),
    ] {
        assert_eq!(
            code(server.post("/api/rooms/demo/announce", &wrong).await),
            is(400, "invalid_message")
        );
    }
    assert_eq!(
        code(server.post("/api/rooms/demo/announce", &json!({})).await),
        is(400, "invalid_json")
    );
    let nobody = server.post("/api/rooms/demo/announce", &message).await;
    assert_eq!(nobody, (200, json!({"sockets": 0})));
}

#[tokio::test]
async fn an_empty_room_goes_and_one_that_was_reserved_waits_for_its_first_participant() {
    let server = Server::with(&[
        ("INTERPRES__ROOM__EMPTY_AFTER", "200ms"),
        ("INTERPRES__ROOM__UNUSED_AFTER", "10m"),
        ("INTERPRES__SESSION__LINGER", "0s"),
    ]);
    for id in ["reserved", "used"] {
        server.post("/api/rooms", &json!({"room_id": id})).await;
    }
    let mut ana = server.connect().await;
    ana.create_session(json!({"room_id": "used"})).await;
    ana.drop_connection();
    server
        .eventually("/api/rooms/used", |answer| {
            answer["error"]["code"] == "room_not_found"
        })
        .await;
    assert_eq!(
        server.get("/api/rooms/reserved").await["room_id"],
        "reserved"
    );
    let brief = Server::with(&[("INTERPRES__ROOM__UNUSED_AFTER", "200ms")]);
    brief
        .post("/api/rooms", &json!({"room_id": "reserved"}))
        .await;
    brief
        .eventually("/api/rooms/reserved", |answer| {
            answer["error"]["code"] == "room_not_found"
        })
        .await;
}
