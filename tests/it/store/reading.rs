//! What is read: pages of sessions and logs, who is there, usage, the audit trail.

use interpres::{
    domain::{
        room_log::{EntryKind, LogEntry},
        usage::{Amount, Cost},
    },
    store::record::{AuditRecord, LogExtent, Outcome, Range, SessionRecord, UsageRecord, Write},
};

use super::{
    material::{append, at, create, entry, room_id, said, session, session_id},
    on_every_store,
    place::{Opened, Place},
};

on_every_store!(
    sessions_come_in_pages_in_order_of_their_bytes,
    sessions_are_counted_by_owner,
    a_log_is_read_in_parts,
    comings_and_goings_are_read_alone,
    usage_adds_up,
    the_audit_trail_is_read_from_its_end,
    old_entries_usage_audit_and_rooms_are_forgotten,
);

async fn sessions_come_in_pages_in_order_of_their_bytes(place: Place) {
    let at_hand = place.open().await;
    // A language would sort these differently, and `_` beside `.` as nothing.
    let names = ["-", ".a", "10", "9", "A", "B", "_", "a", "a.b", "a_a", "b"];
    let group: Vec<Write> = names
        .iter()
        .rev()
        .map(|name| create(session(name)))
        .collect();
    at_hand.store.commit(&group).await.unwrap();
    let mut read = Vec::new();
    let mut after = None;
    loop {
        let page = at_hand.store.sessions(after.as_ref(), 4).await.unwrap();
        assert!(page.len() <= 4);
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        read.extend(page);
    }
    assert_eq!(read, names.map(session));
}

async fn sessions_are_counted_by_owner(place: Place) {
    let at_hand = place.open().await;
    assert_eq!(at_hand.store.session_count(None).await, Ok(0));
    let owned = |name: &str, owner: Option<&str>| {
        create(SessionRecord {
            owner: owner.map(str::to_owned),
            ..session(name)
        })
    };
    let long = "ö".repeat(5_000);
    let group = [
        owned("a", Some("ana")),
        owned("b", Some("ana")),
        owned("c", Some("Ana")),
        owned("d", Some(&long)),
        owned("e", None),
    ];
    at_hand.store.commit(&group).await.unwrap();
    let count = async |owner| at_hand.store.session_count(owner).await.unwrap();
    assert_eq!(count(None).await, 5);
    assert_eq!(count(Some("ana")).await, 2);
    assert_eq!(count(Some(&long)).await, 1);
    assert_eq!(count(Some("nobody")).await, 0);
}

/// A room "r" with ten entries, of which the third and the seventh are a coming and a going.
async fn talk(at_hand: &Opened) -> Vec<LogEntry> {
    let fence = at_hand.lease("r").await.fence;
    let log: Vec<LogEntry> = (1..=10)
        .map(|seq| match seq {
            3 => entry(seq, EntryKind::Present, "ana", "{}"),
            7 => entry(seq, EntryKind::Left, "ana", "{}"),
            8 => entry(seq, EntryKind::Translation, "ana", "{}"),
            _ => said(seq, "ana"),
        })
        .collect();
    let group: Vec<Write> = log
        .iter()
        .map(|entry| append("r", fence, entry.clone()))
        .collect();
    at_hand.store.commit(&group).await.unwrap();
    // A neighbour of which nothing must be read.
    let fence = at_hand.lease("r.2").await.fence;
    at_hand.write(append("r.2", fence, said(1, "berta"))).await;
    log
}

async fn a_log_is_read_in_parts(place: Place) {
    let at_hand = place.open().await;
    let log = talk(&at_hand).await;
    let room = room_id("r");
    let part = async |after, limit| at_hand.store.entries(&room, Range { after, limit }).await;
    assert_eq!(part(0, 100).await, Ok(log.clone()));
    assert_eq!(part(2, 3).await, Ok(log[2..5].to_vec()));
    assert_eq!(part(10, 3).await, Ok(vec![]));
    assert_eq!(part(u64::MAX, u32::MAX).await, Ok(vec![]));
    assert_eq!(part(0, 0).await, Ok(vec![]));
    assert_eq!(at_hand.store.newest(&room, 3).await, Ok(log[7..].to_vec()));
    assert_eq!(at_hand.store.newest(&room, u32::MAX).await, Ok(log));
    let all = LogExtent {
        entries: 10,
        first: 1,
        last: 10,
    };
    assert_eq!(at_hand.store.extent(&room).await, Ok(all));
    let none = room_id("none");
    assert_eq!(at_hand.store.extent(&none).await, Ok(LogExtent::default()));
    assert_eq!(at_hand.store.newest(&none, 3).await, Ok(vec![]));
}

