//! What the page learns of the key it has: `GET /api/access`.

use serde_json::{Value, json};

use super::{
    ADMIN_KEY, CLIENT_KEY, OPERATOR_KEY, asked,
    issuer::{SECRET, claims, in_seconds, shared_secret, signed_with_secret},
    keyed,
};
use crate::support::server::Server;

const PATH: &str = "/api/access";

#[tokio::test]
async fn without_keys_this_machine_may_all_and_a_stranger_learns_that_nothing_is_open() {
    let server = Server::start();
    let everything = json!({"authentication": "none", "role": "admin", "subject": null});
    assert_eq!(server.get(PATH).await, everything);
    // A key is of no use here, and does no harm.
    assert_eq!(
        asked(&server, "GET", PATH, Some("any-key-at-all-does")).await,
        (200, everything)
    );
    let stranger = server.request("GET", PATH).header("host", "evil.example");
    let told: Value = stranger.send().await.unwrap().json().await.unwrap();
    assert_eq!(
        told,
        json!({"authentication": "none", "role": null, "subject": null})
    );
}

#[tokio::test]
async fn with_keys_each_key_is_told_its_role_and_a_wrong_one_is_refused() {
    let server = keyed(&[]);
    let nobody = json!({"authentication": "required", "role": null, "subject": null});
    assert_eq!(server.get(PATH).await, nobody);
    for (key, role, subject) in [
        (CLIENT_KEY, "client", "ana"),
        (OPERATOR_KEY, "operator", "olga"),
        (ADMIN_KEY, "admin", "carla"),
    ] {
        let told = json!({"authentication": "required", "role": role, "subject": subject});
        assert_eq!(asked(&server, "GET", PATH, Some(key)).await, (200, told));
    }
    for wrong in ["x", "a-key-that-nobody-gave-out"] {
        let (status, body) = asked(&server, "GET", PATH, Some(wrong)).await;
        assert_eq!(
            (status, &body["error"]["code"]),
            (401, &json!("unauthenticated")),
            "{wrong:?}"
        );
    }
    // In the address it counts for nothing, as everywhere but on upgrades.
    assert_eq!(
        server.get(&format!("{PATH}?token={CLIENT_KEY}")).await,
        nobody
    );
    let posted = asked(&server, "POST", PATH, None).await.0;
    assert_eq!(posted, 401, "only a look is free");
}

#[tokio::test]
async fn a_token_counts_until_it_ends() {
    let server = Server::with(&shared_secret(SECRET));
    let mut said = claims("ana", json!("operator"));
    let told = json!({"authentication": "required", "role": "operator", "subject": "ana"});
    let good = signed_with_secret(SECRET, &said);
    assert_eq!(asked(&server, "GET", PATH, Some(&good)).await, (200, told));
    said["exp"] = json!(in_seconds(-60));
    let expired = signed_with_secret(SECRET, &said);
    assert_eq!(asked(&server, "GET", PATH, Some(&expired)).await.0, 401);
    let roleless = signed_with_secret(SECRET, &claims("ana", json!("nobody")));
    assert_eq!(
        asked(&server, "GET", PATH, Some(&roleless)).await.0,
        403,
        "as everywhere"
    );
}
