//! Callbacks of every type, and the order in which things happened.

use interpres::links::acs::wire::{
    callback::{
        Callback, Kind, MediaStreamingUpdate, Move, StreamingDetail, StreamingStatus, read,
    },
    connection::Participant,
    error::{Meaning, ResultInformation, SubCode},
    identifier::Identifier,
    order::in_order,
};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::golden::{bytes, json as golden, names, text};

const CALL: &str = "19002280-4245-408d-9d5a-342ec5e39499";
const PHONE: &str = "4:+14255550123";
const USER: &str =
    "8:acs:1bdaa2b9-9507-4542-bb64-a7b22c00a8d4_00000014-2033-438d-1000-343a0d006e10";
const BOT: &str = "8:acs:1bdaa2b9-9507-4542-bb64-a7b22c00a8d4_0000001c-aaaa-bbbb-cccc-343a0d00b07b";

fn told(name: &str) -> Vec<Callback> {
    let batch = read(&bytes(&format!("events/callbacks/{name}.json"))).unwrap();
    assert_eq!(batch.unreadable, 0, "{name}");
    batch.events
}

fn somebody(raw_id: &str) -> Option<Identifier> {
    Some(Identifier::from_raw(raw_id))
}

fn streaming(status: StreamingStatus, detail: StreamingDetail) -> MediaStreamingUpdate {
    MediaStreamingUpdate {
        status: Some(status),
        detail: Some(detail),
    }
}

/// What each golden tells besides what all tell; nothing for those whose type alone says it.
fn kind(name: &str) -> Option<Kind> {
    use StreamingDetail as Detail;
    use StreamingStatus as Status;
    let invitation_id = || Some("8c62f0d2-4f86-4a9c-9d3a-0f5b0f3a3c10".to_owned());
    let moved = || Move {
        participant: somebody(USER),
        from_call: Some("11001e80-46a9-46ae-af0b-e2c17a39f885".to_owned()),
    };
    Some(match name {
        "AddParticipantSucceeded" => Kind::AddParticipantSucceeded(somebody(BOT)),
        "AddParticipantFailed" => Kind::AddParticipantFailed(somebody(PHONE)),
        "RemoveParticipantSucceeded" => Kind::RemoveParticipantSucceeded(somebody(BOT)),
        "RemoveParticipantFailed" => Kind::RemoveParticipantFailed(somebody(BOT)),
        "MoveParticipantSucceeded" => Kind::MoveParticipantSucceeded(moved()),
        "MoveParticipantFailed" => Kind::MoveParticipantFailed(moved()),
        "CancelAddParticipantSucceeded" => Kind::CancelAddParticipantSucceeded {
            invitation_id: invitation_id(),
        },
        "CancelAddParticipantFailed" => Kind::CancelAddParticipantFailed {
            invitation_id: invitation_id(),
        },
        "MediaStreamingStarted" => {
            Kind::MediaStreamingStarted(streaming(Status::Started, Detail::SubscriptionStarted))
        }
        "MediaStreamingStarted.reestablished" => {
            Kind::MediaStreamingStarted(streaming(Status::Started, Detail::Reestablished))
        }
        "MediaStreamingStopped" => {
            Kind::MediaStreamingStopped(streaming(Status::Stopped, Detail::SubscriptionStopped))
        }
        "MediaStreamingFailed.8581" => {
            Kind::MediaStreamingFailed(streaming(Status::Failed, Detail::InitialConnectionFailed))
        }
        "MediaStreamingFailed.interrupted" => {
            Kind::MediaStreamingFailed(streaming(Status::Failed, Detail::Interrupted))
        }
        "ContinuousDtmfRecognitionToneReceived" => Kind::ContinuousDtmfRecognitionToneReceived {
            tone: Some("five".to_owned()),
        },
        "unknown_future_type" => {
            Kind::Unknown("Microsoft.Communication.SomethingNewFromTheFuture".to_owned())
        }
        _ => return None,
    })
}

#[test]
fn every_callback_is_read_as_what_it_says() {
    for name in names("events/callbacks") {
        let raw = golden(&format!("events/callbacks/{name}.json"));
        let raw = raw.as_array().cloned().unwrap_or_else(|| vec![raw.clone()]);
        let events = told(&name);
        assert_eq!(events.len(), raw.len(), "{name}");
        for (event, raw) in events.iter().zip(&raw) {
            let data = &raw["data"];
            assert_eq!(event.id, text(raw, "id"), "{name}");
            assert_eq!(event.call_connection_id, CALL, "{name}");
            assert_eq!(
                event.server_call_id.as_deref(),
                data["serverCallId"].as_str()
            );
            assert_eq!(
                event.correlation_id.as_deref(),
                data["correlationId"].as_str()
            );
            assert_eq!(
                event.operation_context.as_deref(),
                data["operationContext"].as_str()
            );
            let time = OffsetDateTime::parse(text(raw, "time"), &Rfc3339).unwrap();
            assert_eq!(event.time, Some(time), "{name}");
            let result = &data["resultInformation"];
            let number = |field: &str| u32::try_from(result[field].as_u64().unwrap()).unwrap();
            let expected = ResultInformation {
                code: Some(number("code")),
                sub_code: Some(SubCode(number("subCode"))),
                message: Some(text(result, "message").to_owned()),
            };
            assert_eq!(event.result, Some(expected), "{name}");
            match kind(&name) {
                Some(kind) => assert_eq!(event.kind, kind, "{name}"),
                // Named like the type, which is what shows when it is written out.
                None => {
                    let shown = format!("{:?}", event.kind);
                    let own = text(raw, "type").rsplit('.').next().unwrap();
                    assert_eq!(shown.split('(').next(), Some(own), "{name}");
                }
            }
        }
    }
}

