//! Erasure: nothing is left that was said by who is erased, or in the room that is, in rows or in files.

use std::path::Path;

use interpres::{
    domain::{room_log::EntryKind, usage::Amount},
    store::record::{Outcome, Range, UsageRecord, Write},
};

use super::{
    material::{acquire, append, at, create, entry, release, room_id, said, session, session_id},
    on_every_store,
    place::Place,
};

on_every_store!(
    who_is_erased_is_in_no_room,
    a_room_that_is_erased_goes_on_counting,
);

async fn who_is_erased_is_in_no_room(place: Place) {
    let at_hand = place.open().await;
    at_hand
        .store
        .commit(&[create(session("ana")), create(session("berta"))])
        .await
        .unwrap();
    for room in ["r1", "r2"] {
        let fence = at_hand.lease(room).await.fence;
        let group = [
            append(room, fence, entry(1, EntryKind::Present, "ana", "{}")),
            append(room, fence, entry(2, EntryKind::Present, "berta", "{}")),
            append(room, fence, said(3, "ana")),
            append(room, fence, entry(4, EntryKind::Translation, "ana", "{}")),
            append(room, fence, said(5, "berta")),
            append(room, fence, entry(6, EntryKind::Left, "ana", "{}")),
        ];
        at_hand.store.commit(&group).await.unwrap();
    }
    let erase = Write::EraseSession(session_id("ana"));
    assert_eq!(at_hand.write(erase.clone()).await, Outcome::Done);
    assert_eq!(at_hand.write(erase).await, Outcome::Done, "there is none");
    at_hand.store.scrub().await.unwrap();
    assert_eq!(at_hand.store.session(&session_id("ana")).await, Ok(None));
    assert_eq!(at_hand.store.session_count(None).await, Ok(1));
    for room in ["r1", "r2"] {
        let left = at_hand.store.newest(&room_id(room), 10).await.unwrap();
        let numbers: Vec<u64> = left.iter().map(|entry| entry.seq).collect();
        assert_eq!(numbers, [2, 5]);
    }
}

async fn a_room_that_is_erased_goes_on_counting(place: Place) {
    let at_hand = place.open().await;
    let named = Write::AcquireRoom {
        room: room_id("r"),
        node: at_hand.node.clone(),
        name: Some("Secret meeting".into()),
        private: false,
        budget: None,
        at: at(0),
    };
    let used = Write::AddUsage(UsageRecord {
        room: room_id("r"),
        engine: "local".into(),
        day: "2026-11-21".into(),
        amount: Amount::audio(9),
    });
    let group = [named, append("r", 1, said(1, "ana")), used];
    at_hand.store.commit(&group).await.unwrap();
    let erase = Write::EraseRoom(room_id("r"));
    assert_eq!(at_hand.write(erase.clone()).await, Outcome::Done);
    assert_eq!(
        at_hand.write(Write::EraseRoom(room_id("none"))).await,
        Outcome::Done
    );
    let all = Range {
        after: 0,
        limit: 10,
    };
    assert_eq!(at_hand.store.entries(&room_id("r"), all).await, Ok(vec![]));
    assert_eq!(at_hand.store.usage(&room_id("r")).await, Ok(vec![]));
    let day = || "2026-11-21".to_owned().try_into().unwrap();
    let spent = at_hand.store.usage_by_day(day(), day()).await.unwrap();
    assert_eq!(spent.len(), 1, "what was spent was spent");
    assert_eq!(spent[0].amount, Amount::audio(9));
    let room = at_hand.store.room(&room_id("r")).await.unwrap().unwrap();
    assert_eq!((room.name, room.fence), (None, 1));
    assert_eq!(room.reserved, 1_000, "numbers are not given twice");
}

/// The files below a folder in which this stands.
fn files_with(folder: &Path, word: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, word));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        if bytes
            .windows(word.len())
            .any(|part| part == word.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
    found
}

/// Many rooms that grow and shrink side by side, so that pages are split, joined and used again.
#[tokio::test]
async fn no_file_of_sqlite_holds_what_was_erased() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let place = Place::Sqlite(folder);
    let at_hand = place.open().await;
    let word = "unmistakable-words";
    let who = "erased-one";
    let mut group = vec![create(session(who))];
    let rooms = 20;
    for room in 0..rooms {
        group.push(acquire(&format!("room-{room}"), &at_hand.node));
    }
    at_hand.store.commit(&group).await.unwrap();
    for seq in 1..=60_u64 {
        let said_by = |room: u64| match (seq + room) % 3 {
            0 => {
                let frame = format!(
                    "{{{seq} {word} {}}}",
                    "é".repeat((room * 97 % 900) as usize)
                );
                entry(seq, EntryKind::Transcription, who, &frame)
            }
            _ => said(seq, &format!("other-{room}")),
        };
        let group: Vec<Write> = (0..rooms)
            .map(|room| append(&format!("room-{room}"), 1, said_by(room)))
            .collect();
        at_hand.store.commit(&group).await.unwrap();
        if seq % 20 == 0 {
            let other = session_id(&format!("other-{}", seq / 20));
            at_hand.write(Write::EraseSession(other)).await;
        }
        if seq == 40 {
            at_hand.store.scrub().await.unwrap();
        }
    }
    assert!(!files_with(&path, word).is_empty(), "it was there");
    at_hand.write(release("room-0", 1, 60, true)).await;
    at_hand.write(Write::EraseSession(session_id(who))).await;
    at_hand.store.scrub().await.unwrap();
    assert_eq!(files_with(&path, word), Vec::<String>::new());
    assert_eq!(files_with(&path, who), Vec::<String>::new());
    assert_eq!(
        at_hand
            .store
            .extent(&room_id("room-9"))
            .await
            .unwrap()
            .entries,
        40
    );
}
