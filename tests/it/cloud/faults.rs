//! What goes wrong while somebody speaks: it is said, every caption that was begun ends, and what is said next is interpreted.

use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;

use super::{KEY, go_forward, last, messages, server, server_with, two};
use crate::{
    emulate::stand::Emulator,
    support::{
        client::Incoming,
        speech::{recording, speak},
    },
};

/// The codes by which a room says that the engine had trouble.
const TROUBLE: [&str; 3] = ["translation_interrupted", "untranslated", "engine_fallback"];

/// Every caption that was begun has exactly one final.
fn assert_ended(came: &[Incoming]) {
    let mut finals: BTreeMap<String, usize> = BTreeMap::new();
    for caption in messages(came) {
        let kind = caption["type"].as_str().unwrap();
        if matches!(kind, "transcription" | "translation") {
            let key = format!("{kind} {}", caption["utterance_id"]);
            *finals.entry(key).or_default() += usize::from(caption["final"] == true);
        }
    }
    assert!(!finals.is_empty());
    for (caption, number) in finals {
        assert_eq!(number, 1, "{caption}");
    }
}

/// What came to the listener, and whether the speaker was told of trouble.
async fn spoken_through(engine: &str, fault: &str) -> (Vec<Incoming>, Vec<Value>) {
    let emulator = Emulator::start(&["--fault", fault]);
    let server = server(&emulator, engine);
    let (mut ana, mut berta) = two(&server).await;
    let (mut heard, mut told) = (Vec::new(), Vec::new());
    // As often as it takes until it was translated after the fault.
    for _ in 0..12 {
        go_forward(&mut ana).await;
        heard.extend(berta.collect(Duration::from_millis(2_500)).await);
        told.extend(messages(&ana.collect(Duration::ZERO).await).cloned());
        let sessions = emulator.get("/_emulator/invoice").await["sessions"]
            .as_array()
            .unwrap()
            .len();
        let finals = messages(&heard).filter(|message| {
            message["type"] == "translation"
                && message["final"] == true
                && message["text"].as_str().unwrap().contains("metros")
        });
        if sessions > 1 && finals.count() > 0 {
            break;
        }
    }
    heard.extend(berta.collect(Duration::from_secs(6)).await);
    told.extend(messages(&ana.collect(Duration::ZERO).await).cloned());
    (heard, told)
}

async fn outlives(engine: &str, fault: &str) {
    let (heard, told) = spoken_through(engine, fault).await;
    assert_ended(&heard);
    let translated = messages(&heard).filter(|message| {
        message["type"] == "translation"
            && message["final"] == true
            && message["text"].as_str().unwrap().contains("metros")
    });
    assert!(translated.count() > 0, "{heard:#?}");
    let everybody = messages(&heard).chain(&told);
    let codes: Vec<_> = everybody
        .filter_map(|message| message["code"].as_str())
        .collect();
    assert!(codes.iter().all(|code| TROUBLE.contains(code)), "{codes:?}");
}

#[tokio::test]
async fn a_translation_that_is_closed_in_the_middle_goes_on() {
    outlives("azure-translate", "close=1011@2*1").await;
}

#[tokio::test]
async fn a_translation_that_expires_goes_on() {
    outlives("azure-translate", "session-expired@3*1").await;
}

#[tokio::test]
async fn a_conversation_that_is_closed_in_the_middle_goes_on() {
    outlives("azure-realtime", "close=1011@2*1").await;
}

#[tokio::test]
async fn a_key_that_is_refused_leaves_the_engine_of_this_machine() {
    assert_ne!(KEY, "sk-of-somebody-else");
    let emulator = Emulator::start(&[]);
    let server = server_with(&emulator, "azure-translate", "sk-of-somebody-else");
    let (mut ana, mut berta) = two(&server).await;
    go_forward(&mut ana).await;
    go_forward(&mut ana).await;
    let translation = last(&mut berta, "translation").await;
    assert_eq!(translation["engine"], "local");
    assert!(
        translation["text"].as_str().unwrap().contains("metros"),
        "{translation}"
    );
    ana.expect_where("error", |error| error["code"] == "engine_fallback")
        .await;
    berta.expect("audio_stop").await;
}

#[tokio::test]
async fn a_translation_that_stalls_is_given_up_and_goes_on() {
    // From its third event on nothing comes any more, and the connection stays.
    let emulator = Emulator::start(&["--fault", "stall@3*1"]);
    let server = server(&emulator, "azure-translate");
    let (mut ana, mut berta) = two(&server).await;
    // So much speech without a pause that would end the session that whoever answers nothing is known by it.
    let (mut translated, mut told) = (false, false);
    for _ in 0..30 {
        speak(&mut ana, &recording("goforward.raw")).await;
        let came = berta.collect(Duration::ZERO).await;
        told |= messages(&came).any(|message| message["code"] == "translation_interrupted");
        translated = messages(&came).any(|message| {
            message["type"] == "translation" && message["text"].as_str().unwrap().contains("metros")
        });
        if translated {
            break;
        }
    }
    assert!(translated, "{}", server.get("/api/rooms/demo").await);
    assert!(told, "those who read it are told that something is missing");
}
