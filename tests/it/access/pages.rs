//! The page is for everybody, wherever a browser goes; what routes and programs have stays as it is.

use reqwest::header::{ACCEPT, CONTENT_TYPE};

use super::{CLIENT_KEY, keyed};
use crate::support::server::Server;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn go(server: &Server, path: &str, accept: &str, key: Option<&str>) -> reqwest::Response {
    let mut request = server.request("GET", path).header(ACCEPT, accept);
    if let Some(key) = key {
        request = request.bearer_auth(key);
    }
    request.send().await.unwrap()
}

fn is_page(answer: &reqwest::Response) -> bool {
    answer.headers()[CONTENT_TYPE] == "text/html; charset=utf-8"
}

#[tokio::test]
async fn who_has_no_key_gets_the_page_and_nothing_else() {
    let server = keyed(&[]);
    // 503 where the page was not built: it says so itself.
    for path in [
        "/",
        "/rooms",
        "/rooms/standup",
        "/settings",
        "/actors",
        "/websocket-test",
    ] {
        let answer = go(&server, path, BROWSER, None).await;
        assert!(
            [200, 503].contains(&answer.status().as_u16()),
            "{path}: {}",
            answer.status()
        );
        assert!(is_page(&answer), "{path}");
    }
    let nowhere = go(&server, "/nowhere", BROWSER, None).await;
    assert!([404, 503].contains(&nowhere.status().as_u16()));
    assert!(is_page(&nowhere));
    for path in [
        "/metrics",
        "/openapi.json",
        "/asyncapi.json",
        "/ws",
        "/docs/",
        "/docs",
        "/api/rooms",
        "/api/nowhere",
        "/admin/actors",
        "/admin",
        "/v1/palabra/tasks",
        "/assets/missing.js",
        "/socket.io/",
    ] {
        let answer = go(&server, path, BROWSER, None).await;
        assert_eq!(answer.status(), 401, "{path}");
        assert!(!is_page(&answer), "{path}");
    }
    for path in ["/rooms", "/nowhere"] {
        for accept in ["*/*", "application/json"] {
            assert_eq!(
                go(&server, path, accept, None).await.status(),
                401,
                "{path}"
            );
            let known = go(&server, path, accept, Some(CLIENT_KEY)).await;
            assert_eq!(known.status(), 404, "{path}");
            assert_eq!(known.headers()[CONTENT_TYPE], "application/json", "{path}");
        }
        let posted = server.request("POST", path).header(ACCEPT, BROWSER);
        assert_eq!(posted.send().await.unwrap().status(), 401, "{path}");
    }
    let with_a_wrong_key = go(
        &server,
        "/rooms",
        BROWSER,
        Some("a-key-that-nobody-gave-out"),
    )
    .await;
    assert!(is_page(&with_a_wrong_key), "the page tells what is wrong");
}

#[tokio::test]
async fn an_upgrade_on_the_page_is_still_a_connection() {
    let server = Server::start();
    let mut client = server.upgrade("/", &[("accept", BROWSER)]).await.unwrap();
    client.expect("connected").await;
}
