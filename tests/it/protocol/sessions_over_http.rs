//! `/api/sessions`, `/api/broadcast`, `/api/websocket/connections`: every route with every status.

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
async fn a_session_is_made_attached_to_shown_and_ended() {
    let server = Server::start();
    let wanted = json!({
        "session_id": "anas", "user_id": "ana", "data": {"seat": 7},
        "config": {"name": "Ana", "room_id": "demo", "language_pair": ["en", "es"]},
    });
    let (status, made) = server.post("/api/sessions/create", &wanted).await;
    assert_eq!(status, 201, "{made}");
    let mut fields: Vec<&String> = made.as_object().unwrap().keys().collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "created_at",
            "resume_token",
            "room_id",
            "session_id",
            "status"
        ]
    );
    assert_eq!(
        (&made["session_id"], &made["room_id"], &made["status"]),
        (&json!("anas"), &json!("demo"), &json!("created"))
    );
    let shown = server.get("/api/sessions/anas").await;
    assert_eq!(shown["attached"], false);
    assert_eq!(shown["data"], json!({"seat": 7}));
    assert_eq!(shown["config"]["speaks"], "en");
    assert_eq!(shown["config"]["hears"], json!(["es"]));
    assert_eq!(shown["owner"], "ana");
    assert_eq!(shown["private"], false);
    assert_eq!(shown["seq"], 0);
    assert!(shown.get("resume_token").is_none(), "{shown}");

    // Its token lets a client in, which needs nothing else.
    let mut client = server.connect().await;
    let join = json!({"type": "join_session", "session_id": "anas"});
    assert_eq!(client.ask_refused(join.clone()).await, "forbidden");
    let mut with_token = join;
    with_token["resume_token"] = made["resume_token"].clone();
    let joined = client.ask(with_token).await;
    assert_eq!(joined["type"], "session_joined");
    assert_eq!(joined["data"], json!({"seat": 7}));
    server
        .eventually("/api/sessions/anas", |session| session["attached"] == true)
        .await;

    assert_eq!(
        call(&server, "DELETE", "/api/sessions/anas").await,
        (204, Value::Null)
    );
    assert_eq!(client.expect("session_closed").await["reason"], "closed");
    for method in ["GET", "DELETE"] {
        assert_eq!(
            code(call(&server, method, "/api/sessions/anas").await),
            is(404, "session_not_found")
        );
    }
    // Nobody is attached to this one.
    let (status, _) = server.post("/api/sessions/create", &wanted).await;
    assert_eq!(status, 201, "its id is free");
    assert_eq!(call(&server, "DELETE", "/api/sessions/anas").await.0, 204);
    assert_eq!(call(&server, "GET", "/api/sessions/anas").await.0, 404);
}

#[tokio::test]
async fn a_session_without_wishes_has_a_room_of_its_own() {
    let server = Server::start();
    let (status, made) = server.post("/api/sessions/create", &json!({})).await;
    assert_eq!(status, 201);
    let id = made["session_id"].as_str().unwrap();
    let shown = server.get(&format!("/api/sessions/{id}")).await;
    assert_eq!(shown["room_id"], made["room_id"]);
    assert_eq!(shown["private"], true);
    assert_eq!(shown["owner"], Value::Null);
}

#[tokio::test]
async fn what_cannot_be_made_is_refused() {
    let server = Server::with(&[("INTERPRES__SESSION__MAX_SESSIONS", "2")]);
    let create = "/api/sessions/create";
    server.post(create, &json!({"session_id": "one"})).await;
    for (body, status, name) in [
        (json!({"session_id": "one"}), 409, "session_exists"),
        (json!({"session_id": "a/b"}), 400, "invalid_json"),
        (json!({"session_id": ""}), 400, "invalid_json"),
        (json!({"user_id": 1}), 400, "invalid_json"),
        (json!({"user_id": "x".repeat(129)}), 400, "invalid_message"),
        (json!({"config": {"hears": "es"}}), 400, "invalid_config"),
        (
            json!({"config": {"speaks": "english"}}),
            400,
            "invalid_config",
        ),
        (
            json!({"config": {"audio": {"sample_rate": 8000}}}),
            400,
            "invalid_config",
        ),
        (json!({"config": 1}), 400, "invalid_config"),
        (json!({"data": "x".repeat(4096)}), 400, "data_too_large"),
        (json!([]), 400, "invalid_json"),
    ] {
        assert_eq!(
            code(server.post(create, &body).await),
            is(status, name),
            "{body}"
        );
    }
    assert_eq!(server.post(create, &json!({})).await.0, 201);
    assert_eq!(
        code(server.post(create, &json!({})).await),
        is(503, "too_many_sessions")
    );
    for path in ["/api/sessions/nobody", "/api/sessions/a%20b"] {
        let expected = if path.ends_with("nobody") {
            is(404, "session_not_found")
        } else {
            is(400, "invalid_id")
        };
        for method in ["GET", "DELETE"] {
            assert_eq!(code(call(&server, method, path).await), expected, "{path}");
        }
    }
    assert_eq!(
        code(call(&server, "GET", "/api/sessions?limit=many").await),
        is(400, "invalid_query")
    );
}

