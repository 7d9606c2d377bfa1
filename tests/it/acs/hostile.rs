//! Whatever comes over the wire is read or refused, and nothing breaks.

use interpres::links::acs::{
    signing::{ConnectionString, Endpoint},
    wire::{
        callback,
        connection::{CallConnection, Page, Participant},
        error::Refusal,
        frame::{self, Inbound},
        grid,
        handshake::Handshake,
        identifier::Identifier,
        order::in_order,
    },
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::golden;

/// Any JSON, with names among those of the wire.
fn anything() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "kind",
        "Kind",
        "audioData",
        "AudioData",
        "data",
        "rawId",
        "phoneNumber",
        "value",
        "type",
        "eventType",
        "id",
        "time",
        "participants",
        "identifier",
        "communicationUser",
        "error",
        "code",
        "message",
        "sequenceNumber",
        "resultInformation",
        "callConnectionId",
        "source",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "AudioData",
            "Microsoft.Communication.ParticipantsUpdated",
            "Microsoft.Communication.IncomingCall",
            "2026-03-12T10:00:00Z",
            "4:+1",
            "8:acs:a_b_c",
            "DiagCode: 4#85",
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(names.clone(), inner, 0..6).prop_map(|fields| {
                let fields = fields.into_iter();
                Value::Object(
                    fields
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

/// Reads bytes as everything that there is.
fn read_all(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = Inbound::read(&text);
    if let Ok(batch) = callback::read(bytes) {
        let count = batch.events.len();
        assert_eq!(in_order(batch.events).len(), count, "none is lost");
    }
    let _ = grid::read(bytes);
    let refusal = Refusal::read(500, bytes);
    assert!(refusal.code.chars().count() <= 64 && refusal.message.chars().count() <= 400);
    let _ = serde_json::from_slice::<CallConnection>(bytes);
    let _ = serde_json::from_slice::<Page<Participant>>(bytes);
    let _ = serde_json::from_slice::<Identifier>(bytes);
    let _ = Handshake::read(Some(&text), Some(&text));
    let _ = Endpoint::parse(&text);
    let _ = ConnectionString::parse(&text.as_ref().into());
    let _ = Identifier::from_raw(&text);
}

proptest! {
    #[test]
    fn bytes_of_any_kind_break_nothing(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_all(&bytes);
    }

    #[test]
    fn json_of_any_form_breaks_nothing(value in anything()) {
        read_all(value.to_string().as_bytes());
    }

    #[test]
    fn a_golden_in_which_something_was_replaced_breaks_nothing(
        which in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        value in anything(),
    ) {
        let files = ["events/callbacks/ParticipantsUpdated.json", "events/eventgrid/IncomingCall.pstn.eventgrid.json",
            "ws/in_audiometadata_16k.json", "ws/in_dtmfdata_extended.json", "events/callbacks/MediaStreamingStarted.json"];
        let mut golden = golden::json(files[which.index(files.len())]);
        let mut pointers = Vec::new();
        pointers_of(&golden, String::new(), &mut pointers);
        *golden.pointer_mut(&pointers[place.index(pointers.len())]).unwrap() = value;
        read_all(golden.to_string().as_bytes());
    }

    #[test]
    fn what_is_heard_is_what_was_said(samples in prop::collection::vec(any::<i16>(), 0..600)) {
        let Ok(Inbound::Audio(heard)) = Inbound::read(&frame::audio(&samples)) else {
            panic!("it is sound")
        };
        prop_assert_eq!(heard.samples, samples);
    }

    #[test]
    fn a_message_never_shows_an_address_or_a_token(before in "[a-z ]{0,20}", secret in "[A-Za-z0-9]{41,90}") {
        let message = format!("{before} https://a.example/callbacks/{secret} and {secret}\n DiagCode: 400#8523.@");
        let refusal = Refusal::read(400, json!({"error": {"code": secret, "message": message}}).to_string().as_bytes());
        let shown = format!("{refusal:?}");
        prop_assert!(!shown.contains(&secret));
        prop_assert_eq!(refusal.sub_code.unwrap().0, 8523);
    }
}

fn pointers_of(value: &Value, here: String, found: &mut Vec<String>) {
    match value {
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                pointers_of(element, format!("{here}/{index}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                pointers_of(field, format!("{here}/{name}"), found);
            }
        }
        _ => {}
    }
    found.push(here);
}

#[test]
fn nesting_without_end_breaks_nothing() {
    for open in ["[", "{\"data\":", "[{\"data\":["] {
        read_all(open.repeat(100_000).as_bytes());
    }
}
