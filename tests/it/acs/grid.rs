//! What Event Grid sends, in both schemas, and its two handshakes.

use interpres::links::acs::wire::{
    grid::{CallPlace, DeliveryType, GridEvent, Kind, Schema, read},
    handshake::Handshake,
    identifier::Identifier,
};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::golden::{bytes, json as golden, names, text};

const CALLER: &str =
    "8:acs:1bdaa2b9-9507-4542-bb64-a7b22c00a8d4_00000014-2033-438d-1000-343a0d006e10";

fn told(name: &str) -> GridEvent {
    let batch = read(&bytes(&format!("events/eventgrid/{name}.json"))).unwrap();
    assert_eq!((batch.events.len(), batch.unreadable), (1, 0), "{name}");
    batch.events.into_iter().next().unwrap()
}

#[test]
fn a_call_that_rings_is_the_same_in_both_schemas() {
    for (name, schema) in [
        ("IncomingCall.user.eventgrid", Schema::EventGrid),
        ("IncomingCall.user.cloudevents", Schema::CloudEvents),
        ("IncomingCall.user.cloudevents_batch", Schema::CloudEvents),
        ("IncomingCall.pstn.eventgrid", Schema::EventGrid),
        ("IncomingCall.custom_context.eventgrid", Schema::EventGrid),
    ] {
        let raw = golden(&format!("events/eventgrid/{name}.json"));
        let raw = raw.get(0).unwrap_or(&raw);
        let (time, source) = match schema {
            Schema::EventGrid => ("eventTime", "topic"),
            Schema::CloudEvents => ("time", "source"),
        };
        let event = told(name);
        assert_eq!((&event.id[..], event.schema), (text(raw, "id"), schema));
        assert_eq!(event.source.as_deref(), raw[source].as_str());
        let time = OffsetDateTime::parse(text(raw, time), &Rfc3339).unwrap();
        assert_eq!(event.time, Some(time));
        let Kind::IncomingCall(call) = event.kind else {
            panic!("{name}: {event:?}")
        };
        let data = &raw["data"];
        let raw_id = |who: &str| Identifier::from_raw(text(&data[who], "rawId"));
        assert_eq!(
            (&call.to, &call.from),
            (&raw_id("to"), &raw_id("from")),
            "{name}"
        );
        assert_eq!(
            call.server_call_id.as_deref(),
            data["serverCallId"].as_str()
        );
        assert_eq!(
            call.correlation_id.as_deref(),
            data["correlationId"].as_str()
        );
        assert_eq!(
            call.caller_display_name.as_deref(),
            data["callerDisplayName"].as_str()
        );
        assert_eq!(
            call.incoming_call_context.expose(),
            text(data, "incomingCallContext")
        );
        let has_context = name.contains("custom_context");
        assert_eq!(call.custom_context.is_some(), has_context, "{name}");
        if let Some(context) = call.custom_context {
            assert_eq!(
                context.sip_headers.unwrap()["User-To-User"],
                "56a6;encoding=hex"
            );
            assert_eq!(context.voip_headers.unwrap()["X-Room"], "r1");
            assert_eq!(call.on_behalf_of_callee, Some(raw_id("onBehalfOfCallee")));
        }
    }
}

#[test]
fn the_context_of_a_call_is_shown_nowhere() {
    for name in [
        "IncomingCall.user.eventgrid",
        "IncomingCall.user.cloudevents",
    ] {
        let shown = format!("{:?}", told(name));
        assert!(
            shown.contains("confidential") && !shown.contains("eyJ"),
            "{shown}"
        );
    }
}

