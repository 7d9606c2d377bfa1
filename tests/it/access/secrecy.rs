//! Nothing that opens a door reaches a log, however much is logged: good and bad keys and tokens in every place where
//! they can be shown, resume tokens, and what is said meanwhile.

use serde_json::json;

use super::{
    ADMIN_KEY, CLIENT_KEY, OPERATOR_KEY, asked, issuer,
    issuer::{SECRET, claims, in_seconds, signed_with_secret},
    keys,
};
use crate::support::server::Server;

const SIGNING_SECRET: &str = "the-secret-that-signs-resume-tokens";
const WRONG_KEY: &str = "a-wrong-key-that-somebody-typed";

#[tokio::test]
async fn neither_keys_nor_tokens_nor_words_are_logged_at_the_finest_level() {
    let keys = keys();
    let shared = issuer::shared_secret(SECRET);
    let mut environment = vec![
        ("LOG_LEVEL", "trace"),
        ("SECRET_KEY", SIGNING_SECRET),
        ("INTERPRES__AUTH__KEYS", keys.as_str()),
    ];
    environment.extend_from_slice(&shared);
    let server = Server::logged(&environment);

    let good = signed_with_secret(SECRET, &claims("tina", json!("client")));
    let nobody = signed_with_secret(SECRET, &claims("nobody-known", json!("janitor")));
    let forged = signed_with_secret(
        "somebody-elses-secret-of-many-letters",
        &claims("eve", json!("admin")),
    );
    let mut late = claims("late", json!("client"));
    late["exp"] = json!(in_seconds(-100));
    let late = signed_with_secret(SECRET, &late);
    let shown = [
        CLIENT_KEY,
        OPERATOR_KEY,
        ADMIN_KEY,
        WRONG_KEY,
        &good,
        &nobody,
        &forged,
        &late,
    ];

    let mut resume_tokens = Vec::new();
    for key in shown {
        // In the header, in the address where it does not belong, on routes that are there and that are not.
        for path in [
            "/api/rooms",
            "/admin/actors",
            "/nowhere",
            "/healthz",
            "/metrics",
        ] {
            let answered = server.request("GET", path).bearer_auth(key).send().await;
            assert!(
                !answered.unwrap().text().await.unwrap().contains(key),
                "nor repeated"
            );
            let path = format!("{path}?token={key}");
            let answered = server.request("GET", &path).send().await.unwrap();
            assert!(!answered.text().await.unwrap().contains(key));
        }
        asked(&server, "GET", &format!("/api/rooms/{key}"), Some(key)).await;
        let broken = server
            .request("POST", "/api/rooms")
            .bearer_auth(key)
            .body("{\"room_id\": \"elephant");
        broken.send().await.unwrap();
        for origin in [None, Some("https://interpres.example")] {
            let headers: Vec<_> = origin
                .map(|origin| ("origin", origin))
                .into_iter()
                .collect();
            let Ok(mut client) = server.upgrade(&format!("/ws?token={key}"), &headers).await else {
                continue;
            };
            if ![CLIENT_KEY, OPERATOR_KEY, ADMIN_KEY, &good].contains(&key) {
                assert_eq!(client.closed().await.map(|(code, _)| code), Some(4001));
                continue;
            }
            let made = client
                .create_session(json!({"room_id": "demo", "speaks": "en", "hears": ["es"]}))
                .await;
            resume_tokens.push(made["resume_token"].as_str().unwrap().to_owned());
            client.say("The elephant is white.").await;
            client.expect("transcription").await;
            let wrong = json!({"type": "join_session", "session_id": "nobodys", "resume_token": resume_tokens[0]});
            client.ask_refused(wrong).await;
            client
                .ask_refused(json!({"type": "configure", "config": {"hears": "elephant"}}))
                .await;
        }
    }
    assert_eq!(resume_tokens.len(), 8, "four were let in, each twice");

    let log = server.log();
    for known in ["request answered", "/api/rooms/{id}", "session attached"] {
        assert!(
            log.contains(known),
            "the log is that of this conversation: {known}\n{log}"
        );
    }
    let signatures = shown.iter().filter_map(|key| key.rsplit('.').next());
    let secrets = shown
        .iter()
        .copied()
        .chain(signatures)
        .chain(resume_tokens.iter().map(String::as_str))
        .chain([SECRET, SIGNING_SECRET, "elephant", "elefante", "token="]);
    for secret in secrets {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret:?} was logged: {}", line.unwrap());
    }
}
