//! Any sequence of writes has the same outcomes and leaves the same rows in memory, in SQLite and in PostgreSQL.

use interpres::{
    domain::{
        budget::Budget,
        room_log::{EntryKind, LogEntry},
        time::Day,
        usage::{Amount, Cost},
    },
    store::{
        contract::Store,
        record::{AuditRecord, Holding, NodeId, Outcome, Range, SessionRecord, UsageRecord, Write},
    },
};
use proptest::{prelude::*, test_runner::TestRunner};

use super::{
    material::{at, entry, room_id, session, session_id},
    place::Place,
};

/// Each makes a file and a database, about a second.
const CASES: u32 = 6;
const NAMES: [&str; 4] = ["a", "B", "b.c", "_"];

fn name() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(&NAMES)
}

fn node() -> impl Strategy<Value = NodeId> {
    (0..3_u128).prop_map(|number| uuid::Uuid::from_u128(number).into())
}

fn fence() -> impl Strategy<Value = u64> {
    0..4_u64
}

fn moment() -> impl Strategy<Value = u64> {
    0..40_u64
}

fn any_session() -> impl Strategy<Value = Box<SessionRecord>> {
    let some = (name(), name(), proptest::option::of(node()));
    (
        some,
        fence(),
        moment(),
        any::<Option<u32>>(),
        any::<String>(),
    )
        .prop_map(|((id, room, holder), fence, active, entered_at, text)| {
            let mut record = SessionRecord {
                private_room: room_id(room),
                data: entered_at.map(|_| serde_json::json!({ "text": text })),
                cursor: active,
                entered_at: entered_at.map(u64::from),
                active_at: at(active),
                holder,
                fence,
                ..session(id)
            };
            record.config.name = text;
            Box::new(record)
        })
}

fn any_entry() -> impl Strategy<Value = LogEntry> {
    const KINDS: [EntryKind; 4] = [
        EntryKind::Transcription,
        EntryKind::Translation,
        EntryKind::Present,
        EntryKind::Left,
    ];
    (
        1..30_u64,
        proptest::sample::select(&KINDS),
        name(),
        "[^\0]*",
    )
        .prop_map(|(seq, kind, speaker, frame)| entry(seq, kind, speaker, &frame))
}

fn any_write() -> impl Strategy<Value = Write> {
    let room = || name().prop_map(room_id);
    prop_oneof![
        1 => Just(Write::Mark),
        6 => any_session().prop_map(Write::CreateSession),
        3 => (name(), node()).prop_map(|(id, node)| Write::ClaimSession { id: session_id(id), node }),
        3 => any_session().prop_map(Write::SaveSession),
        1 => name().prop_map(|id| Write::RemoveSession(session_id(id))),
        1 => moment().prop_map(|before| Write::ExpireSessions { before: at(before) }),
        6 => (room(), node(), any::<Option<bool>>(), moment(), 0..4_u64).prop_map(|(room, node, named, moment, limit)| {
            Write::AcquireRoom {
                room,
                node,
                name: named.map(|named| format!("name {named}")),
                private: named == Some(true),
                budget: (limit > 0).then(|| Budget {
                    audio_ms: (limit != 2).then_some(limit),
                    cost: (limit != 3).then(|| Cost::from_nanodollars(limit)),
                }),
                at: at(moment),
            }
        }),
        2 => (room(), fence(), 0..3_000_u64)
            .prop_map(|(room, fence, up_to)| Write::ReserveNumbers { room, fence, up_to }),
        12 => (room(), fence(), any_entry())
            .prop_map(|(room, fence, entry)| Write::Append { room, fence, entry }),
        3 => (room(), fence(), 0..50_u64, any::<bool>(), moment()).prop_map(
            |(room, fence, head, over, moment)| Write::ReleaseRoom { room, fence, head, over, at: at(moment) }
        ),
        1 => node().prop_map(Write::ReleaseNode),
        2 => (name(), "[a-c]", node()).prop_map(|(id, handle, node)| Write::Hold {
            holding: Holding { kind: "bot".into(), id: id.into(), handle },
            node,
        }),
        1 => (name(), node()).prop_map(|(id, node)| Write::GiveBack { kind: "bot".into(), id: id.into(), node }),
        2 => (node(), node()).prop_map(|(from, node)| Write::TakeOver { kind: "bot".into(), from, node }),
        2 => (room(), 0..3_u64, 0..99_u64).prop_map(|(room, day, audio_ms)| Write::AddUsage(UsageRecord {
            room,
            engine: format!("engine {}", audio_ms % 2),
            day: at(day * 86_400_000).day(),
            amount: Amount {
                audio_ms,
                tokens: audio_ms / 3,
                cost: Cost::from_nanodollars(audio_ms * 7),
            },
        })),
        2 => (moment(), "[^\0]*").prop_map(|(moment, subject)| Write::Audit(AuditRecord {
            at: at(moment),
            subject: Some(subject),
            role: "admin".into(),
            action: "x".into(),
            target: "y".into(),
            outcome: "done".into(),
        })),
        1 => name().prop_map(|id| Write::EraseSession(session_id(id))),
        1 => room().prop_map(Write::EraseRoom),
        1 => (moment(), moment()).prop_map(|(entries, audit)| Write::ForgetOld {
            entries_before: at(entries),
            audit_before: at(audit),
        }),
    ]
}

/// All that can be read.
async fn reading(store: &dyn Store) -> String {
    let mut rooms = Vec::new();
    for room in NAMES.map(room_id) {
        let range = Range { after: 3, limit: 5 };
        rooms.push((
            store.room(&room).await.unwrap(),
            store.entries(&room, range).await.unwrap(),
            store.newest(&room, 20).await.unwrap(),
            store.presences(&room, 2).await.unwrap(),
            store.extent(&room).await.unwrap(),
            store.usage(&room).await.unwrap(),
        ));
    }
    format!(
        "{:#?}",
        (
            rooms,
            store.sessions(None, 100).await.unwrap(),
            store.session_count(None).await.unwrap(),
            store.holders().await.unwrap(),
            store.audit(100).await.unwrap(),
            store.usage_by_day(Day::FIRST, Day::LAST).await.unwrap(),
        )
    )
}

/// Commits all in groups of this many; what became of them, and all that can be read then.
async fn played(place: &Place, writes: &[Write], group: usize) -> (Vec<Outcome>, String) {
    let at_hand = place.open().await;
    let mut outcomes = Vec::new();
    for group in writes.chunks(group) {
        outcomes.extend(at_hand.store.commit(group).await.unwrap());
    }
    let read = reading(&*at_hand.store).await;
    at_hand.store.close().await;
    (outcomes, read)
}

#[test]
fn any_writes_mean_the_same_to_every_store() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = TestRunner::new(ProptestConfig {
        cases: CASES,
        failure_persistence: None,
        max_shrink_iters: 64,
        ..ProptestConfig::default()
    });
    let sequences = (proptest::collection::vec(any_write(), 1..200), 1..40_usize);
    let checked = runner.run(&sequences, |(writes, group)| {
        let (memory, sqlite, postgres) = runtime.block_on(async {
            (
                played(&Place::memory(), &writes, 1).await,
                played(&Place::sqlite(), &writes, group).await,
                played(&Place::postgres().await, &writes, group).await,
            )
        });
        prop_assert_eq!(&memory.0, &sqlite.0);
        prop_assert_eq!(&memory.1, &sqlite.1);
        prop_assert_eq!(&memory.0, &postgres.0);
        prop_assert_eq!(&memory.1, &postgres.1);
        Ok(())
    });
    checked.unwrap();
}
