//! The translation stream of a cascade: finals are kept, in order, and never wait for a voice.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use interpres::{
    domain::{
        engine::{
            Engine, EngineError, EnginePart, LanguagePair, PartRole, TranscriptionRequest,
            TranscriptionStream, Translated, TranslationInput, TranslationOutput,
            TranslationRequest, TranslationStream, Trouble,
        },
        language::Language,
    },
    engines::{
        cascade::Cascade,
        null::null_engine,
        parts::{Speech, Synthesizer, Transcriber, Translator},
    },
};
use tokio::{
    runtime::Handle,
    sync::{Semaphore, mpsc},
};

use super::stand::language;

/// Parts whose every step waits until the test lets it go on: for orders that real parts are too fast to show.
struct Gated {
    translations: Semaphore,
    asked: AtomicUsize,
    voice: Semaphore,
}

fn part() -> EnginePart {
    EnginePart {
        name: "gated".to_owned(),
        role: PartRole::Transcriber,
        available: true,
        detail: String::new(),
    }
}

#[async_trait]
impl Transcriber for Gated {
    fn part(&self) -> EnginePart {
        part()
    }
    fn languages(&self) -> Vec<String> {
        Vec::new()
    }
    fn transcribes(&self, _: &Language) -> bool {
        false
    }
    fn talkers(&self) -> usize {
        0
    }
    fn talker_limit(&self) -> usize {
        0
    }
    async fn open(&self, _: TranscriptionRequest) -> Result<TranscriptionStream, EngineError> {
        Err(EngineError::new(Trouble::Unsupported, "deaf"))
    }
}

#[async_trait]
impl Translator for Gated {
    fn part(&self) -> EnginePart {
        part()
    }
    fn pairs(&self) -> Vec<LanguagePair> {
        Vec::new()
    }
    fn translates(&self, _: &Language, _: &Language) -> bool {
        true
    }
    async fn translate(
        &self,
        text: &str,
        _: &Language,
        _: &Language,
    ) -> Result<Translated, EngineError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.translations.acquire().await.unwrap().forget();
        if text == "wrong" {
            return Err(EngineError::new(Trouble::Failed, "as asked"));
        }
        Ok(Translated {
            text: text.to_uppercase(),
            confidence: None,
            model: String::new(),
        })
    }
}

#[async_trait]
impl Synthesizer for Gated {
    fn part(&self) -> EnginePart {
        part()
    }
    fn languages(&self) -> Vec<String> {
        Vec::new()
    }
    fn speaks(&self, _: &Language) -> bool {
        true
    }
    async fn speak(&self, text: &str, _: &Language) -> Result<Speech, EngineError> {
        self.voice.acquire().await.unwrap().forget();
        let (send, samples) = mpsc::channel(1);
        send.try_send(Ok(text.repeat(2).into_bytes().into()))
            .unwrap();
        Ok(Speech {
            sample_rate: 8_000,
            samples,
        })
    }
}

fn gated() -> (Arc<Gated>, Cascade) {
    let parts = Arc::new(Gated {
        translations: Semaphore::new(0),
        asked: AtomicUsize::new(0),
        voice: Semaphore::new(0),
    });
    let cascade = Cascade::new(
        "gated",
        parts.clone(),
        parts.clone(),
        parts.clone(),
        Handle::current(),
    );
    (parts, cascade)
}

async fn open(engine: &dyn Engine) -> TranslationStream {
    let request = TranslationRequest {
        speaker: "one".to_owned(),
        source: language("en"),
        target: language("es"),
    };
    engine.open_translation(request).await.unwrap()
}

fn text(utterance: &str, revision: u32, text: &str, last: bool) -> TranslationInput {
    TranslationInput::Text {
        utterance: utterance.parse().unwrap(),
        revision,
        text: text.to_owned(),
        last,
        speak: last,
    }
}

