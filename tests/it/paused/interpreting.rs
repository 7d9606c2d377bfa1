//! Rooms interpreted by an engine that does it end to end, for hours that take no time.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use interpres::{
    actors::{
        environment::{Engines, Environment},
        room::describing::{Describe, RoomView},
        socket::Inbound,
    },
    config::{Detector, Settings},
    domain::engine::{Engine, Trouble},
    engines::null::null_engine,
    store::memory::MemoryStore,
    supervision::Filter,
};
use serde_json::{Value, json};
use tokio::{runtime::Handle, time::Instant};

use super::tree::{Came, Person, What, in_a_tree_of, messages};
use crate::support::interpreter::ScriptedInterpreter;

pub(super) fn settings() -> Settings {
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

pub(super) async fn in_a_tree_with<F: Future<Output = ()>>(
    settings: Settings,
    scripted: &Arc<ScriptedInterpreter>,
    test: impl FnOnce(Arc<Environment>) -> F,
) {
    let store = Arc::new(MemoryStore::default());
    in_a_tree_of(store, settings, || engines(scripted), test).await;
}

/// Ana speaks English, Berta reads and hears Spanish.
pub(super) async fn ana_and_berta(environment: &Arc<Environment>) -> (Person, Person) {
    let mut ana = Person::connect(environment);
    let mut berta = Person::connect(environment);
    ana.create_session(json!({"room_id": "demo", "speaks": "en", "hears": ["en"]}))
        .await;
    berta
        .create_session(json!({"room_id": "demo", "speaks": "es", "hears": ["es"], "speech": true, "audio": {"sample_rate": 24_000}}))
        .await;
    // A background, over which a tone is a voice.
    sound(&mut ana, false, seconds(1)).await;
    (ana, berta)
}

pub(super) const PIECE: Duration = Duration::from_millis(100);

/// Sound at 16 kHz: a tone, or next to nothing. Gives what came to the person meanwhile.
pub(super) async fn sound(person: &mut Person, loud: bool, time: Duration) -> Vec<Came> {
    let samples = 1_600;
    let mut came = Vec::new();
    for piece in 0..time.as_millis() / PIECE.as_millis() {
        let sample = |index: usize| -> i16 {
            let index = piece as usize * samples + index;
            let phase = index as f32 * std::f32::consts::TAU * 440.0 / 16_000.0;
            // Syllables: a tone without an end becomes the background.
            if loud && index % 8_000 >= 1_600 {
                (phase.sin() * 9_000.0) as i16
            } else {
                (index % 7) as i16
            }
        };
        let bytes: Vec<u8> = (0..samples)
            .flat_map(|index| sample(index).to_le_bytes())
            .collect();
        person.tell(Inbound::Audio(bytes.into()));
        came.extend(person.during(PIECE).await);
    }
    came
}

/// A sentence: a burst, and the silence that ends it.
pub(super) async fn say(person: &mut Person, time: Duration) -> Vec<Came> {
    let mut came = sound(person, true, time).await;
    came.extend(sound(person, false, Duration::from_millis(800)).await);
    came
}

/// What comes to the second while both read.
pub(super) async fn listen(one: &mut Person, other: &mut Person, time: Duration) -> Vec<Came> {
    tokio::join!(one.during(time), other.during(time)).1
}

pub(super) fn finals(came: &[Came], kind: &str) -> Vec<Value> {
    let mut finals = messages(came, kind);
    finals.retain(|message| message["final"] == true);
    finals
}

pub(super) fn texts(finals: &[Value]) -> Vec<&str> {
    finals
        .iter()
        .map(|message| message["text"].as_str().unwrap())
        .collect()
}

pub(super) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) fn frames(came: &[Came]) -> Vec<Instant> {
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
        let speaking = async {
            say(&mut ana, seconds(2)).await;
            say(&mut ana, seconds(2)).await;
        };
        let mut came = meanwhile(&mut berta, speaking).await;
        came.extend(listen(&mut ana, &mut berta, seconds(10)).await);
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
        let used = &view(&environment).await.usage;
        assert_eq!(used.len(), 1, "{used:?}");
        assert!(
            used[0].engine == "scripted" && used[0].audio_ms >= 10_000,
            "{used:?}"
        );
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

pub(super) async fn view(environment: &Arc<Environment>) -> RoomView {
    let room = environment
        .room(&"demo".parse().unwrap())
        .expect("the room runs");
    room.ask(Describe, seconds(1)).await.expect("it answers")
}

/// The actor of this kind panics at its next message.
pub(super) fn crash(environment: &Arc<Environment>, kind: &str) {
    let rows = environment.tree.snapshot(&Filter::all().kind(kind));
    let [row] = rows.as_slice() else {
        panic!("one {kind}: {rows:?}");
    };
    environment
        .tree
        .find(row.path.as_str())
        .unwrap()
        .inject_panic();
}

/// Everything that came to a person while somebody else did something.
pub(super) async fn meanwhile<T>(person: &mut Person, doing: impl Future<Output = T>) -> Vec<Came> {
    let mut came = Vec::new();
    tokio::pin!(doing);
    loop {
        tokio::select! {
            biased;
            _ = &mut doing => break,
            some = person.during(PIECE / 4) => came.extend(some),
        }
    }
    came
}

#[tokio::test(start_paused = true)]
async fn a_meeting_of_eight_hours_loses_and_doubles_nothing_though_the_provider_expires_every_half_hour()
 {
    let mut scripted = ScriptedInterpreter::new(true, seconds(2), seconds(30 * 60));
    // Fewer steps to go through in eight hours.
    scripted.style.frame = Duration::from_millis(500);
    let scripted = Arc::new(scripted);
    let mut settings = settings();
    settings.invoker.release_after = seconds(600);
    in_a_tree_with(settings, &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        let began = Instant::now();
        let mut sentences = 0;
        let (mut said, mut translated) = (Vec::new(), Vec::new());
        while began.elapsed() < seconds(8 * 3600) {
            say(&mut ana, seconds(2)).await;
            sentences += 1;
            let came = listen(&mut ana, &mut berta, seconds(117)).await;
            said.extend(finals(&came, "transcription"));
            translated.extend(finals(&came, "translation"));
            assert!(messages(&came, "error").is_empty(), "{came:#?}");
        }
        let expected = |word: &str| -> Vec<String> {
            (1..=sentences)
                .map(|number| format!("{word} {number}."))
                .collect()
        };
        assert!(sentences > 230, "{sentences}");
        assert_eq!(texts(&said), expected("Sentence"));
        assert_eq!(texts(&translated), expected("Frase"));
        let ids = |finals: &[Value]| -> Vec<String> {
            finals
                .iter()
                .map(|message| message["utterance_id"].to_string())
                .collect()
        };
        assert_eq!(ids(&said), ids(&translated));
        assert_eq!(
            ids(&said).into_iter().collect::<BTreeSet<_>>().len(),
            sentences
        );
        let book = scripted.book.lock().unwrap();
        // 25 minutes each, for the next one is opened five minutes ahead.
        assert!(
            (19..=21).contains(&book.opened.len()),
            "{} streams",
            book.opened.len()
        );
        assert_eq!(
            book.most_open, 2,
            "the next is open before the last is closed"
        );
        for ((opened, _), ended) in book.opened.iter().skip(1).zip(&book.ended) {
            assert!(opened <= ended, "make before break");
        }
        let expected = seconds(2) * sentences as u32;
        assert!(book.loud >= expected && book.loud <= expected + seconds(1) * sentences as u32);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_switch_in_the_middle_of_speech_is_not_heard() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(60)));
    let mut settings = settings();
    settings.invoker.renew_before = seconds(20);
    settings.speech.max_utterance = seconds(60);
    in_a_tree_with(settings, &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        // Nobody takes a breath before the limit.
        let speaking = async {
            sound(&mut ana, true, seconds(90)).await;
            sound(&mut ana, false, seconds(1)).await;
        };
        let mut came = meanwhile(&mut berta, speaking).await;
        came.extend(listen(&mut ana, &mut berta, seconds(10)).await);
        assert!(scripted.book.lock().unwrap().opened.len() >= 2);
        let heard = frames(&came);
        // What is left of the last syllable comes with the end of the utterance, later than those before it.
        let speech: Vec<&Instant> = heard
            .iter()
            .filter(|at| **at - heard[0] < seconds(85))
            .collect();
        let gap = speech
            .windows(2)
            .map(|pair| *pair[1] - *pair[0])
            .max()
            .unwrap();
        assert!(gap < Duration::from_millis(200), "{gap:?}");
        // What was said is heard once: as much as was said, a frame of the engine's more or less at each end.
        let length = Duration::from_millis(20) * heard.len() as u32;
        assert!(length >= seconds(89) && length <= seconds(92), "{length:?}");
        // The sentence that was cut by it is two, and none is said twice.
        let translated = finals(&came, "translation");
        let unique: BTreeSet<&str> = texts(&translated).into_iter().collect();
        assert_eq!(unique.len(), translated.len(), "{translated:#?}");
        assert!(messages(&came, "error").is_empty());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_closed_in_silence_and_opened_again_without_losing_the_first_word() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        say(&mut ana, seconds(2)).await;
        listen(&mut ana, &mut berta, seconds(25)).await;
        assert_eq!(scripted.book.lock().unwrap().open, 1);
        let heard = scripted.book.lock().unwrap().heard;
        assert!(
            heard >= seconds(25),
            "silence is sent while it is open: {heard:?}"
        );
        listen(&mut ana, &mut berta, seconds(10)).await;
        assert_eq!(scripted.book.lock().unwrap().open, 0);
        listen(&mut ana, &mut berta, seconds(600)).await;
        let loud = scripted.book.lock().unwrap().loud;
        say(&mut ana, seconds(2)).await;
        let came = listen(&mut ana, &mut berta, seconds(10)).await;
        assert_eq!(texts(&finals(&came, "translation")), ["Frase 2."]);
        let book = scripted.book.lock().unwrap();
        assert_eq!(book.opened.len(), 2);
        let second = book.loud - loud;
        assert!(
            second >= seconds(2) && second <= Duration::from_millis(2_400),
            "{second:?}"
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn it_is_open_only_while_somebody_reads_it_and_without_one_another_engine_writes_down() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        say(&mut ana, seconds(2)).await;
        listen(&mut ana, &mut berta, seconds(5)).await;
        drop(berta);
        ana.during(seconds(40)).await;
        assert_eq!(scripted.book.lock().unwrap().open, 0);
        ana.during(PIECE).await;
        let mut came = say(&mut ana, seconds(2)).await;
        came.extend(ana.during(seconds(5)).await);
        let said = finals(&came, "transcription");
        assert_eq!(said.len(), 1, "{came:#?}");
        assert_eq!(said[0]["engine"], "null");
        assert_eq!(scripted.book.lock().unwrap().sentences, 1);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn one_who_needs_text_is_served_by_text_and_the_transcript_is_written_once() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        let mut clara = Person::connect(&environment);
        // The scripted engine has no Catalan.
        clara
            .create_session(json!({"room_id": "demo", "speaks": "ca", "hears": ["ca"]}))
            .await;
        say(&mut ana, seconds(2)).await;
        let came = clara.during(seconds(10)).await;
        let said = finals(&came, "transcription");
        assert_eq!(said.len(), 1, "{came:#?}");
        assert_eq!(said[0]["engine"], "null");
        let translated = finals(&came, "translation");
        assert_eq!(translated.len(), 1);
        assert_eq!(translated[0]["utterance_id"], said[0]["utterance_id"]);
        let came = listen(&mut ana, &mut berta, PIECE).await;
        assert_eq!(finals(&came, "transcription").len(), 1);
        assert_eq!(texts(&finals(&came, "translation")), ["Frase 1."]);
        assert!(
            !scripted.book.lock().unwrap().opened[0].1,
            "nobody needs its transcript"
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn typed_text_is_translated_beside_it() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        ana.send(json!({"type": "text", "text": "hello"}));
        let came = listen(&mut ana, &mut berta, seconds(2)).await;
        let translated = finals(&came, "translation");
        assert_eq!(texts(&translated), ["hello"], "{came:#?}");
        assert_eq!(translated[0]["engine"], "null");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn turns_belong_to_the_utterances_they_answer() {
    let scripted = Arc::new(ScriptedInterpreter::new(false, seconds(1), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        let speaking = async {
            for _ in 0..3 {
                say(&mut ana, seconds(1)).await;
                sound(&mut ana, false, seconds(1)).await;
            }
        };
        let mut came = meanwhile(&mut berta, speaking).await;
        came.extend(listen(&mut ana, &mut berta, seconds(10)).await);
        let (said, translated) = (finals(&came, "transcription"), finals(&came, "translation"));
        assert_eq!(
            texts(&said),
            ["Sentence 1.", "Sentence 2.", "Sentence 3."],
            "{came:#?}"
        );
        assert_eq!(texts(&translated), ["Frase 1.", "Frase 2.", "Frase 3."]);
        for (said, translated) in said.iter().zip(&translated) {
            assert_eq!(said["utterance_id"], translated["utterance_id"]);
        }
        assert_eq!(messages(&came, "audio_stop").len(), 3);
        // What is not answered any more is said to be missing.
        say(&mut ana, seconds(1)).await;
        scripted.break_all();
        let came = listen(&mut ana, &mut berta, seconds(5)).await;
        let errors = messages(&came, "error");
        assert!(
            errors.iter().any(|error| error["code"] == "untranslated"),
            "{came:#?}"
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_breaks_is_opened_again_and_nothing_is_played_twice() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        say(&mut ana, seconds(2)).await;
        listen(&mut ana, &mut berta, seconds(5)).await;
        for _ in 0..4 {
            sound(&mut ana, true, seconds(1)).await;
            scripted.break_all();
            say(&mut ana, seconds(2)).await;
            let came = listen(&mut ana, &mut berta, seconds(20)).await;
            let translated = finals(&came, "translation");
            let unique: BTreeSet<&str> = texts(&translated).into_iter().collect();
            assert_eq!(unique.len(), translated.len(), "{translated:#?}");
            assert!(!translated.is_empty(), "{came:#?}");
            assert_eq!(
                translated[0]["engine"], "scripted",
                "one failure after good work is no reason to leave it"
            );
            let length = Duration::from_millis(20) * frames(&came).len() as u32;
            assert!(length <= Duration::from_millis(3_500), "{length:?}");
            let codes = messages(&came, "error");
            assert!(
                codes
                    .iter()
                    .all(|error| error["code"] == "translation_interrupted"
                        || error["code"] == "untranslated"),
                "{codes:?}"
            );
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn another_engine_goes_on_and_the_first_comes_back() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        scripted.refuse(Some(Trouble::Unavailable));
        say(&mut ana, seconds(2)).await;
        listen(&mut ana, &mut berta, seconds(3)).await;
        let mut told = Vec::new();
        for _ in 0..5 {
            told.extend(say(&mut ana, seconds(2)).await);
            let came = listen(&mut ana, &mut berta, seconds(3)).await;
            let translated = finals(&came, "translation");
            assert_eq!(translated.len(), 1, "{came:#?}");
            assert_eq!(translated[0]["engine"], "null");
            assert_eq!(finals(&came, "transcription").len(), 1);
        }
        let told = messages(&told, "error");
        let fallbacks = told
            .iter()
            .filter(|error| error["code"] == "engine_fallback");
        assert_eq!(fallbacks.count(), 1, "the speaker is told once: {told:?}");
        assert_eq!(view(&environment).await.invokers[0].engine, "null");

        scripted.refuse(None);
        let mut came = Vec::new();
        for _ in 0..200 {
            say(&mut ana, seconds(2)).await;
            came = listen(&mut ana, &mut berta, seconds(5)).await;
            assert_eq!(finals(&came, "translation").len(), 1, "{came:#?}");
            assert_eq!(finals(&came, "transcription").len(), 1, "{came:#?}");
            if finals(&came, "translation")[0]["engine"] == "scripted" {
                break;
            }
        }
        assert_eq!(
            finals(&came, "translation")[0]["engine"],
            "scripted",
            "{came:#?}"
        );
        say(&mut ana, seconds(2)).await;
        let came = listen(&mut ana, &mut berta, seconds(5)).await;
        assert_eq!(finals(&came, "translation")[0]["engine"], "scripted");
        assert_eq!(finals(&came, "transcription")[0]["engine"], "scripted");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn speech_that_comes_too_fast_is_given_at_its_pace_and_what_is_too_much_is_counted() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        let sample = |index: usize| -> i16 {
            if index % 8_000 < 1_600 {
                0
            } else {
                ((index as f32 * 0.17).sin() * 9_000.0) as i16
            }
        };
        let second: Vec<u8> = (0..16_000)
            .flat_map(|index| sample(index).to_le_bytes())
            .collect();
        for _ in 0..60 {
            ana.tell(Inbound::Audio(second.clone().into()));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        listen(&mut ana, &mut berta, seconds(1)).await;
        let view = view(&environment).await;
        let invoker = &view.invokers[0];
        assert!(invoker.waiting_ms <= 10_000, "{invoker:?}");
        assert!(invoker.left_out_ms >= 30_000, "{invoker:?}");
        listen(&mut ana, &mut berta, seconds(20)).await;
        let book = scripted.book.lock().unwrap();
        assert!(
            book.most_a_second <= Duration::from_millis(1_200),
            "{:?}",
            book.most_a_second
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_crash_of_source_or_invoker_in_the_middle_doubles_nothing_and_ends_what_was_shown() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        say(&mut ana, seconds(1)).await;
        listen(&mut ana, &mut berta, seconds(5)).await;
        for kind in ["invoker", "source"] {
            let speaking = async {
                sound(&mut ana, true, seconds(4)).await;
                crash(&environment, kind);
                say(&mut ana, seconds(2)).await
            };
            let mut came = meanwhile(&mut berta, speaking).await;
            came.extend(listen(&mut ana, &mut berta, seconds(10)).await);
            for side in ["transcription", "translation"] {
                let all = messages(&came, side);
                let open: BTreeSet<String> = all
                    .iter()
                    .map(|message| message["utterance_id"].to_string())
                    .collect();
                let ended = finals(&came, side);
                let ids: BTreeSet<String> = ended
                    .iter()
                    .map(|message| message["utterance_id"].to_string())
                    .collect();
                assert_eq!(ids.len(), ended.len(), "each final once: {ended:#?}");
                assert_eq!(open, ids, "{kind}: what was shown has its end: {came:#?}");
                assert!(!ids.is_empty());
            }
            let edges = messages(&came, "speech_started").len();
            assert_eq!(edges, messages(&came, "speech_stopped").len());
            say(&mut ana, seconds(1)).await;
            let came = listen(&mut ana, &mut berta, seconds(5)).await;
            assert_eq!(finals(&came, "translation").len(), 1, "{kind}: {came:#?}");
            assert_eq!(finals(&came, "transcription").len(), 1);
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_last_words_of_one_who_leaves_are_translated() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        sound(&mut ana, true, seconds(2)).await;
        ana.send(json!({"type": "leave_session"}));
        let came = listen(&mut ana, &mut berta, seconds(10)).await;
        assert_eq!(
            texts(&finals(&came, "translation")),
            ["Frase 1."],
            "{came:#?}"
        );
        assert_eq!(texts(&finals(&came, "transcription")), ["Sentence 1."]);
        assert_eq!(
            scripted.book.lock().unwrap().open,
            0,
            "and the stream is closed"
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_glossary_counts_from_the_moment_it_is_given() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        let configure = |ana: &Person, glossary: Value| {
            ana.send(json!({"type": "configure", "config": {"glossary": glossary}}));
        };
        configure(&ana, json!({"bank": "orilla"}));
        listen(&mut ana, &mut berta, seconds(1)).await;
        say(&mut ana, seconds(2)).await;
        configure(&ana, json!({"bank": "banco"}));
        let came = listen(&mut berta, &mut ana, seconds(5)).await;
        let configured = messages(&came, "session_configured");
        let warnings = configured[0]["warnings"].to_string();
        assert!(!warnings.contains("glossary"), "{warnings}");
        let glossaries = scripted.book.lock().unwrap().glossaries.clone();
        let expected = [json!({"bank": "orilla"}), json!({"bank": "banco"})].map(Some);
        assert_eq!(glossaries, expected);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_speaker_who_changes_the_engine_is_served_by_it_from_then_on() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        for engine in ["scripted", "null", "scripted"] {
            ana.send(json!({"type": "configure", "config": {"engine": engine}}));
            listen(&mut ana, &mut berta, seconds(1)).await;
            sound(&mut ana, false, seconds(1)).await;
            say(&mut ana, seconds(2)).await;
            let came = listen(&mut ana, &mut berta, seconds(6)).await;
            for kind in ["transcription", "translation"] {
                let finals = finals(&came, kind);
                assert_eq!(finals.len(), 1, "{engine} {kind}: {came:#?}");
                assert_eq!(finals[0]["engine"], engine);
            }
        }
        listen(&mut ana, &mut berta, seconds(40)).await;
        assert_eq!(scripted.book.lock().unwrap().open, 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_takes_everything_and_says_nothing_is_left_for_another() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        scripted.book.lock().unwrap().mute = true;
        let speaking = async {
            // Each trial costs half a minute of speech, and the pauses between them are of chance.
            for _ in 0..40 {
                say(&mut ana, seconds(10)).await;
            }
        };
        let mut came = meanwhile(&mut berta, speaking).await;
        came.extend(listen(&mut ana, &mut berta, seconds(2)).await);
        let translated = finals(&came, "translation");
        assert!(!translated.is_empty(), "{came:#?}");
        assert!(translated.iter().all(|message| message["engine"] == "null"));
        assert!(scripted.book.lock().unwrap().opened.len() >= 3);
    })
    .await;
}
