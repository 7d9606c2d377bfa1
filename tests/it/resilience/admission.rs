//! More people speak than this machine can hear.

use std::time::Duration;

use rustix::process::Signal;

use super::{is_final, is_partial, person, processes};
use crate::support::{
    server::{Server, local_engine},
    speech::{recording, silence, speak, spoken},
};

#[tokio::test]
async fn one_talker_too_many_is_told_and_the_others_are_heard_to_the_end() {
    let cores = std::thread::available_parallelism().unwrap().get();
    let server = Server::with(&[
        ("INTERPRES__ENGINES__LOCAL__MAX_TALKERS_PER_CORE", "1"),
        ("INTERPRES__ENGINES__LOCAL__LAG_LIMIT", "50ms"),
    ]);
    let mut talkers = Vec::new();
    for number in 0..cores {
        talkers.push(person(&server, &format!("Ana{number}"), "demo", "en", &["en"]).await);
    }
    let mut late = person(&server, "Berta", "demo", "en", &["en"]).await;
    let sentence = spoken("We will discuss the new proposal on Monday morning after the meeting");
    let (beginning, rest) = sentence.split_at(sentence.len() / 4 * 2);
    let speaking = talkers.iter_mut().map(async |talker| {
        speak(talker, beginning).await;
        talker.expect_where("transcription", is_partial).await;
    });
    futures_util::future::join_all(speaking).await;
    server
        .eventually("/api/engines", |page| {
            local_engine(page)["talkers"] == cores
        })
        .await;

    // Their recognizers stand still, so that hearing is far behind when one more begins.
    let recognizers = processes(&server, "asr-worker");
    recognizers
        .iter()
        .for_each(|recognizer| recognizer.signal(Signal::STOP));
    let speaking = talkers.iter_mut().map(|talker| speak(talker, rest));
    futures_util::future::join_all(speaking).await;
    speak(&mut late, &recording("goforward.raw")).await;
    let refused = late.expect("error").await;
    assert_eq!(refused["code"], "engine_overloaded", "{refused}");
    assert!(
        refused["message"]
            .as_str()
            .unwrap()
            .contains("max_talkers_per_core"),
        "it says what to do: {refused}"
    );

    recognizers
        .iter()
        .for_each(|recognizer| recognizer.signal(Signal::CONT));
    let pause = silence(Duration::from_secs(1));
    for (number, talker) in talkers.iter_mut().enumerate() {
        speak(talker, &pause).await;
        let name = format!("Ana{number}");
        let said = talker
            .expect_where("transcription", |message| {
                is_final(message) && message["speaker"]["name"] == name.as_str()
            })
            .await;
        assert!(
            said["text"]
                .as_str()
                .unwrap()
                .to_lowercase()
                .contains("meeting"),
            "{said}"
        );
    }

    // Once there is a place the one who was refused is heard, without connecting again.
    speak(&mut late, &pause).await;
    for tries in 0.. {
        assert!(tries < 10, "she is never heard");
        speak(&mut late, &recording("goforward.raw")).await;
        speak(&mut late, &pause).await;
        let heard = late.expect_where("transcription", |message| {
            is_final(message) && message["speaker"]["name"] == "Berta"
        });
        if let Ok(said) = tokio::time::timeout(Duration::from_secs(3), heard).await {
            assert_eq!(said["text"], "Go forward ten meters.");
            break;
        }
    }
}
