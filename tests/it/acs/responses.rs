//! Answers of the service, read to the value that they say; and refusals, to what they mean.

use interpres::links::acs::wire::{
    connection::{
        Accepted, AddedParticipant, CallConnection, CallState, MovedParticipants, Page,
        Participant, SubscriptionState,
    },
    error::{Meaning, Refusal, SubCode},
    identifier::Identifier,
    identity::{AccessToken, CreatedIdentity},
    rooms::{Role, Room, RoomParticipant},
};
use serde::de::DeserializeOwned;
use time::macros::datetime;

use super::golden::{json, names, text};

const PHONE: &str = "4:+14255550123";
const USER: &str =
    "8:acs:1bdaa2b9-9507-4542-bb64-a7b22c00a8d4_00000014-2033-438d-1000-343a0d006e10";
const OTHER: &str =
    "8:acs:1bdaa2b9-9507-4542-bb64-a7b22c00a8d4_00000014-1889-f3a7-6a0b-343a0d0061f3";
const BOT: &str = "8:acs:1bdaa2b9-9507-4542-bb64-a7b22c00a8d4_0000001c-aaaa-bbbb-cccc-343a0d00b07b";

fn read<T: DeserializeOwned>(name: &str) -> T {
    let golden = json(&format!("responses/{name}.json"));
    serde_json::from_value(golden["body"].clone()).unwrap()
}

fn somebody(raw_id: &str, is_muted: bool) -> Participant {
    Participant {
        identifier: Identifier::from_raw(raw_id),
        is_muted: Some(is_muted),
        is_on_hold: Some(false),
    }
}

