//! The table of routes and the roles they need (API.md §9): every route of `/openapi.json` stands in it.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::{ADMIN_KEY, CLIENT_KEY, OPERATOR_KEY, keyed};
use crate::support::server::Server;

/// Who is let in, from nobody known to an admin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Needs {
    Nothing,
    Client,
    Operator,
    Admin,
    /// It asks in its own way, and for no key of ours (docs/calls.md).
    OwnWay,
}
use Needs::{Admin, Client, Nothing, Operator, OwnWay};

/// Where a wrong key is refused although nobody needs one.
const ASKED_OF_KEYS: &str = "/api/access";

/// Method, path as the document names it, who is let in, and a body that the route takes.
fn table() -> Vec<(&'static str, &'static str, Needs, Value)> {
    let none = Value::Null;
    vec![
        ("get", "/healthz", Nothing, none.clone()),
        ("get", "/readyz", Nothing, none.clone()),
        ("get", "/api/health", Nothing, none.clone()),
        ("get", ASKED_OF_KEYS, Nothing, none.clone()),
        ("get", "/metrics", Operator, none.clone()),
        ("get", "/api/metrics", Operator, none.clone()),
        ("get", "/api/metrics/dashboard", Operator, none.clone()),
        ("get", "/api/dashboard", Operator, none.clone()),
        ("get", "/api/usage", Operator, none.clone()),
        ("post", "/api/rooms", Client, json!({})),
        ("get", "/api/rooms", Operator, none.clone()),
        ("get", "/api/rooms/{id}", Client, none.clone()),
        ("delete", "/api/rooms/{id}", Operator, none.clone()),
        (
            "post",
            "/api/rooms/{id}/announce",
            Operator,
            json!({"message": "hello"}),
        ),
        ("get", "/api/rooms/{id}/transcript", Client, none.clone()),
        ("post", "/api/sessions/create", Client, json!({})),
        ("get", "/api/sessions", Operator, none.clone()),
        ("get", "/api/sessions/{id}", Client, none.clone()),
        ("delete", "/api/sessions/{id}", Client, none.clone()),
        (
            "post",
            "/api/broadcast",
            Operator,
            json!({"message": "hello"}),
        ),
        ("get", "/api/websocket/connections", Operator, none.clone()),
        ("get", "/admin/audit", Admin, none.clone()),
        ("get", "/api/languages", Client, none.clone()),
        ("get", "/api/engines", Client, none.clone()),
        (
            "post",
            "/api/translate",
            Client,
            json!({"text": "hello", "target_language": "en"}),
        ),
        ("post", "/api/audio/transcribe", Client, none.clone()),
        ("post", "/api/whisper/transcribe", Client, none.clone()),
        ("post", "/incoming-call", OwnWay, json!([])),
        ("options", "/incoming-call", OwnWay, none.clone()),
        ("post", "/callbacks/{contextId}", OwnWay, json!([])),
        ("get", "/api/calls", Operator, none.clone()),
        (
            "post",
            "/api/calls",
            Operator,
            json!({"target": "+15550100"}),
        ),
        ("get", "/api/calls/{id}", Operator, none.clone()),
        (
            "post",
            "/api/calls/{id}/attach",
            Operator,
            json!({"room_id": "desk"}),
        ),
        ("post", "/api/calls/{id}/hangup", Operator, none.clone()),
        ("get", "/admin/actors", Admin, none.clone()),
        ("post", "/admin/actors/{path}/panic", Admin, none),
    ]
}

/// What is no matter of the document and is served all the same.
const UNDOCUMENTED: [(&str, Needs); 8] = [
    ("/acs/media/nothing", OwnWay),
    ("/", Nothing),
    ("/openapi.json", Client),
    ("/asyncapi.json", Client),
    ("/docs/", Client),
    ("/nowhere", Client),
    ("/ws", Client),
    ("/admin", Client),
];

/// The path in the document without the pattern that a parameter may carry: `{path:.*}` is `{path}`.
fn plain(path: &str) -> String {
    path.replace(":.*}", "}")
}

