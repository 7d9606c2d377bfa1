//! Rooms interpreted by an engine that does it end to end, for hours that take no time.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use interpres::{
    actors::{
        environment::{Engines, Environment},
        socket::Inbound,
    },
    config::{Detector, Settings},
    domain::engine::{Engine, Trouble},
    engines::null::null_engine,
    store::memory::MemoryStore,
};
use serde_json::{Value, json};
use tokio::{runtime::Handle, time::Instant};

use super::tree::{Came, Person, What, in_a_tree_of, messages};
use crate::support::interpreter::ScriptedInterpreter;

fn settings() -> Settings {
    let mut settings = Settings::default();
    // Bursts of a tone are no voice to a network that knows voices.
    settings.speech.detector = Detector::Energy;
    settings
}

/// The engine, and the null engine to fall back to.
fn engines(scripted: &Arc<ScriptedInterpreter>) -> Engines {
    let scripted: Arc<dyn Engine> = scripted.clone();
    let null = Arc::new(null_engine(Handle::current()));
    Engines::new(scripted, vec![null]).falling_back_to(vec!["null".to_owned()])
}

async fn in_a_tree_with<F: Future<Output = ()>>(
    settings: Settings,
    scripted: &Arc<ScriptedInterpreter>,
    test: impl FnOnce(Arc<Environment>) -> F,
) {
    let store = Arc::new(MemoryStore::default());
    in_a_tree_of(store, settings, || engines(scripted), test).await;
}

/// Ana speaks English, Berta reads and hears Spanish.
async fn ana_and_berta(environment: &Arc<Environment>) -> (Person, Person) {
    let mut ana = Person::connect(environment);
    let mut berta = Person::connect(environment);
    ana.create_session(json!({"room_id": "demo", "speaks": "en", "hears": ["en"]}))
        .await;
    berta
        .create_session(json!({"room_id": "demo", "speaks": "es", "hears": ["es"], "speech": true, "audio": {"sample_rate": 24_000}}))
        .await;
    (ana, berta)
}

const PIECE: Duration = Duration::from_millis(100);

/// Sound at 16 kHz: a tone, or next to nothing.
async fn sound(person: &Person, loud: bool, time: Duration) {
    let samples = 1_600;
    for piece in 0..time.as_millis() / PIECE.as_millis() {
        let sample = |index: usize| -> i16 {
            let phase = (piece as usize * samples + index) as f32 * std::f32::consts::TAU * 440.0
                / 16_000.0;
            if loud {
                (phase.sin() * 9_000.0) as i16
            } else {
                (index % 7) as i16
            }
        };
        let bytes: Vec<u8> = (0..samples)
            .flat_map(|index| sample(index).to_le_bytes())
            .collect();
        person.tell(Inbound::Audio(bytes.into()));
        tokio::time::sleep(PIECE).await;
    }
}

/// A sentence: a burst, and the silence that ends it.
async fn say(person: &Person, time: Duration) {
    sound(person, true, time).await;
    sound(person, false, Duration::from_millis(800)).await;
}

fn finals(came: &[Came], kind: &str) -> Vec<Value> {
    let mut finals = messages(came, kind);
    finals.retain(|message| message["final"] == true);
    finals
}

fn texts(finals: &[Value]) -> Vec<&str> {
    finals
        .iter()
        .map(|message| message["text"].as_str().unwrap())
        .collect()
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn frames(came: &[Came]) -> Vec<Instant> {
    let audio = came
        .iter()
        .filter(|came| matches!(came.what, What::Audio(_)));
    audio.map(|came| came.at).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_said_is_read_and_heard_and_written_down_by_the_one_engine() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        sound(&ana, false, seconds(1)).await;
        say(&ana, seconds(2)).await;
        say(&ana, seconds(2)).await;
        let came = berta.during(seconds(10)).await;
        let said = finals(&came, "transcription");
        let translated = finals(&came, "translation");
        assert_eq!(texts(&said), ["Sentence 1.", "Sentence 2."], "{came:#?}");
        assert_eq!(texts(&translated), ["Frase 1.", "Frase 2."]);
        for (said, translated) in said.iter().zip(&translated) {
            assert_eq!(said["utterance_id"], translated["utterance_id"]);
            assert_eq!(translated["source_text"], said["text"]);
            assert_eq!(said["engine"], "scripted");
            assert!(said["started_at"].as_str() < said["ended_at"].as_str());
        }
        let partials = messages(&came, "translation");
        assert!(
            partials
                .iter()
                .any(|message| message["text"] == "Fra" && message["final"] == false)
        );
        // Two seconds each, and what of the silence around them is played.
        let heard = frames(&came).len();
        assert!((195..=260).contains(&heard), "{heard} frames of 20 ms");
        let stops = messages(&came, "audio_stop");
        assert_eq!(stops.len(), 2, "{stops:?}");
        assert!(
            messages(&came, "error").is_empty()
                && messages(&ana.during(PIECE).await, "error").is_empty()
        );
        let book = scripted.book.lock().unwrap();
        assert_eq!(
            book.opened
                .iter()
                .map(|(_, transcript)| *transcript)
                .collect::<Vec<_>>(),
            [true]
        );
        assert!(
            book.most_a_second <= Duration::from_millis(1_200),
            "{:?}",
            book.most_a_second
        );
    })
    .await;
}
