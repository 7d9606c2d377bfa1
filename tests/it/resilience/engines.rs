//! Engine processes that die or hang in the middle of their work: nothing that was said is lost without a word.

use std::time::Duration;

use rustix::process::Signal;

use super::{is_final, is_partial, person, processes, say};
use crate::support::{
    client::{Client, Incoming},
    server::Server,
    speech::{recording, silence, speak, spoken},
};

/// What somebody reads of the next sentence in their language.
async fn translated(reader: &mut Client) -> String {
    let translation = reader.expect_where("translation", is_final).await;
    translation["text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_recognizer_killed_in_the_middle_of_a_sentence_loses_none_of_it() {
    let server = Server::start();
    let mut ana = person(&server, "Ana", "demo", "en", &["en"]).await;
    let mut berta = person(&server, "Berta", "demo", "es", &["es"]).await;
    let sentence = spoken("We will discuss the new proposal on Monday morning after the meeting");
    let speaking = async {
        speak(&mut ana, &sentence).await;
        speak(&mut ana, &silence(Duration::from_secs(1))).await;
    };
    let killing = async {
        let partial = berta.expect_where("transcription", is_partial).await;
        let recognizers = processes(&server, "asr-worker");
        assert!(!recognizers.is_empty());
        for recognizer in recognizers {
            recognizer.signal(Signal::KILL);
        }
        partial
    };
    let ((), partial) = tokio::join!(speaking, killing);

    let said = berta.expect_where("transcription", is_final).await;
    assert_eq!(said["utterance_id"], partial["utterance_id"]);
    let text = said["text"].as_str().unwrap().to_lowercase();
    for word in ["discuss", "proposal", "monday", "meeting"] {
        assert!(
            text.contains(word),
            "{word} was said before or after: {text}"
        );
    }
    translated(&mut berta).await;

    // And the next sentence is heard as if nothing had been.
    speak(&mut ana, &recording("goforward.raw")).await;
    speak(&mut ana, &silence(Duration::from_secs(1))).await;
    let said = berta.expect_where("transcription", is_final).await;
    assert_eq!(said["text"], "Go forward ten meters.");
}

#[tokio::test]
async fn a_stage_of_a_translator_that_dies_or_hangs_is_replaced_and_the_text_is_translated() {
    let server = Server::with(&[("INTERPRES__ENGINES__LOCAL__TRANSLATE_TIMEOUT", "500ms")]);
    let mut ana = person(&server, "Ana", "demo", "en", &["en"]).await;
    let mut berta = person(&server, "Berta", "demo", "es", &["es"]).await;
    say(&mut ana, "The house is white.").await;
    assert_eq!(translated(&mut berta).await, "La casa es blanca.");

    let stages = || processes(&server, "apertium-eng-cat");
    assert!(
        stages().len() > 2,
        "a pipeline has several stages: {:?}",
        stages()
    );
    for signal in [Signal::KILL, Signal::STOP] {
        let victims = stages();
        match signal {
            Signal::KILL => victims.last().unwrap().signal(signal),
            _ => victims.iter().for_each(|victim| victim.signal(signal)),
        }
        say(&mut ana, "The night is black.").await;
        assert_eq!(translated(&mut berta).await, "La noche es negra.");
        for victim in victims {
            for _ in 0..600 {
                if !victim.is_there() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            assert!(!victim.is_there(), "the old pipeline is gone: {victim:?}");
        }
    }
}

#[tokio::test]
async fn a_text_whose_translators_die_again_and_again_is_never_lost_in_silence() {
    let server = Server::start();
    let mut ana = person(&server, "Ana", "demo", "en", &["en"]).await;
    let mut berta = person(&server, "Berta", "demo", "es", &["es"]).await;
    say(&mut ana, "The house is white.").await;
    translated(&mut berta).await;

    let killing = async {
        loop {
            // All of them: there is a way around one that is out of order.
            for stage in processes(&server, "/usr/share/apertium") {
                stage.signal(Signal::KILL);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    say(&mut ana, "The night is black.").await;
    let answers = async {
        loop {
            if let Incoming::Message(message) = berta.next().await
                && (message["type"] == "error" || message["source_text"] == "The night is black.")
            {
                return message;
            }
        }
    };
    // Translated, if there was a moment for it, or said not to be; but never silence.
    let answer = tokio::select! {
        () = killing => unreachable!("it does not end"),
        answer = answers => answer,
    };
    if answer["type"] == "error" {
        let told = answer["message"].as_str().unwrap();
        assert!(!told.is_empty() && !told.contains("night"), "{answer}");
    }

    // Once it is left alone it works again, for the same people.
    for number in 0.. {
        assert!(number < 30, "the translation does not come back");
        say(&mut ana, "The night is black.").await;
        let answer = tokio::select! {
            text = translated(&mut berta) => Some(text),
            () = tokio::time::sleep(Duration::from_secs(1)) => None,
        };
        if let Some(text) = answer {
            assert_eq!(text, "La noche es negra.");
            break;
        }
    }
}
