//! Does with our client what the goldens did with the official SDK.

use std::{collections::BTreeMap, time::Duration};

use interpres::links::acs::{
    client::{AcsError, Client},
    wire::{
        confidential::Confidential,
        identity::{CreateIdentity, IssueToken, TokenScope},
        media::MediaOperation,
        request::{
            AddParticipant, CancelAddParticipant, CustomCallingContext, MoveParticipants,
            MuteParticipant, Redirect, Reject, RejectReason, RemoveParticipant,
        },
        rooms::{CreateRoom, Role, Seat, UpdateRoom, UpdateSeats},
    },
};
use time::macros::datetime;

use super::asking::{
    BOT, CALL, CONTEXT, OTHER, PHONE, ROOM, USER, answering, connecting, creating, number, playing,
    some, who,
};

/// More than any of this takes.
pub const BUDGET: Duration = Duration::from_secs(30);

/// Does what a golden did.
pub async fn perform(client: &Client, name: &str) -> Result<(), AcsError> {
    if let Some(answer) = answering(name) {
        return client.answer(&answer, BUDGET).await.map(drop);
    }
    if let Some(connect) = connecting(name) {
        return client.connect(&connect, BUDGET).await.map(drop);
    }
    if let Some(create) = creating(name) {
        return client.create(&create, BUDGET).await.map(drop);
    }
    if let Some(play) = playing(name) {
        return client.play(CALL, &play, BUDGET).await;
    }
    let context: Confidential = CONTEXT.into();
    let redirect = |target: &str| Redirect {
        incoming_call_context: context.clone(),
        target: who(target),
    };
    let reject = |call_reject_reason| Reject {
        incoming_call_context: context.clone(),
        call_reject_reason,
    };
    let operation = |uri: Option<&str>, context: &str| MediaOperation {
        operation_callback_uri: uri.map(Into::into),
        operation_context: some(context),
    };
    match name {
        "redirect_call_phone" => client.redirect(&redirect(PHONE), BUDGET).await,
        "redirect_call_user" => client.redirect(&redirect(OTHER), BUDGET).await,
        "reject_call_default" => client.reject(&reject(None), BUDGET).await,
        "reject_call_busy" => {
            client
                .reject(&reject(Some(RejectReason::Busy)), BUDGET)
                .await
        }
        "get_call_properties" => client.get(CALL, BUDGET).await.map(drop),
        "hang_up_self" => client.hang_up(CALL, BUDGET).await.map(drop),
        "hang_up_everyone" => client.terminate(CALL, BUDGET).await.map(drop),
        "list_participants.1" => {
            let all = client.list_participants(CALL, BUDGET).await?;
            let all: Vec<_> = all.iter().map(|one| &one.identifier.raw_id[..]).collect();
            assert_eq!(all, [USER, PHONE]);
            Ok(())
        }
        "get_participant_phone" => client.get_participant(CALL, PHONE, BUDGET).await.map(drop),
        "get_participant_user" => client.get_participant(CALL, USER, BUDGET).await.map(drop),
        "add_participant_user" | "add_participant_phone" => {
            let add = if name.ends_with("user") {
                AddParticipant {
                    source_display_name: some("Interpreter"),
                    invitation_timeout_in_seconds: Some(30),
                    operation_context: some("add-1"),
                    ..AddParticipant::new(who(BOT))
                }
            } else {
                let header =
                    |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
                AddParticipant {
                    source_caller_id_number: number("+18005550100"),
                    operation_context: some("add-2"),
                    operation_callback_uri: Some("https://bot.example.com/ops".into()),
                    custom_calling_context: Some(CustomCallingContext {
                        voip_headers: header("room", "r1"),
                        sip_headers: header("User-To-User", "x"),
                    }),
                    ..AddParticipant::new(who(PHONE))
                }
            };
            client.add_participant(CALL, &add, BUDGET).await.map(drop)
        }
        "remove_participant" => {
            let remove = RemoveParticipant {
                participant_to_remove: who(BOT),
                operation_context: some("rm-1"),
                operation_callback_uri: None,
            };
            client
                .remove_participant(CALL, &remove, BUDGET)
                .await
                .map(drop)
        }
        "move_participants" => {
            let moved = MoveParticipants {
                target_participants: vec![who(USER)],
                operation_context: some("move-1"),
                from_call: "11001e80-46a9-46ae-af0b-e2c17a39f885".to_owned(),
                operation_callback_uri: None,
            };
            client
                .move_participants(CALL, &moved, BUDGET)
                .await
                .map(drop)
        }
        "mute_participant" => {
            let mute = MuteParticipant {
                target_participants: [who(USER)],
                operation_context: some("mute-1"),
            };
            client.mute_participant(CALL, &mute, BUDGET).await.map(drop)
        }
        "cancel_add_participant" => {
            let cancel = CancelAddParticipant {
                invitation_id: "8c62f0d2-4f86-4a9c-9d3a-0f5b0f3a3c10".to_owned(),
                operation_context: some("cancel-1"),
                operation_callback_uri: None,
            };
            client
                .cancel_add_participant(CALL, &cancel, BUDGET)
                .await
                .map(drop)
        }
        "start_media_streaming" => {
            let start = operation(
                Some("https://bot.example.com/ops"),
                "startMediaStreamingContext",
            );
            client.start_media_streaming(CALL, &start, BUDGET).await
        }
        "stop_media_streaming" => {
            let stop = operation(None, "stopMediaStreamingContext");
            client.stop_media_streaming(CALL, &stop, BUDGET).await
        }
        "start_media_streaming_empty" => {
            let start = MediaOperation::default();
            client.start_media_streaming(CALL, &start, BUDGET).await
        }
        "stop_media_streaming_empty" => {
            let stop = MediaOperation::default();
            client.stop_media_streaming(CALL, &stop, BUDGET).await
        }
        "cancel_all_media" => client.cancel_media(CALL, BUDGET).await,
        _ => perform_elsewhere(client, name).await,
    }
}

