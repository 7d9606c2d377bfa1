//! Speaking: audio in every form it may come in, and what the speaker is told.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use interpres::audio::{pcm, resample::Resampler};
use serde_json::{Value, json};

use crate::support::{
    client::Client,
    server::Server,
    speech::{recording, silence, speak, speak_in_pieces, spoken},
};

async fn speaker(server: &Server, config: Value) -> Client {
    let mut client = server.connect().await;
    client.create_session(config).await;
    client
}

async fn final_text(client: &mut Client) -> String {
    let caption = client
        .expect_where("transcription", |message| message["final"] == true)
        .await;
    caption["text"].as_str().unwrap().to_owned()
}

/// "Go forward ten meters." and enough silence to end it, at this rate.
fn goforward(rate: u32) -> Vec<u8> {
    let mut said = recording("goforward.raw");
    said.extend(silence(Duration::from_secs(1)));
    let samples: Vec<i16> = said
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    let mut resampled = Vec::new();
    let mut resampler = Resampler::new(16_000, rate).unwrap();
    resampler.push(&samples, &mut resampled);
    resampler.finish(&mut resampled);
    pcm::to_bytes(&resampled)
}

#[tokio::test]
async fn an_utterance_has_a_beginning_and_an_end_and_is_accounted_for() {
    let server = Server::start();
    let mut ana = speaker(
        &server,
        json!({"name": "Ana", "room_id": "demo", "speaks": "en"}),
    )
    .await;
    let mut berta = speaker(&server, json!({"room_id": "demo"})).await;
    speak(&mut ana, &goforward(16_000)).await;
    let started = berta.expect("speech_started").await;
    assert_eq!(started["room_id"], "demo");
    assert_eq!(started["speaker"]["name"], "Ana");
    let stopped = berta.expect("speech_stopped").await;
    assert!(
        started["at"].as_str() < stopped["at"].as_str(),
        "{started} {stopped}"
    );
    assert_eq!(final_text(&mut berta).await, "Go forward ten meters.");
    assert_eq!(
        final_text(&mut ana).await,
        "Go forward ten meters.",
        "one's own too"
    );
    let usage = berta.expect("usage").await;
    assert_eq!(
        (&usage["room_id"], &usage["engine"]),
        (&json!("demo"), &json!("local"))
    );
    let heard = usage["audio_ms"].as_u64().unwrap();
    assert!(
        (500..4_000).contains(&heard),
        "the length of what was said: {heard} ms"
    );
    let room = server.get("/api/rooms/demo").await;
    assert_eq!(
        room["usage"],
        json!([{"engine": "local", "audio_ms": heard, "lag_ms": 0}]),
        "nobody is translated, and it costs nothing"
    );
}

#[tokio::test]
async fn the_end_of_an_utterance_may_be_said_instead_of_kept_silent() {
    let server = Server::with(&[("INTERPRES__SPEECH__HANG", "2s")]);
    let mut ana = speaker(&server, json!({"speaks": "en"})).await;
    speak(&mut ana, &recording("goforward.raw")).await;
    ana.expect("speech_started").await;
    // No audio comes after this, so that only the message can end it.
    ana.send(json!({"type": "audio_end"})).await;
    ana.expect("speech_stopped").await;
    assert_eq!(final_text(&mut ana).await, "Go forward ten meters.");
    ana.send(json!({"type": "audio_end"})).await;
    assert!(
        ana.settled()
            .await
            .iter()
            .all(|message| message["type"] != "error"),
        "twice is no mistake"
    );
}

#[tokio::test]
async fn audio_comes_at_the_sessions_rate_and_in_pieces_of_any_size() {
    let server = Server::start();
    for (rate, piece) in [(24_000, 961), (48_000, 1_919), (16_000, 637)] {
        let config = json!({"speaks": "en", "audio": {"sample_rate": rate}});
        let mut ana = speaker(&server, config).await;
        speak_in_pieces(&mut ana, &goforward(rate), piece).await;
        let text = final_text(&mut ana).await;
        assert_eq!(text, "Go forward ten meters.", "{rate} Hz, {piece} bytes");
    }
}

#[tokio::test]
async fn audio_may_come_as_text_and_is_acknowledged() {
    let server = Server::start();
    for (kind, answer) in [
        ("transcription_stream", "transcription_received"),
        ("speaker_stream", "speaker_received"),
    ] {
        let mut ana = speaker(&server, json!({"speaks": "en"})).await;
        for bytes in goforward(16_000).chunks(20_001) {
            let message = json!({"type": kind, "audio_data": STANDARD.encode(bytes)});
            let received = ana.ask(message).await;
            assert_eq!(received["type"], answer);
            assert_eq!(received["bytes"], bytes.len());
        }
        assert_eq!(final_text(&mut ana).await, "Go forward ten meters.");
    }
}

#[tokio::test]
async fn speech_in_a_language_nobody_here_recognizes_is_refused_once_and_text_works() {
    let server = Server::start();
    let mut ana = speaker(&server, json!({"room_id": "demo", "speaks": "es"})).await;
    let mut berta = speaker(&server, json!({"room_id": "demo", "hears": ["en"]})).await;
    for _ in 0..50 {
        ana.send_audio(vec![0; 640]).await;
    }
    ana.expect_error("speech_unavailable").await;
    for _ in 0..50 {
        ana.send_audio(vec![0; 640]).await;
    }
    ana.say("Está lloviendo y he olvidado el paraguas.").await;
    let translation = berta.expect("translation").await;
    assert_eq!(
        translation["text"],
        "It is raining and I have forgotten the umbrella."
    );
    ana.expect("transcription").await;
    assert!(
        ana.settled()
            .await
            .iter()
            .all(|message| message["type"] != "error"),
        "said once"
    );
    assert!(
        berta
            .settled()
            .await
            .iter()
            .all(|message| message["type"] != "error"),
        "to the speaker only"
    );

    ana.configure(json!({"speaks": "en"})).await;
    speak(&mut ana, &goforward(16_000)).await;
    assert_eq!(final_text(&mut ana).await, "Go forward ten meters.");
}

