//! Watching a room from outside, under a paused clock.

use std::time::Duration;

use interpres::actors::socket::Inbound;
use serde_json::{Value, json};

use super::tree::{Came, Person, in_a_tree, messages};
use crate::support::speech::{recording, silence};

/// The captions among the events of a room.
fn captions(came: &[Came]) -> Vec<Value> {
    let events = messages(came, "event").into_iter();
    let mut captions: Vec<Value> = events.map(|mut message| message["event"].take()).collect();
    captions.retain(|event| event["kind"] == "transcription" || event["kind"] == "translation");
    captions
}

#[tokio::test(start_paused = true)]
async fn of_captions_that_still_change_a_slow_watcher_gets_the_newest_and_of_finals_all() {
    in_a_tree(|environment| async move {
        let mut watcher = Person::connect(&environment);
        let mut prompt = Person::connect(&environment);
        let mut ana = Person::connect(&environment);
        let mut berta = Person::connect(&environment);
        for (person, language) in [(&mut ana, "en"), (&mut berta, "es")] {
            let config = json!({"room_id": "demo", "speaks": language, "hears": [language]});
            person.create_session(config).await;
        }
        for person in [&mut watcher, &mut prompt] {
            person.send(json!({"type": "subscribe", "topic": "room/demo"}));
            let came = person.during(Duration::from_millis(10)).await;
            assert_eq!(messages(&came, "subscribed").len(), 1, "{came:#?}");
        }
        let mut speech = recording("goforward.raw");
        let whole = speech.len();
        speech.extend(silence(Duration::from_secs(1)));
        let mut at_once = Vec::new();
        let mut half = Vec::new();
        for (number, frame) in speech.chunks(640).enumerate() {
            ana.tell(Inbound::Audio(frame.to_vec().into()));
            at_once.extend(prompt.during(Duration::from_millis(20)).await);
            if number == whole / 640 / 2 {
                half = watcher.during(Duration::ZERO).await;
            }
        }
        at_once.extend(prompt.during(Duration::from_secs(1)).await);
        let late = captions(&watcher.during(Duration::from_secs(1)).await);
        let at_once = captions(&at_once);
        let of = |captions: &[Value], kind: &str, last: bool| {
            let is_it = |event: &&Value| event["kind"] == kind && event["final"] == last;
            captions.iter().filter(is_it).count()
        };
        let half = captions(&half);
        for kind in ["transcription", "translation"] {
            assert!(of(&at_once, kind, false) > 2, "{kind}: {at_once:#?}");
            assert_eq!(of(&half, kind, false), 1, "the newest: {half:#?}");
            assert_eq!(of(&late, kind, false), 0, "a final says it all: {late:#?}");
            assert_eq!(of(&late, kind, true), 1);
            assert_eq!(of(&at_once, kind, true), 1);
        }
    })
    .await;
}
