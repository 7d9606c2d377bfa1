//! Saying something in writing: numbers, order, names of one's own, and what is no text to say.

use serde_json::{Value, json};

use crate::support::server::Server;

#[tokio::test]
async fn what_is_written_is_a_final_that_everybody_reads_and_then_its_translations() {
    let server = Server::start();
    let mut ana = server.connect().await;
    let made = ana
        .create_session(json!({"name": "Ana", "room_id": "demo", "speaks": "en", "hears": ["en"]}))
        .await;
    let mut berta = server.connect().await;
    berta
        .create_session(
            json!({"name": "Berta", "room_id": "demo", "speaks": "es", "hears": ["es", "fr"]}),
        )
        .await;
    ana.send(json!({"type": "text", "text": "Good morning.", "utterance_id": "my.own-1"}))
        .await;
    let own = ana.expect("transcription").await;
    assert_eq!(berta.expect("transcription").await, own);
    assert_eq!(own["text"], "Good morning.");
    assert_eq!(own["utterance_id"], "my.own-1");
    assert_eq!(own["language"], "en");
    assert_eq!(own["final"], true);
    assert_eq!(own["revision"], 0);
    assert_eq!(own["room_id"], "demo");
    assert_eq!(own["engine"], "local");
    assert_eq!(
        own["speaker"],
        json!({"session_id": made["session_id"], "name": "Ana"})
    );
    assert!(own["started_at"].is_string() && own["ended_at"].is_string());
    let mut languages = Vec::new();
    for _ in 0..2 {
        let translation = berta.expect("translation").await;
        assert_eq!(translation["utterance_id"], "my.own-1");
        assert_eq!(translation["source_language"], "en");
        assert_eq!(translation["source_text"], "Good morning.");
        assert_eq!(translation["final"], true);
        assert!(translation["seq"].as_u64() > own["seq"].as_u64());
        assert!(!translation["text"].as_str().unwrap().is_empty());
        languages.push(translation["language"].as_str().unwrap().to_owned());
    }
    languages.sort_unstable();
    assert_eq!(languages, ["es", "fr"]);
}

#[tokio::test]
async fn finals_come_in_the_order_they_were_said_in() {
    let server = Server::start();
    let mut ana = server.connect().await;
    ana.create_session(json!({"speaks": "en", "hears": ["es"]}))
        .await;
    let said: Vec<String> = (0..40)
        .map(|number| format!("I have {number} houses."))
        .collect();
    for text in &said {
        ana.say(text).await;
    }
    let last = said.last().unwrap().as_str();
    let mut come = ana
        .until(|message| message["type"] == "translation" && message["source_text"] == last)
        .await;
    come.retain(|message| message.get("seq").is_some());
    let numbers: Vec<u64> = come
        .iter()
        .map(|message| message["seq"].as_u64().unwrap())
        .collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    let of = |kind: &str, field: &str| -> Vec<String> {
        come.iter()
            .filter(|message| message["type"] == kind)
            .map(|message| message[field].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(of("transcription", "text"), said);
    assert_eq!(of("translation", "source_text"), said);
    let places = |kind: &str| -> Vec<usize> {
        said.iter()
            .map(|text| {
                let field = if kind == "translation" {
                    "source_text"
                } else {
                    "text"
                };
                come.iter()
                    .position(|message| message["type"] == kind && message[field] == text.as_str())
                    .unwrap()
            })
            .collect()
    };
    for (transcription, translation) in places("transcription")
        .into_iter()
        .zip(places("translation"))
    {
        assert!(
            transcription < translation,
            "a translation never comes before what it translates"
        );
    }
    let numbers: Vec<bool> = of("translation", "text")
        .iter()
        .enumerate()
        .map(|(number, text)| text.contains(&number.to_string()))
        .collect();
    assert!(
        numbers.iter().all(|right| *right),
        "each has its own translation"
    );
}

#[tokio::test]
async fn what_is_no_text_to_say_is_refused() {
    let server = Server::start();
    let mut ana = server.connect().await;
    ana.create_session(json!({"speaks": "en", "hears": ["es"]}))
        .await;
    for (text, code) in [
        (String::new(), "text_empty"),
        (" \t\n\u{a0}\u{0}\u{7}".to_owned(), "text_empty"),
        ("x".repeat(10_001), "text_too_long"),
        ("ñ".repeat(10_001), "text_too_long"),
        ("word ".repeat(100_000), "text_too_long"),
    ] {
        let message = json!({"type": "text", "text": text});
        assert_eq!(
            ana.ask_refused(message).await,
            code,
            "{} letters",
            text.chars().count()
        );
    }
    ana.say("Thank you.").await;
    let come = ana.until(|message| message["type"] == "translation").await;
    assert_eq!(
        come[0]["text"], "Thank you.",
        "nothing of what was refused was said: {come:?}"
    );
}

#[tokio::test]
async fn a_long_text_is_said_and_translated_whole() {
    let server = Server::start();
    let mut ana = server.connect().await;
    ana.create_session(json!({"speaks": "en", "hears": ["es"]}))
        .await;
    let sentences: Vec<String> = (0..300)
        .map(|number| format!("The house {number} is big."))
        .collect();
    let text = sentences.join(" ");
    assert!(text.len() > 5_000 && text.len() < 10_000);
    ana.say(&text).await;
    assert_eq!(ana.expect("transcription").await["text"], text.as_str());
    let translation = ana.expect("translation").await;
    let translated = translation["text"].as_str().unwrap();
    for number in [0, 150, 299] {
        assert!(
            translated.contains(&format!("casa {number} ")),
            "{number}: {translated}"
        );
    }
}

#[tokio::test]
async fn an_unknown_language_pair_leaves_the_text_and_breaks_nothing() {
    let server = Server::start();
    let mut ana = server.connect().await;
    ana.create_session(json!({"room_id": "demo", "speaks": "ja"}))
        .await;
    let mut berta = server.connect().await;
    berta
        .create_session(json!({"room_id": "demo", "hears": ["tlh", "es"]}))
        .await;
    ana.say("こんにちは。").await;
    let read: Value = berta.expect("transcription").await;
    assert_eq!(
        (&read["text"], &read["language"]),
        (&json!("こんにちは。"), &json!("ja"))
    );
    ana.configure(json!({"speaks": "en"})).await;
    ana.say("Thank you.").await;
    let come = berta
        .until(|message| message["type"] == "translation")
        .await;
    assert_eq!(come.last().unwrap()["language"], "es");
}
