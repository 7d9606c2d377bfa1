//! Whose a session is where subjects are known: its owner's, whatever role others have.

use serde_json::{Value, json};

use super::{ADMIN_KEY, CLIENT_KEY, OPERATOR_KEY, SECOND_CLIENT_KEY, issuer, keyed};
use crate::support::{client::Client, server::Server};

async fn with(server: &Server, key: &str, user: &str) -> Client {
    server
        .connect_with(&format!("?token={key}&user_id={user}"))
        .await
}

#[tokio::test]
async fn a_session_belongs_to_its_subject_and_no_role_takes_it_over() {
    let server = keyed(&[]);
    let mut ana = with(&server, CLIENT_KEY, "berta").await;
    let made = ana
        .ask(json!({"type": "create_session", "session_id": "anas", "user_id": "olga"}))
        .await;
    assert_eq!(made["type"], "session_created", "{made}");
    // What they call themselves counts for nothing beside what they have shown.
    for key in [SECOND_CLIENT_KEY, OPERATOR_KEY, ADMIN_KEY] {
        for user in ["ana", "olga", "berta"] {
            let mut other = with(&server, key, user).await;
            for (kind, code) in [
                ("create_session", "session_exists"),
                ("join_session", "forbidden"),
                ("recover_session", "forbidden"),
            ] {
                let message = json!({"type": kind, "session_id": "anas", "user_id": user});
                assert_eq!(other.ask_refused(message).await, code, "{key} {kind}");
            }
        }
    }
    let join =
        |token: Value| json!({"type": "join_session", "session_id": "anas", "resume_token": token});
    let mut again = with(&server, CLIENT_KEY, "x").await;
    assert_eq!(again.ask(join(Value::Null)).await["type"], "session_joined");
    // The resume token is a key of its own.
    let mut invited = with(&server, SECOND_CLIENT_KEY, "x").await;
    let joined = invited.ask(join(made["resume_token"].clone())).await;
    assert_eq!(joined["type"], "session_joined");
}

#[tokio::test]
async fn a_token_and_a_key_of_one_subject_are_one_owner() {
    let secret = issuer::SECRET;
    let server = keyed(&issuer::shared_secret(secret));
    let claims = issuer::claims("ana", json!("client"));
    let token = issuer::signed_with_secret(secret, &claims);
    let mut by_token = with(&server, &token, "x").await;
    let create = json!({"type": "create_session", "session_id": "anas"});
    assert_eq!(by_token.ask(create).await["type"], "session_created");
    let join = json!({"type": "join_session", "session_id": "anas"});
    let mut by_key = with(&server, CLIENT_KEY, "x").await;
    assert_eq!(by_key.ask(join.clone()).await["type"], "session_joined");
    let berta = issuer::signed_with_secret(secret, &issuer::claims("berta", json!("admin")));
    let mut other = with(&server, &berta, "ana").await;
    assert_eq!(other.ask_refused(join).await, "forbidden");
}
