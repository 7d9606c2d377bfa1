//! What is typed and what is recorded where the default engine interprets end to end: an engine of parts does it.

use serde_json::{Value, json};

use crate::{
    emulate::stand::{Emulator, golden_file},
    support::server::{Server, outcome},
};

const TEXT: &str = "Where is the train station?";
const TRANSLATED: &str = "Dónde es la estación de tren?";

/// A server whose default engine is `azure-translate`, of this emulator or not set up.
fn server(emulator: Option<&Emulator>, fallback: &str) -> Server {
    let endpoint = emulator.map(|emulator| emulator.url(""));
    let mut environment = vec![
        ("INTERPRES__ENGINES__DEFAULT", "azure-translate"),
        ("INTERPRES__ENGINES__FALLBACK", fallback),
    ];
    if let Some(endpoint) = &endpoint {
        environment.push(("AZURE_OPENAI_ENDPOINT", endpoint));
        environment.push(("AZURE_OPENAI_API_KEY", "sk-emulated-for-anybody"));
    }
    Server::with(&environment)
}

async fn transcribe(server: &Server) -> (u16, Value) {
    let recording = golden_file("../audio/ogg-opus.ogg");
    let request = server.request("POST", "/api/audio/transcribe");
    let request = request.body(std::fs::read(recording).unwrap());
    outcome(request.send().await.unwrap()).await
}

fn asked(action: &str) -> Value {
    json!({
        "type": "service_message", "target_service": "translation-service", "action": action,
        "data": {"text": TEXT, "target_language": "es"},
    })
}

fn language<'a>(languages: &'a Value, code: &str) -> &'a Value {
    let all = languages["languages"].as_array().unwrap();
    let found = all.iter().find(|language| language["code"] == code);
    found.unwrap_or_else(|| panic!("no {code} in {languages}"))
}

fn can(language: &Value) -> [bool; 4] {
    ["speak", "type", "read", "hear"].map(|what| language[what] == true)
}

/// Texts and recordings are served by the engine of this machine.
async fn is_served(server: &Server) {
    for source in [json!("en"), Value::Null] {
        let body = json!({"text": TEXT, "source_language": source, "target_language": "es"});
        let (status, answer) = server.post("/api/translate", &body).await;
        assert_eq!(
            (status, &answer["translated_text"]),
            (200, &json!(TRANSLATED)),
            "{answer}"
        );
    }
    let (status, answer) = transcribe(server).await;
    assert_eq!(status, 200, "{answer}");
    let text = answer["text"].as_str().unwrap().to_lowercase();
    assert!(text.contains("forward"), "{answer}");

    let mut client = server.connect().await;
    client
        .send(json!({"type": "translation_stream", "text": TEXT, "target_lang": "es"}))
        .await;
    let translation = client.expect("translation").await;
    assert_eq!(
        (&translation["text"], &translation["engine"]),
        (&json!(TRANSLATED), &json!("local"))
    );
    let answer = client.ask(asked("translate")).await;
    assert_eq!(answer["data"]["translated_text"], TRANSLATED, "{answer}");
    let answer = client.ask(asked("health")).await;
    assert_eq!(answer["data"]["engine"], "local", "{answer}");
}

#[tokio::test]
async fn an_engine_that_is_not_set_up_keeps_nobody_from_translating_texts() {
    let server = server(None, r#"["local"]"#);
    is_served(&server).await;
    let languages = server.get("/api/languages").await;
    assert_eq!(can(language(&languages, "en")), [true; 4]);
    let spanish = language(&languages, "es");
    assert_eq!(can(spanish), [false, true, true, true], "{spanish}");
}

#[tokio::test]
async fn texts_are_translated_here_where_speech_is_interpreted_elsewhere() {
    let emulator = Emulator::null(&[]);
    let server = server(Some(&emulator), r#"["local"]"#);
    is_served(&server).await;
    let languages = server.get("/api/languages").await;
    assert_eq!(can(language(&languages, "es")), [true; 4]);
    let japanese = language(&languages, "ja");
    assert_eq!(can(japanese), [true, false, true, true], "{japanese}");
    let reason = japanese["reason"].as_str().unwrap();
    assert_eq!(reason, "text typed in it cannot be translated");
    let of = |pair: &&Value| pair["source"] == "en" && pair["target"] == "es";
    let pairs = languages["pairs"].as_array().unwrap();
    assert_eq!(pairs.iter().filter(of).count(), 1, "each direction once");
}

#[tokio::test]
async fn where_nothing_stands_in_it_is_said_what_to_set() {
    let server = server(None, "[]");
    let body = json!({"text": TEXT, "target_language": "es"});
    let mut refusals = vec![
        server.post("/api/translate", &body).await,
        transcribe(&server).await,
    ];
    for (status, refusal) in &mut refusals {
        assert_eq!(*status, 503, "{refusal}");
        *refusal = refusal["error"].take();
    }
    let mut refusals: Vec<Value> = refusals.into_iter().map(|(_, refusal)| refusal).collect();
    let mut client = server.connect().await;
    client
        .send(json!({"type": "translation_stream", "text": TEXT, "target_lang": "es"}))
        .await;
    refusals.push(client.expect("error").await);
    for action in ["translate", "health", "languages"] {
        let mut answer = client.ask(asked(action)).await;
        assert_eq!(answer["status"], "error", "{answer}");
        refusals.push(answer["data"].take());
    }
    for refusal in refusals {
        assert_eq!(refusal["code"], "engine_unavailable", "{refusal}");
        let message = refusal["message"].as_str().unwrap();
        assert!(message.contains("engines.fallback"), "{message}");
    }
    let languages = server.get("/api/languages").await;
    assert_eq!(languages["languages"], json!([]), "nothing works");
}
