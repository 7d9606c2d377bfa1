//! What is large, odd or much: every character, frames of a megabyte, full groups, empty ones.

use interpres::{
    domain::{room_log::EntryKind, usage::Amount},
    store::record::{AuditRecord, Outcome, SessionRecord, UsageRecord, Write},
};
use serde_json::json;

use super::{
    material::{append, at, create, entry, room_id, said, session, session_id},
    on_every_store,
    place::Place,
};

on_every_store!(
    every_character_comes_back,
    a_nul_in_plain_text_spoils_nothing,
    a_large_frame_comes_back,
    the_largest_group_of_each_kind_is_committed,
    an_empty_group_and_a_mark_change_nothing,
    writes_of_one_group_see_each_other,
    numbers_beyond_what_is_counted_are_kept_apart,
);

/// One of every kind of character: all of the first two planes' beginnings, and some of each other plane.
fn every_character() -> String {
    let planes = (1..=16).flat_map(|plane| (0..64).map(move |low| plane * 0x1_0000 + low));
    (0..0x1_0000)
        .chain(planes)
        .filter_map(char::from_u32)
        .collect()
}

async fn every_character_comes_back(place: Place) {
    let at_hand = place.open().await;
    let text = every_character();
    let mut strange = SessionRecord {
        owner: Some(text.replace('\0', "")),
        data: Some(json!({ (text.clone()): text })),
        ..session("a")
    };
    strange.config.name.clone_from(&text);
    at_hand.write(create(strange.clone())).await;
    let stored = at_hand.store.session(&session_id("a")).await.unwrap();
    assert!(stored == Some(strange), "the session is as it was");
    let fence = at_hand.lease("r").await.fence;
    let frame = json!({ "text": text }).to_string();
    let said = entry(1, EntryKind::Transcription, "a", &frame);
    at_hand.write(append("r", fence, said.clone())).await;
    let stored = at_hand.store.newest(&room_id("r"), 1).await.unwrap();
    assert!(stored == [said], "the frame is as it was");
}

/// PostgreSQL has no place for it in text and keeps another character instead.
async fn a_nul_in_plain_text_spoils_nothing(place: Place) {
    const NUL: &str = "a\0b";
    let kept = match place {
        Place::Postgres(_) => "a\u{FFFD}b",
        Place::Memory(_) | Place::Sqlite(_) => NUL,
    };
    let at_hand = place.open().await;
    let session = |owner: &str| SessionRecord {
        owner: Some(owner.into()),
        ..session("a")
    };
    let usage = |engine: &str| UsageRecord {
        room: room_id("r"),
        engine: engine.into(),
        day: "2026-11-21".into(),
        amount: Amount::audio(1),
    };
    let audit = |text: &str| AuditRecord {
        at: at(0),
        subject: Some(text.into()),
        role: text.into(),
        action: text.into(),
        target: text.into(),
        outcome: text.into(),
    };
    let group = [
        create(session(NUL)),
        Write::AcquireRoom {
            room: room_id("r"),
            node: at_hand.node.clone(),
            name: Some(NUL.into()),
            private: false,
            budget: None,
            at: at(0),
        },
        append("r", 1, entry(1, EntryKind::Transcription, "a", NUL)),
        Write::AddUsage(usage(NUL)),
        Write::Audit(audit(NUL)),
    ];
    let outcomes = at_hand.store.commit(&group).await.unwrap();
    assert_eq!(outcomes.len(), group.len());
    let store = &at_hand.store;
    let stored = store.session(&session_id("a")).await;
    assert_eq!(stored, Ok(Some(session(kept))));
    assert_eq!(store.session_count(Some(NUL)).await, Ok(1), "is found");
    let room = store.room(&room_id("r")).await.unwrap().unwrap();
    assert_eq!(room.name.as_deref(), Some(kept));
    let said = store.newest(&room_id("r"), 1).await.unwrap();
    assert_eq!(&*said[0].frame, kept);
    assert_eq!(store.usage(&room_id("r")).await, Ok(vec![usage(kept)]));
    assert_eq!(store.audit(1).await, Ok(vec![audit(kept)]));
}

async fn a_large_frame_comes_back(place: Place) {
    let at_hand = place.open().await;
    let fence = at_hand.lease("r").await.fence;
    let group: Vec<_> = (1..=8)
        .map(|seq| entry(seq, EntryKind::Transcription, "a", &"ñ".repeat(1 << 20)))
        .collect();
    let writes: Vec<Write> = group
        .iter()
        .map(|one| append("r", fence, one.clone()))
        .collect();
    at_hand.store.commit(&writes).await.unwrap();
    let stored = at_hand.store.newest(&room_id("r"), 8).await.unwrap();
    assert!(stored == group);
}

async fn the_largest_group_of_each_kind_is_committed(place: Place) {
    let at_hand = place.open().await;
    let sessions: Vec<Write> = (0..256)
        .map(|n| create(session(&format!("s{n}"))))
        .collect();
    let done = vec![Outcome::Done; 256];
    assert_eq!(at_hand.store.commit(&sessions).await.unwrap(), done);
    let fence = at_hand.lease("r").await.fence;
    let entries: Vec<Write> = (1..=256)
        .map(|seq| append("r", fence, said(seq, "a")))
        .collect();
    assert_eq!(at_hand.store.commit(&entries).await.unwrap(), done);
    assert_eq!(at_hand.store.session_count(None).await, Ok(256));
    assert_eq!(at_hand.store.extent(&room_id("r")).await.unwrap().last, 256);
}

async fn an_empty_group_and_a_mark_change_nothing(place: Place) {
    let at_hand = place.open().await;
    assert_eq!(at_hand.store.commit(&[]).await, Ok(vec![]));
    assert_eq!(at_hand.write(Write::Mark).await, Outcome::Done);
    assert_eq!(at_hand.store.holders().await, Ok(vec![]));
}

async fn writes_of_one_group_see_each_other(place: Place) {
    let at_hand = place.open().await;
    let group = [
        create(session("a")),
        Write::ClaimSession {
            id: session_id("a"),
            node: at_hand.node.clone(),
        },
        super::material::acquire("r", &at_hand.node),
        append("r", 1, said(1, "a")),
        Write::RemoveSession(session_id("a")),
        create(SessionRecord {
            private_room: room_id("again"),
            ..session("a")
        }),
        Write::EraseSession(session_id("a")),
    ];
    let outcomes = at_hand.store.commit(&group).await.unwrap();
    assert!(matches!(outcomes[1], Outcome::Claimed(_)));
    assert_eq!(
        (&outcomes[3], &outcomes[5]),
        (&Outcome::Done, &Outcome::Done)
    );
    assert_eq!(at_hand.store.session(&session_id("a")).await, Ok(None));
    assert_eq!(at_hand.store.newest(&room_id("r"), 9).await, Ok(vec![]));
}

async fn numbers_beyond_what_is_counted_are_kept_apart(place: Place) {
    let at_hand = place.open().await;
    let largest = i64::MAX as u64;
    let far = SessionRecord {
        cursor: largest,
        entered_at: Some(largest - 1),
        ..session("a")
    };
    at_hand.write(create(far.clone())).await;
    let stored = at_hand.store.session(&session_id("a")).await.unwrap();
    assert_eq!(stored, Some(far));
    let save = SessionRecord {
        fence: u64::MAX,
        ..session("a")
    };
    let fenced = at_hand.write(Write::SaveSession(Box::new(save))).await;
    assert_eq!(fenced, Outcome::Fenced);
}