#[tokio::test]
async fn audio_that_is_switched_off_is_refused_once_until_it_is_switched_on() {
    let server = Server::start();
    let mut ana = speaker(&server, json!({"speaks": "en", "audio_enabled": false})).await;
    for _ in 0..50 {
        ana.send_audio(vec![0; 640]).await;
    }
    ana.expect_error("audio_disabled").await;
    assert!(ana.settled().await.is_empty());
    ana.configure(json!({"audio": true})).await;
    speak(&mut ana, &goforward(16_000)).await;
    assert_eq!(final_text(&mut ana).await, "Go forward ten meters.");

    ana.configure(json!({"audio": false})).await;
    for _ in 0..50 {
        ana.send_audio(vec![0; 640]).await;
    }
    ana.expect_error("audio_disabled").await;
    ana.say("I can still write.").await;
    assert_eq!(final_text(&mut ana).await, "I can still write.");
}

#[tokio::test]
async fn who_goes_to_another_room_is_heard_there() {
    let server = Server::start();
    let mut ana = speaker(&server, json!({"room_id": "demo", "speaks": "en"})).await;
    let mut berta = speaker(&server, json!({"room_id": "hall"})).await;
    // Comings and goings, so that routes in the first room have changed often.
    for _ in 0..5 {
        let mut passer_by = speaker(&server, json!({"room_id": "demo", "hears": ["es"]})).await;
        passer_by.ask(json!({"type": "leave_session"})).await;
    }
    speak(&mut ana, &goforward(16_000)).await;
    assert_eq!(final_text(&mut ana).await, "Go forward ten meters.");
    ana.ask(json!({"type": "join_room", "room_id": "hall"}))
        .await;
    speak(&mut ana, &goforward(16_000)).await;
    assert_eq!(final_text(&mut berta).await, "Go forward ten meters.");
}

#[tokio::test]
async fn another_voice_says_something_else() {
    let server = Server::start();
    let mut ana = speaker(&server, json!({"speaks": "en", "hears": ["es"]})).await;
    let mut said = spoken("The house is big.");
    said.extend(silence(Duration::from_secs(1)));
    speak(&mut ana, &said).await;
    let translation = ana
        .expect_where("translation", |message| message["final"] == true)
        .await;
    assert!(!translation["text"].as_str().unwrap().is_empty());
    let text = final_text(&mut ana).await.to_lowercase();
    assert!(text.contains("house"), "{text}");
}

#[tokio::test]
async fn silence_and_noise_without_voice_say_nothing() {
    let server = Server::start();
    let mut ana = speaker(&server, json!({"speaks": "en"})).await;
    speak(&mut ana, &silence(Duration::from_secs(1))).await;
    // Longer than a frame may be, sent as single samples and as nothing at all.
    ana.send_audio(Vec::new()).await;
    for _ in 0..100 {
        ana.send_audio(vec![0]).await;
    }
    ana.say("Nothing was heard.").await;
    let come = ana
        .until(|message| message["type"] == "transcription")
        .await;
    assert_eq!(come.len(), 1, "{come:?}");
}

#[tokio::test]
async fn the_format_may_change_in_the_middle_of_a_conversation() {
    let server = Server::start();
    let config = json!({"speaks": "en", "hears": ["es"], "speech": true});
    let mut ana = speaker(&server, config).await;
    for rate in [16_000, 48_000, 24_000] {
        ana.configure(json!({"audio": {"sample_rate": rate}})).await;
        let bytes = rate as usize / 50 * 2;
        speak_in_pieces(&mut ana, &goforward(rate), bytes).await;
        assert_eq!(
            final_text(&mut ana).await,
            "Go forward ten meters.",
            "{rate} Hz"
        );
        let start = ana.expect("audio_start").await;
        assert_eq!(start["sample_rate"], rate, "heard as it is spoken");
        ana.expect_where("audio_stop", |stop| stop["stream_id"] == start["stream_id"])
            .await;
    }
}

#[tokio::test]
async fn two_microphones_of_one_session_are_not_mixed() {
    let server = Server::start();
    let mut first = server.connect().await;
    let made = first.create_session(json!({"speaks": "en"})).await;
    let mut second = server.connect().await;
    second
        .ask(json!({"type": "join_session", "session_id": made["session_id"]}))
        .await;
    let (said, noise) = (
        goforward(16_000),
        spoken("The house is big and the garden is small."),
    );
    // The first is at the microphone before the second says anything.
    speak(&mut first, &silence(Duration::from_millis(200))).await;
    let room = format!("/api/rooms/{}", made["room_id"].as_str().unwrap());
    server
        .eventually(&room, |room| {
            room["sources"]
                .as_array()
                .is_some_and(|sources| sources.len() == 1)
        })
        .await;
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    let mut noise = noise.chunks(640);
    for frame in said.chunks(640) {
        tick.tick().await;
        first.send_audio(frame.to_vec()).await;
        second
            .send_audio(noise.next().unwrap_or(&[0; 640]).to_vec())
            .await;
    }
    assert_eq!(final_text(&mut second).await, "Go forward ten meters.");
}
