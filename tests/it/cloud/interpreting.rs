//! A room without faults: captions, sound, typed text, and that nothing translated comes back as input.

use std::time::Duration;

use serde_json::json;

use super::{go_forward, last, messages, samples, server, two};
use crate::emulate::stand::Emulator;

async fn is_interpreted_by(engine: &str) {
    let emulator = Emulator::start(&[]);
    let server = server(&emulator, engine);
    let (mut ana, mut berta) = two(&server).await;

    go_forward(&mut ana).await;
    let said = last(&mut berta, "transcription").await;
    assert_eq!(said["text"], "Go forward ten meters.");
    assert_eq!(
        (&said["engine"], &said["language"]),
        (&json!(engine), &json!("en"))
    );
    let translation = last(&mut berta, "translation").await;
    assert!(
        translation["text"].as_str().unwrap().contains("metros"),
        "{translation}"
    );
    assert_eq!(translation["engine"], engine);
    assert_eq!(translation["utterance_id"], said["utterance_id"]);
    let start = berta.expect("audio_start").await;
    assert_eq!(start["language"], "es");
    let stop = berta.expect("audio_stop").await;
    assert_eq!(stop["reason"], "complete");
    let heard = samples(&berta.collect(Duration::from_millis(200)).await);
    assert!(heard.len() > 8_000, "{} samples", heard.len());
    assert!(heard.iter().any(|sample| sample.unsigned_abs() > 3_000));

    // Typed text goes by the engine of this machine.
    ana.say("Where is the train station?").await;
    let translation = last(&mut berta, "translation").await;
    assert_eq!(translation["text"], "Dónde es la estación de tren?");
    assert_eq!(translation["engine"], "local");
}

#[tokio::test]
async fn translation_is_read_and_heard() {
    is_interpreted_by("azure-translate").await;
}

#[tokio::test]
async fn conversation_is_read_and_heard() {
    is_interpreted_by("azure-realtime").await;
}

/// How much of this frequency is in the sound, as the amplitude of its wave.
fn strength(samples: &[i16], rate: f64, hertz: f64) -> f64 {
    let (mut cosine, mut sine) = (0.0, 0.0);
    for (index, sample) in samples.iter().enumerate() {
        let phase = std::f64::consts::TAU * hertz * index as f64 / rate;
        cosine += f64::from(*sample) * phase.cos();
        sine += f64::from(*sample) * phase.sin();
    }
    2.0 * f64::hypot(cosine, sine) / samples.len() as f64
}

#[tokio::test]
async fn no_translated_sound_comes_back_as_input() {
    // Whatever is said comes back as 660 Hz: were that given to the emulator again, it would answer and answer.
    let emulator = Emulator::null(&[]);
    let server = server(&emulator, "azure-translate");
    let (mut ana, mut berta) = two(&server).await;
    go_forward(&mut ana).await;
    last(&mut berta, "translation").await;
    emulator_is_quiet(&emulator).await;

    let heard = berta.collect(Duration::from_millis(200)).await;
    let sound = samples(&heard);
    let tone = sound.iter().filter(|sample| **sample != 0).count();
    assert!(tone > 8_000, "{tone} samples");
    // A second of it, in the middle.
    let middle = &sound[sound.len() / 4..sound.len() / 4 + 8_000];
    let (ours, theirs) = (
        strength(middle, 16_000.0, 440.0),
        strength(middle, 16_000.0, 660.0),
    );
    assert!(
        theirs > 20.0 * ours.max(10.0),
        "440 Hz: {ours}, 660 Hz: {theirs}"
    );

    let by_ana = ana.collect(Duration::from_millis(200)).await;
    assert!(
        samples(&by_ana).is_empty(),
        "nobody hears their own translation"
    );
    let translated = messages(&by_ana).filter(|message| message["type"] == "translation");
    assert_eq!(translated.count(), 0);

    let invoice = emulator.get("/_emulator/invoice").await;
    let sessions = invoice["sessions"].as_array().unwrap();
    let [session] = sessions.as_slice() else {
        panic!("nobody but Ana was interpreted: {invoice}");
    };
    let [taken, given] =
        ["audio_in_seconds", "audio_out_seconds"].map(|key| session[key].as_f64().unwrap());
    assert!(given < taken, "each sound was answered once: {session}");
}

/// Waits for the end of its only session.
async fn emulator_is_quiet(emulator: &Emulator) {
    loop {
        let invoice = emulator.get("/_emulator/invoice").await;
        if invoice["sessions"]
            .as_array()
            .unwrap()
            .iter()
            .all(|session| session["open"] == false)
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
