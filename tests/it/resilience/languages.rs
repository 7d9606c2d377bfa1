//! Several languages at once: one Source for a speaker, one Invoker for a language, whoever comes and goes.

use std::time::Duration;

use serde_json::json;

use super::{is_final, is_partial, listed, person, say};
use crate::support::{
    client::{Client, Incoming},
    server::Server,
    speech::{recording, silence, speak, spoken},
};

/// Long enough that somebody can come in the middle of it.
const LONG: &str = "The committee will discuss the new proposal on Monday morning and we will vote on Tuesday after \
                    the lunch with our guests from the university";

/// What was said to somebody, and in which languages they could read it.
async fn read(client: &mut Client) -> (String, Vec<String>) {
    let said = client.expect_where("transcription", is_final).await;
    let translated = client.expect_where("translation", is_final).await;
    assert_eq!(translated["utterance_id"], said["utterance_id"]);
    let rest = client.collect(Duration::from_millis(300)).await;
    let mut languages: Vec<String> = rest
        .iter()
        .chain([&Incoming::Message(translated.clone())])
        .filter_map(|incoming| match incoming {
            Incoming::Message(message) if message["type"] == "translation" => {
                Some(message["language"].as_str().unwrap().to_owned())
            }
            _ => None,
        })
        .collect();
    languages.dedup();
    (translated["text"].as_str().unwrap().to_owned(), languages)
}

#[tokio::test]
async fn one_speaker_is_read_in_three_languages_by_four_people() {
    let server = Server::start();
    let mut ana = person(&server, "Ana", "demo", "en", &["en"]).await;
    let mut berta = person(&server, "Berta", "demo", "es", &["es"]).await;
    let mut bruno = person(&server, "Bruno", "demo", "es", &["es"]).await;
    let mut chloe = person(&server, "Chloe", "demo", "fr", &["fr"]).await;
    let mut dolors = person(&server, "Dolors", "demo", "ca", &["ca"]).await;

    speak(&mut ana, &recording("goforward.raw")).await;
    speak(&mut ana, &silence(Duration::from_secs(1))).await;

    let wanted = ["ca", "es", "fr"];
    let room = server
        .eventually("/api/rooms/demo", |room| {
            listed(room, "invokers", "language") == wanted
        })
        .await;
    assert_eq!(listed(&room, "sources", "language"), ["en"]);
    assert_eq!(room["participants"].as_array().unwrap().len(), 5);
    let spanish = room["invokers"].as_array().unwrap();
    let spanish = spanish.iter().find(|row| row["language"] == "es").unwrap();
    assert_eq!(spanish["hearers"], 2, "two people, one Invoker: {room}");

    let (one, other) = (read(&mut berta).await, read(&mut bruno).await);
    assert_eq!(one, other, "they share one translation");
    assert!(one.0.contains("metros"), "{one:?}");
    let (french, catalan) = (read(&mut chloe).await, read(&mut dolors).await);
    assert_eq!(
        (&*one.1, &*french.1, &*catalan.1),
        (
            &["es".to_owned()][..],
            &["fr".to_owned()][..],
            &["ca".to_owned()][..]
        )
    );
    assert!(french.0.contains("mètres"), "{french:?}");
    assert!(catalan.0.contains("metres"), "{catalan:?}");

    // And back: what one of them writes is read by all others, each in their language.
    say(&mut berta, "Muchas gracias por la ayuda.").await;
    for (reader, language) in [(&mut ana, "en"), (&mut chloe, "fr"), (&mut dolors, "ca")] {
        let translation = reader
            .expect_where("translation", |message| {
                message["speaker"]["name"] == "Berta"
            })
            .await;
        assert_eq!(translation["language"], language);
    }
    bruno
        .expect_where("transcription", |message| {
            message["speaker"]["name"] == "Berta"
        })
        .await;
}

#[tokio::test]
async fn who_comes_or_changes_in_the_middle_of_a_sentence_reads_from_the_next_revision_on() {
    let server = Server::start();
    let mut ana = person(&server, "Ana", "demo", "en", &["en"]).await;
    let mut berta = person(&server, "Berta", "demo", "es", &["es"]).await;
    let mut chloe = person(&server, "Chloe", "demo", "fr", &["es"]).await;

    let speech = spoken(LONG);
    let speaking = async {
        speak(&mut ana, &speech).await;
        speak(&mut ana, &silence(Duration::from_secs(1))).await;
    };
    let coming = async {
        let seen = berta.expect_where("translation", is_partial).await;
        // One changes what she hears, another one comes.
        chloe
            .send(json!({"type": "configure", "config": {"hears": ["fr"]}}))
            .await;
        let mut emil = person(&server, "Emil", "demo", "es", &["es"]).await;
        let first = emil.expect("translation").await;
        assert_eq!(first["utterance_id"], seen["utterance_id"]);
        assert!(is_partial(&first), "still in the middle of it: {first}");
        assert!(first["revision"].as_u64() > Some(0), "{first}");
        let french = chloe
            .expect_where("translation", |message| message["language"] == "fr")
            .await;
        assert_eq!(french["utterance_id"], seen["utterance_id"]);
        assert!(is_partial(&french), "still in the middle of it: {french}");
        (seen, emil)
    };
    let ((), (seen, mut emil)) = tokio::join!(speaking, coming);

    for (reader, language) in [(&mut berta, "es"), (&mut emil, "es"), (&mut chloe, "fr")] {
        let last = reader.expect_where("translation", is_final).await;
        assert_eq!(last["utterance_id"], seen["utterance_id"]);
        assert_eq!(last["language"], language);
    }
    // The Invoker for Spanish serves both who read it.
    let room = server.get("/api/rooms/demo").await;
    assert_eq!(listed(&room, "invokers", "language"), ["es", "fr"]);
    assert_eq!(listed(&room, "sources", "language"), ["en"]);
}