#[tokio::test]
async fn sessions_are_listed_page_by_page_attached_or_not() {
    let server = Server::start();
    let mut expected = Vec::new();
    for number in 0..25 {
        let id = format!("s{number:02}");
        let body = json!({"session_id": id, "config": {"name": id}});
        assert_eq!(server.post("/api/sessions/create", &body).await.0, 201);
        expected.push(id);
    }
    let mut client = server.connect().await;
    client
        .ask(json!({"type": "join_session", "session_id": "s03"}))
        .await;
    let mut listed = Vec::new();
    let mut attached = Vec::new();
    let mut path = "/api/sessions?limit=10".to_owned();
    loop {
        let page = server.get(&path).await;
        for session in page["sessions"].as_array().unwrap() {
            let id = session["session_id"].as_str().unwrap().to_owned();
            if session["attached"] == true {
                attached.push(id.clone());
            }
            listed.push(id);
        }
        match page["next"].as_str() {
            Some(next) => path = format!("/api/sessions?limit=10&after={next}"),
            None => break,
        }
    }
    assert_eq!(listed, expected);
    assert_eq!(attached, ["s03"]);
}

#[tokio::test]
async fn a_broadcast_reaches_everybody_who_is_connected_in_a_room_or_not() {
    let server = Server::start();
    let mut clients = Vec::new();
    for number in 0..5 {
        let mut client = server.connect().await;
        if number % 2 == 0 {
            client.create_session(json!({"room_id": "demo"})).await;
        }
        clients.push(client);
    }
    let reached = server
        .post("/api/broadcast", &json!({"message": "We close at ten."}))
        .await;
    assert_eq!(reached, (200, json!({"sockets": 5})));
    for client in &mut clients {
        let told = client.expect("system_announcement").await;
        assert_eq!(told["message"], "We close at ten.");
    }
    for wrong in [
        json!({"message": " "}),
        json!({"message": "x".repeat(2_001)}),
    ] {
        assert_eq!(
            code(server.post("/api/broadcast", &wrong).await),
            is(400, "invalid_message")
        );
    }
}

#[tokio::test]
async fn connections_are_listed_page_by_page() {
    let server = Server::start();
    let mut clients = Vec::new();
    for _ in 0..5 {
        clients.push(server.connect().await);
    }
    let mut expected: Vec<&str> = clients
        .iter()
        .map(|client| client.connection_id.as_str())
        .collect();
    expected.sort_unstable();
    let first = server.get("/api/websocket/connections?limit=3").await;
    assert_eq!(
        (&first["active"], &first["total"], &first["peak"]),
        (&json!(5), &json!(5), &json!(5))
    );
    let next = first["next"].as_str().unwrap();
    let second = server
        .get(&format!("/api/websocket/connections?limit=3&after={next}"))
        .await;
    assert_eq!(second["next"], Value::Null);
    let listed: Vec<&Value> = [&first, &second]
        .into_iter()
        .flat_map(|page| page["connections"].as_array().unwrap())
        .collect();
    let ids: Vec<&str> = listed
        .iter()
        .map(|connection| connection["connection_id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, expected);
    for connection in listed {
        assert!(connection["connected_at"].as_str().unwrap().ends_with('Z'));
        assert!(connection["idle_ms"].is_u64() && connection["waiting"].is_u64());
    }
}

/// The connection of this id as it is listed.
async fn listed(server: &Server, id: &str) -> Value {
    listed_once(server, id, |_| true).await
}

/// The same, once it shows what is wanted: a client is answered by its room, and its connection learns of that after it.
async fn listed_once(server: &Server, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let row = |page: &Value| {
        let all = page["connections"].as_array().unwrap();
        all.iter().find(|row| row["connection_id"] == id).cloned()
    };
    let page = server
        .eventually("/api/websocket/connections", |page| {
            row(page).is_some_and(|row| wanted(&row))
        })
        .await;
    row(&page).unwrap()
}

#[tokio::test]
async fn a_connection_shows_its_session_its_room_and_what_waits_for_it() {
    let server = Server::start();
    let mut ana = server.connect().await;
    let id = ana.connection_id.clone();
    let fresh = listed(&server, &id).await;
    assert_eq!(
        (&fresh["session_id"], &fresh["room_id"], &fresh["subject"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(fresh["role"], "admin", "at this machine, without keys");
    assert_eq!(fresh["queued_bytes"], 0);
    let made = ana.create_session(json!({"room_id": "demo"})).await;
    let attached = listed_once(&server, &id, |row| row["session_id"] == made["session_id"]).await;
    assert_eq!(attached["room_id"], "demo");
    ana.ask(json!({"type": "join_room", "room_id": "other"}))
        .await;
    listed_once(&server, &id, |row| row["room_id"] == "other").await;
    ana.ask(json!({"type": "leave_session"})).await;
    listed_once(&server, &id, |row| {
        row["session_id"].is_null() && row["room_id"].is_null()
    })
    .await;

    // One that does not read has something waiting before long.
    let deaf = server.connect().await;
    deaf.narrow();
    let id = deaf.connection_id.clone();
    let message = json!({"message": "x".repeat(2_000)});
    for number in 0.. {
        server.post("/api/broadcast", &message).await;
        if listed(&server, &id).await["queued_bytes"].as_u64() > Some(0) {
            break;
        }
        assert!(number < 10_000, "nothing ever waits");
    }
}

#[tokio::test]
async fn all_of_it_is_described() {
    let server = Server::start();
    let document = server.get("/openapi.json").await;
    for (path, method) in [
        ("/api/sessions/create", "post"),
        ("/api/sessions", "get"),
        ("/api/sessions/{id}", "get"),
        ("/api/sessions/{id}", "delete"),
        ("/api/rooms/{id}/transcript", "get"),
        ("/api/broadcast", "post"),
        ("/api/websocket/connections", "get"),
        ("/admin/audit", "get"),
    ] {
        let described = &document["paths"][path][method];
        assert!(
            described["summary"].is_string() || described["description"].is_string(),
            "{method} {path}"
        );
    }
}
