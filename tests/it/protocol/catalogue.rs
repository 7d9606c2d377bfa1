//! What can be found out without trying: languages, engines, and the document of all routes.

use serde_json::Value;

use crate::support::server::{Server, local_engine};

#[tokio::test]
async fn languages_say_what_can_be_spoken_read_heard_and_typed() {
    let server = Server::start();
    // Voices are looked for while the server already answers.
    let answer = server
        .eventually("/api/languages", |answer| {
            let languages = answer["languages"].as_array();
            languages.is_some_and(|known| known.iter().any(|language| language["hear"] == true))
        })
        .await;
    let languages = answer["languages"].as_array().unwrap();
    let of = |code: &str| {
        languages
            .iter()
            .find(|language| language["code"] == code)
            .unwrap()
    };
    let english = of("en");
    assert_eq!(english["name"], "English");
    for can in ["speak", "hear", "type", "read"] {
        assert_eq!(english[can], true, "{can}: {english}");
    }
    assert!(english.get("reason").is_none());
    let spanish = of("es");
    assert_eq!(
        (&spanish["speak"], &spanish["hear"]),
        (&Value::Bool(false), &Value::Bool(true))
    );
    assert!(
        spanish["reason"]
            .as_str()
            .unwrap()
            .contains("not recognised")
    );
    let pairs = answer["pairs"].as_array().unwrap();
    assert!(
        pairs
            .iter()
            .any(|pair| pair["source"] == "en" && pair["target"] == "es"),
        "{pairs:?}"
    );
    for pair in pairs {
        assert_eq!(of(pair["source"].as_str().unwrap())["type"], true, "{pair}");
        assert_eq!(of(pair["target"].as_str().unwrap())["read"], true, "{pair}");
    }
}

#[tokio::test]
async fn engines_say_what_was_found_and_which_package_is_missing() {
    let server = Server::with(&[(
        "INTERPRES__ENGINES__LOCAL__POCKETSPHINX_MODEL_DIR",
        "/nowhere/en-us",
    )]);
    let answer = server.get("/api/engines").await;
    let local = local_engine(&answer);
    assert_eq!(
        (&local["default"], &local["available"]),
        (&Value::Bool(true), &Value::Bool(true))
    );
    assert_eq!(local["recognizes"].as_array().unwrap().len(), 0, "{local}");
    let parts = local["parts"].as_array().unwrap();
    let missing: Vec<&Value> = parts
        .iter()
        .filter(|part| part["available"] == false)
        .collect();
    assert_eq!(missing.len(), 1, "{parts:?}");
    assert!(
        missing[0]["detail"]
            .as_str()
            .unwrap()
            .contains("pocketsphinx"),
        "{missing:?}"
    );
    let health = server.get("/api/health").await;
    assert!(
        health["components"]
            .as_object()
            .unwrap()
            .values()
            .any(|state| state == "not_configured"),
        "{health}"
    );
    let languages = server.get("/api/languages").await;
    assert!(
        languages["languages"]
            .as_array()
            .unwrap()
            .iter()
            .all(|language| language["speak"] == false)
    );
}

#[tokio::test]
async fn every_route_is_documented_and_every_documented_route_is_there() {
    let server = Server::start();
    let document = server.get("/openapi.json").await;
    let paths = document["paths"].as_object().unwrap();
    for (path, method) in [
        ("/api/rooms", "post"),
        ("/api/rooms", "get"),
        ("/api/rooms/{id}", "get"),
        ("/api/rooms/{id}", "delete"),
        ("/api/rooms/{id}/announce", "post"),
        ("/api/languages", "get"),
        ("/api/engines", "get"),
        ("/api/translate", "post"),
        ("/api/audio/transcribe", "post"),
        ("/api/whisper/transcribe", "post"),
        ("/healthz", "get"),
        ("/readyz", "get"),
        ("/api/health", "get"),
        ("/metrics", "get"),
        ("/api/metrics", "get"),
        ("/api/dashboard", "get"),
        ("/api/metrics/dashboard", "get"),
    ] {
        assert!(
            paths[path][method].is_object(),
            "{method} {path} is not documented"
        );
    }
    for (path, methods) in paths {
        for (method, description) in methods.as_object().unwrap() {
            assert!(
                description["responses"]
                    .as_object()
                    .is_some_and(|answers| !answers.is_empty()),
                "{method} {path}"
            );
            let tried = path
                .replace("{id}", "x")
                .replace("{contextId}", "x")
                .replace("{path}", "x")
                .replace("{path:.*}", "x");
            assert!(
                !tried.contains('{'),
                "{path} has a parameter this test does not fill"
            );
            let answer = server
                .request(&method.to_uppercase(), &tried)
                .send()
                .await
                .unwrap();
            let status = answer.status().as_u16();
            let body: Value = answer.json().await.unwrap_or_default();
            assert!(
                status != 405 && body["error"]["code"] != "not_found",
                "{method} {path} is documented and answers {status}: {body}"
            );
        }
    }
    let page = server.request("GET", "/docs/").send().await.unwrap();
    assert_eq!(page.status(), 200);
}
