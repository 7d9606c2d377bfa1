//! What a Room costs: how many can be started in a second, how much memory each takes, how soon one that crashed
//! answers again among 20,000 of them, and what it costs to look at all of them.
//!
//! A plain program that prints a table: `cargo bench --bench rooms`. The rooms are the product's own, in a tree of its
//! own with the null engine and default settings; they are empty, as one is before the first participant enters.

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use actix::System;
use interpres::{
    actors::{
        clock::Clock,
        environment::{Engines, Environment},
        monitor::look::{findings, look},
        room::{Room, RoomState, captions::NeedRoutes},
    },
    config::Settings,
    domain::identity::RoomId,
    engines::null::null_engine,
    store::{
        archive::{Archive, Bounds},
        memory::MemoryStore,
    },
    supervision::{ArbiterPool, Filter, Ref, State, Supervised, Tree, TreeConfig},
};

const ROOMS: usize = 20_000;
const CRASHES: usize = 5_000;
const ROUNDS: usize = 5;
const LOOKS: usize = 100;
const PATIENCE: Duration = Duration::from_secs(60);

fn row(what: &str, figure: String) {
    println!("{what:<66} {figure:>24}");
}

/// Resident memory in bytes, from `/proc/self/statm`; 0 where there is none.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let resident = pages.and_then(|line| line.split(' ').nth(1)?.parse::<usize>().ok());
    resident.unwrap_or(0) * 4096
}

fn environment(io: &tokio::runtime::Handle) -> Arc<Environment> {
    let tree = Tree::new(TreeConfig {
        seed: 1,
        placement: Arc::new(ArbiterPool::new(2).expect("threads")),
    });
    let settings = Arc::new(Settings::default());
    let engines = |_: &_| Ok(Engines::new(Arc::new(null_engine(io.clone())), Vec::new()));
    let archive = Archive::start(
        Arc::new(MemoryStore::default()),
        uuid::Uuid::nil().into(),
        Arc::new(|| Clock::System.now()),
        Bounds::from(&*settings),
        io,
    );
    Environment::start(
        settings,
        tree,
        archive,
        Clock::System,
        1,
        b"only for measuring",
        engines,
    )
    .expect("the first root of this tree")
}

async fn start_all(environment: &Arc<Environment>, ids: &[RoomId]) -> (Vec<Ref<Room>>, Duration) {
    let mut rooms = Vec::with_capacity(ids.len());
    let begun = Instant::now();
    for id in ids {
        let room = Room::open(environment, id, RoomState::default()).await;
        rooms.push(room.expect("a free name"));
    }
    for room in &rooms {
        while room.node().state() != State::Running {
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
    }
    (rooms, begun.elapsed())
}

/// A question every Room answers; an empty one has nothing else to do about it.
async fn answers(room: &Ref<Room>) {
    room.ask(NeedRoutes, PATIENCE).await.expect("an answer");
}

async fn replacement(environment: &Environment, rooms: &[Ref<Room>]) {
    let mut times = Vec::with_capacity(CRASHES);
    for room in rooms.iter().step_by(rooms.len() / CRASHES) {
        let begun = Instant::now();
        // An order overtakes every message, so it is the next life that answers.
        room.inject_panic();
        answers(room).await;
        times.push(begun.elapsed());
    }
    let kinds = environment.tree.kinds();
    let restarts: u64 = kinds.iter().map(|kind| kind.restarts).sum();
    assert_eq!(restarts, times.len() as u64, "each crash was one");
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    row(
        "crash of a Room to the answer of the next life: p50 / p99 / max",
        format!("{:.0?} / {:.0?} / {:.0?}", at(0.5), at(0.99), at(1.0)),
    );
}

/// What it costs to see all of it: the Monitor's look, and the rows of a page of `GET /api/rooms`.
fn seeing(environment: &Environment) {
    let median = |see: &dyn Fn()| {
        let times = (0..LOOKS).map(|_| {
            let begun = Instant::now();
            see();
            begun.elapsed()
        });
        let mut times: Vec<_> = times.collect();
        times.sort_unstable();
        times[LOOKS / 2]
    };
    let rooms = environment.room_count();
    let looked = median(&|| {
        let looked = look(environment);
        black_box(findings(environment, &looked, 0));
    });
    row(
        &format!("a look of the Monitor beside {rooms} Rooms, with its findings: p50"),
        format!("{looked:.1?}"),
    );
    let filter = Filter::all().kind(<Room as Supervised>::KIND);
    let listed = median(&|| {
        black_box(environment.tree.page(&filter, "", 100));
    });
    row(
        &format!("a page of 100 of {rooms} Rooms, in the order of their ids: p50"),
        format!("{listed:.1?}"),
    );
}

fn main() {
    let io = tokio::runtime::Runtime::new().expect("threads");
    System::new().block_on(async {
        let environment = environment(io.handle());
        let ids: Vec<RoomId> = (0..ROOMS * ROUNDS)
            .map(|_| environment.identities.next().into())
            .collect();
        let mut all = Vec::new();
        for ids in ids.chunks(ROOMS) {
            let before = resident();
            let (rooms, taken) = start_all(&environment, ids).await;
            let memory = resident().saturating_sub(before) / ROOMS;
            row(
                &format!("{} Rooms, from the first to the last that runs", ids.len()),
                format!(
                    "{:.0} /s, {memory} B each",
                    ROOMS as f64 / taken.as_secs_f64()
                ),
            );
            seeing(&environment);
            all.push(rooms);
        }
        replacement(&environment, &all[0]).await;
        environment.tree.shutdown(PATIENCE).await;
        assert!(environment.tree.is_empty());
    });
}
