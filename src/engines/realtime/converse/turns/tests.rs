//! Turns that pile up, fail for good, are spoken over, or whose text never comes.

use serde_json::json;

use super::*;
use crate::engines::realtime::wire::{Objection, conversation_answers::Response as Answer};

/// How long each turn is.
const SAID: Duration = Duration::from_secs(2);

fn answer(id: &str, status: &str, code: &str) -> Answer {
    serde_json::from_value(json!({
        "id": id, "status": status, "status_details": {"error": {"code": code}}
    }))
    .unwrap()
}

/// Turns of which so many are spoken and committed, the first of them asked for.
fn spoken(number: u64, now: Instant) -> Turns {
    let mut turns = Turns::new(true, Arc::default());
    for turn in 0..number {
        turns.begin(now);
        turns.committed(turn, SAID, now);
        turns.has_item(format!("i{turn}"), now);
        turns.ask_next(now);
    }
    turns
}

fn untranslated(turns: &Turns) -> Vec<(u64, Trouble)> {
    let outputs = turns.outputs.iter();
    outputs
        .filter_map(|output| match output {
            Output::Untranslated { turn, error } => Some((*turn, error.trouble)),
            _ => None,
        })
        .collect()
}

fn asked(turns: &mut Turns) -> Vec<&'static str> {
    let asks = turns.asks.drain(..);
    asks.map(|ask| match ask.act {
        Act::Respond { .. } => "respond",
        Act::Cancel { .. } => "cancel",
        Act::Truncate { .. } => "truncate",
        Act::Delete { .. } => "delete",
        other => panic!("{other:?}"),
    })
    .collect()
}

#[test]
fn of_too_many_turns_the_oldest_that_waits_stays_without_a_translation() {
    let now = Instant::now();
    let mut turns = spoken(MOST_WAITING as u64, now);
    assert_eq!(untranslated(&turns), []);
    turns.begin(now);
    assert_eq!(
        untranslated(&turns),
        [(1, Trouble::Overloaded)],
        "the first is being answered"
    );
    assert_eq!(asked(&mut turns), ["respond"], "one at a time");
}

#[test]
fn a_turn_is_asked_for_again_within_its_budget_and_then_given_up() {
    let begun = Instant::now();
    let mut now = begun;
    let mut turns = spoken(2, now);
    let mut attempts = 1;
    while untranslated(&turns).is_empty() {
        turns.responded(&answer("r", "failed", "rate_limit_exceeded"), now);
        now = turns.wake().unwrap();
        turns.ask_next(now);
        attempts += 1;
    }
    assert_eq!(untranslated(&turns), [(0, Trouble::Overloaded)]);
    assert!(attempts > 3, "{attempts}");
    assert!(now - begun <= super::super::turn::BUDGET);
    let respond = vec!["respond"; attempts];
    assert_eq!(
        asked(&mut turns),
        respond,
        "the last of them for the next turn"
    );
}

fn busy(turn: u64) -> Objection {
    Objection {
        code: Some("conversation_already_has_active_response".into()),
        event_id: Some(format!("{NUMBER}-{turn}")),
        ..Objection::default()
    }
}

#[test]
fn a_provider_that_is_always_busy_is_asked_again_within_the_budget_only() {
    let begun = Instant::now();
    let mut now = begun;
    let mut turns = spoken(2, now);
    let mut attempts = 0;
    while untranslated(&turns).is_empty() {
        attempts += 1;
        assert_eq!(turns.objected(&busy(0), now), None);
        assert_eq!(asked(&mut turns), ["respond"]);
        now = turns.wake().unwrap();
        turns.ask_next(now);
    }
    assert_eq!(untranslated(&turns), [(0, Trouble::Failed)]);
    assert!((3..=10).contains(&attempts), "{attempts}");
    assert!(now - begun <= super::super::turn::BUDGET);
    assert_eq!(asked(&mut turns), ["respond"], "the next turn");
    // What is objected to about a turn that is over does not bring it back.
    turns.objected(&busy(0), now);
    turns.ask_next(now);
    assert_eq!(
        (untranslated(&turns).len(), asked(&mut turns).len()),
        (1, 0)
    );
}

#[test]
fn a_turn_that_nobody_wants_any_more_is_not_asked_for_again() {
    let now = Instant::now();
    let objections = [
        busy(0),
        Objection {
            code: Some("rate_limit_exceeded".into()),
            ..busy(0)
        },
    ];
    for objection in objections {
        let mut turns = spoken(1, now);
        turns.interrupted(0, Duration::ZERO, now);
        turns.objected(&objection, now);
        turns.ask_next(now + super::super::turn::BUDGET);
        assert_eq!(asked(&mut turns), ["respond"], "once: {objection:?}");
        let done = Output::TargetDone {
            turn: 0,
            text: None,
        };
        assert_eq!(turns.outputs, [done], "{objection:?}");
    }
}

#[test]
fn when_nobody_listens_what_was_asked_for_is_cancelled_and_nothing_more_is_asked() {
    let now = Instant::now();
    let mut turns = spoken(2, now);
    turns.begin(now);
    turns.begin(now);
    turns.committed(2, SAID, now);
    turns.responding(answer("r", "in_progress", ""), now);
    turns.leave(now);
    assert_eq!(asked(&mut turns), ["respond", "cancel"]);
    assert!(!turns.is_settled(), "one is being answered, one on its way");
    turns.has_item("i2".into(), now);
    turns.responded(&answer("r", "cancelled", ""), now);
    turns.ask_next(now + super::super::turn::BUDGET);
    let asked = asked(&mut turns);
    assert!(!asked.contains(&"respond"), "{asked:?}");
    assert!(turns.is_settled());
}

