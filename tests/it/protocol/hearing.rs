//! Hearing: translated speech and one's own language as it was spoken, at one's own rate, frame by frame.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    client::{AudioFrame, Client, Incoming},
    server::Server,
    speech::{recording, silence, speak},
};

async fn person(server: &Server, config: Value) -> Client {
    let mut client = server.connect().await;
    client.create_session(config).await;
    client
}

/// The next stream whole: how it begins, its frames, how it ends.
async fn stream(client: &mut Client) -> (Value, Vec<AudioFrame>, Value) {
    let mut start = None;
    let mut frames = Vec::new();
    loop {
        match client.next().await {
            Incoming::Message(message) if message["type"] == "audio_start" => {
                assert!(start.is_none(), "one stream at a time");
                start = Some(message);
            }
            Incoming::Message(message) if message["type"] == "audio_stop" => {
                return (start.expect("a beginning"), frames, message);
            }
            Incoming::Message(_) => {}
            Incoming::Audio(frame) => {
                assert!(start.is_some(), "no frame comes before its stream");
                frames.push(frame);
            }
            Incoming::Closed(reason) => panic!("closed: {reason:?}"),
        }
    }
}

fn check(start: &Value, frames: &[AudioFrame], stop: &Value, rate: usize) {
    assert_eq!(start["sample_rate"], rate);
    assert_eq!(start["stream_id"], stop["stream_id"]);
    assert_eq!(start["utterance_id"], stop["utterance_id"]);
    assert!(frames.len() > 10, "{} frames", frames.len());
    for (sequence, frame) in frames.iter().enumerate() {
        assert_eq!(frame.sequence as usize, sequence);
        assert_eq!(frame.samples.len(), rate / 50, "20 ms each");
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
    assert!(loudest > Some(2_000), "somebody speaks: {loudest:?}");
}

#[tokio::test]
async fn what_is_written_is_heard_by_each_at_their_own_rate() {
    let server = Server::start();
    let mut ana = person(&server, json!({"room_id": "demo", "speaks": "en"})).await;
    let mut hearers = Vec::new();
    for rate in [16_000, 24_000, 48_000] {
        let config = json!({"room_id": "demo", "hears": ["es"], "speech": true, "audio": {"sample_rate": rate}});
        hearers.push((rate, person(&server, config).await));
    }
    let mut reader = person(&server, json!({"room_id": "demo", "hears": ["es"]})).await;
    let mut other = person(
        &server,
        json!({"room_id": "demo", "hears": ["fr", "es"], "speech": true}),
    )
    .await;
    ana.send(json!({"type": "text", "text": "Where is the train station?", "utterance_id": "u1"}))
        .await;
    let mut lengths = Vec::new();
    for (rate, hearer) in &mut hearers {
        let (start, frames, stop) = stream(hearer).await;
        check(&start, &frames, &stop, *rate);
        assert_eq!(start["utterance_id"], "u1");
        assert_eq!(start["language"], "es");
        assert_eq!(stop["reason"], "complete");
        lengths.push(frames.len());
    }
    assert!(
        lengths.iter().max().unwrap() - lengths.iter().min().unwrap() <= 2,
        "the same speech: {lengths:?}"
    );
    assert_eq!(
        stream(&mut other).await.0["language"],
        "fr",
        "speech comes in the first language"
    );
    ana.say("Thank you.").await;
    reader
        .expect_where("translation", |message| {
            message["source_text"] == "Thank you."
        })
        .await;
    let read = reader.collect(Duration::ZERO).await;
    assert!(
        read.iter().all(|incoming| match incoming {
            Incoming::Message(message) => !message["type"].as_str().unwrap().starts_with("audio_"),
            _ => false,
        }),
        "who did not ask for speech gets none"
    );
}

#[tokio::test]
async fn utterances_are_heard_one_after_the_other_each_as_its_own_stream() {
    let server = Server::start();
    let mut ana = person(
        &server,
        json!({"speaks": "en", "hears": ["es"], "speech": true}),
    )
    .await;
    for id in ["u1", "u2", "u3"] {
        ana.send(json!({"type": "text", "text": "Thank you.", "utterance_id": id}))
            .await;
    }
    let mut ids = Vec::new();
    for id in ["u1", "u2", "u3"] {
        let (start, frames, stop) = stream(&mut ana).await;
        check(&start, &frames, &stop, 16_000);
        assert_eq!(start["utterance_id"], id);
        assert_eq!(stop["reason"], "complete");
        ids.push(start["stream_id"].as_u64().unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn who_shares_the_language_hears_the_voice_itself() {
    let server = Server::start();
    let mut ana = person(
        &server,
        json!({"name": "Ana", "room_id": "demo", "speaks": "en", "hears": ["en"], "speech": true}),
    )
    .await;
    let mut cid = person(&server, json!({"room_id": "demo", "hears": ["en-US"], "speech": true, "audio": {"sample_rate": 24_000}})).await;
    speak(&mut ana, &recording("goforward.raw")).await;
    speak(&mut ana, &silence(Duration::from_secs(1))).await;
    let (start, frames, stop) = stream(&mut cid).await;
    check(&start, &frames, &stop, 24_000);
    assert_eq!(start["language"], "en");
    assert_eq!(start["speaker"]["name"], "Ana");
    assert_eq!(stop["reason"], "complete");
    // What was said takes 1.9 s, in frames of 20 ms, with what was heard before it.
    assert!(frames.len() > 60, "{} frames", frames.len());
    let caption = cid
        .expect_where("transcription", |message| message["final"] == true)
        .await;
    assert_eq!(caption["utterance_id"], start["utterance_id"]);
    let own = ana.settled().await;
    assert!(
        !own.iter().any(|message| message["type"] == "audio_start"),
        "nobody hears themselves: {own:?}"
    );
}

#[tokio::test]
async fn who_stops_listening_has_the_stream_cancelled() {
    let server = Server::start();
    let mut ana = person(&server, json!({"room_id": "demo", "speaks": "en"})).await;
    let mut berta = person(
        &server,
        json!({"room_id": "demo", "hears": ["es"], "speech": true}),
    )
    .await;
    let long = "Where is the train station? ".repeat(20);
    ana.say(&long).await;
    let start = berta.expect("audio_start").await;
    berta.configure(json!({"speech": false})).await;
    let stop = berta.expect("audio_stop").await;
    assert_eq!(stop["stream_id"], start["stream_id"]);
    assert_eq!(stop["reason"], "cancelled");
    berta.configure(json!({"speech": true})).await;
    ana.say("Thank you.").await;
    let next = berta.expect("audio_start").await;
    assert_ne!(next["stream_id"], start["stream_id"]);
}

#[tokio::test]
async fn speech_that_lags_too_far_behind_is_left_out_and_said_to_be() {
    let server = Server::with(&[("INTERPRES__SPEECH__MAX_LAG", "1s")]);
    let mut ana = person(
        &server,
        json!({"speaks": "en", "hears": ["es"], "speech": true}),
    )
    .await;
    for number in 0..12 {
        ana.say(&format!("The house number {number} is very big."))
            .await;
    }
    let dropped = ana
        .expect_where("audio_stop", |message| message["reason"] == "dropped")
        .await;
    ana.expect_where("audio_start", |message| {
        message["stream_id"] == dropped["stream_id"]
    })
    .await;
    ana.expect_where("audio_stop", |message| message["reason"] == "complete")
        .await;
}
