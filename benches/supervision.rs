//! What supervision costs: memory and spawn rate, tell and ask, replacement after a crash, a storm of a million panics,
//! a snapshot and a shutdown, all in a tree of 20,000 actors on two arbiters.
//!
//! A plain program that prints a table: `cargo bench --bench supervision`. Wall-clock figures of one run on whatever
//! machine it is; nothing is asserted but that no address and no kept value is lost.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::prelude::{Actor, Handler, Message, System};
use interpres::supervision::{
    ArbiterPool, Backoff, Ctx, Filter, Kept, Ref, Spec, State, Supervised, Tree, TreeConfig,
};

const ACTORS: usize = 20_000;
const CRASHES: usize = 5_000;
const STORM_ROUNDS: u32 = 50;
const MESSAGES: u32 = 1_000_000;
const QUESTIONS: usize = 50_000;
const PATIENCE: Duration = Duration::from_secs(120);

/// Counts in a kept value.
struct Counter(Kept<u32>);

impl Actor for Counter {
    type Context = Ctx<Self>;
}

impl Supervised for Counter {
    const KIND: &'static str = "counter";
}

/// The parent of all counters.
struct Root;

impl Actor for Root {
    type Context = Ctx<Self>;
}

impl Supervised for Root {
    const KIND: &'static str = "root";
}

/// The same as a plain actix actor, to compare with.
struct Plain(u32);

impl Actor for Plain {
    type Context = actix::Context<Self>;
}

#[derive(Message)]
#[rtype("u32")]
struct Get;

#[derive(Message)]
#[rtype("()")]
struct Nothing;

/// Counts, then panics.
#[derive(Message)]
#[rtype("()")]
struct CountAndPanic;

impl Handler<Get> for Counter {
    type Result = u32;

    fn handle(&mut self, _: Get, _: &mut Ctx<Self>) -> u32 {
        self.0.get()
    }
}

impl Handler<Nothing> for Counter {
    type Result = ();

    fn handle(&mut self, _: Nothing, _: &mut Ctx<Self>) {
        black_box(&self.0);
    }
}

impl Handler<CountAndPanic> for Counter {
    type Result = ();

    fn handle(&mut self, _: CountAndPanic, _: &mut Ctx<Self>) {
        self.0.change(|count| *count += 1);
        panic!("as told");
    }
}

impl Handler<Get> for Plain {
    type Result = u32;

    fn handle(&mut self, _: Get, _: &mut Self::Context) -> u32 {
        self.0
    }
}

impl Handler<Nothing> for Plain {
    type Result = ();

    fn handle(&mut self, _: Nothing, _: &mut Self::Context) {
        black_box(self.0);
    }
}

fn row(what: &str, figure: String) {
    println!("{what:<58} {figure:>24}");
}

/// Resident memory in bytes, from `/proc/self/statm`; 0 where there is none.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let resident = pages.and_then(|line| line.split(' ').nth(1)?.parse::<usize>().ok());
    resident.unwrap_or(0) * 4096
}

fn percentiles(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    format!("{:.1?} / {:.1?} / {:.1?}", at(0.5), at(0.99), at(1.0))
}

