//! Speech written down: words, order, abandoned utterances, dying and missing recognizers, and the door.

use std::{
    io::{Read, Write},
    process::{Command, Stdio},
};

use interpres::{
    domain::engine::{Engine, TranscriptionInput, TranscriptionOutput, Trouble},
    engines::local::LocalSettings,
};
use rustix::process::Signal;

use super::stand::{
    Stand, answer, hear, interpres, processes, read_aloud, recording, say, signal, state, until,
};

/// A second without speech.
fn silence() -> Vec<u8> {
    vec![0; 32_000]
}

#[test]
fn a_recorded_person_is_written_down_while_speaking() {
    let stand = Stand::new();
    let mut stream = stand.listen("one");
    let (guesses, text) =
        stand
            .runtime
            .block_on(hear(&mut stream, "u1", &recording("goforward.raw")));
    assert_eq!(text, "Go forward ten meters.");
    assert!(!guesses.is_empty(), "no partial before the final");
    assert!(
        guesses.iter().all(|guess| !guess.ends_with('.')),
        "{guesses:?}"
    );
    assert!(
        guesses.iter().any(|guess| guess.starts_with("Go forward")),
        "{guesses:?}"
    );
}

#[test]
fn one_decoder_hears_utterance_after_utterance_in_order() {
    let stand = Stand::new();
    let mut stream = stand.listen("one");
    let station = read_aloud("Where is the train station?");
    let slowly = read_aloud("Please speak more slowly.");
    stand.runtime.block_on(async {
        // Both are said before the first is answered.
        say(&stream, "u1", &station).await;
        stream.input.send(TranscriptionInput::End).await.unwrap();
        say(&stream, "u2", &slowly).await;
        stream.input.send(TranscriptionInput::End).await.unwrap();
        let (_, first) = answer(&mut stream, "u1").await;
        let (_, second) = answer(&mut stream, "u2").await;
        assert_eq!(first, "Where is the train station?");
        assert_eq!(second, "Please speak more slowly.");
    });
}

