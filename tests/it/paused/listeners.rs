//! What those who follow an interpretation end to end are given and told: which line a sentence belongs to, what stays
//! untranslated, and silence when they speak over it.

use std::{sync::Arc, time::Duration};

use interpres::{
    actors::environment::Engines, domain::engine::Trouble, store::memory::MemoryStore,
};
use serde_json::{Value, json};

use super::{
    interpreting::{
        PIECE, ana_and_berta, finals, frames, in_a_tree_with, listen, meanwhile, say, seconds,
        settings, sound, texts,
    },
    tree::{Came, Person, in_a_tree_of, messages},
};
use crate::support::interpreter::ScriptedInterpreter;

/// The errors of this code that name this utterance.
fn naming(came: &[Came], code: &str, utterance: &Value) -> usize {
    let named = format!("(utterance {})", utterance.as_str().unwrap());
    let errors = messages(came, "error");
    let of_it = |error: &&Value| {
        error["code"] == code && error["message"].as_str().unwrap().contains(&named)
    };
    errors.iter().filter(of_it).count()
}

#[tokio::test(start_paused = true)]
async fn a_sentence_that_was_shown_and_is_lost_with_its_stream_is_named_to_its_readers() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(4), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        say(&mut ana, seconds(1)).await;
        let came = listen(&mut ana, &mut berta, seconds(15)).await;
        assert_eq!(texts(&finals(&came, "translation")), ["Frase 1."]);
        // Broken off in silence: nothing that was said is missing.
        scripted.break_all();
        let came = listen(&mut ana, &mut berta, seconds(2)).await;
        assert!(messages(&came, "error").is_empty(), "{came:#?}");

        let mut came = meanwhile(&mut berta, say(&mut ana, seconds(1))).await;
        came.extend(listen(&mut ana, &mut berta, seconds(1)).await);
        scripted.break_all();
        came.extend(listen(&mut ana, &mut berta, seconds(10)).await);
        let said = finals(&came, "transcription");
        assert_eq!(texts(&said), ["Sentence 2."], "{came:#?}");
        assert!(messages(&came, "translation").is_empty(), "{came:#?}");
        let told = naming(&came, "untranslated", &said[0]["utterance_id"]);
        assert_eq!(told, 1, "{came:#?}");
        assert_eq!(messages(&came, "error").len(), 1, "{came:#?}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_sentence_whose_translation_has_begun_ends_as_far_as_it_was() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        let speaking = sound(&mut ana, true, Duration::from_millis(2_800));
        let mut came = meanwhile(&mut berta, speaking).await;
        assert!(!messages(&came, "translation").is_empty(), "{came:#?}");
        scripted.break_all();
        came.extend(meanwhile(&mut berta, sound(&mut ana, false, seconds(2))).await);
        came.extend(listen(&mut ana, &mut berta, seconds(5)).await);
        let (said, translated) = (finals(&came, "transcription"), finals(&came, "translation"));
        assert!(texts(&said)[0].starts_with("Sentence"), "{came:#?}");
        assert!(texts(&translated)[0].starts_with("Fra"), "{came:#?}");
        let id = &said[0]["utterance_id"];
        assert_eq!(*id, translated[0]["utterance_id"]);
        assert_eq!(naming(&came, "untranslated", id), 0, "{came:#?}");
        let interrupted = messages(&came, "error");
        assert_eq!(interrupted[0]["code"], "translation_interrupted");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_finds_out_what_is_spoken_is_not_told_what_is_assumed() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(1), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        ana.send(json!({"type": "configure", "config": {"speaks": "auto"}}));
        let came = listen(&mut berta, &mut ana, seconds(1)).await;
        let configured = messages(&came, "session_configured");
        let warnings = configured[0]["warnings"].to_string();
        assert!(!warnings.contains("language_assumed"), "{warnings}");
        let mut came = meanwhile(&mut berta, say(&mut ana, seconds(1))).await;
        came.extend(listen(&mut ana, &mut berta, seconds(5)).await);
        assert_eq!(finals(&came, "transcription")[0]["language"], "en");
        assert_eq!(texts(&finals(&came, "translation")), ["Frase 1."]);
        assert_eq!(scripted.book.lock().unwrap().sources, [None]);

        // The same language, and now it is known.
        ana.send(json!({"type": "configure", "config": {"speaks": "en"}}));
        listen(&mut berta, &mut ana, seconds(1)).await;
        let mut came = meanwhile(&mut berta, say(&mut ana, seconds(1))).await;
        came.extend(listen(&mut ana, &mut berta, seconds(5)).await);
        assert_eq!(texts(&finals(&came, "translation")), ["Frase 2."]);
        let english = Some("en".parse().unwrap());
        assert_eq!(scripted.book.lock().unwrap().sources, [None, english]);

        // Whoever understands what is assumed is paid no translation for.
        ana.send(json!({"type": "configure", "config": {"speaks": "auto"}}));
        berta.send(json!({"type": "configure", "config": {"hears": ["en"]}}));
        listen(&mut berta, &mut ana, seconds(60)).await;
        say(&mut ana, seconds(1)).await;
        listen(&mut ana, &mut berta, seconds(2)).await;
        assert_eq!(scripted.book.lock().unwrap().opened.len(), 2);
    })
    .await;
}

