//! Keys: where they are shown, what wrong ones are told, and what no longer matters once there are some.

use serde_json::json;

use super::{ADMIN_KEY, CLIENT_KEY, OPERATOR_KEY, asked, keyed, refused};
use crate::support::server::Server;

#[tokio::test]
async fn a_key_opens_in_the_header_and_in_the_address_of_an_upgrade_only() {
    let server = keyed(&[]);
    assert_eq!(
        asked(&server, "GET", "/api/languages", Some(CLIENT_KEY))
            .await
            .0,
        200
    );
    let in_the_address = format!("/api/languages?token={CLIENT_KEY}");
    let (status, body) = asked(&server, "GET", &in_the_address, None).await;
    assert_eq!(
        (status, &body["error"]["code"]),
        (401, &json!("unauthenticated"))
    );
    for (path, headers) in [
        (format!("/ws?token={CLIENT_KEY}"), vec![]),
        (format!("/?token={CLIENT_KEY}"), vec![]),
        (
            "/ws".to_owned(),
            vec![("authorization", format!("Bearer {CLIENT_KEY}"))],
        ),
        (
            "/ws".to_owned(),
            vec![("authorization", format!("bearer {CLIENT_KEY}"))],
        ),
    ] {
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let mut client = server.upgrade(&path, &headers).await.unwrap();
        client.expect("connected").await;
    }
}

#[tokio::test]
async fn a_wrong_key_is_401_and_for_a_browser_4001() {
    let server = keyed(&[]);
    let longer = format!("{CLIENT_KEY}x");
    let shorter = &CLIENT_KEY[1..];
    for wrong in [
        "",
        "x",
        shorter,
        &longer,
        "%C3%A9-key-of-enough-letters",
        "a.b.c",
    ] {
        let path = format!("/ws?token={wrong}");
        assert_eq!(refused(&server, &path, &[]).await, 401, "{wrong:?}");
        let (status, _) = asked(&server, "GET", "/api/languages", Some(wrong)).await;
        assert_eq!(status, 401, "{wrong:?}");
        let mut browser = server
            .upgrade(&path, &[("origin", "https://interpres.example")])
            .await
            .unwrap();
        let closed = browser.closed().await.unwrap();
        assert_eq!(closed.0, 4001, "{wrong:?}");
        assert!(closed.1.contains("key"), "{closed:?}");
    }
    // A header goes before the address, and a wrong one is not made good by it.
    let both = [("authorization", "Bearer wrong-key-of-enough-letters")];
    assert_eq!(
        refused(&server, &format!("/ws?token={CLIENT_KEY}"), &both).await,
        401
    );
}

#[tokio::test]
async fn with_keys_it_does_not_matter_where_a_call_comes_from_or_by_what_name() {
    let server = keyed(&[]);
    let room = server
        .request("POST", "/api/rooms")
        .bearer_auth(CLIENT_KEY)
        .header("origin", "https://elsewhere.example")
        .header("host", "interpres.example")
        .json(&json!({}));
    assert_eq!(room.send().await.unwrap().status(), 201);
    let from_elsewhere = [
        ("origin", "https://elsewhere.example"),
        ("host", "interpres.example"),
    ];
    let path = format!("/ws?token={CLIENT_KEY}");
    let mut client = server.upgrade(&path, &from_elsewhere).await.unwrap();
    client.expect("connected").await;
    // And a caller at this machine is nobody in particular.
    assert_eq!(asked(&server, "GET", "/api/languages", None).await.0, 401);
}

#[tokio::test]
async fn operators_see_whose_connections_there_are() {
    let server = keyed(&[]);
    let client = server.connect_with(&format!("?token={CLIENT_KEY}")).await;
    let path = "/api/websocket/connections";
    let (status, page) = asked(&server, "GET", path, Some(OPERATOR_KEY)).await;
    assert_eq!(status, 200);
    let row = &page["connections"][0];
    assert_eq!(row["connection_id"], client.connection_id.as_str());
    assert_eq!(
        (&row["role"], &row["subject"]),
        (&json!("client"), &json!("ana"))
    );
}

#[tokio::test]
async fn the_admin_key_stands_beside_the_others_and_what_is_lacking_is_named() {
    let server = keyed(&[("INTERPRES__AUTH__ADMIN_KEY", "the-one-admin-key-of-old")]);
    for (key, status) in [
        ("the-one-admin-key-of-old", 200),
        (ADMIN_KEY, 200),
        (OPERATOR_KEY, 403),
        (CLIENT_KEY, 403),
    ] {
        assert_eq!(
            asked(&server, "GET", "/admin/actors", Some(key)).await.0,
            status,
            "{key}"
        );
    }
    let (_, body) = asked(&server, "GET", "/api/rooms", Some(CLIENT_KEY)).await;
    assert_eq!(body["error"]["code"], "forbidden");
    assert_eq!(
        body["error"]["details"],
        json!({"needed": "operator", "held": "client"})
    );
    assert!(
        !server.data().join("admin.key").exists(),
        "nothing is made where keys are set"
    );
}

#[tokio::test]
async fn keys_in_the_settings_are_enough_to_listen_beyond_this_machine() {
    let keys = super::keys();
    let server = Server::with(&[("HOST", "0.0.0.0"), ("INTERPRES__AUTH__KEYS", &keys)]);
    assert!(!server.data().join("admin.key").exists());
    assert_eq!(
        asked(&server, "GET", "/api/languages", Some(CLIENT_KEY))
            .await
            .0,
        200
    );
    assert_eq!(asked(&server, "GET", "/api/languages", None).await.0, 401);
}
