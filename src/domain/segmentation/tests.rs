//! Whatever comes in whatever pieces: nothing is lost or doubled, every final comes once, and the sides keep together.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn finals(found: &[Revision], side: Side) -> Vec<(u64, &str)> {
    let of_side = found
        .iter()
        .filter(|revision| revision.side == side && revision.last);
    of_side
        .map(|revision| (revision.utterance, revision.text.as_str()))
        .collect()
}

/// The recorded session of the reference, by its own times.
#[test]
fn the_golden_session_becomes_two_sentences_on_both_sides() {
    use Side::{Source, Target};
    let pieces = [
        (760, Source, " Good", 600),
        (960, Source, " morning", 800),
        (1360, Source, ",", 1200),
        (1360, Source, " everyone", 1200),
        (1560, Source, ".", 1400),
        (2160, Source, " The", 2000),
        (2360, Source, " meeting", 2200),
        (2560, Target, "Buenos", 2400),
        (2760, Source, " starts", 2600),
        (2760, Target, " días", 2600),
        (2960, Source, " at", 2800),
        (2960, Target, ",", 2800),
        (3160, Target, " a", 3000),
        (3360, Source, " nine", 3200),
        (3360, Target, " todos", 3200),
        (3560, Source, ".", 3400),
        (3560, Target, ".", 3400),
        (4360, Target, " La", 4200),
        (4530, Target, " re", 4400),
        (4530, Target, "unión", 4400),
        (4555, Target, " empieza", 4800),
        (4580, Target, " a", 5000),
        (4605, Target, " las", 5200),
        (4630, Target, " nueve", 5400),
        (4655, Target, ".", 5600),
    ];
    let mut segmentation = Segmentation::default();
    let mut found = Vec::new();
    let mut clock = 0;
    for (came, side, piece, at) in pieces {
        while clock < came {
            segmentation.pass(ms(clock), clock < 3_400, &mut found);
            clock += 250;
        }
        segmentation.push(side, piece, Some(ms(at)), ms(came), &mut found);
    }
    segmentation.finish(&mut found);
    assert_eq!(
        finals(&found, Source),
        [
            (0, "Good morning, everyone."),
            (1, "The meeting starts at nine.")
        ]
    );
    assert_eq!(
        finals(&found, Target),
        [
            (0, "Buenos días, a todos."),
            (1, "La reunión empieza a las nueve.")
        ]
    );
    let last = found.last().unwrap();
    assert_eq!(
        last.source_text.as_deref(),
        Some("The meeting starts at nine.")
    );
}

#[test]
fn a_translation_that_joins_or_splits_sentences_does_not_shift_the_rest() {
    let mut segmentation = Segmentation::default();
    let mut found = Vec::new();
    let mut say = |side, text: &str, at: u64| {
        segmentation.push(side, text, Some(ms(at)), ms(at), &mut found);
        segmentation.pass(ms(at + 600), true, &mut found);
    };
    // Two become one, and the next one begins long after the second was said.
    say(Side::Source, "Hello. ", 1_000);
    say(Side::Source, "How are you? ", 2_000);
    say(Side::Target, "Hola, ¿cómo estás? ", 4_000);
    say(Side::Source, "The train is late.", 15_000);
    say(Side::Target, "El tren llega tarde.", 17_000);
    segmentation.finish(&mut found);
    let source = finals(&found, Side::Source);
    let target = finals(&found, Side::Target);
    assert_eq!(source[2], (2, "The train is late."));
    assert_eq!(target[1], (2, "El tren llega tarde."));

    // One becomes two, and the next one is said after both.
    let mut segmentation = Segmentation::default();
    let mut found = Vec::new();
    let mut say = |side, text: &str, at: u64| {
        segmentation.push(side, text, Some(ms(at)), ms(at), &mut found);
        segmentation.pass(ms(at + 600), true, &mut found);
    };
    say(Side::Source, "Well, yes. ", 1_000);
    say(Side::Target, "Bueno. Sí.", 3_000);
    say(Side::Source, "The train is late.", 9_000);
    say(Side::Target, "El tren llega tarde.", 11_000);
    segmentation.finish(&mut found);
    let number = |side, text| finals(&found, side).into_iter().find(|(_, of)| *of == text);
    let said = number(Side::Source, "The train is late.").unwrap().0;
    let translated = number(Side::Target, "El tren llega tarde.").unwrap().0;
    assert_eq!(said, translated, "{found:#?}");
}

