//! Texts in other languages: routes, every installed direction, long texts, and pipelines that die or hang.

use std::{path::Path, time::Duration};

use interpres::{
    domain::engine::{Engine, Trouble},
    engines::local::LocalSettings,
};
use rustix::process::{Pid, Signal};

use super::stand::{Stand, interpres, language, processes, signal, state, until};

const MODES: &str = "/usr/share/apertium/modes";

/// A folder with one mode whose stages can be told from those of other tests by their command lines.
fn marked_mode(folder: &Path, mode: &str, data: &str) {
    let marked = folder.join("data");
    std::os::unix::fs::symlink(data, &marked).unwrap();
    let file = Path::new(MODES).join(format!("{mode}.mode"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; apt-get install -y apertium-eng-spa",
            file.display()
        )
    });
    let modes = folder.join("modes");
    std::fs::create_dir(&modes).unwrap();
    std::fs::write(
        modes.join(format!("{mode}.mode")),
        text.replace(data, marked.to_str().unwrap()),
    )
    .unwrap();
}

fn marked_stand(folder: &Path, limit: Duration) -> Stand {
    marked_mode(folder, "eng-spa", "/usr/share/apertium/apertium-eng-spa");
    let settings = LocalSettings {
        translator_modes: folder.join("modes"),
        translation_limit: limit,
        ..LocalSettings::default()
    };
    Stand::with(settings, interpres())
}

/// A stage in the middle of the marked pipeline.
fn stage(folder: &Path) -> Pid {
    processes(&folder.join("data/eng-spa.autobil.bin"))
        .into_iter()
        .map(|(process, _)| process)
        .max_by_key(|process| process.as_raw_nonzero())
        .expect("the pipeline runs")
}

#[test]
fn everyday_sentences_take_the_best_way() {
    let stand = Stand::new();
    for (source, target, text, translation) in [
        (
            "en",
            "es",
            "Where is the train station?",
            "Dónde es la estación de tren?",
        ),
        (
            "en-GB",
            "es-ES",
            "Please speak more slowly.",
            "Por favor habla más despacio.",
        ),
        (
            "es",
            "en",
            "No entiendo lo que dices.",
            "I do not understand what say.",
        ),
        ("es", "fr", "Tengo una casa.", "J'ai une maison."),
        (
            "en",
            "ca",
            "The children are playing in the garden.",
            "Els nens estan jugant en el jardí.",
        ),
    ] {
        assert_eq!(
            stand.translate(text, source, target),
            translation,
            "{source} to {target}"
        );
    }
}

#[test]
fn english_reaches_french_in_three_steps() {
    let stand = Stand::new();
    let translated = stand
        .runtime
        .block_on(
            stand
                .engine
                .translate("I have a house.", &language("en"), &language("fr")),
        )
        .unwrap();
    assert_eq!(translated.model, "apertium eng-cat,cat-spa,es-fr");
    assert!(translated.text.contains("maison"), "{translated:?}");
}

#[test]
fn every_installed_direction_passes_its_self_test_or_is_reported() {
    let stand = Stand::new();
    let results = stand.runtime.block_on(stand.engine.test_directions());
    assert!(
        results.len() >= 10,
        "too few directions; apt-get install -y apertium-eng-spa apertium-eng-cat apertium-spa-cat apertium-fr-es apertium-spa-ita apertium-es-pt"
    );
    let broken: Vec<&str> = results
        .iter()
        .filter(|(_, result)| !result.as_ref().is_ok_and(|text| !text.is_empty()))
        .map(|(mode, _)| mode.as_str())
        .collect();
    let report = stand.engine.report();
    let part = report
        .parts
        .iter()
        .find(|part| part.name == "apertium")
        .unwrap();
    for mode in broken {
        assert!(
            part.detail.contains(mode),
            "{mode} is broken but not reported: {}",
            part.detail
        );
    }
    for wanted in ["eng-cat", "cat-spa", "spa-eng", "es-fr"] {
        assert!(
            results
                .iter()
                .any(|(mode, result)| mode == wanted && result.is_ok()),
            "{wanted}"
        );
    }
}

