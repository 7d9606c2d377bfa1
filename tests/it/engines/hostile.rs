//! Texts that are meant to break an engine, given to the real ones: none may crash it, shift its answers or vanish.

use interpres::domain::engine::{Engine, Trouble};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

use super::stand::{Stand, language};

/// A sentence whose translation must stay right, whatever came before it.
const KNOWN: (&str, &str) = (
    "Where is the train station?",
    "Dónde es la estación de tren?",
);

/// Texts that broke a pipeline or a voice that was given them as they are.
#[rustfmt::skip]
const NASTY: &[&str] = &[
    "[", "]", "[[", "[[p", "[x]", "[<STREAMCMD:FLUSH>]", "[#0]", "[#1]", ".[][#3]", "[][]", "^", "$",
    "^$", "^a/b<n>$", "^@a$", "a\u{0}b", "\u{0}", "\u{0}\u{0}\u{0}", "\\", "\\\\", "\\[", "\\\u{0}", "/",
    "<b>bold</b>", "</b", "{a}", "{", "}", "@", "*zorblax", "#", "+", "~", "-", "--help", "-v",
    "\u{feff}", "\u{200d}", "\u{202e}abc", "\u{301}", "a\u{301}\u{301}\u{301}", "👩‍👩‍👧", "🏳️‍🌈", "שלום", "مرحبا",
    "\u{e000}", "\u{f8ff}", "\u{10ffff}", "\u{fffd}", "\u{2028}", "\u{85}", "\r\n", "\t", "你好", "[[[t[[t]]]",
    "&lt;", "%s%n", "$(reboot)", "`id`", "';--", "^*x$^*x$", "[[t:n:x]]word[[/]]", "[[/]]", "<sent>",
];

fn hostile() -> impl Strategy<Value = String> {
    let soup = "[\\[\\]{}^$/@<>\\\\*#+~.,;:!?'\"a-c \\x00-\\x1f]{0,60}";
    let wild = any::<String>();
    let words = "((the|house|is|red|I|can't|Monday|zorblax|train) ){0,20}";
    let nasty = prop::sample::select(NASTY).prop_map(str::to_owned);
    let repeated =
        ("[.\\[^$a👍\\\\ ]", 1_usize..3_000).prop_map(|(text, times)| text.repeat(times));
    let piece = prop_oneof![
        3 => soup.boxed(),
        3 => wild.boxed(),
        2 => words.boxed(),
        4 => nasty.boxed(),
        1 => repeated.boxed(),
    ];
    prop::collection::vec(piece, 1..4).prop_map(|pieces| pieces.concat())
}

fn is_blank(text: &str) -> bool {
    text.chars()
        .all(|character| character.is_control() || character.is_whitespace())
}

fn survives(source: &str, target: &str, known: (&str, &str), cases: u32) {
    let stand = Stand::new();
    let (from, to) = (language(source), language(target));
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&hostile(), |text| {
            let (hostile, plain) = stand.runtime.block_on(async {
                tokio::join!(
                    stand.engine.translate(&text, &from, &to),
                    stand.engine.translate(known.0, &from, &to),
                )
            });
            let hostile = hostile.map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(hostile.text.trim().is_empty(), is_blank(&text));
            let plain = plain.map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(plain.text.as_str(), known.1);
            Ok(())
        })
        .unwrap();
}

#[test]
fn english_to_spanish_survives_any_text() {
    survives("en", "es", KNOWN, 200);
}

#[test]
fn spanish_to_english_survives_any_text() {
    survives("es", "en", ("Tengo una casa.", "Have a house."), 200);
}

#[test]
fn every_nasty_text_passes_every_direction() {
    let stand = Stand::new();
    let pairs: Vec<_> = stand
        .engine
        .report()
        .pairs
        .into_iter()
        .filter(|pair| pair.route.len() == 1 && !pair.experimental)
        .collect();
    assert!(!pairs.is_empty());
    for pair in pairs {
        for text in NASTY {
            let answer = stand.translate(text, &pair.source, &pair.target);
            assert_eq!(
                answer.is_empty(),
                is_blank(text),
                "{text:?} {} {answer:?}",
                pair.route[0]
            );
        }
    }
}

#[test]
fn megabytes_are_refused_and_nothing_else_happens() {
    let stand = Stand::new();
    for text in [
        "[".repeat(3_000_000),
        "word ".repeat(400_000),
        "\u{0}".repeat(2_000_000),
    ] {
        let error = stand
            .runtime
            .block_on(
                stand
                    .engine
                    .translate(&text, &language("en"), &language("es")),
            )
            .unwrap_err();
        assert_eq!(error.trouble, Trouble::Invalid);
    }
    assert_eq!(stand.translate(KNOWN.0, "en", "es"), KNOWN.1);
}
