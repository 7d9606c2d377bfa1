//! People in a room: what one says, the others read and hear in their own language.

use std::time::Duration;

use serde_json::json;

use crate::support::{
    client::{Client, Incoming},
    server::Server,
    speech::{recording, silence, speak},
};

/// Somebody who speaks one language and wants to read and hear everybody in it.
async fn person(server: &Server, name: &str, room: &str, language: &str) -> Client {
    let mut client = server.connect().await;
    client
        .create_session(json!({
            "name": name, "room_id": room, "speaks": language, "hears": [language], "speech": true,
        }))
        .await;
    client
}

#[tokio::test]
async fn two_people_write_and_each_reads_the_other_in_their_language() {
    let server = Server::start();
    let mut ana = person(&server, "Ana", "demo", "en").await;
    let mut berta = person(&server, "Berta", "demo", "es").await;
    let joined = ana.expect("participant_joined").await;
    assert_eq!(joined["participant"]["name"], "Berta");

    ana.send(json!({"type": "text", "text": "Where is the train station?", "id": 1}))
        .await;
    let heard = berta.expect("transcription").await;
    assert_eq!(heard["text"], "Where is the train station?");
    assert_eq!(heard["speaker"]["name"], "Ana");
    let translation = berta.expect("translation").await;
    assert_eq!(translation["text"], "Dónde es la estación de tren?");
    assert_eq!(translation["source_language"], "en");
    assert_eq!(translation["final"], true);
    assert!(translation["seq"].as_u64() > heard["seq"].as_u64());

    berta
        .send(json!({"type": "text", "text": "Está lloviendo y he olvidado el paraguas."}))
        .await;
    let translation = ana.expect("translation").await;
    assert_eq!(
        translation["text"],
        "It is raining and I have forgotten the umbrella."
    );
    let after = ana.collect(Duration::from_millis(300)).await;
    assert!(
        !after.iter().any(|incoming| matches!(
            incoming,
            Incoming::Message(message)
                if message["type"] == "translation" && message["speaker"]["name"] == "Ana"
        )),
        "nobody reads their own translation"
    );
}

#[tokio::test]
async fn what_is_spoken_is_read_and_heard_while_it_is_said() {
    let server = Server::start();
    let mut ana = person(&server, "Ana", "demo", "en").await;
    let mut berta = person(&server, "Berta", "demo", "es").await;

    speak(&mut ana, &recording("goforward.raw")).await;
    speak(&mut ana, &silence(Duration::from_secs(1))).await;

    let partial = berta
        .expect_where("transcription", |message| message["final"] == false)
        .await;
    assert!(partial.get("seq").is_none(), "partials have no number");
    let caption = berta
        .expect_where("transcription", |message| message["final"] == true)
        .await;
    assert_eq!(caption["text"], "Go forward ten meters.");
    assert_eq!(caption["language"], "en");
    assert_eq!(caption["utterance_id"], partial["utterance_id"]);
    let translation = berta
        .expect_where("translation", |message| message["final"] == true)
        .await;
    assert_eq!(translation["utterance_id"], caption["utterance_id"]);
    assert!(
        translation["text"].as_str().unwrap().contains("metros"),
        "{translation}"
    );
    let start = berta.expect("audio_start").await;
    assert_eq!(start["language"], "es");
    assert_eq!(start["sample_rate"], 16_000);
    let stop = berta.expect("audio_stop").await;
    assert_eq!(stop["reason"], "complete");
    assert_eq!(stop["stream_id"], start["stream_id"]);
    let frames: Vec<_> = berta
        .collect(Duration::from_millis(100))
        .await
        .into_iter()
        .filter_map(|incoming| match incoming {
            Incoming::Audio(frame) => Some(frame),
            _ => None,
        })
        .collect();
    assert!(frames.len() > 30, "{} frames", frames.len());
    for (sequence, frame) in frames.iter().enumerate() {
        assert_eq!(frame.sequence, sequence as u32);
        assert_eq!(frame.samples.len(), 320);
        assert_eq!(
            u64::from(frame.stream_id),
            start["stream_id"].as_u64().unwrap()
        );
    }
    let loudest = frames
        .iter()
        .flat_map(|frame| &frame.samples)
        .map(|sample| sample.unsigned_abs())
        .max();
    assert!(
        loudest > Some(3_000),
        "the voice is not silent: {loudest:?}"
    );

    let own = ana.collect(Duration::from_millis(100)).await;
    assert!(
        !own.iter()
            .any(|incoming| matches!(incoming, Incoming::Audio(_))),
        "nobody hears themselves"
    );
}