#[test]
fn an_abandoned_utterance_has_no_final_and_an_empty_one_an_empty_final() {
    let stand = Stand::new();
    let mut stream = stand.listen("one");
    stand.runtime.block_on(async {
        say(&stream, "abandoned", &recording("something.raw")).await;
        stream
            .input
            .send(TranscriptionInput::Abandon)
            .await
            .unwrap();
        say(&stream, "silent", &silence()).await;
        stream.input.send(TranscriptionInput::End).await.unwrap();
        let text = loop {
            match stream.output.recv().await {
                // Guesses may have been made before it was abandoned.
                Some(TranscriptionOutput::Partial { utterance, .. }) => {
                    assert_eq!(utterance.as_str(), "abandoned");
                }
                Some(TranscriptionOutput::Final {
                    utterance, text, ..
                }) => {
                    assert_eq!(utterance.as_str(), "silent");
                    break text;
                }
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(text, "");
        let (_, text) = hear(&mut stream, "u2", &recording("goforward.raw")).await;
        assert_eq!(text, "Go forward ten meters.");
    });
}

#[test]
fn the_end_of_the_input_still_brings_the_final_and_then_the_end() {
    let stand = Stand::new();
    let stream = stand.listen("one");
    stand.runtime.block_on(async move {
        say(&stream, "u1", &recording("goforward.raw")).await;
        stream.input.send(TranscriptionInput::End).await.unwrap();
        let mut output = stream.output;
        drop(stream.input);
        let mut last = None;
        while let Some(answer) = output.recv().await {
            last = Some(answer);
        }
        assert!(
            matches!(last, Some(TranscriptionOutput::Final { .. })),
            "{last:?}"
        );
    });
    until("the place is free", || stand.engine.report().talkers == 0);
}

#[test]
fn a_killed_recognizer_fails_its_stream_alone_and_leaves_no_zombie() {
    let folder = tempfile::tempdir().unwrap();
    let worker = folder.path().join("interpres");
    std::os::unix::fs::symlink(interpres(), &worker).unwrap();
    let settings = LocalSettings {
        spare_recognizer: false,
        ..LocalSettings::default()
    };
    let stand = Stand::with(settings, worker.clone());
    let mut victim = stand.listen("victim");
    let of_victim = processes(&worker)[0].0;
    let mut neighbour = stand.listen("neighbour");
    stand.runtime.block_on(async {
        say(&victim, "u1", &recording("goforward.raw")).await;
        signal(of_victim, Signal::KILL);
        let error = loop {
            match victim.output.recv().await {
                Some(TranscriptionOutput::Partial { .. }) => {}
                Some(TranscriptionOutput::Failed(error)) => break error,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(error.trouble, Trouble::Failed);
        assert!(victim.output.recv().await.is_none());
        let (_, text) = hear(&mut neighbour, "u1", &recording("goforward.raw")).await;
        assert_eq!(text, "Go forward ten meters.");
    });
    until("the killed worker is reaped", || state(of_victim).is_none());
    drop(neighbour);
    until("all workers are gone", || processes(&worker).is_empty());
    until("the places are free", || stand.engine.report().talkers == 0);
}

#[test]
fn a_spare_waits_after_the_first_talker_and_is_used_once() {
    let folder = tempfile::tempdir().unwrap();
    let worker = folder.path().join("interpres");
    std::os::unix::fs::symlink(interpres(), &worker).unwrap();
    let stand = Stand::with(LocalSettings::default(), worker.clone());
    assert!(
        processes(&worker).is_empty(),
        "a process before anybody talked"
    );
    let first = stand.listen("first");
    until("a spare is loaded", || processes(&worker).len() == 2);
    let second = stand.listen("second");
    until("another spare is loaded", || processes(&worker).len() == 3);
    drop((first, second));
    until("only the spare is left", || processes(&worker).len() == 1);
}

#[test]
fn beyond_the_limit_a_talker_is_refused_while_the_decoders_are_behind() {
    let folder = tempfile::tempdir().unwrap();
    let worker = folder.path().join("interpres");
    std::os::unix::fs::symlink(interpres(), &worker).unwrap();
    let settings = LocalSettings {
        talkers_per_core: 1,
        cores: 1,
        spare_recognizer: false,
        ..LocalSettings::default()
    };
    let stand = Stand::with(settings, worker.clone());
    let mut first = stand.listen("first");
    let of_first = processes(&worker)[0].0;
    // A stopped process is the slowest decoder there is.
    signal(of_first, Signal::STOP);
    let second = stand.runtime.block_on(async {
        let second = stand
            .try_listen("second")
            .await
            .expect("no lag yet, so one more may come");
        say(&first, "u1", &recording("goforward.raw")[..32_000]).await;
        second
    });
    until("the lag shows", || {
        if stand.engine.report().talkers > 2 {
            // The place of an earlier try is not free yet.
            return false;
        }
        let refused = stand.runtime.block_on(stand.try_listen("third"));
        refused.is_err_and(|error| {
            assert_eq!(error.trouble, Trouble::Overloaded);
            assert!(error.message.contains("2 people"), "{error}");
            true
        })
    });
    signal(of_first, Signal::CONT);
    stand.runtime.block_on(async {
        first.input.send(TranscriptionInput::End).await.unwrap();
        answer(&mut first, "u1").await;
    });
    until("the lag is made up", || {
        stand.runtime.block_on(stand.try_listen("third")).is_ok()
    });
    drop(second);
}

#[test]
fn a_missing_library_is_told_with_its_package() {
    let settings = LocalSettings {
        recognizer_libraries: Some("/nowhere".into()),
        ..LocalSettings::default()
    };
    let stand = Stand::with(settings, interpres());
    let report = stand.engine.report();
    let part = report
        .parts
        .iter()
        .find(|part| part.name == "pocketsphinx")
        .unwrap();
    assert!(!part.available);
    assert!(part.detail.contains("libpocketsphinx3"), "{}", part.detail);
    assert!(report.recognizes.is_empty());
    let error = stand.runtime.block_on(stand.try_listen("one")).unwrap_err();
    assert_eq!(error.trouble, Trouble::Unavailable);
    assert!(error.message.contains("apt-get install"), "{error}");
}

#[test]
fn a_broken_library_is_told_with_its_package() {
    let folder = tempfile::tempdir().unwrap();
    for library in ["libsphinxbase.so.3", "libpocketsphinx.so.3"] {
        std::fs::write(folder.path().join(library), "not a library").unwrap();
    }
    let settings = LocalSettings {
        recognizer_libraries: Some(folder.path().to_owned()),
        ..LocalSettings::default()
    };
    let stand = Stand::with(settings, interpres());
    let error = stand.runtime.block_on(stand.try_listen("one")).unwrap_err();
    assert_eq!(error.trouble, Trouble::Unavailable);
    assert!(error.message.contains("libsphinxbase.so.3"), "{error}");
    assert!(error.message.contains("libpocketsphinx3"), "{error}");
    assert_eq!(stand.engine.report().talkers, 0);
}

#[test]
fn the_worker_by_itself_refuses_what_is_no_order_and_ends_with_its_input() {
    let run = |input: &[u8]| {
        let mut worker = Command::new(interpres())
            .arg("asr-worker")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It may have ended before it read all.
        let _ = worker.stdin.take().unwrap().write_all(input);
        let mut complaint = String::new();
        worker
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut complaint)
            .unwrap();
        let mut answers = String::new();
        worker
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut answers)
            .unwrap();
        (worker.wait().unwrap().code(), answers, complaint)
    };
    assert_eq!(run(b"").0, Some(0));
    let (code, _, complaint) = run(&[b'C', 0, 16, 0, 1]);
    assert_eq!(code, Some(76), "{complaint}");
    assert!(complaint.contains("1048577"), "{complaint}");
    let missing = br#"{"libraries":"/nowhere","model":"/usr/share/pocketsphinx/model/en-us"}"#;
    let mut frame = vec![b'C', 0, 0, 0, missing.len() as u8];
    frame.extend_from_slice(missing);
    let (code, answers, complaint) = run(&frame);
    assert_eq!(code, Some(64), "{complaint}");
    assert!(answers.is_empty());
    assert!(complaint.contains("libpocketsphinx3"), "{complaint}");
}

#[test]
fn other_languages_are_not_heard() {
    let stand = Stand::new();
    let spanish = "es".parse().unwrap();
    assert!(!stand.engine.transcribes(&spanish));
    let error = stand
        .runtime
        .block_on(stand.engine.open_transcription(
            interpres::domain::engine::TranscriptionRequest {
                speaker: "one".to_owned(),
                language: spanish,
            },
        ))
        .unwrap_err();
    assert_eq!(error.trouble, Trouble::Unsupported);
}
