//! `configure`: partial changes, what is answered, what is warned of, what is refused.

use serde_json::{Value, json};

use crate::support::server::Server;

/// The codes of an answer's warnings, with the language each is about.
fn warnings(answer: &Value) -> Vec<(String, Value)> {
    answer["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|warning| {
            assert!(
                warning["message"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty())
            );
            (
                warning["code"].as_str().unwrap().to_owned(),
                warning["language"].clone(),
            )
        })
        .collect()
}

#[tokio::test]
async fn a_change_names_what_changes_and_is_answered_with_the_whole() {
    let server = Server::start();
    let mut ana = server.connect().await;
    ana.create_session(json!({})).await;
    let whole = ana.configure(json!({})).await;
    assert_eq!(
        whole["config"],
        json!({
            "room_id": null, "name": "", "speaks": "auto", "hears": [], "audio_enabled": true,
            "translation_enabled": true, "audio": {"encoding": "pcm_s16le", "sample_rate": 16_000},
            "speech": false, "partials": true, "barge_in": false, "engine": null, "preset": null, "glossary": null,
        })
    );
    let mut expected = whole["config"].clone();
    for (change, field, value) in [
        (json!({"name": " Ana "}), "name", json!("Ana")),
        (json!({"speaks": "EN"}), "speaks", json!("en")),
        (
            json!({"hears": ["es", "pt-br", "ES"]}),
            "hears",
            json!(["es", "pt-BR"]),
        ),
        (json!({"speech": true}), "speech", json!(true)),
        (json!({"partials": false}), "partials", json!(false)),
        (json!({"barge_in": true}), "barge_in", json!(true)),
        (
            json!({"translation_enabled": false}),
            "translation_enabled",
            json!(false),
        ),
        (json!({"audio": false}), "audio_enabled", json!(false)),
        (json!({"audio": true}), "audio_enabled", json!(true)),
        (
            json!({"audio_enabled": false}),
            "audio_enabled",
            json!(false),
        ),
        (
            json!({"audio": {"sample_rate": 48_000}}),
            "audio",
            json!({"encoding": "pcm_s16le", "sample_rate": 48_000}),
        ),
        (
            json!({"audio": {"encoding": "pcm_s16le"}}),
            "audio",
            json!({"encoding": "pcm_s16le", "sample_rate": 48_000}),
        ),
        (json!({"engine": "local"}), "engine", json!("local")),
        (json!({"preset": "calm"}), "preset", json!("calm")),
        (
            json!({"glossary": {"cat": "gato"}}),
            "glossary",
            json!({"cat": "gato"}),
        ),
        (json!({"speaks": "auto"}), "speaks", json!("auto")),
    ] {
        let answer = ana.configure(change.clone()).await;
        expected[field] = value;
        assert_eq!(answer["config"], expected, "after {change}");
    }
    let pair = ana.configure(json!({"language_pair": ["es", "en"]})).await;
    expected["speaks"] = json!("es");
    expected["hears"] = json!(["en"]);
    assert_eq!(pair["config"], expected);
}

#[tokio::test]
async fn a_wrong_value_is_refused_and_nothing_of_the_message_is_taken() {
    let server = Server::start();
    let mut ana = server.connect().await;
    ana.create_session(json!({"name": "Ana", "speaks": "en"}))
        .await;
    let before = ana.configure(json!({})).await;
    for (wrong, code) in [
        (json!({"audio": {"sample_rate": 8_000}}), "invalid_config"),
        (
            json!({"audio": {"sample_rate": "16000"}}),
            "invalid_message",
        ),
        (json!({"audio": {"encoding": "mp3"}}), "invalid_message"),
        (json!({"name": "x".repeat(101)}), "invalid_config"),
        (json!({"name": "a\u{0}"}), "invalid_config"),
        (json!({"name": 1}), "invalid_message"),
        (
            json!({"hears": ["aa", "bb", "cc", "dd", "ee", "ff", "gg", "hh", "ii"]}),
            "invalid_config",
        ),
        (json!({"speaks": "e"}), "invalid_message"),
        (
            json!({"language_pair": ["en", "es", "fr"]}),
            "invalid_message",
        ),
        (
            json!({"glossary": {"a": "x".repeat(20_000)}}),
            "invalid_config",
        ),
        (json!({"room_id": "a/b"}), "invalid_message"),
        (json!({"partials": "yes"}), "invalid_message"),
    ] {
        let mut change = wrong.clone();
        change["translation_enabled"] = json!(false);
        let refused = ana
            .ask_refused(json!({"type": "configure", "config": change}))
            .await;
        assert_eq!(refused, code, "{wrong}");
    }
    let after = ana.configure(json!({})).await;
    assert_eq!(after["config"], before["config"]);
    let mut berta = server.connect().await;
    let created = json!({"type": "create_session", "config": {"audio": {"sample_rate": 1}}});
    assert_eq!(berta.ask_refused(created).await, "invalid_config");
    assert_eq!(
        berta.ask_refused(json!({"type": "leave_room"})).await,
        "no_session"
    );
}