#[test]
fn after_a_silence_both_sides_count_on_together() {
    let mut segmentation = Segmentation::default();
    let mut found = Vec::new();
    for text in ["Uno. ", "Dos. ", "Tres"] {
        segmentation.push(Side::Target, text, None, ms(1_000), &mut found);
    }
    segmentation.push(Side::Source, "One and two", None, ms(1_000), &mut found);
    segmentation.pass(ms(4_500), false, &mut found);
    segmentation.push(Side::Source, "Next", None, ms(5_000), &mut found);
    segmentation.push(Side::Target, "Siguiente", None, ms(5_500), &mut found);
    let numbers: Vec<u64> = found
        .iter()
        .rev()
        .take(2)
        .map(|revision| revision.utterance)
        .collect();
    assert_eq!(numbers, [3, 3], "{found:#?}");
}

#[test]
fn a_turn_is_one_utterance_and_its_better_text_is_the_final() {
    let mut turns = Turns::default();
    let mut found = Vec::new();
    turns.push(Side::Target, 4, " Buenos", ms(10), &mut found);
    turns.push(Side::Target, 4, " días", ms(20), &mut found);
    turns.complete(Side::Target, 4, None, ms(30), &mut found);
    turns.complete(Side::Target, 4, None, ms(35), &mut found);
    turns.complete(
        Side::Source,
        4,
        Some("Good morning.".to_owned()),
        ms(40),
        &mut found,
    );
    turns.push(Side::Source, 5, "Bye", ms(50), &mut found);
    turns.finish(ms(60), &mut found);
    assert_eq!(finals(&found, Side::Target), [(4, "Buenos días")]);
    assert_eq!(
        finals(&found, Side::Source),
        [(4, "Good morning."), (5, "Bye")]
    );
    let revisions: Vec<u32> = found
        .iter()
        .take(3)
        .map(|revision| revision.revision)
        .collect();
    assert_eq!(revisions, [0, 1, 2]);
}

/// Letters and digits in their order: what must neither be lost nor doubled, whatever happens to spaces and marks.
fn letters(text: &str) -> String {
    text.chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect()
}