fn context(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn a_call_is_read_with_all_that_is_known_of_it() {
    for (name, state, streaming) in [
        (
            "answer_call.200",
            CallState::Connecting,
            SubscriptionState::Inactive,
        ),
        (
            "connect_call.200",
            CallState::Connecting,
            SubscriptionState::Inactive,
        ),
        (
            "get_call.200",
            CallState::Connected,
            SubscriptionState::Active,
        ),
    ] {
        let call: CallConnection = read(name);
        assert_eq!(
            call.call_connection_id,
            "19002280-4245-408d-9d5a-342ec5e39499"
        );
        assert_eq!(call.targets, [Identifier::from_raw(OTHER)], "{name}");
        assert_eq!(call.state, Some(state), "{name}");
        assert_eq!(call.source, Some(Identifier::from_raw(PHONE)));
        assert_eq!(call.answered_by.as_ref().unwrap().id, BOT);
        let id = call.correlation_id.as_deref();
        assert_eq!(id, Some("d166f6eb-d3b2-48c4-b1e9-0d80cccc912a"));
        assert!(call.server_call_id.as_ref().unwrap().starts_with("aHR0"));
        let uri = call.callback_uri.as_ref().unwrap().expose();
        assert!(uri.ends_with("?callerId=%2B14255550123"), "{name}");
        let subscription = call.media_streaming_subscription.as_ref().unwrap();
        let id = subscription.id.as_deref();
        assert_eq!(id, Some("89e8cb59-b991-48b0-b154-1db84f16a077"));
        assert_eq!(subscription.state, Some(streaming), "{name}");
        assert_eq!(subscription.subscribed_content_types, ["audio"]);
        // Where a call is told of holds its secret.
        assert!(!format!("{call:?}").contains("bot.example.com"));
    }
    let call: CallConnection = read("create_call.201");
    assert_eq!(call.targets, [Identifier::from_raw(PHONE)]);
    assert_eq!(call.source_caller_id_number.unwrap().value, "+18005550100");
    assert_eq!(call.source_display_name.as_deref(), Some("Interpreter"));
    assert_eq!(call.media_streaming_subscription, None);
}

#[test]
fn who_is_in_a_call_is_read() {
    let page: Page<Participant> = read("list_participants.200");
    assert_eq!(page.value, [somebody(USER, false)]);
    assert!(
        page.next_link
            .unwrap()
            .ends_with("/page2?api-version=2026-03-12")
    );
    let page: Page<Participant> = read("list_participants_p2.200");
    assert_eq!(
        (page.value, page.next_link),
        (vec![somebody(PHONE, true)], None)
    );
    assert_eq!(
        read::<Participant>("get_participant.200"),
        somebody(PHONE, true)
    );
    let added: AddedParticipant = read("add_participant.202");
    assert_eq!(added.participant, Some(somebody(USER, false)));
    assert_eq!(added.operation_context, context("add-1"));
    let invitation_id = context("8c62f0d2-4f86-4a9c-9d3a-0f5b0f3a3c10");
    assert_eq!(added.invitation_id, invitation_id);
    let moved: MovedParticipants = read("move_participants.202");
    assert_eq!(moved.participants, [somebody(USER, false)]);
    assert_eq!(
        moved.from_call,
        context("11001e80-46a9-46ae-af0b-e2c17a39f885")
    );
    assert_eq!(moved.operation_context, context("move-1"));
    for (name, operation_context, invitation_id) in [
        ("remove_participant.202", "rm-1", None),
        ("mute.200", "mute-1", None),
        ("cancel_add_participant.202", "cancel-1", invitation_id),
    ] {
        let accepted = Accepted {
            operation_context: context(operation_context),
            invitation_id,
        };
        assert_eq!(read::<Accepted>(name), accepted, "{name}");
    }
}

#[test]
fn identities_and_rooms_are_read() {
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE5MDAwMDAwMDB9.sig";
    let made: CreatedIdentity = read("identity_create_user.201");
    assert_eq!(made.identity.id, BOT);
    let ends = Some(datetime!(2026-03-13 10:00 UTC));
    for given in [
        made.access_token.unwrap(),
        read::<AccessToken>("identity_get_token.200"),
    ] {
        assert_eq!((given.token.expose(), given.expires_on), (token, ends));
        assert!(!format!("{given:?}").contains("eyJ"));
    }
    let room = Room {
        id: "99123456789012345".to_owned(),
        created_at: Some(datetime!(2026-03-12 10:00 UTC)),
        valid_from: Some(datetime!(2026-03-12 10:00 UTC)),
        valid_until: Some(datetime!(2026-03-13 10:00 UTC)),
        pstn_dial_out_enabled: Some(false),
    };
    for name in ["rooms_create.201", "rooms_get.200", "rooms_update.200"] {
        assert_eq!(read::<Room>(name), room, "{name}");
    }
    assert_eq!(read::<Page<Room>>("rooms_list.200").value, [room]);
    let seat = |raw_id: &str, role| RoomParticipant {
        raw_id: raw_id.to_owned(),
        role: Some(role),
    };
    let seats = read::<Page<RoomParticipant>>("rooms_participants_list.200").value;
    assert_eq!(
        seats,
        [seat(USER, Role::Attendee), seat(BOT, Role::Presenter)]
    );
}

#[test]
fn a_refusal_means_what_is_to_be_done() {
    for (name, sub_code, meaning) in [
        (
            "error_400_8567_recorded_in_issue_120",
            Some(8567),
            Meaning::IntelligenceNotLinked,
        ),
        ("error_400_call_not_established", Some(8501), Meaning::Gone),
        (
            "error_400_invalid_argument",
            Some(8523),
            Meaning::BadRequest,
        ),
        ("error_401_denied", None, Meaning::Unauthenticated),
        (
            "error_403_source_identity",
            Some(7507),
            Meaning::WrongResource,
        ),
        ("error_404_call_not_found", Some(8522), Meaning::Gone),
        ("error_409_conflict", Some(8519), Meaning::Conflict),
        ("error_412_precondition", Some(8583), Meaning::Precondition),
        ("error_429", None, Meaning::Throttled),
        ("error_500", Some(8500), Meaning::Unavailable),
        ("error_503", None, Meaning::Unavailable),
    ] {
        let golden = json(&format!("responses/{name}.json"));
        let status = golden["status"].as_u64().unwrap().try_into().unwrap();
        let refusal = Refusal::read(status, golden["body"].to_string().as_bytes());
        let error = &golden["body"]["error"];
        assert_eq!(refusal.code, text(error, "code"), "{name}");
        assert_eq!(refusal.message, text(error, "message"), "{name}");
        assert_eq!(refusal.sub_code, sub_code.map(SubCode), "{name}");
        assert_eq!(refusal.meaning(), meaning, "{name}");
        assert!(meaning.code().starts_with("acs_") && !meaning.advice().is_empty());
    }
    // By the message where the code is a word, and by the status where nothing can be read.
    let said = br#"{"error":{"code":"BadRequest","message":"No. DiagCode: 403#7509.@"}}"#;
    assert_eq!(Refusal::read(403, said).meaning(), Meaning::Unauthenticated);
    for body in [&b""[..], b"<html>", b"[]", b"{\"error\":null}"] {
        let refusal = Refusal::read(502, body);
        assert_eq!(
            (&refusal.code[..], refusal.meaning()),
            ("", Meaning::Unavailable)
        );
    }
}

#[test]
fn every_golden_is_looked_at_here_or_has_nothing_in_it() {
    for name in names("responses") {
        let body = &json(&format!("responses/{name}.json"))["body"];
        let is_empty = body.is_null() || body.as_object().is_some_and(|body| body.is_empty());
        let here = include_str!("responses.rs").contains(&format!("\"{name}\""));
        let not_asked = ["send_dtmf.202", "transfer.202"].contains(&&name[..]);
        assert!(is_empty || here || not_asked, "{name}");
    }
}