async fn status(server: &Server, method: &str, path: &str, key: Option<&str>, body: &Value) -> u16 {
    let path = path
        .replace("{id}", "nothing")
        .replace("{path}", "rooms/nothing");
    let method: Method = method.to_uppercase().parse().unwrap();
    let mut request = server.request(method.as_str(), &path);
    if let Some(key) = key {
        request = request.bearer_auth(key);
    }
    if !body.is_null() {
        request = request.json(body);
    }
    request.send().await.unwrap().status().as_u16()
}

/// Asks in every role, and compares with what is needed.
async fn check(server: &Server, method: &str, path: &str, needs: Needs, body: &Value) {
    for (held, key) in [
        (Nothing, None),
        (Nothing, Some("a-key-that-nobody-gave-out")),
        (Client, Some(CLIENT_KEY)),
        (Operator, Some(OPERATOR_KEY)),
        (Admin, Some(ADMIN_KEY)),
    ] {
        let status = status(server, method, path, key, body).await;
        let told = format!("{method} {path} as {held:?} answers {status}");
        let is_wrong = held == Nothing && key.is_some();
        match held {
            // There are no calls on this server.
            _ if needs == OwnWay => assert_eq!(status, 404, "{told}"),
            _ if is_wrong && path == ASKED_OF_KEYS => assert_eq!(status, 401, "{told}"),
            _ if held >= needs => assert!(
                ![401, 403].contains(&status) && status < 500 || path == "/",
                "{told}"
            ),
            Nothing => assert_eq!(status, 401, "{told}"),
            _ => assert_eq!(status, 403, "{told}"),
        }
    }
}

#[tokio::test]
async fn every_route_lets_in_whom_the_table_names_and_nobody_else() {
    let server = keyed(&[("INTERPRES__ADMIN__FAULT_INJECTION", "true")]);
    let document: Value = server
        .request("GET", "/openapi.json")
        .bearer_auth(CLIENT_KEY)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let mut documented = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            if Method::from_bytes(method.to_uppercase().as_bytes()).is_ok()
                && method != "parameters"
            {
                documented.insert((method.clone(), plain(path)));
            }
        }
    }
    let table = table();
    let known: BTreeSet<_> = table
        .iter()
        .map(|(method, path, _, _)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    assert_eq!(
        documented, known,
        "give a new route its row: who may call it?"
    );
    for (method, path, needs, body) in &table {
        check(&server, method, path, *needs, body).await;
    }
    for (path, needs) in UNDOCUMENTED {
        check(&server, "get", path, needs, &Value::Null).await;
    }
}

#[tokio::test]
async fn what_a_role_may_follow_is_what_it_may_see() {
    let server = keyed(&[]);
    let topics = [
        ("service/*", Client),
        ("call/*", Operator),
        ("call/1", Operator),
        ("bot/1", Operator),
        ("metrics", Operator),
        ("config", Admin),
        ("actors", Admin),
        ("room/somebody-elses", Admin),
        ("session/somebody-elses", Admin),
    ];
    for (held, key) in [
        (Client, CLIENT_KEY),
        (Operator, OPERATOR_KEY),
        (Admin, ADMIN_KEY),
    ] {
        let mut client = server.connect_with(&format!("?token={key}")).await;
        for (topic, needs) in topics {
            let subscribe = json!({"type": "subscribe", "topic": topic});
            if held >= needs {
                assert_eq!(
                    client.ask(subscribe).await["type"],
                    "subscribed",
                    "{topic} as {held:?}"
                );
            } else {
                assert_eq!(
                    client.ask_refused(subscribe).await,
                    "forbidden",
                    "{topic} as {held:?}"
                );
            }
        }
        // One's own are everybody's.
        client
            .create_session(json!({"room_id": format!("room-{held:?}")}))
            .await;
        let own = json!({"type": "subscribe", "topic": format!("room/room-{held:?}")});
        assert_eq!(client.ask(own).await["type"], "subscribed");
    }
}