/// Berta begins to speak two seconds into a sentence of six that is played to her. What came to her from then on, and
/// what came to the others.
async fn spoken_over(
    scripted: &ScriptedInterpreter,
    (ana, berta): (&mut Person, &mut Person),
    other: Option<&mut Person>,
) -> (Vec<Came>, Vec<Came>) {
    // A background, over which her tone is a voice.
    sound(berta, false, seconds(1)).await;
    let mut heard = meanwhile(berta, say(ana, seconds(6))).await;
    while frames(&heard).len() < 100 {
        heard.extend(berta.during(PIECE).await);
    }
    assert!(messages(&heard, "audio_stop").is_empty(), "{heard:#?}");
    assert!(scripted.book.lock().unwrap().interrupted.is_empty());
    let speaking = async {
        let mut came = sound(berta, true, seconds(2)).await;
        came.extend(sound(berta, false, seconds(8)).await);
        came
    };
    match other {
        Some(other) => {
            other.during(Duration::from_millis(1)).await;
            tokio::join!(speaking, other.during(seconds(10)))
        }
        None => (speaking.await, Vec::new()),
    }
}

fn reasons(came: &[Came]) -> Vec<Value> {
    let stops = messages(came, "audio_stop").into_iter();
    stops.map(|stop| stop["reason"].clone()).collect()
}

/// Berta is to be heard as well as Ana, and wants silence when she speaks.
async fn berta_barges_in(berta: &mut Person) {
    berta.send(json!({"type": "configure", "config": {"barge_in": true}}));
    let came = berta.during(PIECE).await;
    assert_eq!(messages(&came, "session_configured").len(), 1, "{came:#?}");
}

