//! The translation dialect as a client finds it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;

use super::stand::{Emulator, Line, STEP, TRANSLATION, deltas, kinds, tone};
use crate::support::speech::recording;

const APPEND: &str = "session.input_audio_buffer.append";

async fn opened(emulator: &Emulator, language: &str) -> Line {
    let mut line = emulator.open(TRANSLATION).await;
    line.expect("session.created").await;
    let session = json!({"audio": {
        "input": {"transcription": {"model": "gpt-realtime-whisper"}},
        "output": {"language": language},
    }});
    line.send(&json!({"type": "session.update", "session": session}))
        .await;
    line.expect("session.updated").await;
    line
}

async fn close(line: &mut Line) -> Vec<serde_json::Value> {
    line.send(&json!({"type": "session.close"})).await;
    let told = line.until("session.closed").await;
    assert_eq!(line.closed().await.0, 1_000);
    told
}

#[tokio::test]
async fn audio_of_any_size_is_one_stream() {
    let emulator = Emulator::null(&[]);
    let mut said = tone(12);
    said.extend(vec![0; STEP]);
    for piece in [1, 77, 4_800, 9_600, 30_001, 1 << 20] {
        let mut line = opened(&emulator, "es").await;
        for bytes in said.chunks(piece.max(64)) {
            line.append(APPEND, bytes).await;
        }
        let told = close(&mut line).await;
        let words = " word1 word2 word3 word4 word5 word6 word7 word8 word9 word10. word11 word12.";
        assert_eq!(deltas(&told, "session.input_transcript.delta"), words);
        assert_eq!(deltas(&told, "session.output_transcript.delta"), words);
        let audio: Vec<u8> = told
            .iter()
            .filter(|event| event["type"] == "session.output_audio.delta")
            .flat_map(|event| {
                assert_eq!(event["elapsed_ms"].as_u64().unwrap() % 200, 0);
                STANDARD.decode(event["delta"].as_str().unwrap()).unwrap()
            })
            .collect();
        assert_eq!(audio.len(), 12 * STEP);
        // What comes out is the tone of 660 Hz and none of that of 440 Hz, so that a loop would be heard.
        assert!(level(&audio, 660.0) > 100.0 * level(&audio, 440.0));
    }
}

/// How much of a frequency there is (Goertzel).
fn level(audio: &[u8], frequency: f64) -> f64 {
    let turn = 2.0 * (std::f64::consts::TAU * frequency / 24_000.0).cos();
    let (mut one, mut two) = (0.0, 0.0);
    for pair in audio.chunks_exact(2) {
        let sample = f64::from(i16::from_le_bytes([pair[0], pair[1]]));
        (one, two) = (sample + turn * one - two, one);
    }
    one * one + two * two - turn * one * two
}

#[tokio::test]
async fn without_transcription_the_source_is_not_told() {
    let emulator = Emulator::null(&[]);
    let mut line = emulator.open(TRANSLATION).await;
    line.append(APPEND, &tone(3)).await;
    let told = close(&mut line).await;
    let expected = [
        "session.created",
        "session.output_transcript.delta",
        "session.output_audio.delta",
    ];
    assert_eq!(kinds(&told)[..3], expected);
    assert_eq!(deltas(&told, "session.input_transcript.delta"), "");
}