#[tokio::test]
async fn what_will_not_work_here_is_warned_of() {
    let server = Server::start();
    let mut ana = server.connect().await;
    ana.create_session(json!({"speaks": "en", "hears": ["es"]}))
        .await;
    assert_eq!(warnings(&ana.configure(json!({})).await), []);
    for (change, code, language) in [
        (json!({"speaks": "ja"}), "speech_unavailable", json!("ja")),
        (json!({"speaks": "es"}), "speech_unavailable", json!("es")),
        (json!({"speaks": "auto"}), "language_assumed", json!("en")),
        (
            json!({"speaks": "en", "hears": ["tlh"]}),
            "translation_unavailable",
            json!("tlh"),
        ),
        (
            json!({"hears": ["es"], "engine": "babelfish"}),
            "engine_unknown",
            Value::Null,
        ),
        (
            json!({"engine": "local", "preset": "calm"}),
            "preset_unknown",
            Value::Null,
        ),
        (
            json!({"glossary": {"cat": "gato"}}),
            "glossary_unsupported",
            Value::Null,
        ),
    ] {
        let answer = ana.configure(change.clone()).await;
        let told = warnings(&answer);
        assert!(
            told.contains(&(code.to_owned(), language)),
            "{change}: {told:?}"
        );
    }
    let mut berta = server.connect().await;
    let made = berta
        .create_session(json!({"speaks": "ja", "hears": ["es"]}))
        .await;
    assert!(warnings(&made).contains(&("speech_unavailable".to_owned(), json!("ja"))));
}

#[tokio::test]
async fn a_room_in_the_configuration_is_where_the_session_moves() {
    let server = Server::start();
    let mut ana = server.connect().await;
    ana.create_session(json!({"name": "Ana", "speaks": "en"}))
        .await;
    let mut berta = server.connect().await;
    berta.create_session(json!({"room_id": "demo"})).await;
    let configured = ana.configure(json!({"room_id": "demo"})).await;
    assert_eq!(configured["config"]["room_id"], "demo");
    let joined = ana.expect("room_joined").await;
    assert_eq!(joined["room_id"], "demo");
    assert_eq!(joined["participants"].as_array().unwrap().len(), 2);
    assert_eq!(
        berta.expect("participant_joined").await["participant"]["name"],
        "Ana"
    );
    ana.say("Hello.").await;
    assert_eq!(berta.expect("transcription").await["text"], "Hello.");
}

#[tokio::test]
async fn others_see_a_change_of_name_or_language_once() {
    let server = Server::start();
    let mut ana = server.connect().await;
    ana.create_session(json!({"name": "Ana", "room_id": "demo", "speaks": "en"}))
        .await;
    let mut berta = server.connect().await;
    let entered = berta.create_session(json!({"room_id": "demo"})).await;
    ana.configure(json!({"partials": false})).await;
    ana.configure(json!({"name": "Anna", "speaks": "es", "hears": ["en"]}))
        .await;
    ana.say("Hola.").await;
    let come = berta
        .until(|message| message["type"] == "transcription")
        .await;
    let updates: Vec<&Value> = come
        .iter()
        .filter(|message| message["type"] == "participant_updated")
        .collect();
    assert_eq!(updates.len(), 1, "{come:?}");
    assert_eq!(
        updates[0]["participant"],
        json!({
            "session_id": updates[0]["participant"]["session_id"], "name": "Anna", "kind": "person",
            "speaks": "es", "hears": ["en"],
        })
    );
    assert!(updates[0]["seq"].as_u64() > entered["seq"].as_u64());
    assert_eq!(come.last().unwrap()["speaker"]["name"], "Anna");
    assert_eq!(come.last().unwrap()["language"], "es");
}
