//! Recorded calls, callback by callback as they were delivered.

use interpres::links::acs::wire::{
    callback::{Callback, Kind, read},
    error::SubCode,
    grid::IncomingCall,
    order::in_order,
};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::Value;

use super::golden::json;

/// The call that rings at the beginning of a recording, if it holds one, and all callbacks in the order of delivery.
fn session(name: &str) -> (Option<IncomingCall>, Vec<Callback>) {
    let (mut ringing, mut told) = (None, Vec::new());
    for step in json(&format!("events/sessions/{name}.json"))
        .as_array()
        .unwrap()
    {
        let body: &Value = &step["body"];
        match step["kind"].as_str().unwrap() {
            "incoming_call_data" => ringing = Some(serde_json::from_value(body.clone()).unwrap()),
            "callback" => {
                let batch = read(body.to_string().as_bytes()).unwrap();
                assert_eq!(batch.unreadable, 0, "{body}");
                told.extend(batch.events);
            }
            other => panic!("{other}"),
        }
    }
    (ringing, told)
}

/// The legs, numbered as they first appear, and what happened to each.
fn story(told: &[Callback]) -> Vec<(usize, String)> {
    let mut legs = Vec::new();
    told.iter()
        .map(|event| {
            let leg = legs.iter().position(|leg| *leg == event.call_connection_id);
            let leg = leg.unwrap_or_else(|| {
                legs.push(event.call_connection_id.clone());
                legs.len() - 1
            });
            let shown = format!("{:?}", event.kind);
            (leg, shown.split(['(', ' ']).next().unwrap().to_owned())
        })
        .collect()
}

fn steps(expected: &[(usize, &str)]) -> Vec<(usize, String)> {
    expected
        .iter()
        .map(|(leg, what)| (*leg, (*what).to_owned()))
        .collect()
}

#[test]
fn a_call_with_media_streaming_is_read_step_by_step() {
    let (ringing, told) = session("answer_call_with_media_streaming");
    let ringing = ringing.unwrap();
    let expected = steps(&[
        (0, "CallConnected"),
        (0, "ParticipantsUpdated"),
        (1, "CallConnected"),
        (1, "ParticipantsUpdated"),
        (0, "MediaStreamingStarted"),
        (0, "MediaStreamingStopped"),
        (0, "CallDisconnected"),
        (1, "CallDisconnected"),
    ]);
    assert_eq!(story(&told), expected);
    for event in &told {
        // Two legs of one call differ in nothing but their connection.
        assert_eq!(event.server_call_id, ringing.server_call_id);
        assert_eq!(event.correlation_id, ringing.correlation_id);
        assert!(event.result.as_ref().unwrap().is_success());
    }
    let stopped = &told[5];
    assert_eq!(
        stopped.operation_context.as_deref(),
        Some("startMediaStreamingContext")
    );
    let ends: Vec<_> = told[6..]
        .iter()
        .map(|event| event.result.as_ref().unwrap().sub_code.unwrap())
        .collect();
    assert_eq!(ends, [SubCode(7000), SubCode(5001)]);
}

#[test]
fn a_call_with_transcription_is_read_step_by_step() {
    let (ringing, told) = session("answer_call_and_transcription");
    assert_eq!(ringing.unwrap().correlation_id, told[0].correlation_id);
    let expected = steps(&[
        (0, "CallConnected"),
        (1, "CallConnected"),
        (1, "ParticipantsUpdated"),
        (0, "ParticipantsUpdated"),
        (0, "TranscriptionStarted"),
        (0, "TranscriptionUpdated"),
        (0, "PlayStarted"),
        (0, "TranscriptionStopped"),
    ]);
    assert_eq!(story(&told), expected);
}

#[test]
fn the_oldest_form_has_participants_without_their_wrapper_and_no_results() {
    let (_, told) = session("old_2022_preview_shape_sanitised_ids");
    let expected = steps(&[
        (0, "CallConnected"),
        (0, "CallConnected"),
        (0, "ParticipantsUpdated"),
        (0, "ParticipantsUpdated"),
        (0, "CallDisconnected"),
    ]);
    assert_eq!(story(&told)[..5], expected);
    for event in &told {
        assert_eq!(event.result, None);
        if let Kind::ParticipantsUpdated(roster) = &event.kind {
            assert_eq!(roster.sequence_number, None);
            assert_eq!(roster.participants.len(), 2);
            assert!(roster.participants.iter().all(|one| one.is_muted.is_none()));
        }
    }
}

#[test]
fn in_whatever_order_a_recording_comes_it_is_put_back_in_order() {
    for name in [
        "answer_call_with_media_streaming",
        "answer_call_and_transcription",
        "old_2022_preview_shape_sanitised_ids",
    ] {
        let (_, told) = session(name);
        let ordered = in_order(told.clone());
        assert!(ordered.is_sorted_by_key(|event| event.time), "{name}");
        let orders = Just(told).prop_shuffle();
        let mut runner = TestRunner::default();
        let tried = runner.run(&orders, |shuffled| {
            prop_assert_eq!(in_order(shuffled), ordered.clone());
            Ok(())
        });
        tried.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}
