//! What those who follow an interpretation end to end are given and told: which line a sentence belongs to, what stays
//! untranslated, and silence when they speak over it.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::{
    interpreting::{
        ana_and_berta, finals, in_a_tree_with, listen, meanwhile, say, seconds, settings, sound,
        texts,
    },
    tree::{Came, messages},
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
