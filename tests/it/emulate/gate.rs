//! Who comes in: keys in every place where they may stand, paths of both providers, secrets, and refusals.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite;

use super::stand::{CONVERSATION, Emulator, TRANSLATION, assert_same_shape, golden};
use crate::support::server::http_client;

#[tokio::test]
async fn golden_handshakes_come_in_or_are_refused_as_they_should() {
    let emulator = Emulator::null(&["--key", "AZURE_KEY"]);
    for (name, welcome) in [
        ("azure_ga_api_key_header", true),
        ("azure_ga_bearer", false),
        ("openai_ga_realtime", false),
        ("openai_translation", false),
    ] {
        let handshake = golden(&format!("client/handshake.{name}.json"));
        let headers: Vec<(String, String)> =
            serde_json::from_value(handshake["headers"].clone()).unwrap();
        let mut sent = Vec::new();
        for (header, value) in &headers {
            match header.to_ascii_lowercase().as_str() {
                "authorization" => sent.push(("authorization", value.as_str())),
                "api-key" => sent.push(("api-key", value.as_str())),
                "openai-organization" => sent.push(("openai-organization", value.as_str())),
                _ => {}
            }
        }
        let path = handshake["path"].as_str().unwrap();
        let mut line = emulator.open_with(path, &sent).await.unwrap();
        if welcome {
            let created = line.expect("session.created").await;
            assert_eq!(created["session"]["model"], "my-gpt-realtime-deployment");
        } else {
            let error = line.error().await;
            assert_eq!(error["code"], "invalid_api_key", "{name}");
            let refused = (3_000, "invalid_request_error.invalid_api_key".to_owned());
            assert_eq!(line.closed().await, refused, "{name}");
        }
    }
    for path in [
        CONVERSATION,
        TRANSLATION,
        "/openai/v1/realtime/translations?model=mine",
    ] {
        for headers in [
            vec![("authorization", "Bearer AZURE_KEY")],
            vec![("api-key", "AZURE_KEY")],
            vec![("authorization", "Bearer unused"), ("api-key", "AZURE_KEY")],
            vec![(
                "sec-websocket-protocol",
                "realtime, openai-insecure-api-key.AZURE_KEY",
            )],
        ] {
            let mut line = emulator.open_with(path, &headers).await.unwrap();
            line.expect("session.created").await;
        }
        let with_query = format!("{path}&api-key=AZURE_KEY");
        let mut line = emulator.open_with(&with_query, &[]).await.unwrap();
        line.expect("session.created").await;
        let mut line = emulator.open_with(path, &[]).await.unwrap();
        assert_eq!(line.closed().await.0, 3_000);
    }
}

#[tokio::test]
async fn the_beta_and_what_has_no_model_are_turned_away() {
    let emulator = Emulator::null(&[]);
    let key = ("authorization", "Bearer sk-emulated-for-anybody");
    let beta = [key, ("openai-beta", "realtime=v1")];
    let mut line = emulator.open_with(CONVERSATION, &beta).await.unwrap();
    assert_eq!(line.error().await["code"], "beta_api_shape_disabled");
    let reason = "invalid_request_error.beta_api_shape_disabled";
    assert_eq!(line.closed().await, (4_000, reason.to_owned()));
    let preview = "/openai/realtime?api-version=2025-04-01-preview&deployment=mine";
    let mut line = emulator.open(preview).await;
    assert_eq!(line.closed().await, (4_000, reason.to_owned()));
    for path in [
        "/v1/realtime",
        "/v1/realtime?model=",
        "/v1/realtime?model=gpt-realtime-translate",
        "/v1/realtime/translations",
    ] {
        let mut line = emulator.open(path).await;
        let reason = "invalid_request_error.missing_model";
        assert_eq!(line.closed().await, (4_000, reason.to_owned()), "{path}");
    }
}

#[tokio::test]
async fn some_are_refused_before_the_upgrade() {
    let emulator = Emulator::null(&[]);
    let recorded = golden("http/realtime.handshake_errors.json");
    for (path, status, recorded) in [
        (
            "/openai/v1/realtime?model=gpt-realtime-whisper",
            400,
            Some(&recorded[0]),
        ),
        (
            "/openai/v1/realtime?model=mine&api-version=2025-04-01-preview",
            401,
            Some(&recorded[1]),
        ),
        ("/v1/realtime?intent=transcription", 501, None),
        ("/v1/live/sessions", 404, None),
    ] {
        let key = [("authorization", "Bearer sk-emulated-for-anybody")];
        let Err(tungstenite::Error::Http(answer)) = emulator.open_with(path, &key).await else {
            panic!("{path} came in");
        };
        assert_eq!(answer.status().as_u16(), status, "{path}");
        if let Some(recorded) = recorded {
            assert_eq!(u64::from(status), recorded["status"].as_u64().unwrap());
            if recorded["body"].is_object() {
                let body: Value = serde_json::from_slice(answer.body().as_ref().unwrap()).unwrap();
                assert_eq!(body, recorded["body"]);
            }
        }
    }
}

#[tokio::test]
async fn client_secrets() {
    let emulator = Emulator::null(&[]);
    for (name, path) in [
        ("openai.realtime.client_secrets", CONVERSATION),
        ("openai.realtime.translations.client_secrets", TRANSLATION),
    ] {
        let recorded = golden(&format!("http/{name}.json"));
        let at = recorded["request"]["path"].as_str().unwrap();
        let (status, made) = emulator.post(at, &recorded["request"]["json"]).await;
        assert_eq!(status, 200, "{made}");
        for name in ["value", "expires_at", "session"] {
            assert!(made.get(name).is_some(), "{name} in {made}");
        }
        if path == TRANSLATION {
            let mut session = made["session"].clone();
            session.as_object_mut().unwrap().remove("include");
            assert_same_shape(&recorded["response"]["body"]["session"], &session, name);
        }
        let bearer = format!("Bearer {}", made["value"].as_str().unwrap());
        for _ in 0..2 {
            let key = [("authorization", bearer.as_str())];
            let mut line = emulator.open_with(path, &key).await.unwrap();
            line.expect("session.created").await;
        }
        // A secret is for its own dialect.
        let other = if path == TRANSLATION {
            CONVERSATION
        } else {
            TRANSLATION
        };
        let key = [("authorization", bearer.as_str())];
        let mut line = emulator.open_with(other, &key).await.unwrap();
        assert_eq!(line.closed().await.0, 3_000);
    }
    let secrets = "/v1/realtime/client_secrets";
    for (body, code) in [
        (
            json!({"expires_after": {"anchor": "created_at", "seconds": 9}}),
            "invalid_value",
        ),
        (
            json!({"expires_after": {"anchor": "created_at", "seconds": 7_201}}),
            "invalid_value",
        ),
        (
            json!({"expires_after": {"anchor": "created_at"}}),
            "missing_required_parameter",
        ),
        (
            json!({"session": {"type": "realtime", "voice": "x"}}),
            "unknown_parameter",
        ),
        (json!([]), "invalid_type"),
    ] {
        let (status, answer) = emulator.post(secrets, &body).await;
        assert_eq!(
            (status, &answer["error"]["code"]),
            (400, &json!(code)),
            "{body}"
        );
    }
    let answer = http_client()
        .post(emulator.url(secrets))
        .bearer_auth("sk-wrong-and-long")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 401);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["error"]["code"], "invalid_api_key");
    assert!(
        !answer.to_string().contains("sk-wrong-and-long"),
        "{answer}"
    );
}
