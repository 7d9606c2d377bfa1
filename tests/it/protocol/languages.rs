//! Changing languages in the middle of a conversation, as speaker and as hearer.

use serde_json::{Value, json};

use crate::support::{
    server::Server,
    speech::{recording, silence, speak},
};

#[tokio::test]
async fn a_speaker_who_changes_language_is_translated_from_the_new_one() {
    let server = Server::start();
    let mut ana = server.connect().await;
    ana.create_session(json!({"name": "Ana", "room_id": "demo", "speaks": "en"}))
        .await;
    let mut berta = server.connect().await;
    berta
        .create_session(json!({"room_id": "demo", "speaks": "es", "hears": ["es"]}))
        .await;
    let mut cid = server.connect().await;
    cid.create_session(json!({"room_id": "demo", "speaks": "en", "hears": ["en"]}))
        .await;
    ana.say("Where is the train station?").await;
    let translation = berta.expect("translation").await;
    assert_eq!(translation["source_language"], "en");

    ana.configure(json!({"speaks": "es"})).await;
    ana.say("Está lloviendo y he olvidado el paraguas.").await;
    let translation = cid.expect("translation").await;
    assert_eq!(translation["source_language"], "es");
    assert_eq!(
        translation["text"],
        "It is raining and I have forgotten the umbrella."
    );
    let said = berta
        .expect_where("transcription", |message| message["language"] == "es")
        .await;
    assert_eq!(said["text"], "Está lloviendo y he olvidado el paraguas.");

    ana.configure(json!({"language_pair": ["en", "fr"]})).await;
    ana.say("Thank you.").await;
    let come = berta
        .until(|message| message["type"] == "translation")
        .await;
    assert_eq!(
        come.last().unwrap()["source_text"],
        "Thank you.",
        "Spanish was not translated into Spanish"
    );
}

#[tokio::test]
async fn a_hearer_who_changes_language_reads_the_new_one_from_then_on() {
    let server = Server::start();
    let mut ana = server.connect().await;
    ana.create_session(json!({"room_id": "demo", "speaks": "en"}))
        .await;
    let mut witness = server.connect().await;
    witness
        .create_session(json!({"room_id": "demo", "hears": ["es", "fr"]}))
        .await;
    let mut berta = server.connect().await;
    berta.create_session(json!({"room_id": "demo"})).await;
    for (round, (change, wanted)) in [
        (json!({"hears": ["es"]}), vec!["es"]),
        (json!({"hears": ["fr"]}), vec!["fr"]),
        (json!({"hears": ["es", "fr"]}), vec!["es", "fr"]),
        (json!({"hears": ["en"]}), vec![]),
        (json!({"hears": ["es"]}), vec!["es"]),
        (json!({"translation_enabled": false}), vec![]),
        (json!({"translation_enabled": true}), vec!["es"]),
    ]
    .into_iter()
    .enumerate()
    {
        berta.configure(change).await;
        let text = format!("I have {round} houses.");
        ana.say(&text).await;
        // Once both are read by somebody, whatever goes to Berta is on its way to her.
        for language in ["es", "fr"] {
            witness
                .expect_where("translation", |message| {
                    message["language"] == language && message["source_text"] == text.as_str()
                })
                .await;
        }
        let mut read = Vec::new();
        for _ in &wanted {
            let translation = berta.expect("translation").await;
            assert_eq!(translation["source_text"], text.as_str());
            read.push(translation["language"].as_str().unwrap().to_owned());
        }
        read.sort_unstable();
        assert_eq!(read, wanted);
        let rest = berta.settled().await;
        assert!(
            !rest.iter().any(|message| message["type"] == "translation"),
            "{rest:?}"
        );
    }
}

#[tokio::test]
async fn one_who_comes_in_the_middle_of_a_sentence_reads_the_rest_of_it() {
    let server = Server::start();
    let mut ana = server.connect().await;
    ana.create_session(json!({"room_id": "demo", "speaks": "en"}))
        .await;
    let mut berta = server.connect().await;
    berta
        .create_session(json!({"name": "Berta", "speaks": "es", "hears": ["en"]}))
        .await;
    let said = recording("goforward.raw");
    let (first, second) = said.split_at((said.len() / 2) & !1);
    speak(&mut ana, first).await;
    let partial = ana
        .expect_where("transcription", |message| message["final"] == false)
        .await;
    berta.configure(json!({"hears": ["es"]})).await;
    berta
        .ask(json!({"type": "join_room", "room_id": "demo"}))
        .await;
    speak(&mut ana, second).await;
    speak(&mut ana, &silence(std::time::Duration::from_secs(1))).await;
    let is_last = |message: &Value| message["final"] == true;
    let caption = berta.expect_where("transcription", is_last).await;
    assert_eq!(caption["utterance_id"], partial["utterance_id"]);
    let translation = berta.expect_where("translation", is_last).await;
    assert_eq!(translation["utterance_id"], partial["utterance_id"]);
    assert!(
        translation["text"].as_str().unwrap().contains("metros"),
        "{translation}"
    );
}

#[tokio::test]
async fn one_who_wants_no_partials_reads_finals_only() {
    let server = Server::start();
    let mut ana = server.connect().await;
    ana.create_session(json!({"room_id": "demo", "speaks": "en"}))
        .await;
    let mut berta = server.connect().await;
    berta
        .create_session(json!({"room_id": "demo", "hears": ["es"], "partials": false}))
        .await;
    let mut cid = server.connect().await;
    cid.create_session(json!({"room_id": "demo", "hears": ["es"]}))
        .await;
    speak(&mut ana, &recording("goforward.raw")).await;
    speak(&mut ana, &silence(std::time::Duration::from_secs(1))).await;
    let is_last = |message: &Value| message["type"] == "translation" && message["final"] == true;
    let (read, watched) = (berta.until(is_last).await, cid.until(is_last).await);
    let partials = |come: &[Value]| {
        come.iter()
            .filter(|message| message["final"] == false)
            .count()
    };
    assert_eq!(partials(&read), 0);
    assert!(partials(&watched) > 1);
    let revisions: Vec<u64> = watched
        .iter()
        .filter(|message| message["type"] == "transcription")
        .map(|message| message["revision"].as_u64().unwrap())
        .collect();
    assert!(
        revisions.is_sorted_by(|a, b| a < b),
        "each revision is newer: {revisions:?}"
    );
}
