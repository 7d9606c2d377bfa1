//! Speech made by espeak-ng: samples, silence on demand, hostile texts, and voices that do not exist.

use std::{collections::BTreeMap, path::PathBuf};

use bytes::Bytes;
use interpres::{
    domain::engine::{
        Engine, EngineError, TranslationInput, TranslationOutput, TranslationRequest,
        TranslationStream,
    },
    engines::local::LocalSettings,
};
use tokio::time::timeout;

use super::stand::{STUCK, Stand, interpres, language, processes, until};

/// A voice program that can be told from those of other tests.
fn marked(folder: &tempfile::TempDir) -> PathBuf {
    let program = folder.path().join("espeak-ng");
    let installed = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .map(|folder| folder.join("espeak-ng"))
        .find(|file| file.exists())
        .expect("apt-get install -y espeak-ng");
    std::os::unix::fs::symlink(installed, &program).unwrap();
    program
}

async fn open(stand: &Stand) -> TranslationStream {
    let request = TranslationRequest {
        speaker: "one".to_owned(),
        source: language("en"),
        target: language("es"),
    };
    stand.engine.open_translation(request).await.unwrap()
}

async fn spoken(stream: &TranslationStream, utterance: &str, text: &str) {
    let text = TranslationInput::Text {
        utterance: utterance.parse().unwrap(),
        revision: 0,
        text: text.to_owned(),
        last: true,
        speak: true,
    };
    stream.input.send(text).await.unwrap();
}

/// The samples of the next spoken utterance and what went wrong with it.
async fn speech(
    stream: &mut TranslationStream,
    expected: &str,
) -> (Vec<Bytes>, Option<EngineError>) {
    let mut pieces = Vec::new();
    let mut trouble = None;
    loop {
        match timeout(STUCK, stream.output.recv()).await.unwrap().unwrap() {
            TranslationOutput::Audio {
                utterance,
                samples,
                sample_rate,
            } => {
                assert_eq!((utterance.as_str(), sample_rate), (expected, 22_050));
                assert!(!samples.is_empty() && samples.len() % 2 == 0);
                pieces.push(samples);
            }
            TranslationOutput::AudioEnd { utterance } => {
                assert_eq!(utterance.as_str(), expected);
                return (pieces, trouble);
            }
            TranslationOutput::Untranslated { error, last, .. } => {
                assert!(!last);
                trouble = Some(error);
            }
            TranslationOutput::Text { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

fn seconds(pieces: &[Bytes]) -> f64 {
    pieces.iter().map(Bytes::len).sum::<usize>() as f64 / 2.0 / 22_050.0
}

fn loudest(pieces: &[Bytes]) -> u16 {
    pieces
        .iter()
        .flat_map(|piece| piece.chunks_exact(2))
        .map(|sample| i16::from_le_bytes([sample[0], sample[1]]).unsigned_abs())
        .max()
        .unwrap_or(0)
}

#[test]
fn a_translation_is_heard() {
    let stand = Stand::new();
    stand.runtime.block_on(async {
        let mut stream = open(&stand).await;
        spoken(&stream, "u1", "Where is the train station?").await;
        let (pieces, trouble) = speech(&mut stream, "u1").await;
        assert_eq!(trouble, None);
        assert!(pieces.len() > 5, "one block is no stream");
        assert!(
            (1.0..6.0).contains(&seconds(&pieces)),
            "{} s",
            seconds(&pieces)
        );
        assert!(loudest(&pieces) > 1_000);
    });
}

#[test]
fn a_long_translation_is_spoken_to_its_end() {
    let stand = Stand::new();
    stand.runtime.block_on(async {
        let mut stream = open(&stand).await;
        spoken(
            &stream,
            "u1",
            &"We need to finish the report before Friday. ".repeat(40),
        )
        .await;
        let (pieces, trouble) = speech(&mut stream, "u1").await;
        assert_eq!(trouble, None);
        assert!(seconds(&pieces) > 60.0, "{} s", seconds(&pieces));
    });
}

#[test]
fn a_voice_whose_listener_leaves_falls_silent() {
    let folder = tempfile::tempdir().unwrap();
    let program = marked(&folder);
    let settings = LocalSettings {
        voice_program: program.clone(),
        ..LocalSettings::default()
    };
    let stand = Stand::with(settings, interpres());
    stand.runtime.block_on(async {
        let mut stream = open(&stand).await;
        spoken(
            &stream,
            "u1",
            &"We need to finish the report before Friday. ".repeat(40),
        )
        .await;
        while !matches!(
            stream.output.recv().await,
            Some(TranslationOutput::Audio { .. })
        ) {}
    });
    until("no voice is left", || processes(&program).is_empty());
}

#[test]
fn hostile_texts_are_spoken_or_passed_over_and_the_voice_goes_on() {
    let stand = Stand::new();
    stand.runtime.block_on(async {
        let mut stream = open(&stand).await;
        for (number, text) in [
            "[[",
            "[[h@l'oU]]",
            "-v de",
            "--help",
            "a\u{0}b",
            "<speak>x</speak>",
            "👍👍👍",
            "\u{202e}",
            "שלום",
            "…",
            "%s",
            "\u{301}",
        ]
        .iter()
        .enumerate()
        {
            let utterance = format!("u{number}");
            spoken(&stream, &utterance, text).await;
            let (_, trouble) = speech(&mut stream, &utterance).await;
            assert_eq!(trouble, None, "{text:?}");
        }
        spoken(&stream, "last", "Good morning.").await;
        let (pieces, _) = speech(&mut stream, "last").await;
        assert!(loudest(&pieces) > 1_000);
    });
}

#[test]
fn an_unknown_voice_is_an_error_of_the_utterance_alone() {
    let settings = LocalSettings {
        voices: BTreeMap::from([("es".to_owned(), "xx-no-such-voice".to_owned())]),
        ..LocalSettings::default()
    };
    let stand = Stand::with(settings, interpres());
    stand.runtime.block_on(async {
        let mut stream = open(&stand).await;
        for utterance in ["u1", "u2"] {
            spoken(&stream, utterance, "Good morning.").await;
            let (pieces, trouble) = speech(&mut stream, utterance).await;
            assert!(pieces.is_empty());
            assert!(trouble.is_some_and(|error| error.message.contains("xx-no-such-voice")));
        }
    });
}

#[test]
fn a_missing_voice_program_is_told_with_its_package() {
    let settings = LocalSettings {
        voice_program: "/nowhere/espeak-ng".into(),
        ..LocalSettings::default()
    };
    let stand = Stand::with(settings, interpres());
    let report = stand.engine.report();
    let part = report
        .parts
        .iter()
        .find(|part| part.name == "espeak-ng")
        .unwrap();
    assert!(
        !part.available && part.detail.contains("apt-get install"),
        "{}",
        part.detail
    );
    assert!(report.speaks.is_empty() && !stand.engine.speaks(&language("es")));
}