async fn until_all_run(actors: &[Ref<Counter>]) {
    for actor in actors {
        while actor.node().state() != State::Running {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

fn start(root: &Ref<Root>, name: usize, spec: Spec) -> Ref<Counter> {
    let kept = Kept::new(0);
    let factory = move || Counter(kept.clone());
    root.node()
        .start_child(&format!("rooms/{name}"), spec, factory)
        .expect("a free name")
}

async fn memory_and_spawn(root: &Ref<Root>) -> Vec<Ref<Counter>> {
    let at_once = Backoff {
        first: Duration::ZERO,
        max: Duration::ZERO,
        ..Backoff::default()
    };
    let spec = Spec::new()
        .intensity(u32::MAX, Duration::from_secs(1))
        .backoff(at_once);
    let before = resident();
    let begun = Instant::now();
    let mut actors = Vec::with_capacity(ACTORS);
    actors.extend((0..ACTORS).map(|name| start(root, name, spec)));
    let started = begun.elapsed();
    until_all_run(&actors).await;
    let running = begun.elapsed();
    row(
        "memory per actor, a kept value and a reference included",
        format!("{} B", (resident() - before) / ACTORS),
    );
    row(
        "start_child calls per second",
        format!("{:.0}", ACTORS as f64 / started.as_secs_f64()),
    );
    row(
        "actors running per second",
        format!("{:.0}", ACTORS as f64 / running.as_secs_f64()),
    );
    actors
}

async fn tell_and_ask(root: &Ref<Root>) {
    let spec = Spec::new().mailbox(MESSAGES + 1).on_current_thread();
    let actor = start(root, ACTORS, spec);
    actor.ask(Get, PATIENCE).await.expect("an answer");
    let plain = Plain(0).start();
    plain.send(Get).await.expect("an answer");

    let begun = Instant::now();
    for _ in 0..MESSAGES {
        actor.tell(Nothing).expect("room");
    }
    row(
        "tell, same thread",
        format!("{:.0?}", begun.elapsed() / MESSAGES),
    );
    actor.ask(Get, PATIENCE).await.expect("an answer");
    row(
        "tell and handle, same thread",
        format!("{:.0?}", begun.elapsed() / MESSAGES),
    );

    let begun = Instant::now();
    for _ in 0..MESSAGES {
        plain.do_send(Nothing);
    }
    row(
        "  actix do_send",
        format!("{:.0?}", begun.elapsed() / MESSAGES),
    );
    plain.send(Get).await.expect("an answer");
    row(
        "  actix do_send and handle",
        format!("{:.0?}", begun.elapsed() / MESSAGES),
    );

    let begun = Instant::now();
    for _ in 0..QUESTIONS {
        actor.ask(Get, PATIENCE).await.expect("an answer");
    }
    row(
        "ask, same thread",
        format!("{:.0?}", begun.elapsed() / QUESTIONS as u32),
    );
    let begun = Instant::now();
    for _ in 0..QUESTIONS {
        plain.send(Get).await.expect("an answer");
    }
    row(
        "  actix send",
        format!("{:.0?}", begun.elapsed() / QUESTIONS as u32),
    );
    actor.stop("measured");
    actor.ended().await;
}

async fn replacement(actors: &[Ref<Counter>]) {
    let every = ACTORS / CRASHES;
    let mut healthy = Vec::with_capacity(CRASHES);
    let mut crashed = Vec::with_capacity(CRASHES);
    for actor in actors.iter().step_by(every) {
        let begun = Instant::now();
        actor.ask(Get, PATIENCE).await.expect("an answer");
        healthy.push(begun.elapsed());
        let begun = Instant::now();
        actor.tell(CountAndPanic).expect("room");
        actor
            .ask(Get, PATIENCE)
            .await
            .expect("an answer of the next life");
        crashed.push(begun.elapsed());
    }
    row("ask across threads: p50 / p99 / max", percentiles(healthy));
    row(
        "crash to answer of the next life: p50 / p99 / max",
        percentiles(crashed),
    );
}

async fn storm(tree: &Tree, actors: &[Ref<Counter>]) {
    let mut before = Vec::with_capacity(actors.len());
    for actor in actors {
        before.push(actor.ask(Get, PATIENCE).await.expect("an answer"));
    }
    let begun = Instant::now();
    for _ in 0..STORM_ROUNDS {
        for actor in actors {
            actor.tell(CountAndPanic).expect("room");
        }
    }
    let mut lost = 0;
    for (actor, before) in actors.iter().zip(before) {
        let answer = actor.ask(Get, PATIENCE).await;
        lost += usize::from(answer != Ok(before + STORM_ROUNDS));
    }
    let panics = actors.len() as u32 * STORM_ROUNDS;
    row(
        &format!("{panics} panics: each"),
        format!("{:.1?}", begun.elapsed() / panics),
    );
    row("addresses or kept values lost", lost.to_string());
    assert_eq!(lost, 0);
    let counted: u64 = tree.kinds().iter().map(|kind| kind.panics).sum();
    assert!(counted >= u64::from(panics), "{counted}");
}

fn main() {
    System::new().block_on(async {
        let pool = ArbiterPool::new(2).expect("threads");
        let tree = Tree::new(TreeConfig {
            seed: 1,
            placement: Arc::new(pool),
        });
        let root = tree
            .start_root("", Spec::new(), || Root)
            .expect("a free name");
        let actors = memory_and_spawn(&root).await;
        tell_and_ask(&root).await;
        replacement(&actors).await;
        storm(&tree, &actors).await;

        let begun = Instant::now();
        let rows = black_box(tree.snapshot(&Filter::all()));
        row(
            &format!("snapshot of {} actors", rows.len()),
            format!("{:.1?}", begun.elapsed()),
        );

        let begun = Instant::now();
        tree.shutdown(PATIENCE).await;
        row(
            &format!("shutdown of {} actors", rows.len()),
            format!("{:.0?}", begun.elapsed()),
        );
        assert!(tree.is_empty());
    });
}