#[test]
fn a_direction_that_cannot_work_is_reported_and_gone_around() {
    let folder = tempfile::tempdir().unwrap();
    let modes = folder.path().join("modes");
    std::fs::create_dir(&modes).unwrap();
    for mode in ["eng-spa", "eng-cat"] {
        std::fs::copy(
            Path::new(MODES).join(format!("{mode}.mode")),
            modes.join(format!("{mode}.mode")),
        )
        .unwrap();
    }
    std::fs::write(
        modes.join("cat-spa.mode"),
        "lt-proc '/nowhere/cat-spa.automorf.bin'",
    )
    .unwrap();
    let settings = LocalSettings {
        translator_modes: modes,
        ..LocalSettings::default()
    };
    let stand = Stand::with(settings, interpres());
    let (english, spanish) = (language("en"), language("es"));
    let error = stand
        .runtime
        .block_on(stand.engine.translate("Hello.", &english, &spanish))
        .unwrap_err();
    assert_eq!(error.trouble, Trouble::Unavailable);
    assert!(error.message.contains("cat-spa"), "{error}");
    let around = stand
        .runtime
        .block_on(
            stand
                .engine
                .translate("I have a house.", &english, &spanish),
        )
        .unwrap();
    assert_eq!(around.model, "apertium eng-spa");
    assert_eq!(around.text, "Tengo una casa.");
    let report = stand.engine.report();
    assert!(
        report
            .parts
            .iter()
            .any(|part| part.detail.contains("out of order: cat-spa"))
    );
}

#[test]
fn a_text_survives_a_stage_that_is_killed_under_it() {
    let folder = tempfile::tempdir().unwrap();
    let stand = marked_stand(folder.path(), Duration::from_secs(30));
    assert_eq!(
        stand.translate("I have a house.", "en", "es"),
        "Tengo una casa."
    );
    let stage = stage(folder.path());
    // Stopped, it holds the text; killed, it takes it along.
    signal(stage, Signal::STOP);
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| stand.translate("I have a house.", "en", "es"));
        std::thread::sleep(Duration::from_millis(100));
        signal(stage, Signal::KILL);
        assert_eq!(asked.join().unwrap(), "Tengo una casa.");
    });
    assert_eq!(
        stand.translate("I see a big house.", "en", "es"),
        "Veo una casa grande."
    );
}

#[test]
fn a_hanging_pipeline_is_replaced_within_the_time_limit() {
    let folder = tempfile::tempdir().unwrap();
    let stand = marked_stand(folder.path(), Duration::from_millis(300));
    assert_eq!(
        stand.translate("I have a house.", "en", "es"),
        "Tengo una casa."
    );
    let stages = processes(&folder.path().join("data"));
    let stage = stage(folder.path());
    signal(stage, Signal::STOP);
    assert_eq!(
        stand.translate("I have a house.", "en", "es"),
        "Tengo una casa."
    );
    until("the hanging stages are gone and reaped", || {
        stages.iter().all(|(process, _)| state(*process).is_none())
    });
}

#[test]
fn a_pipeline_that_nobody_needs_ends_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    marked_mode(
        folder.path(),
        "eng-spa",
        "/usr/share/apertium/apertium-eng-spa",
    );
    let settings = LocalSettings {
        translator_modes: folder.path().join("modes"),
        pipeline_idle: Duration::from_millis(500),
        ..LocalSettings::default()
    };
    let stand = Stand::with(settings, interpres());
    for _ in 0..2 {
        assert_eq!(
            stand.translate("I have a house.", "en", "es"),
            "Tengo una casa."
        );
        let stages = processes(&folder.path().join("data"));
        until("the idle pipeline is ended and reaped", || {
            stages.iter().all(|(process, _)| state(*process).is_none())
        });
    }
}

#[test]
fn a_long_text_loses_no_sentence() {
    let stand = Stand::new();
    let text: String = (0..400)
        .map(|number| format!("I have {number} houses. "))
        .collect();
    let translation = stand.translate(&text, "en", "es");
    for number in 0..400 {
        assert!(
            translation.contains(&format!(" {number} ")),
            "{number} is lost"
        );
    }
}

#[test]
fn a_text_beyond_the_limit_is_refused() {
    let stand = Stand::new();
    let text = "word ".repeat(20_001);
    let error = stand
        .runtime
        .block_on(
            stand
                .engine
                .translate(&text, &language("en"), &language("es")),
        )
        .unwrap_err();
    assert_eq!(error.trouble, Trouble::Invalid);
    assert!(error.message.contains("100000"), "{error}");
}

#[test]
fn a_pair_without_a_way_is_unsupported() {
    let stand = Stand::new();
    let error = stand
        .runtime
        .block_on(
            stand
                .engine
                .translate("Hello.", &language("en"), &language("ja")),
        )
        .unwrap_err();
    assert_eq!(error.trouble, Trouble::Unsupported);
    let report = stand.engine.report();
    let pair = |source: &str, target: &str| {
        report
            .pairs
            .iter()
            .any(|pair| pair.source == source && pair.target == target)
    };
    assert!(pair("en", "es") && pair("es", "en") && pair("en", "fr") && !pair("en", "ja"));
}

#[test]
fn a_pipeline_that_loads_longer_than_it_may_be_idle_answers_all_the_same() {
    let settings = LocalSettings {
        pipeline_idle: Duration::from_millis(40),
        ..LocalSettings::default()
    };
    let stand = Stand::with(settings, interpres());
    let translated = stand.translate("The house is white.", "en", "es");
    assert_eq!(translated, "La casa es blanca.");
}