#[tokio::test]
async fn updates_are_checked_and_wrong_ones_change_nothing() {
    let emulator = Emulator::null(&[]);
    let mut line = opened(&emulator, "fr").await;
    for (session, code, param) in [
        (
            json!({"audio": {"output": {"language": "xx"}}}),
            "invalid_value",
            "session.audio.output.language",
        ),
        (
            json!({"audio": {"output": {"voice": "marin"}}}),
            "unknown_parameter",
            "session.audio.output.voice",
        ),
        (
            json!({"type": "translation"}),
            "unknown_parameter",
            "session.type",
        ),
        (json!({"model": "x"}), "unknown_parameter", "session.model"),
        (
            json!({"audio": {"input": {"noise_reduction": {"type": "loud"}}}}),
            "invalid_value",
            "session.audio.input.noise_reduction.type",
        ),
        (
            json!({"audio": {"input": {"transcription": {}}}}),
            "missing_required_parameter",
            "session.audio.input.transcription.model",
        ),
        (json!({"audio": []}), "invalid_type", "session.audio"),
    ] {
        line.send(&json!({"type": "session.update", "event_id": "mine", "session": session}))
            .await;
        let error = line.error().await;
        assert_eq!(
            [&error["code"], &error["param"], &error["event_id"]],
            [code, param, "mine"],
            "{session}"
        );
    }
    line.send(&json!({"type": "session.update", "session": {}}))
        .await;
    let session = line.expect("session.updated").await["session"].clone();
    assert_eq!(session["audio"]["output"]["language"], "fr");
    assert!(session["audio"]["input"]["transcription"].is_object());
    for kind in [
        "response.create",
        "input_audio_buffer.commit",
        "session.input_audio_buffer.clear",
    ] {
        line.send(&json!({"type": kind})).await;
        assert_eq!(line.error().await["param"], "type", "{kind}");
    }
    close(&mut line).await;
}

#[tokio::test]
async fn a_session_expires() {
    let emulator = Emulator::null(&["--session-limit", "1s"]);
    let mut line = emulator.open(TRANSLATION).await;
    let created = line.expect("session.created").await;
    assert!(created["session"]["expires_at"].as_u64().unwrap() > 1_700_000_000);
    assert_eq!(line.error().await["code"], "session_expired");
    let (code, reason) = line.closed().await;
    assert_eq!(
        (code, reason.as_str()),
        (1_001, "Your session hit the maximum duration of 1s.")
    );
}

/// What somebody says, and the pause after it, at the rate of the wire.
fn words() -> Vec<u8> {
    let said = recording("goforward.raw");
    let mut narrow = Vec::new();
    interpres::audio::pcm::PcmAssembler::new().push(&said, &mut narrow);
    let mut wide = Vec::new();
    let mut resampler = interpres::audio::resample::Resampler::new(16_000, 24_000).unwrap();
    resampler.push(&narrow, &mut wide);
    let mut wide = interpres::audio::pcm::to_bytes(&wide);
    wide.extend(vec![0; STEP * 5]);
    wide
}

#[tokio::test]
async fn the_targets_own_language_becomes_silence_and_a_missing_pair_is_said() {
    let emulator = Emulator::start(&[]);
    let wide = words();
    for (language, complains) in [("en", false), ("ja", true)] {
        let mut line = opened(&emulator, language).await;
        for bytes in wide.chunks(STEP) {
            line.append(APPEND, bytes).await;
        }
        let told = close(&mut line).await;
        assert_eq!(
            deltas(&told, "session.input_transcript.delta"),
            " Go forward ten meters."
        );
        assert!(!kinds(&told).contains(&"session.output_audio.delta"));
        assert_eq!(kinds(&told).contains(&"error"), complains, "{told:?}");
    }
}

#[tokio::test]
async fn what_nobody_can_write_down_is_understood_by_a_script() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script.txt");
    std::fs::write(&script, "Quiero hablar con mi madre.\n").unwrap();
    let script = script.to_str().unwrap();
    let emulator = Emulator::start(&["--speaks", "es", "--script", script]);
    let mut line = opened(&emulator, "en").await;
    // The voice is that of somebody who speaks English, which is no matter.
    for bytes in words().chunks(STEP) {
        line.append(APPEND, bytes).await;
    }
    let told = close(&mut line).await;
    let heard = deltas(&told, "session.input_transcript.delta");
    assert_eq!(heard.trim(), "Quiero hablar con mi madre.");
    let translated = deltas(&told, "session.output_transcript.delta");
    assert!(translated.contains("mother"), "{translated}");
}
