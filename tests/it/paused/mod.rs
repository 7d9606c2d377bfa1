//! The whole tree on one thread under a paused clock: what takes minutes takes no time, and what is paced is exact.

mod alerts;
mod budgets;
mod interpreting;
mod listeners;
mod store;
mod tree;
mod watching;

use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use interpres::{
    actors::{outbox::Outgoing, socket::Inbound},
    config::Settings,
};
use serde_json::json;
use tokio::time::Instant;

use self::tree::{Came, Person, What, in_a_tree, in_a_tree_with, kinds, messages};
use crate::support::speech::recording;

#[tokio::test(start_paused = true)]
async fn everything_ends_when_nobody_needs_it() {
    in_a_tree(|environment| async move {
        let mut ana = Person::connect(&environment);
        let mut berta = Person::connect(&environment);
        ana.create_session(json!({"room_id": "demo", "speaks": "en", "hears": ["en"]}))
            .await;
        berta
            .create_session(json!({"room_id": "demo", "speaks": "es", "hears": ["es"]}))
            .await;
        ana.send(json!({"type": "text", "text": "hello"}));
        let came = berta.during(Duration::from_secs(1)).await;
        assert_eq!(messages(&came, "translation").len(), 1, "{came:#?}");
        assert!(kinds(&environment).contains(&"invoker"));

        drop(berta);
        ana.during(Duration::from_secs(60)).await;
        let left = kinds(&environment);
        assert!(!left.contains(&"invoker"), "nobody follows: {left:?}");
        assert!(left.contains(&"source"), "ana reads herself: {left:?}");

        drop(ana);
        tokio::time::sleep(Duration::from_secs(15)).await;
        let left = kinds(&environment);
        assert!(
            !left.contains(&"source") && !left.contains(&"session"),
            "{left:?}"
        );
        assert!(left.contains(&"room"), "{left:?}");
        tokio::time::sleep(Duration::from_secs(60)).await;
        let left = kinds(&environment);
        assert!(!left.contains(&"room"), "empty for a minute: {left:?}");
        assert_eq!(environment.archive.session_count(), 2, "they may come back");
        tokio::time::sleep(Duration::from_secs(31 * 60)).await;
        assert_eq!(environment.archive.session_count(), 0, "but not for ever");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_session_in_which_nothing_happens_is_warned_and_closed() {
    in_a_tree(|environment| async move {
        let mut ana = Person::connect(&environment);
        ana.create_session(json!({})).await;
        let began = Instant::now();
        let came = ana.during(Duration::from_secs(40 * 60)).await;
        let at = |wanted: &str| {
            let found = came.iter().find(
                |came| matches!(&came.what, What::Message(message) if message["type"] == wanted),
            );
            found.unwrap_or_else(|| panic!("no {wanted}: {came:#?}")).at - began
        };
        assert!(at("session_expiring") >= Duration::from_secs(29 * 60 - 60));
        assert!(at("session_closed") >= Duration::from_secs(30 * 60 - 60));
        assert!(at("session_closed") <= Duration::from_secs(31 * 60));
        assert!(matches!(came.last().unwrap().what, What::Closed(1001)));
        assert_eq!(messages(&came, "session_closed")[0]["reason"], "idle");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn speech_goes_out_at_the_pace_of_speech() {
    in_a_tree(|environment| async move {
        let mut ana = Person::connect(&environment);
        ana.create_session(json!({"speaks": "en", "hears": ["es"], "speech": true, "audio": {"sample_rate": 24_000}}))
            .await;
        for word in ["one", "two", "three"] {
            ana.send(json!({"type": "text", "text": word}));
        }
        let came = ana.during(Duration::from_secs(3)).await;
        assert_eq!(messages(&came, "audio_start").len(), 3);
        let stops = messages(&came, "audio_stop");
        assert_eq!(stops.len(), 3);
        assert!(stops.iter().all(|stop| stop["reason"] == "complete"));
        let frames: Vec<Instant> = came
            .iter()
            .filter(|came| matches!(came.what, What::Audio(size) if size == 12 + 960))
            .map(|came| came.at)
            .collect();
        // The null engine says 100 ms for each text, and the resampler's tail may take one more frame.
        assert!((15..=18).contains(&frames.len()), "{} frames", frames.len());
        let first = frames[0];
        for (number, at) in frames.iter().enumerate() {
            let due = Duration::from_millis(20) * number as u32;
            assert!(*at - first <= due + Duration::from_millis(40), "frame {number} came late");
        }
        let whole = frames[frames.len() - 1] - first;
        assert!(whole >= Duration::from_millis(200), "all at once: {whole:?}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_listener_who_does_not_pull_stops_nobody_and_is_ended() {
    in_a_tree(|environment| async move {
        let mut ana = Person::connect(&environment);
        let mut berta = Person::connect(&environment);
        let config = json!({"room_id": "demo", "speaks": "en", "hears": ["en"]});
        ana.create_session(config.clone()).await;
        berta.create_session(config).await;
        let long = "x".repeat(9_000);
        let mut finals = 0;
        for _ in 0..40 {
            for _ in 0..5 {
                ana.send(json!({"type": "text", "text": long}));
            }
            let came = ana.during(Duration::from_millis(500)).await;
            finals += messages(&came, "transcription").len();
        }
        assert_eq!(finals, 200, "ana reads everything");
        tokio::time::sleep(Duration::from_secs(25)).await;
        let sockets = kinds(&environment)
            .into_iter()
            .filter(|kind| *kind == "socket")
            .count();
        assert_eq!(sockets, 1, "berta's socket is ended, though its wire never was polled");
        assert!(
            matches!(berta.pull.next().now_or_never(), Some(Some(Outgoing::Close(closing))) if closing.code == 1013)
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn speech_that_lags_too_far_behind_is_left_out_and_said_to_be() {
    let mut settings = Settings::default();
    settings.speech.max_lag = Duration::from_secs(1);
    in_a_tree_with(settings, |environment| async move {
        let mut ana = Person::connect(&environment);
        ana.create_session(json!({"speaks": "en", "hears": ["es"], "speech": true}))
            .await;
        for number in 0..40 {
            ana.send(json!({"type": "text", "text": format!("number {number}")}));
        }
        let came = ana.during(Duration::from_secs(10)).await;
        assert_eq!(
            messages(&came, "translation").len(),
            40,
            "all of it can be read"
        );
        let stops = messages(&came, "audio_stop");
        assert_eq!(stops.len(), 40, "and each sentence has its end");
        let ended = |reason: &str| stops.iter().filter(|stop| stop["reason"] == reason).count();
        assert!(ended("dropped") >= 20, "{} dropped", ended("dropped"));
        assert_eq!(ended("dropped") + ended("complete"), 40);
        assert_eq!(
            stops.last().unwrap()["reason"],
            "complete",
            "the newest is the last to be left out"
        );
    })
    .await;
}

/// What the null engine makes of speech is the id of the utterance, so its finals are told by being there.
fn finals(came: &[Came]) -> usize {
    let transcriptions = messages(came, "transcription");
    transcriptions
        .iter()
        .filter(|message| message["final"] == true)
        .count()
}

/// Speaks without a breath of silence after it.
async fn speak(person: &Person, speech: &[u8]) {
    for frame in speech.chunks(640) {
        person.tell(Inbound::Audio(frame.to_vec().into()));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// "go forward ten meters", cut off in the middle of the last word.
fn cut_off_speech() -> Vec<u8> {
    let mut speech = recording("goforward.raw");
    speech.truncate(speech.len() * 2 / 3);
    speech
}

#[tokio::test(start_paused = true)]
async fn audio_that_stops_coming_ends_the_sentence() {
    in_a_tree(|environment| async move {
        let mut ana = Person::connect(&environment);
        ana.create_session(json!({"speaks": "en"})).await;
        speak(&ana, &cut_off_speech()).await;
        let came = ana.during(Duration::from_secs(10)).await;
        assert_eq!(finals(&came), 1, "{came:#?}");
        assert_eq!(messages(&came, "speech_stopped").len(), 1);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_last_words_of_one_who_leaves_are_read_by_those_who_stay() {
    in_a_tree(|environment| async move {
        let mut ana = Person::connect(&environment);
        let mut berta = Person::connect(&environment);
        let config = json!({"room_id": "demo", "speaks": "en", "hears": ["en"]});
        ana.create_session(config.clone()).await;
        berta.create_session(config).await;
        speak(&ana, &cut_off_speech()).await;
        ana.send(json!({"type": "leave_session"}));
        let came = berta.during(Duration::from_secs(10)).await;
        assert_eq!(messages(&came, "participant_left").len(), 1);
        assert_eq!(finals(&came), 1, "{came:#?}");
        assert_eq!(messages(&came, "speech_stopped").len(), 1);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_clip_sent_all_at_once_with_its_end_becomes_a_sentence() {
    in_a_tree(|environment| async move {
        let mut ana = Person::connect(&environment);
        ana.send(json!({"type": "create_session", "config": {"speaks": "en"}}));
        for piece in cut_off_speech().chunks(16_000) {
            ana.tell(Inbound::Audio(piece.to_vec().into()));
        }
        ana.send(json!({"type": "audio_end"}));
        let came = ana.during(Duration::from_millis(500)).await;
        assert_eq!(finals(&came), 1, "without waiting for a silence: {came:#?}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn one_session_left_and_another_made_in_one_breath() {
    in_a_tree(|environment| async move {
        let mut ana = Person::connect(&environment);
        ana.create_session(json!({})).await;
        ana.send(json!({"type": "leave_session"}));
        ana.send(json!({"type": "create_session"}));
        ana.send(json!({"type": "text", "text": "still here"}));
        let came = ana.during(Duration::from_secs(1)).await;
        assert!(messages(&came, "error").is_empty(), "{came:#?}");
        assert_eq!(finals(&came), 1, "{came:#?}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn whoever_pings_and_does_nothing_else_is_idle() {
    in_a_tree(|environment| async move {
        let mut ana = Person::connect(&environment);
        ana.create_session(json!({})).await;
        let mut closed = 0;
        for _ in 0..35 {
            ana.send(json!({"type": "heartbeat"}));
            let came = ana.during(Duration::from_secs(60)).await;
            closed += messages(&came, "session_closed").len();
            if closed > 0 {
                return;
            }
        }
        panic!("a heartbeat is no activity");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_ends_at_the_moment_at_which_its_token_does() {
    let mut settings = Settings::default();
    // Days of samples would take longer than the test.
    settings.metrics.sample_interval = Duration::from_secs(60);
    in_a_tree_with(settings, async |environment| {
        for seconds in [7, 3 * 24 * 60 * 60] {
            let life = Duration::from_millis(seconds * 1_000 + 123);
            let end = environment.clock.now().after(life);
            let began = Instant::now();
            let mut person = Person::connect_until(&environment, Some(end));
            let came = person.during(life * 2).await;
            let Some(Came {
                at,
                what: What::Closed(4001),
            }) = came.last()
            else {
                panic!("{came:#?}");
            };
            // One that is days away is looked for with every beat.
            let late = (*at - began)
                .checked_sub(life)
                .expect("not before its time");
            let patience = Duration::from_millis(if seconds < 60 { 2 } else { 5_000 });
            assert!(late <= patience, "{late:?}");
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_is_typed_right_before_leaving_is_still_said() {
    in_a_tree(|environment| async move {
        let mut ana = Person::connect(&environment);
        let mut berta = Person::connect(&environment);
        ana.create_session(json!({"room_id": "demo", "speaks": "en"}))
            .await;
        berta
            .create_session(json!({"room_id": "demo", "speaks": "es", "hears": ["es"]}))
            .await;
        ana.send(json!({"type": "text", "text": "goodbye"}));
        ana.send(json!({"type": "leave_session"}));
        let came = berta.during(Duration::from_secs(3)).await;
        assert_eq!(messages(&came, "transcription").len(), 1, "{came:?}");
        assert_eq!(messages(&came, "translation").len(), 1, "{came:?}");
        assert_eq!(messages(&came, "participant_left").len(), 1, "{came:?}");
    })
    .await;
}