#[tokio::test(start_paused = true)]
async fn one_who_speaks_over_what_only_they_hear_ends_it_and_the_engine_is_told() {
    let scripted = Arc::new(ScriptedInterpreter::new(false, seconds(6), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        berta_barges_in(&mut berta).await;
        let (came, _) = spoken_over(&scripted, (&mut ana, &mut berta), None).await;
        assert_eq!(reasons(&came), ["cancelled"], "{came:#?}");
        // A voice is one after a moment.
        let heard = frames(&came).len();
        assert!(heard < 50, "{heard} frames after she began");
        let interrupted = scripted.book.lock().unwrap().interrupted.clone();
        let [(0, heard)] = interrupted[..] else {
            panic!("{interrupted:?}");
        };
        assert!(
            heard >= seconds(2) && heard <= seconds(3),
            "what was heard: {heard:?}"
        );
        // The next sentence is heard again.
        let mut came = meanwhile(&mut berta, say(&mut ana, seconds(1))).await;
        came.extend(listen(&mut ana, &mut berta, seconds(15)).await);
        assert_eq!(reasons(&came), ["complete"], "{came:#?}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn one_who_speaks_over_what_others_hear_too_has_silence_alone() {
    let scripted = Arc::new(ScriptedInterpreter::new(false, seconds(6), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        let mut clara = Person::connect(&environment);
        clara
            .create_session(
                json!({"room_id": "demo", "speaks": "es", "hears": ["es"], "speech": true}),
            )
            .await;
        berta_barges_in(&mut berta).await;
        let people = (&mut ana, &mut berta);
        let (came, others) = spoken_over(&scripted, people, Some(&mut clara)).await;
        assert_eq!(reasons(&came), ["cancelled"], "{came:#?}");
        assert!(frames(&came).len() < 50);
        assert!(reasons(&others).contains(&json!("complete")), "{others:#?}");
        assert!(frames(&others).len() > 150, "they hear the rest");
        assert!(scripted.book.lock().unwrap().interrupted.is_empty());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn whoever_has_not_asked_for_it_hears_on_while_they_speak() {
    let scripted = Arc::new(ScriptedInterpreter::new(false, seconds(6), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        let (came, _) = spoken_over(&scripted, (&mut ana, &mut berta), None).await;
        assert_eq!(reasons(&came), ["complete"], "{came:#?}");
        assert!(frames(&came).len() > 150);
        assert!(scripted.book.lock().unwrap().interrupted.is_empty());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn one_who_goes_on_speaking_does_not_cut_their_own_translation() {
    let scripted = Arc::new(ScriptedInterpreter::new(false, seconds(6), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        // Alone in a room of their own, where their translation comes back to them.
        let mut ana = Person::connect(&environment);
        let config = json!({"speaks": "en", "hears": ["es"], "speech": true, "barge_in": true});
        ana.create_session(config).await;
        sound(&mut ana, false, seconds(1)).await;
        let mut came = say(&mut ana, seconds(4)).await;
        came.extend(sound(&mut ana, false, seconds(3)).await);
        assert!(!frames(&came).is_empty() && reasons(&came).is_empty());
        came.extend(say(&mut ana, seconds(2)).await);
        came.extend(ana.during(seconds(15)).await);
        assert_eq!(reasons(&came), ["complete", "complete"], "{came:#?}");
        assert!(scripted.book.lock().unwrap().interrupted.is_empty());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_continuous_translation_that_is_spoken_over_goes_on_with_its_next_passage() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(6), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        berta_barges_in(&mut berta).await;
        let (came, _) = spoken_over(&scripted, (&mut ana, &mut berta), None).await;
        assert_eq!(reasons(&came)[0], "cancelled", "{came:#?}");
        assert!(frames(&came).len() < 50, "nothing more of this passage");
        let finals = finals(&came, "translation");
        let read = texts(&finals).concat();
        assert!(read.ends_with("1."), "what is read is whole: {read}");
        let mut came = meanwhile(&mut berta, say(&mut ana, seconds(1))).await;
        came.extend(listen(&mut ana, &mut berta, seconds(15)).await);
        assert_eq!(reasons(&came), ["complete"], "{came:#?}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_second_language_names_its_sentences_as_the_transcript_does() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        let mut clara = Person::connect(&environment);
        let hears =
            |language: &str| json!({"room_id": "demo", "speaks": "fr", "hears": [language]});
        clara.create_session(hears("fr")).await;
        let talk = async {
            for length in [2, 1, 3, 2] {
                say(&mut ana, seconds(length)).await;
            }
            // A third language comes in the middle of a sentence.
            sound(&mut ana, true, seconds(1)).await;
            let mut dora = Person::connect(&environment);
            dora.create_session(hears("pt")).await;
            for length in [1, 2, 2, 1] {
                say(&mut ana, seconds(length)).await;
            }
            dora
        };
        let talk = async {
            let mut dora = talk.await;
            let came = dora.during(seconds(10)).await;
            (dora, came)
        };
        let (came, spanish, (_dora, rest)) =
            tokio::join!(clara.during(seconds(40)), berta.during(seconds(40)), talk);
        let ids = |came: &[Came], kind: &str| -> Vec<Value> {
            let finals = finals(came, kind);
            finals
                .iter()
                .map(|final_| final_["utterance_id"].clone())
                .collect()
        };
        let written = ids(&came, "transcription");
        assert_eq!(written.len(), 8, "{came:#?}");
        assert_eq!(ids(&came, "translation"), written);
        assert_eq!(ids(&spanish, "translation"), written);
        // Of the sentence she came into she has the rest.
        let portuguese = ids(&rest, "translation");
        assert_eq!(portuguese[portuguese.len() - 3..], written[5..]);
        assert_eq!(
            scripted
                .book
                .lock()
                .unwrap()
                .opened
                .iter()
                .filter(|(_, written)| *written)
                .count(),
            1
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_reads_is_translated_to_its_end() {
    let scripted = Arc::new(ScriptedInterpreter::new(false, seconds(6), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        let mut clara = Person::connect(&environment);
        clara
            .create_session(json!({"room_id": "demo", "speaks": "es", "hears": ["es"]}))
            .await;
        berta_barges_in(&mut berta).await;
        let people = (&mut ana, &mut berta);
        let (came, read) = spoken_over(&scripted, people, Some(&mut clara)).await;
        assert_eq!(reasons(&came), ["cancelled"], "{came:#?}");
        let read = finals(&read, "translation");
        assert!(texts(&read)[0].ends_with("1."), "{read:#?}");
        assert!(scripted.book.lock().unwrap().interrupted.is_empty());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_sentence_that_another_language_comes_before_is_named_to_its_readers() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(4), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        let mut came = meanwhile(&mut berta, say(&mut ana, seconds(1))).await;
        came.extend(listen(&mut ana, &mut berta, seconds(1)).await);
        ana.send(json!({"type": "configure", "config": {"speaks": "de"}}));
        came.extend(listen(&mut ana, &mut berta, seconds(10)).await);
        let said = finals(&came, "transcription");
        assert_eq!(texts(&said), ["Sentence 1."], "{came:#?}");
        let told = naming(&came, "untranslated", &said[0]["utterance_id"]);
        assert_eq!(told, 1, "{came:#?}");
        assert_eq!(messages(&came, "error").len(), 1, "{came:#?}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn who_speaks_is_told_that_no_engine_understands_them() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(3600)));
    scripted.refuse(Some(Trouble::Unavailable));
    let store = Arc::new(MemoryStore::default());
    let alone = || Engines::new(scripted.clone(), Vec::new());
    in_a_tree_of(store, settings(), alone, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        let mut to_ana = Vec::new();
        let speaking = async { to_ana = say(&mut ana, seconds(2)).await };
        let to_berta = meanwhile(&mut berta, speaking).await;
        for (who, came) in [("Ana", &to_ana), ("Berta", &to_berta)] {
            let told = messages(came, "error");
            assert!(
                told.iter()
                    .any(|error| error["code"] == "engine_unavailable"),
                "{who}: {came:#?}"
            );
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_no_engine_took_is_named_and_not_said_later() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        scripted.refuse(Some(Trouble::Unavailable));
        let mut came = meanwhile(&mut berta, say(&mut ana, seconds(3))).await;
        came.extend(listen(&mut ana, &mut berta, seconds(2)).await);
        let named = messages(&came, "error")
            .iter()
            .filter(|error| error["code"] == "untranslated")
            .count();
        assert_eq!(named, 1, "the sentence is named: {came:#?}");
        // The null engine takes text: what follows is read by it.
        scripted.refuse(None);
        let mut came = Vec::new();
        for _ in 0..40 {
            came.extend(meanwhile(&mut berta, say(&mut ana, seconds(1))).await);
            came.extend(listen(&mut ana, &mut berta, seconds(9)).await);
        }
        let by_it = finals(&came, "translation");
        let by_it: Vec<_> = by_it
            .iter()
            .filter(|translation| translation["engine"] == "scripted")
            .collect();
        assert!(!by_it.is_empty(), "it is tried again");
        let heard = scripted.book.lock().unwrap().sentences;
        assert_eq!(
            by_it.len() as u64,
            heard,
            "each sentence it heard was whole"
        );
        let said = finals(&came, "transcription");
        assert_eq!(
            said.len(),
            40,
            "nothing of the first comes later: {said:#?}"
        );
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_lives_no_longer_than_the_time_ahead_of_its_end_is_closed_in_silence() {
    // The usual time ahead is five minutes.
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(240)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        say(&mut ana, seconds(2)).await;
        listen(&mut ana, &mut berta, seconds(120)).await;
        {
            let book = scripted.book.lock().unwrap();
            assert_eq!((book.opened.len(), book.open), (1, 0), "{book:#?}");
        }
        let talk = async {
            for _ in 0..60 {
                say(&mut ana, seconds(4)).await;
            }
        };
        let mut came = meanwhile(&mut berta, talk).await;
        came.extend(listen(&mut ana, &mut berta, seconds(5)).await);
        let book = scripted.book.lock().unwrap();
        assert!((2..6).contains(&book.opened.len()), "{book:#?}");
        assert_eq!(finals(&came, "transcription").len(), 60);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_opened_for_one_who_has_gone_and_may_come_back() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(3600)));
    let mut settings = settings();
    settings.session.linger = seconds(600);
    in_a_tree_with(settings, &scripted, async |environment| {
        let (mut ana, berta) = ana_and_berta(&environment).await;
        say(&mut ana, seconds(1)).await;
        drop(berta);
        ana.during(seconds(60)).await;
        for _ in 0..10 {
            say(&mut ana, seconds(1)).await;
            ana.during(seconds(20)).await;
        }
        let book = scripted.book.lock().unwrap();
        assert_eq!((book.opened.len(), book.open), (1, 0), "{book:#?}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn who_says_a_word_and_leaves_before_the_engine_is_ready_is_understood() {
    let scripted = Arc::new(ScriptedInterpreter::new(true, seconds(2), seconds(3600)));
    in_a_tree_with(settings(), &scripted, async |environment| {
        let (mut ana, mut berta) = ana_and_berta(&environment).await;
        // An engine takes 150 ms to be ready.
        sound(&mut ana, true, Duration::from_millis(300)).await;
        ana.send(json!({"type": "leave_session"}));
        let came = berta.during(seconds(12)).await;
        assert_eq!(finals(&came, "translation").len(), 1, "{came:#?}");
    })
    .await;
}