#[test]
fn a_roster_says_who_is_there_and_how() {
    let events = told("ParticipantsUpdated.three_one_muted");
    let Kind::ParticipantsUpdated(roster) = &events[0].kind else {
        panic!("{events:?}")
    };
    assert_eq!(roster.sequence_number, Some(2));
    let participant = |raw_id, is_muted, is_on_hold| Participant {
        identifier: Identifier::from_raw(raw_id),
        is_muted: Some(is_muted),
        is_on_hold: Some(is_on_hold),
    };
    assert_eq!(
        roster.participants,
        [
            participant(USER, false, false),
            participant(PHONE, true, false),
            participant(BOT, false, true),
        ]
    );
}

#[test]
fn sub_codes_mean_what_is_to_be_done() {
    for (name, meaning) in [
        ("CallDisconnected.5001_remote_ended", Meaning::Ended),
        (
            "CallDisconnected.5010_last_participant_left",
            Meaning::Ended,
        ),
        ("CallDisconnected.7000_we_hung_up", Meaning::Ended),
        ("ConnectFailed", Meaning::Gone),
        ("HoldFailed", Meaning::Gone),
        ("MediaStreamingFailed.8581", Meaning::BadStreamAddress),
        ("MediaStreamingFailed.interrupted", Meaning::StreamFailed),
        ("TranscriptionFailed", Meaning::BadStreamAddress),
        ("CreateCallFailed", Meaning::Other),
    ] {
        let result = told(name)[0].result.clone().unwrap();
        assert_eq!(result.meaning(), meaning, "{name}");
        assert_eq!(
            result.is_success(),
            name.starts_with("CallDisconnected"),
            "{name}"
        );
    }
}

#[test]
fn what_cannot_be_read_takes_nothing_with_it() {
    let good = golden("events/callbacks/CallConnected.json")[0].clone();
    let mut bare = good.clone();
    bare["data"] = Value::Null;
    let mut odd = good.clone();
    odd["data"]["resultInformation"] = json!("all is well");
    odd["data"]["serverCallId"] = json!({});
    odd["time"] = json!("yesterday");
    odd["id"] = Value::Null;
    let mut nameless = good.clone();
    nameless["data"]["callConnectionId"] = Value::Null;
    nameless["source"] = json!(5);
    let mut typeless = good.clone();
    typeless["type"] = Value::Null;
    let body = json!([5, null, good, bare, odd, nameless, typeless, []]);
    let batch = read(body.to_string().as_bytes()).unwrap();
    assert_eq!(batch.unreadable, 5);
    assert_eq!(batch.events.len(), 3);
    for event in &batch.events {
        assert_eq!(event.kind, Kind::CallConnected);
        assert_eq!(
            event.call_connection_id, CALL,
            "from the data, or the source"
        );
    }
    let odd = &batch.events[2];
    assert_eq!((&odd.id[..], odd.time, &odd.result), ("", None, &None));
    for nothing in ["", "5", "null", "\"text\"", "[", "{"] {
        assert!(read(nothing.as_bytes()).is_err(), "{nothing}");
    }
    assert_eq!(read(b"[]").unwrap().events, []);
}

/// A roster of a leg, told with a number and a time.
fn roster(leg: &str, number: u64, second: u32) -> Callback {
    let event = json!({
        "id": format!("{leg}{number}"),
        "type": "Microsoft.Communication.ParticipantsUpdated",
        "time": format!("2026-03-12T10:00:{second:02}Z"),
        "data": {"callConnectionId": leg, "sequenceNumber": number, "participants": []},
    });
    read(event.to_string().as_bytes()).unwrap().events.remove(0)
}

#[test]
fn things_are_put_in_the_order_in_which_they_happened() {
    let ids = |told: Vec<Callback>| -> Vec<String> {
        in_order(told).into_iter().map(|event| event.id).collect()
    };
    let mut connected = roster("a", 0, 2);
    connected.kind = Kind::CallConnected;
    connected.id = "connected".to_owned();
    // By time; but of one leg by number, even where a stamp was put on late.
    let told = vec![
        roster("a", 3, 4),
        roster("b", 1, 5),
        connected.clone(),
        roster("a", 2, 6),
        roster("a", 1, 1),
    ];
    assert_eq!(ids(told), ["a1", "connected", "a2", "b1", "a3"]);
    let mut timeless = connected;
    timeless.time = None;
    assert_eq!(ids(vec![roster("a", 1, 1), timeless]), ["connected", "a1"]);
    let (older, newer) = (roster("a", 1, 9).moment(), roster("a", 2, 1).moment());
    assert!(newer.is_after(&older) && !older.is_after(&newer) && !newer.is_after(&newer));
}