async fn comings_and_goings_are_read_alone(place: Place) {
    let at_hand = place.open().await;
    let log = talk(&at_hand).await;
    let from = async |from| at_hand.store.presences(&room_id("r"), from).await.unwrap();
    let both = [log[2].clone(), log[6].clone()];
    assert_eq!(from(0).await, both);
    assert_eq!(from(3).await, both);
    assert_eq!(from(4).await, both[1..]);
    assert_eq!(from(8).await, []);
}

fn amount(audio_ms: u64) -> Amount {
    Amount {
        audio_ms,
        tokens: 3 * audio_ms,
        cost: Cost::from_nanodollars(1_000_000_007 * audio_ms),
    }
}

fn used(room: &str, day: &str, engine: &str, audio_ms: u64) -> UsageRecord {
    UsageRecord {
        room: room_id(room),
        engine: engine.into(),
        day: day.into(),
        amount: amount(audio_ms),
    }
}

async fn usage_adds_up(place: Place) {
    let at_hand = place.open().await;
    let group = [
        used("r", "2026-11-21", "local", 20),
        used("r", "2026-11-20", "palabra", 5),
        used("r", "2026-11-21", "azure", 1),
        used("r", "2026-11-21", "local", 22),
        used("other", "2026-11-21", "local", 9),
    ];
    let outcomes = at_hand
        .store
        .commit(&group.map(Write::AddUsage))
        .await
        .unwrap();
    assert_eq!(outcomes, vec![Outcome::Done; 5]);
    let sums = vec![
        used("r", "2026-11-20", "palabra", 5),
        used("r", "2026-11-21", "azure", 1),
        used("r", "2026-11-21", "local", 42),
    ];
    assert_eq!(at_hand.store.usage(&room_id("r")).await, Ok(sums));
    assert_eq!(at_hand.store.usage(&room_id("none")).await, Ok(vec![]));
}

fn ordered(number: u64) -> AuditRecord {
    AuditRecord {
        at: at(number),
        subject: number.is_multiple_of(2).then(|| format!("Ána {number}")),
        role: "admin".into(),
        action: "room.close".into(),
        target: format!("rooms/{number}"),
        outcome: "done".into(),
    }
}

async fn the_audit_trail_is_read_from_its_end(place: Place) {
    let at_hand = place.open().await;
    // The order is that of writing, whatever the clock said.
    let group = [3, 1, 2].map(|number| Write::Audit(ordered(number)));
    at_hand.store.commit(&group).await.unwrap();
    assert_eq!(
        at_hand.store.audit(2).await,
        Ok(vec![ordered(2), ordered(1)])
    );
    assert_eq!(at_hand.store.audit(u32::MAX).await.unwrap().len(), 3);
}

async fn old_entries_usage_audit_and_rooms_are_forgotten(place: Place) {
    let at_hand = place.open().await;
    let talked = at_hand.lease("talked").await.fence;
    let silent = at_hand.lease("silent").await.fence;
    let held = at_hand.lease("held").await.fence;
    let back = |room, fence| super::material::release(room, fence, 9, true);
    let day = at(5).day();
    let group = [
        append("talked", talked, said(4, "ana")),
        append("talked", talked, said(5, "ana")),
        append("held", held, said(4, "ana")),
        Write::AddUsage(used(
            "talked",
            &at(5).before(std::time::Duration::from_hours(24)).day(),
            "x",
            1,
        )),
        Write::AddUsage(used("talked", &day, "x", 2)),
        Write::Audit(ordered(6)),
        Write::Audit(ordered(7)),
        back("talked", talked),
        back("silent", silent),
        create(session("a")),
    ];
    at_hand.store.commit(&group).await.unwrap();
    let forget = |entries, audit| Write::ForgetOld {
        entries_before: at(entries),
        audit_before: at(audit),
    };
    assert_eq!(at_hand.write(forget(5, 7)).await, Outcome::Done);
    let room = room_id("talked");
    let newest = async || at_hand.store.newest(&room, 10).await.unwrap();
    assert_eq!(newest().await, [said(5, "ana")]);
    assert_eq!(at_hand.store.usage(&room).await.unwrap().len(), 1);
    assert_eq!(at_hand.store.audit(10).await, Ok(vec![ordered(7)]));
    let is_there = async |room: &str| {
        let found = at_hand.store.room(&room_id(room)).await.unwrap();
        found.is_some()
    };
    assert!(is_there("silent").await, "it was used lately");
    // After all of them were last used.
    at_hand.write(forget(1_001, 0)).await;
    assert_eq!(newest().await, []);
    assert!(!is_there("talked").await && !is_there("silent").await);
    assert!(is_there("held").await, "somebody holds it");
    let session = at_hand.store.session(&session_id("a")).await;
    assert!(session.unwrap().is_some(), "sessions expire by themselves");
}