/// The same of identities and rooms.
async fn perform_elsewhere(client: &Client, name: &str) -> Result<(), AcsError> {
    use TokenScope::{Chat, Voip};
    let token = |create_token_with_scopes, expires_in_minutes| CreateIdentity {
        create_token_with_scopes,
        expires_in_minutes,
    };
    let presenter = || Seat {
        role: Role::Presenter,
    };
    let seat = |seat: Option<Seat>| UpdateSeats {
        participants: BTreeMap::from([(BOT.to_owned(), seat)]),
    };
    match name {
        "identity_create_user" => client.create_identity(None, BUDGET).await.map(drop),
        "identity_create_user_and_token" => {
            let token = token(vec![Voip, Chat], None);
            client.create_identity(Some(&token), BUDGET).await.map(drop)
        }
        "identity_create_user_and_token_60min" => {
            let token = token(vec![Voip], Some(60));
            client.create_identity(Some(&token), BUDGET).await.map(drop)
        }
        "identity_delete_user" => client.delete_identity(USER, BUDGET).await,
        "identity_get_token" => {
            let token = IssueToken {
                scopes: vec![Voip],
                expires_in_minutes: None,
            };
            client.issue_token(USER, &token, BUDGET).await.map(drop)
        }
        "identity_revoke_tokens" => client.revoke_tokens(USER, BUDGET).await,
        "rooms_create" => {
            let attendee = Seat {
                role: Role::Attendee,
            };
            let seats = [(USER.to_owned(), attendee), (BOT.to_owned(), presenter())];
            let create = CreateRoom {
                valid_from: Some(datetime!(2026-03-12 10:00 UTC)),
                valid_until: Some(datetime!(2026-03-13 10:00 UTC)),
                pstn_dial_out_enabled: false,
                participants: seats.into(),
            };
            client.create_room(&create, BUDGET).await.map(drop)
        }
        "rooms_create_empty" => {
            let create = CreateRoom::default();
            client.create_room(&create, BUDGET).await.map(drop)
        }
        "rooms_get" => client.get_room(ROOM, BUDGET).await.map(drop),
        "rooms_list" => client.list_rooms(BUDGET).await.map(drop),
        "rooms_delete" => client.delete_room(ROOM, BUDGET).await,
        "rooms_update" => {
            let update = UpdateRoom {
                valid_from: Some(datetime!(2026-03-12 10:00 UTC)),
                valid_until: Some(datetime!(2026-03-14 10:00 UTC)),
                pstn_dial_out_enabled: Some(true),
            };
            client.update_room(ROOM, &update, BUDGET).await.map(drop)
        }
        "rooms_list_participants" => client.list_room_participants(ROOM, BUDGET).await.map(drop),
        "rooms_add_or_update_participants" => {
            let update = seat(Some(presenter()));
            client.update_room_participants(ROOM, &update, BUDGET).await
        }
        "rooms_remove_participants" => {
            let update = seat(None);
            client.update_room_participants(ROOM, &update, BUDGET).await
        }
        other => panic!("nobody knows how to do {other}"),
    }
}