#[test]
fn what_happens_in_a_room_is_read_in_the_new_and_the_old_form() {
    let place = CallPlace {
        server_call_id: Some("aHR0cHM6Ly9hcGkuZmxpZ2h0cHJveHkuc2t5cGUuY29tL2FwaS92Mi9jcC9jb252LXVzd2UtMDMtcHJvZC1ha3MuY29udi5za3lwZS5jb20vY29udi8tLWY3b2gxaWlFNkNYTnI4a0t6SnVBP2k9MTAtNjAtOS0yMTUmZT02Mzg3NTE2NDk0Nzk3MDIwMzY=".to_owned()),
        correlation_id: Some("d166f6eb-d3b2-48c4-b1e9-0d80cccc912a".to_owned()),
        room_id: Some("99123456789012345".to_owned()),
        group_id: Some("00000000-0000-0000-0000-000000000000".to_owned()),
        is_rooms_call: Some(true),
        is_two_party: Some(false),
        started_by: Some(Identifier::from_raw(CALLER)),
        ..CallPlace::default()
    };
    let joined = CallPlace {
        user: Some(Identifier::from_raw(CALLER)),
        display_name: Some("Sharif Edge".to_owned()),
        ..place.clone()
    };
    for name in [
        "CallStarted.room.eventgrid",
        "CallStarted.room.old_flat_shape.eventgrid",
    ] {
        match told(name).kind {
            Kind::CallStarted(started) => assert_eq!(*started, place, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
    match told("CallEnded.room.eventgrid").kind {
        Kind::CallEnded(ended) => {
            let seconds = ended.seconds.unwrap();
            assert!((49.0..50.0).contains(&seconds), "{seconds}");
            let expected = CallPlace {
                seconds: Some(seconds),
                ..place
            };
            assert_eq!(*ended, expected);
        }
        other => panic!("{other:?}"),
    }
    match told("CallParticipantAdded.room.eventgrid").kind {
        Kind::ParticipantAdded(added) => assert_eq!(*added, joined),
        other => panic!("{other:?}"),
    }
    match told("CallParticipantRemoved.room.eventgrid").kind {
        Kind::ParticipantRemoved(removed) => assert_eq!(*removed, joined),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_code_is_given_back_at_the_top_of_the_answer() {
    let event = told("SubscriptionValidation.request");
    let Kind::Validation(validation) = event.kind else {
        panic!("{event:?}")
    };
    let url = validation.validation_url.as_ref().unwrap();
    assert!(
        url.expose()
            .starts_with("https://rp-eastus2.eventgrid.azure.net:553/")
    );
    let response = serde_json::to_value(validation.response()).unwrap();
    assert_eq!(
        response,
        golden("events/eventgrid/SubscriptionValidation.response.json")
    );
    let wrong = golden("events/eventgrid/SubscriptionValidation.WRONG_nested_response.json");
    assert_ne!(response, wrong);
}

#[test]
fn the_handshake_of_cloud_events_is_answered_by_headers() {
    let golden = golden("events/eventgrid/CloudEventsHandshake.json");
    let (asked, answer) = (
        &golden["request"]["headers"],
        &golden["response"]["headers"],
    );
    let handshake = Handshake::read(
        asked["WebHook-Request-Origin"].as_str(),
        asked["WebHook-Request-Rate"].as_str(),
    );
    let headers: Value = handshake
        .unwrap()
        .headers()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    assert_eq!(&headers, answer);
    let rate = |rate| {
        Handshake::read(Some("a.example"), rate).unwrap().headers()[1]
            .1
            .to_owned()
    };
    for (asked, answered) in [
        (None, "*"),
        (Some(" 7 "), "7"),
        (Some("many"), "*"),
        (Some(""), "*"),
    ] {
        assert_eq!(rate(asked), answered, "{asked:?}");
    }
    for origin in [None, Some(""), Some("a b"), Some("a\r\nX: y"), Some("<a>")] {
        assert_eq!(Handshake::read(origin, None), None, "{origin:?}");
    }
}

#[test]
fn deliveries_say_what_they_are_for() {
    let headers = golden("events/eventgrid/delivery_headers.json");
    let known = [
        DeliveryType::SubscriptionValidation,
        DeliveryType::Notification,
        DeliveryType::SubscriptionDeletion,
    ];
    let named = headers["aeg-event-type"].as_array().unwrap();
    let read: Vec<_> = named
        .iter()
        .map(|name| DeliveryType::from(name.as_str().unwrap()))
        .collect();
    assert_eq!(read, known);
}

#[test]
fn what_is_not_known_or_cannot_be_read_takes_nothing_with_it() {
    let ringing = golden("events/eventgrid/IncomingCall.pstn.eventgrid.json")[0].clone();
    let mut contextless = ringing.clone();
    contextless["data"]["incomingCallContext"] = Value::Null;
    let mut future = ringing.clone();
    future["eventType"] = json!("Microsoft.Communication.SomethingNew");
    let mut elsewhere = ringing.clone();
    elsewhere["eventType"] = json!("Microsoft.Storage.BlobCreated");
    let body = json!([contextless, future, 7, elsewhere, ringing, {}, {"eventType": "Microsoft.Communication.CallStarted"}]);
    let batch = read(body.to_string().as_bytes()).unwrap();
    let kinds: Vec<_> = batch.events.iter().map(|event| &event.kind).collect();
    assert!(
        matches!(
            &kinds[..],
            [
                Kind::Unknown(one),
                Kind::Unknown(other),
                Kind::IncomingCall(_),
                Kind::CallStarted(_),
            ] if one == "Microsoft.Communication.SomethingNew" && other == "Microsoft.Storage.BlobCreated"
        ),
        "{kinds:?}"
    );
    assert_eq!(batch.unreadable, 3);
    assert!(read(b"no json").is_err());
}

#[test]
fn every_golden_is_looked_at() {
    let looked_at = [
        "CallEnded.room.eventgrid",
        "CallParticipantAdded.room.eventgrid",
        "CallParticipantRemoved.room.eventgrid",
        "CallStarted.room.eventgrid",
        "CallStarted.room.old_flat_shape.eventgrid",
        "CloudEventsHandshake",
        "IncomingCall.custom_context.eventgrid",
        "IncomingCall.pstn.eventgrid",
        "IncomingCall.user.cloudevents",
        "IncomingCall.user.cloudevents_batch",
        "IncomingCall.user.eventgrid",
        "SubscriptionValidation.WRONG_nested_response",
        "SubscriptionValidation.request",
        "SubscriptionValidation.response",
        "delivery_headers",
    ];
    assert_eq!(names("events/eventgrid"), looked_at);
}
