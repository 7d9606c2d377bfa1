//! Tokens instead of a key: an application asks Microsoft Entra, a machine asks for its own identity.

use std::time::Duration;

use serde_json::{Value, json};

use super::stand::{Came, Emulator, TRANSLATION};
use crate::support::server::http_client;

const CLIENT: &str = "11111111-2222-4333-8444-555555555555";
const SECRET: &str = "secret-emulated-for-anybody";
const SCOPE: &str = "https://ai.azure.com/.default";

/// What an application is answered that sends these fields.
async fn ask(emulator: &Emulator, fields: &[(&str, &str)]) -> (u16, Value) {
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let answer = http_client()
        .post(emulator.url("/my%20tenant/oauth2/v2.0/token"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn good<'a>() -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("scope", SCOPE),
    ]
}

/// The same with another value of one field, or without it.
fn but<'a>(name: &str, value: Option<&'a str>) -> Vec<(&'a str, &'a str)> {
    let fields = good().into_iter();
    fields
        .filter_map(|(field, usual)| match (field == name, value) {
            (false, _) => Some((field, usual)),
            (true, Some(value)) => Some((field, value)),
            (true, None) => None,
        })
        .collect()
}

/// What the machine's endpoint answers.
async fn machine(emulator: &Emulator, query: &str, marked: bool) -> (u16, Value) {
    let url = emulator.url(&format!("/metadata/identity/oauth2/token{query}"));
    let mut request = http_client().get(url);
    if marked {
        request = request.header("Metadata", "true");
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// Whether a session begins.
async fn comes_in(emulator: &Emulator, path: &str, headers: &[(&'static str, &str)]) -> bool {
    let mut line = emulator.open_with(path, headers).await.unwrap();
    match line.next().await {
        Came::Event(event) if event["type"] == "session.created" => true,
        Came::Event(event) => {
            assert_eq!(event["error"]["code"], "invalid_api_key", "{event}");
            assert_eq!(line.closed().await.0, 3_000);
            false
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_token_of_either_kind_opens_sessions_where_a_bearer_stands_and_nowhere_else() {
    let emulator = Emulator::null(&[]);
    let (status, granted) = ask(&emulator, &good()).await;
    assert_eq!(status, 200, "{granted}");
    assert_eq!(granted["token_type"], "Bearer");
    assert_eq!(granted["expires_in"], 3_600);
    let query = "?api-version=2018-02-01&resource=https%3A%2F%2Fai.azure.com";
    let (status, identity) = machine(&emulator, query, true).await;
    assert_eq!(status, 200, "{identity}");
    assert_eq!(identity["expires_in"], "3600", "a text there");
    assert_eq!(identity["client_id"], CLIENT);
    for granted in [granted, identity] {
        let token = granted["access_token"].as_str().unwrap();
        let bearer = format!("Bearer {token}");
        assert!(comes_in(&emulator, TRANSLATION, &[("authorization", &bearer)]).await);
        assert!(!comes_in(&emulator, TRANSLATION, &[("api-key", token)]).await);
        let with_query = format!("{TRANSLATION}&api-key={token}");
        assert!(!comes_in(&emulator, &with_query, &[]).await);
    }
    assert_eq!(
        emulator.get("/_emulator/tokens").await,
        json!({"given": 2, "ahead": 1, "good": 2})
    );
}

#[tokio::test]
async fn a_token_that_has_ended_is_refused() {
    let emulator = Emulator::null(&["--token-lifetime", "1s"]);
    let (_, granted) = ask(&emulator, &good()).await;
    assert_eq!(granted["expires_in"], 1);
    let bearer = format!("Bearer {}", granted["access_token"].as_str().unwrap());
    while emulator.get("/_emulator/tokens").await["good"] != 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!comes_in(&emulator, TRANSLATION, &[("authorization", &bearer)]).await);
}

#[tokio::test]
async fn an_application_is_refused_as_entra_does_it() {
    let emulator = Emulator::null(&["--client-id", CLIENT, "--client-secret", SECRET]);
    let refusals = [
        (
            but("client_secret", Some("wr0ng-and-secret")),
            401,
            "invalid_client",
            7_000_215,
        ),
        (but("client_secret", None), 401, "invalid_client", 7_000_218),
        (
            but("client_id", Some("another")),
            400,
            "unauthorized_client",
            700_016,
        ),
        (but("client_id", None), 400, "invalid_request", 900_144),
        (
            but("grant_type", Some("password")),
            400,
            "unsupported_grant_type",
            70_003,
        ),
        (but("grant_type", None), 400, "invalid_request", 900_144),
        (
            but("scope", Some("https://ai.azure.com")),
            400,
            "invalid_scope",
            1_002_012,
        ),
        (
            but("scope", Some("https://graph.microsoft.com/.default")),
            400,
            "invalid_resource",
            500_011,
        ),
        (but("scope", None), 400, "invalid_request", 900_144),
        (vec![], 400, "invalid_request", 900_144),
    ];
    for (fields, status, error, number) in refusals {
        let (answered, body) = ask(&emulator, &fields).await;
        assert_eq!(
            (answered, &body["error"]),
            (status, &json!(error)),
            "{fields:?} {body}"
        );
        assert_eq!(body["error_codes"], json!([number]), "{body}");
        let description = body["error_description"].as_str().unwrap();
        assert!(
            description.starts_with(&format!("AADSTS{number}: ")),
            "{body}"
        );
        assert!(!description.contains("wr0ng"), "{body}");
    }
    assert_eq!(emulator.get("/_emulator/tokens").await["given"], 0);
}

#[tokio::test]
async fn a_machine_is_refused_that_does_not_ask_as_one() {
    let emulator = Emulator::null(&[]);
    let good = "?api-version=2018-02-01&resource=https://ai.azure.com";
    for (query, marked, error) in [
        (good, false, "invalid_request"),
        ("?resource=https://ai.azure.com", true, "invalid_request"),
        ("?api-version=2018-02-01", true, "invalid_request"),
        (
            "?api-version=2018-02-01&resource=https://vault.azure.net",
            true,
            "invalid_resource",
        ),
        (
            &format!("{good}&client_id=another"),
            true,
            "invalid_request",
        ),
    ] {
        let (status, body) = machine(&emulator, query, marked).await;
        assert_eq!(
            (status, &body["error"]),
            (400, &json!(error)),
            "{query} {body}"
        );
    }
    assert_eq!(emulator.get("/_emulator/tokens").await["given"], 0);
}

#[tokio::test]
async fn it_says_with_which_id_and_secret() {
    let emulator = Emulator::null(&["--client-id", "an-id", "--client-secret", "a-secret"]);
    // One that answers has begun to heed signals too.
    emulator.get("/_emulator/tokens").await;
    let (said, _) = emulator.finish();
    assert!(said.contains("__CLIENT_ID=an-id "), "{said}");
    assert!(said.contains("__CLIENT_SECRET=a-secret "), "{said}");
}
