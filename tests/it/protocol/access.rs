//! Who may call: this machine's own people where there are no keys, and bearers of the key where there is one.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Error;

use crate::support::server::{Server, outcome};

async fn refused_upgrade(server: &Server, path: &str, headers: &[(&'static str, &str)]) -> u16 {
    match server.upgrade(path, headers).await {
        Err(Error::Http(answer)) => answer.status().as_u16(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("{path} with {headers:?} was let in"),
    }
}

#[tokio::test]
async fn without_keys_no_other_name_and_no_other_site_comes_in() {
    let server = Server::start();
    let own = format!("http://{}", server.address());
    for headers in [
        [("host", "evil.example")],
        [("host", "192.168.0.4:3000")],
        [("origin", "https://evil.example")],
        [("origin", "http://localhost.evil.example")],
        [("origin", "null")],
    ] {
        for path in ["/ws", "/"] {
            assert_eq!(
                refused_upgrade(&server, path, &headers).await,
                403,
                "{headers:?}"
            );
        }
        let (name, value) = headers[0];
        for (method, path) in [
            ("POST", "/api/rooms"),
            ("DELETE", "/api/rooms/demo"),
            ("POST", "/api/translate"),
        ] {
            let request = server
                .request(method, path)
                .header(name, value)
                .json(&json!({}));
            let (status, body) = outcome(request.send().await.unwrap()).await;
            assert_eq!(
                (status, &body["error"]["code"]),
                (403, &json!("forbidden")),
                "{method} {path} {headers:?}"
            );
        }
    }
    for headers in [
        [("origin", own.as_str())],
        [("host", "localhost:3000")],
        [("host", "[::1]:3000")],
    ] {
        let mut client = server.upgrade("/ws", &headers).await.unwrap();
        assert_eq!(
            client.expect("connected").await["protocol"],
            1,
            "{headers:?}"
        );
    }
    let look = server
        .request("GET", "/api/rooms")
        .header("origin", "https://evil.example");
    assert_eq!(
        look.send().await.unwrap().status(),
        200,
        "a look changes nothing"
    );
    let rebound = server
        .request("GET", "/api/rooms")
        .header("host", "evil.example");
    assert_eq!(
        rebound.send().await.unwrap().status(),
        403,
        "but not by another name"
    );
    let post = server
        .request("POST", "/api/rooms")
        .header("origin", own)
        .json(&json!({}));
    assert_eq!(post.send().await.unwrap().status(), 201);
}

#[tokio::test]
async fn a_server_that_listens_beyond_this_machine_makes_a_key_and_asks_for_it() {
    let server = Server::with(&[("HOST", "0.0.0.0")]);
    let file = server.data().join("admin.key");
    let key = std::fs::read_to_string(&file).unwrap().trim().to_owned();
    assert!(key.len() >= 16);
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(
        mode & 0o077,
        0,
        "the key is nobody else's to read: {mode:o}"
    );

    for (method, path) in [
        ("GET", "/api/rooms"),
        ("POST", "/api/rooms"),
        ("GET", "/admin/actors"),
        ("GET", "/metrics"),
        ("GET", "/openapi.json"),
    ] {
        let (status, body) = outcome(server.request(method, path).send().await.unwrap()).await;
        assert_eq!(
            (status, &body["error"]["code"]),
            (401, &json!("unauthenticated")),
            "{method} {path}"
        );
    }
    for path in ["/healthz", "/readyz", "/api/health"] {
        assert_eq!(
            server.request("GET", path).send().await.unwrap().status(),
            200,
            "{path}"
        );
    }
    let bearer = format!("Bearer {key}");
    let rooms = server
        .request("GET", "/api/rooms")
        .header("authorization", &bearer);
    assert_eq!(
        outcome(rooms.send().await.unwrap()).await,
        (200, json!({"rooms": [], "total": 0, "next": null}))
    );

    assert_eq!(refused_upgrade(&server, "/ws", &[]).await, 401);
    assert_eq!(refused_upgrade(&server, "/ws?token=wrong", &[]).await, 401);
    assert_eq!(
        refused_upgrade(&server, "/ws", &[("authorization", "Bearer wrong")]).await,
        401
    );
    for (path, headers) in [
        (format!("/ws?token={key}"), vec![]),
        ("/ws".to_owned(), vec![("authorization", bearer.as_str())]),
        (
            format!("/?token={key}"),
            vec![("origin", "https://interpres.example")],
        ),
    ] {
        let mut client = server.upgrade(&path, &headers).await.unwrap();
        client.expect("connected").await;
        assert_eq!(
            client.ask(json!({"type": "create_session"})).await["type"],
            "session_created"
        );
    }
}

#[tokio::test]
async fn a_browser_without_the_key_is_told_by_the_close_code() {
    let server = Server::with(&[("INTERPRES__AUTH__ADMIN_KEY", "a-key-of-enough-letters")]);
    for path in ["/ws", "/", "/ws?token=wrong"] {
        let mut browser = server
            .upgrade(path, &[("origin", "https://interpres.example")])
            .await
            .unwrap();
        assert_eq!(
            browser.closed().await.map(|(code, _)| code),
            Some(4001),
            "{path}"
        );
    }
    let (status, body) = server.post("/api/rooms", &json!({})).await;
    assert_eq!(
        (status, &body["error"]["code"]),
        (401, &Value::from("unauthenticated"))
    );
}