/// What a stream yields, in short: `u1/2 TEXT`, `u1 audio`, `u1 end`, `u1/2 failed`.
async fn next(stream: &mut TranslationStream) -> String {
    match stream.output.recv().await {
        Some(TranslationOutput::Text {
            utterance,
            revision,
            text,
            last,
            ..
        }) => {
            format!(
                "{utterance}/{revision} {text}{}",
                if last { "!" } else { "" }
            )
        }
        Some(TranslationOutput::Audio { utterance, .. }) => format!("{utterance} audio"),
        Some(TranslationOutput::AudioEnd { utterance }) => format!("{utterance} end"),
        Some(TranslationOutput::Untranslated {
            utterance,
            revision,
            last,
            ..
        }) => {
            format!(
                "{utterance}/{revision} failed{}",
                if last { "!" } else { "" }
            )
        }
        Some(TranslationOutput::Broken(error)) => format!("broken {error}"),
        None => "closed".to_owned(),
    }
}

async fn asked(parts: &Gated, times: usize) {
    while parts.asked.load(Ordering::SeqCst) < times {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn waiting_revisions_give_way_to_newer_ones_and_finals_to_none() {
    let (parts, cascade) = gated();
    let mut stream = open(&cascade).await;
    let send = |input| stream.input.send(input);
    send(text("u1", 0, "a", false)).await.unwrap();
    asked(&parts, 1).await;
    for input in [
        text("u1", 1, "a b", false),
        text("u1", 2, "a b c", false),
        text("u1", 3, "a b c d", true),
        text("u1", 2, "late", false),
        text("u2", 0, "e", true),
        text("u3", 0, "f", false),
        text("u3", 1, "f g", false),
    ] {
        send(input).await.unwrap();
    }
    parts.translations.add_permits(10);
    parts.voice.add_permits(10);
    let mut texts = Vec::new();
    while texts.len() < 4 {
        let output = next(&mut stream).await;
        if output.contains('/') {
            texts.push(output);
        }
    }
    assert_eq!(texts, ["u1/0 A", "u1/3 A B C D!", "u2/0 E!", "u3/1 F G"]);
}

#[tokio::test]
async fn texts_do_not_wait_for_the_voice_and_speech_keeps_its_order() {
    let (parts, cascade) = gated();
    let mut stream = open(&cascade).await;
    parts.translations.add_permits(10);
    for utterance in ["u1", "u2", "u3"] {
        stream
            .input
            .send(text(utterance, 0, "a", true))
            .await
            .unwrap();
    }
    for utterance in ["u1", "u2", "u3"] {
        assert_eq!(next(&mut stream).await, format!("{utterance}/0 A!"));
    }
    parts.voice.add_permits(10);
    for utterance in ["u1", "u2", "u3"] {
        assert_eq!(next(&mut stream).await, format!("{utterance} audio"));
        assert_eq!(next(&mut stream).await, format!("{utterance} end"));
    }
}

#[tokio::test]
async fn one_failure_is_one_utterance_and_the_end_of_the_input_drains() {
    let (parts, cascade) = gated();
    let mut stream = open(&cascade).await;
    parts.translations.add_permits(10);
    parts.voice.add_permits(10);
    stream
        .input
        .send(text("u1", 4, "wrong", true))
        .await
        .unwrap();
    stream
        .input
        .send(text("u2", 0, "right", true))
        .await
        .unwrap();
    stream.input.send(text("u3", 0, "", true)).await.unwrap();
    // Replacing the input closes it.
    stream.input = mpsc::channel(1).0;
    let mut outputs = Vec::new();
    while outputs.last().is_none_or(|output| output != "closed") {
        outputs.push(next(&mut stream).await);
    }
    assert_eq!(outputs[..2], ["u1/4 failed!", "u2/0 RIGHT!"]);
    for expected in ["u2 audio", "u2 end", "u3/0 !", "u3 end"] {
        assert!(
            outputs.iter().any(|output| output == expected),
            "{expected}: {outputs:?}"
        );
    }
}

#[tokio::test]
async fn the_null_engine_answers_with_the_same_text_and_a_tone() {
    let engine = null_engine(Handle::current());
    let mut stream = open(&engine).await;
    stream
        .input
        .send(text("u1", 0, "hello", true))
        .await
        .unwrap();
    assert_eq!(next(&mut stream).await, "u1/0 hello!");
    assert_eq!(next(&mut stream).await, "u1 audio");
    assert_eq!(next(&mut stream).await, "u1 end");
}
