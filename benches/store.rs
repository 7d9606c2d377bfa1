//! What a store costs: making sessions, adding to a log, and reading all of it again.
//!
//! A plain program that prints a table: `cargo bench --bench store` for SQLite in a folder of its own, and
//! `DATABASE_URL=postgres://… cargo bench --bench store` for an empty database of PostgreSQL as well.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use interpres::{
    domain::{
        room_log::{EntryKind, LogEntry, Subject},
        session_config::SessionConfig,
        time::Timestamp,
    },
    store::{
        contract::Store,
        open::open,
        record::{NodeId, Outcome, SessionRecord, Write},
    },
};
use secrecy::SecretString;

const SESSIONS: usize = 10_000;
const GROUP: usize = 64;
const APPENDS: usize = 2_000;
const LARGE_SESSIONS: usize = 50_000;
const PAGE: u32 = 1_000;

fn row(what: &str, figure: String) {
    println!("{what:<66} {figure:>24}");
}

fn session(number: usize, data: usize) -> Write {
    Write::CreateSession(Box::new(SessionRecord {
        id: uuid::Uuid::now_v7().into(),
        owner: Some(format!("person-{}", number % 100)),
        config: SessionConfig::default(),
        data: (data > 0).then(|| "x".repeat(data).into()),
        private_room: uuid::Uuid::now_v7().into(),
        cursor: 0,
        entered_at: None,
        created_at: now(),
        active_at: now(),
        holder: None,
        fence: 0,
    }))
}

fn now() -> Timestamp {
    time::OffsetDateTime::now_utc().into()
}

async fn make_sessions(store: &Arc<dyn Store>, count: usize, data: usize) -> Duration {
    let writes: Vec<Write> = (0..count).map(|number| session(number, data)).collect();
    let begun = Instant::now();
    for group in writes.chunks(GROUP) {
        store.commit(group).await.expect("committed");
    }
    begun.elapsed()
}

/// Each in a transaction of its own, as in a quiet server; the times in order.
async fn append_singly(store: &Arc<dyn Store>, node: &NodeId) -> Vec<Duration> {
    let room: interpres::domain::identity::RoomId = uuid::Uuid::now_v7().into();
    let acquire = Write::AcquireRoom {
        room: room.clone(),
        node: node.clone(),
        name: None,
        private: false,
        budget: None,
        at: now(),
    };
    let leased = store.commit(&[acquire]).await.expect("committed");
    let [Outcome::Leased(lease)] = leased.as_slice() else {
        panic!("no lease: {leased:?}");
    };
    let mut took = Vec::with_capacity(APPENDS);
    for seq in 1..=APPENDS as u64 {
        let append = Write::Append {
            room: room.clone(),
            fence: lease.fence,
            entry: LogEntry {
                seq,
                subject: Subject {
                    kind: EntryKind::Transcription,
                    speaker: "speaker".parse().expect("an id"),
                    language: None,
                    at: now(),
                },
                frame: "x".repeat(400).into(),
            },
        };
        let begun = Instant::now();
        store.commit(&[append]).await.expect("committed");
        took.push(begun.elapsed());
    }
    took.sort_unstable();
    took
}

async fn read_all(store: &Arc<dyn Store>) -> (usize, Duration) {
    let begun = Instant::now();
    let (mut read, mut after) = (0, None);
    loop {
        let page = store.sessions(after.as_ref(), PAGE).await.expect("read");
        let Some(last) = page.last() else {
            return (read, begun.elapsed());
        };
        after = Some(last.id.clone());
        read += page.len();
    }
}

async fn measure(name: &str, url: Option<&SecretString>, folder: &Path) {
    let node = NodeId::from(uuid::Uuid::now_v7());
    let store = open(url, folder, &node).await.expect("it opens");
    let took = make_sessions(&store, SESSIONS, 0).await;
    row(
        &format!("{name}: {SESSIONS} sessions made in groups of {GROUP}"),
        format!(
            "{:.0} ms, {:.0} in 1 s",
            took.as_secs_f64() * 1e3,
            SESSIONS as f64 / took.as_secs_f64()
        ),
    );
    let took = append_singly(&store, &node).await;
    row(
        &format!("{name}: one entry added and committed, p50 / p99 / most"),
        format!(
            "{:.2} / {:.2} / {:.2} ms",
            took[APPENDS / 2].as_secs_f64() * 1e3,
            took[APPENDS * 99 / 100].as_secs_f64() * 1e3,
            took[APPENDS - 1].as_secs_f64() * 1e3,
        ),
    );
    let took = make_sessions(&store, LARGE_SESSIONS, 1_024).await;
    row(
        &format!("{name}: {LARGE_SESSIONS} sessions with 1 KiB of data made"),
        format!("{:.2} s", took.as_secs_f64()),
    );
    let (read, took) = read_all(&store).await;
    row(
        &format!("{name}: {read} sessions read in pages of {PAGE}"),
        format!("{:.2} s", took.as_secs_f64()),
    );
    store.close().await;
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let measuring = async {
        let folder = tempfile::tempdir().expect("a folder");
        measure("SQLite", None, folder.path()).await;
        let file = folder.path().join("interpres.db");
        let bytes = file.metadata().expect("the file is there").len();
        row(
            "SQLite: the file then",
            format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20)),
        );
        if let Ok(url) = std::env::var("DATABASE_URL") {
            measure("PostgreSQL", Some(&url.into()), folder.path()).await;
        }
    };

    runtime.block_on(measuring);
}