#[test]
fn what_came_of_a_turn_is_not_said_twice() {
    let now = Instant::now();
    let mut turns = spoken(1, now);
    turns.said("r", "a".into(), "Hola".into(), now);
    turns.responded(&answer("r", "failed", "rate_limit_exceeded"), now);
    assert_eq!(untranslated(&turns), [(0, Trouble::Overloaded)]);
}

#[test]
fn a_translation_that_is_spoken_over_ends_there_and_is_cut_where_it_was_heard() {
    let now = Instant::now();
    let mut turns = spoken(2, now);
    turns.responding(answer("r", "in_progress", ""), now);
    let second = vec![1; 48_000];
    assert_eq!(turns.speech("r", "a".into(), second.clone(), now), 48_000);
    turns.interrupted(0, Duration::from_millis(400), now);
    assert_eq!(turns.speech("r", "a".into(), second, now), 0);
    turns.said("r", "a".into(), "más".into(), now);
    turns.responded(&answer("r", "cancelled", ""), now);
    turns.interrupted(0, Duration::from_millis(900), now);
    assert_eq!(asked(&mut turns), ["respond", "cancel", "truncate"]);
    let done = Output::TargetDone {
        turn: 0,
        text: None,
    };
    assert_eq!(turns.outputs.len(), 2);
    assert_eq!(turns.outputs[1], done);
    // One that only waits is not asked for at all; one that was asked for is cancelled when it begins.
    turns.ask_next(now);
    turns.interrupted(1, Duration::ZERO, now);
    turns.responding(answer("s", "in_progress", ""), now);
    assert_eq!(asked(&mut turns), ["respond", "cancel"]);
    let mut waiting = spoken(2, now);
    waiting.interrupted(1, Duration::ZERO, now);
    waiting.responded(&answer("r", "completed", ""), now);
    waiting.ask_next(now);
    assert_eq!(asked(&mut waiting), ["respond"]);
}

#[test]
fn what_is_never_written_down_is_not_waited_for_for_ever() {
    let now = Instant::now();
    let mut turns = spoken(1, now);
    turns.responded(&answer("r", "completed", ""), now);
    assert!(!turns.is_settled());
    let late = turns.wake().unwrap();
    assert_eq!(late, now + LATE);
    turns.woken(late).unwrap();
    let unwritten = Output::SourceDone {
        turn: 0,
        text: None,
    };
    assert_eq!(turns.outputs.last(), Some(&unwritten));
    assert!(turns.is_settled() && turns.wake().is_none());
}

#[test]
fn old_turns_are_forgotten_by_both() {
    let now = Instant::now();
    let mut turns = spoken(100, now);
    for turn in 0..100 {
        turns.heard_all(&format!("i{turn}"), Some(String::new()));
        turns.ask_next(now);
        turns.said("r", format!("a{turn}"), "x".into(), now);
        turns.responded(&answer("r", "completed", ""), now);
    }
    assert!(turns.turns.len() <= KEPT + 1, "{}", turns.turns.len());
    let deleted = asked(&mut turns)
        .iter()
        .filter(|act| **act == "delete")
        .count();
    assert!(deleted >= 2 * MOST_WAITING - 2 * KEPT, "{deleted}");
}

#[test]
fn tokens_of_no_kind_cost_what_the_dearest_do_and_none_is_counted_twice() {
    let count = |usage: serde_json::Value| {
        let now = Instant::now();
        let mut turns = spoken(1, now);
        let over = json!({"id": "r", "status": "completed", "usage": usage});
        turns.responded(&serde_json::from_value(over).unwrap(), now);
        let tokens = turns.tokens;
        let input = [tokens.text_in, tokens.audio_in];
        let cached = [tokens.text_in_cached, tokens.audio_in_cached];
        [input, cached, [tokens.text_out, tokens.audio_out]]
    };
    assert_eq!(count(json!(null)), [[0, 0]; 3]);
    for details in [json!(null), json!({})] {
        let usage = json!({
            "total_tokens": 150, "input_tokens": 100, "output_tokens": 50,
            "input_token_details": details, "output_token_details": details,
        });
        assert_eq!(count(usage), [[0, 100], [0, 0], [0, 50]]);
    }
    let usage = json!({"input_tokens": 100, "output_tokens": 50});
    assert_eq!(count(usage), [[0, 100], [0, 0], [0, 50]]);
    // Some of it is said.
    let usage = json!({
        "input_tokens": 100, "input_token_details": {"text_tokens": 60, "audio_tokens": 30},
        "output_tokens": 50, "output_token_details": {"text_tokens": 20},
    });
    assert_eq!(count(usage), [[60, 40], [0, 0], [20, 30]]);
    // Cached, with a kind or without.
    let cached = |number: u64, kinds: serde_json::Value| {
        count(json!({"input_tokens": 100, "input_token_details": {
            "text_tokens": 60, "audio_tokens": 40, "cached_tokens": number, "cached_tokens_details": kinds,
        }}))[..2]
            .to_vec()
    };
    let both = json!({"text_tokens": 30, "audio_tokens": 20});
    assert_eq!(cached(50, both), [[30, 20], [30, 20]]);
    assert_eq!(cached(50, json!(null)), [[10, 40], [50, 0]]);
    assert_eq!(cached(80, json!(null)), [[0, 20], [60, 20]]);
    assert_eq!(cached(70, json!({"audio_tokens": 15})), [[5, 25], [55, 15]]);
    assert_eq!(cached(1_000, json!(null)), [[0, 0], [60, 40]]);
    let kinds = json!({"text_tokens": 90});
    assert_eq!(cached(0, kinds), [[0, 40], [60, 0]], "more than there were");
}