/// One thing that happens to a stream.
#[derive(Debug, Clone)]
enum Step {
    Piece {
        target: bool,
        text: String,
        at: Option<u64>,
    },
    Pass {
        milliseconds: u64,
        speaking: bool,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let word = prop_oneof![
        8 => "[a-zA-Z0-9]{1,9}",
        3 => Just(" ".to_owned()),
        3 => prop_oneof![Just("."), Just("?"), Just("! "), Just(". "), Just("..."), Just("。"), Just("।")]
            .prop_map(str::to_owned),
        2 => prop_oneof![Just("「"), Just("」"), Just("\""), Just(", "), Just("3.5"), Just("Mr. ")]
            .prop_map(str::to_owned),
        2 => "\\PC{1,6}",
        1 => "[漢字かな]{1,300}",
    ];
    let piece = (any::<bool>(), word, proptest::option::of(0_u64..60_000))
        .prop_map(|(target, text, at)| Step::Piece { target, text, at });
    let pass = (0_u64..7_000, any::<bool>()).prop_map(|(milliseconds, speaking)| Step::Pass {
        milliseconds,
        speaking,
    });
    proptest::collection::vec(prop_oneof![6 => piece, 1 => pass], 0..120)
}

proptest! {
    #[test]
    fn nothing_is_lost_or_doubled_and_every_final_comes_once(steps in steps()) {
        let mut segmentation = Segmentation::default();
        let mut found = Vec::new();
        let mut now = 0;
        let mut given: BTreeMap<Side, String> = BTreeMap::new();
        for step in &steps {
            match step {
                Step::Piece { target, text, at } => {
                    now += 40;
                    let side = if *target { Side::Target } else { Side::Source };
                    given.entry(side).or_default().push_str(text);
                    segmentation.push(side, text, at.map(ms), ms(now), &mut found);
                }
                Step::Pass { milliseconds, speaking } => {
                    now += milliseconds;
                    segmentation.pass(ms(now), *speaking, &mut found);
                }
            }
        }
        segmentation.finish(&mut found);
        for side in [Side::Source, Side::Target] {
            let of_side: Vec<&Revision> = found.iter().filter(|revision| revision.side == side).collect();
            let said: String = of_side.iter().filter(|revision| revision.last).map(|revision| letters(&revision.text)).collect();
            prop_assert_eq!(said, letters(given.get(&side).map_or("", String::as_str)));
            let mut open: Option<(u64, u32)> = None;
            let mut newest = None;
            for revision in of_side {
                prop_assert!(!revision.text.is_empty());
                prop_assert_eq!(revision.text.trim(), &revision.text);
                prop_assert!(revision.began <= revision.until);
                match open {
                    Some((utterance, number)) => {
                        prop_assert_eq!(revision.utterance, utterance);
                        prop_assert_eq!(revision.revision, number + 1);
                    }
                    None => {
                        prop_assert!(newest.is_none_or(|newest| revision.utterance > newest));
                        prop_assert_eq!(revision.revision, 0);
                    }
                }
                newest = Some(revision.utterance);
                open = (!revision.last).then_some((revision.utterance, revision.revision));
            }
            prop_assert_eq!(open, None, "everything has its final");
        }
    }

    #[test]
    fn sentences_do_not_depend_on_how_they_are_split(cuts in proptest::collection::vec(1_usize..7, 1..80)) {
        let text = " Good morning, everyone. The meeting starts at 9.30, says Dr. Wu. ¿Listos? はい。行きましょう。 Bye";
        let characters: Vec<char> = text.chars().collect();
        let mut segmentation = Segmentation::default();
        let mut found = Vec::new();
        let mut rest = characters.as_slice();
        for (number, cut) in cuts.iter().cycle().enumerate() {
            if rest.is_empty() {
                break;
            }
            let (piece, later) = rest.split_at((*cut).min(rest.len()));
            rest = later;
            let piece: String = piece.iter().collect();
            segmentation.push(Side::Source, &piece, None, ms(number as u64 * 10), &mut found);
        }
        segmentation.finish(&mut found);
        let texts: Vec<&str> = finals(&found, Side::Source).into_iter().map(|(_, text)| text).collect();
        prop_assert_eq!(texts, [
            "Good morning, everyone.",
            "The meeting starts at 9.30, says Dr. Wu.",
            "¿Listos?",
            "はい。",
            "行きましょう。",
            "Bye",
        ]);
    }
}

#[test]
fn what_was_said_without_a_translation_is_known_while_one_may_be_due() {
    use Side::{Source, Target};
    let mut segmentation = Segmentation::default();
    let mut found = Vec::new();
    let mut say = |segmentation: &mut Segmentation, side, text: &str, at| {
        segmentation.push(side, text, None, ms(at), &mut found);
        segmentation.pass(ms(at + 600), true, &mut found);
    };
    let untranslated = |segmentation: &Segmentation, now| -> Vec<u64> {
        segmentation.untranslated(ms(now)).collect()
    };
    say(&mut segmentation, Source, "One. ", 1_000);
    say(&mut segmentation, Source, "Two. ", 2_000);
    assert_eq!(untranslated(&segmentation, 3_000), [0, 1]);
    assert_eq!(untranslated(&segmentation, 60_000), [0, 1], "nothing came");
    say(&mut segmentation, Target, "Uno", 3_500);
    assert_eq!(untranslated(&segmentation, 4_000), [1]);
    say(&mut segmentation, Target, " y dos. ", 4_000);
    assert_eq!(untranslated(&segmentation, 5_000), [1]);
    assert!(untranslated(&segmentation, 9_000).is_empty(), "two in one");
    say(&mut segmentation, Source, "Thr", 10_000);
    assert_eq!(untranslated(&segmentation, 10_000), [2]);
}
