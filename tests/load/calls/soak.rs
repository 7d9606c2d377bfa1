//! Very many calls in which everything goes wrong that the emulator knows; then nothing of them may be left, anywhere.
//!
//! Calls of every kind ([`super::caller`]) go on side by side under changing faults ([`super::trouble`]), in an emulated world
//! that is many times faster than ours. What both processes hold is taken when they are quiet: after the first calls, which
//! fill what is bounded (connections, caches, the lists of what was last), and after all of them.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use interpres::audio::wav;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    caller::{CALLEES, Callers},
    pair::{Listening, Pair},
    remains::Holdings,
    trouble::TURNS,
};

/// Between two looks at processes that are to become quiet.
const LOOK: Duration = Duration::from_millis(250);

/// What is said in a call: 200 ms.
const FRAMES: usize = 10;
const RATE: usize = 16_000;

/// How many calls that are over our server and the emulator keep, at the most.
const MOST_OURS: usize = 256;
const MOST_THEIRS: usize = 1_000;

/// How a run is to be.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The calls after those with which it begins.
    pub calls: u64,
    /// Those with which it begins.
    pub first: u64,
    /// How many go on at once.
    pub at_once: usize,
    /// How many times faster than outside time passes for the service.
    pub scale: u32,
    /// How long one call may take, and how long both processes may take to become quiet.
    pub patience: Duration,
    /// What memory may grow by, in bytes.
    pub tolerance: u64,
    /// Whether it says on the way how far it is.
    pub tells: bool,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// Calls there were, those at the beginning too.
    pub calls: u64,
    /// How long it took.
    pub took: Duration,
    /// Legs that the service had.
    pub legs: u64,
    /// What both held before and after: the server, the emulator.
    pub server: [Holdings; 2],
    pub emulator: [Holdings; 2],
    /// Why calls ended, of those that the server still knew when it was asked.
    pub reasons: BTreeMap<String, u64>,
    /// What came to the server's webhooks and what its audits found, as `/metrics` has it.
    pub counted: BTreeMap<String, u64>,
    /// What is left that should not be. Nothing, if all is well.
    pub complaints: Vec<String>,
}

/// Settings of a server whose own patience suits a service that is many times faster.
const SETTINGS: [(&str, &str); 11] = [
    ("INTERPRES__ACS__DEFAULT__SPEAKS", "en"),
    ("INTERPRES__ACS__DEFAULT__HEARS", "en"),
    ("INTERPRES__ACS__CONNECT_TIMEOUT", "4s"),
    ("INTERPRES__ACS__MEDIA_TIMEOUT", "2s"),
    ("INTERPRES__ACS__IDLE_AFTER", "6s"),
    ("INTERPRES__ACS__ALONE_AFTER", "100ms"),
    // Rooms stay for a while after the last has gone, sessions too.
    ("INTERPRES__ROOM__EMPTY_AFTER", "1s"),
    ("INTERPRES__ROOM__UNUSED_AFTER", "1s"),
    ("INTERPRES__SESSION__LINGER", "1s"),
    ("INTERPRES__ACS__AUDIT__INTERVAL", "1s"),
    ("INTERPRES__ACS__AUDIT__ENDED_AFTER", "2s"),
];

/// Runs it with this program.
///
/// # Errors
/// If it cannot be run; what is wrong with what it left is in the outcome.
pub async fn run(program: &str, plan: &Plan) -> anyhow::Result<Outcome> {
    let scale = plan.scale.to_string();
    let arguments = ["--time-scale", &scale, "--ring-for", "20s"];
    let pair = Pair::start(program, &SETTINGS, &arguments)?;
    let recording = pair.folder.path().join("word.wav");
    std::fs::write(&recording, wav::encode(&word(), RATE as u32)?)?;
    for (number, does) in CALLEES {
        let callee = json!({"identifier": number, "does": does});
        control(&pair, Method::POST, "/_emulator/callees", &callee).await?;
    }
    let callers = Callers {
        pair: &pair,
        recording: &recording,
        rooms: Mutex::default(),
        patience: plan.patience,
    };
    let begun = Instant::now();
    let run = Run {
        plan,
        callers: &callers,
        next: AtomicU64::new(0),
        failed: Mutex::default(),
    };
    run.until(plan.first).await?;
    let (server, emulator) = (
        quiet(&pair, plan.patience).await?.0,
        holdings(&pair).await?.1,
    );
    run.until(plan.first + plan.calls).await?;
    let (after, still) = quiet(&pair, plan.patience).await?;
    let mut complaints = run.failed.into_inner().unwrap_or_default();
    let mut outcome = Outcome {
        calls: plan.first + plan.calls,
        took: begun.elapsed(),
        legs: 0,
        server: [server, after],
        emulator: [emulator, holdings(&pair).await?.1],
        reasons: BTreeMap::new(),
        counted: counted(&pair.server).await?,
        complaints: Vec::new(),
    };
    complaints.extend(still);
    complaints.extend(outcome.look(&pair).await?);
    outcome.complaints = complaints;
    // Both may still have connections that nobody uses; those are closed after a while.
    outcome.settle(&pair, plan).await?;
    Ok(outcome)
}

struct Run<'a> {
    plan: &'a Plan,
    callers: &'a Callers<'a>,
    /// The number of the next call.
    next: AtomicU64,
    failed: Mutex<Vec<String>>,
}

impl Run<'_> {
    /// Plays all calls below this number.
    async fn until(&self, end: u64) -> anyhow::Result<()> {
        let lines = (0..self.plan.at_once).map(|_| self.line(end));
        futures_util::future::try_join_all(lines).await?;
        Ok(())
    }

    /// One call after the other.
    async fn line(&self, end: u64) -> anyhow::Result<()> {
        loop {
            let number = self.next.load(Ordering::Relaxed);
            if number >= end {
                return Ok(());
            }
            // All of this is on one thread.
            self.next.store(number + 1, Ordering::Relaxed);
            let turn = self.plan.at_once as u64 * 2;
            if number.is_multiple_of(turn) {
                self.trouble((number / turn) as usize).await?;
            }
            let often = if self.plan.calls < 5_000 { 20 } else { 2_000 };
            if self.plan.tells && number.is_multiple_of(often) {
                self.tell(number).await?;
            }
            if let Err(error) = self.callers.play(number).await
                && let Ok(mut failed) = self.failed.lock()
                && failed.len() < 20
            {
                failed.push(format!("call {number}: {error:#}"));
            }
        }
    }

    /// Other faults from now on, in about a quarter of the calls.
    async fn trouble(&self, turn: usize) -> anyhow::Result<()> {
        let pair = self.callers.pair;
        control(pair, Method::DELETE, "/_emulator/faults", &Value::Null).await?;
        let times = self.plan.at_once.div_ceil(2);
        let faults: Vec<String> = TURNS[turn % TURNS.len()]
            .iter()
            .map(|fault| match fault.contains('*') {
                true => (*fault).to_owned(),
                false => format!("{fault}*{times}"),
            })
            .collect();
        let body = json!({"faults": faults});
        control(pair, Method::POST, "/_emulator/faults", &body).await
    }

    async fn tell(&self, number: u64) -> anyhow::Result<()> {
        let (server, emulator) = holdings(self.callers.pair).await?;
        println!("{number:>7} calls; server: {server}; emulator: {emulator}");
        Ok(())
    }
}

impl Outcome {
    /// What both say of calls that are over.
    async fn look(&mut self, pair: &Pair) -> anyhow::Result<Vec<String>> {
        let mut complaints = Vec::new();
        let ours = pair.server.get("/api/calls").await?;
        let calls = ours["calls"].as_array().context("a list of calls")?;
        for call in calls {
            let reason = call["reason"].as_str().unwrap_or("none").to_owned();
            *self.reasons.entry(reason).or_default() += 1;
        }
        if calls.len() > MOST_OURS {
            complaints.push(format!("the server keeps {} calls", calls.len()));
        }
        let theirs = pair.emulator.get("/_emulator/calls").await?;
        self.legs = theirs["totals"]["legs"].as_u64().unwrap_or_default();
        let names = figures(&pair.server).await?;
        let names = names.get("interpres_acs_call_names").copied();
        if names.is_none_or(|names| names > MOST_OURS as u64 * 3) {
            complaints.push(format!("the server finds calls under {names:?} names"));
        }
        let totals = pair.emulator.get("/_emulator/totals").await?;
        if totals["names"] != 0 {
            complaints.push(format!("the emulator has names of no call: {totals}"));
        }
        let ended = theirs["ended"].as_array().map_or(0, Vec::len);
        if ended > MOST_THEIRS {
            complaints.push(format!("the emulator keeps {ended} calls"));
        }
        Ok(complaints)
    }

    /// Compares what both hold with what they held, and waits while it is more.
    async fn settle(&mut self, pair: &Pair, plan: &Plan) -> anyhow::Result<()> {
        let deadline = Instant::now() + plan.patience;
        loop {
            let (server, emulator) = holdings(pair).await?;
            (self.server[1], self.emulator[1]) = (server, emulator);
            let more = |who: &str, [before, after]: &[Holdings; 2]| {
                let more = after.beyond(before, plan.tolerance).into_iter();
                more.map(|what| format!("{who}: {what}"))
                    .collect::<Vec<_>>()
            };
            let mut left = more("the server", &self.server);
            left.extend(more("the emulator", &self.emulator));
            if left.is_empty() || Instant::now() > deadline {
                self.complaints.extend(left);
                return Ok(());
            }
            sleep(LOOK).await;
        }
    }
}

/// Waits until no call goes on anywhere, and both hold no more than they did a second before. What still goes on in the end
/// is said.
async fn quiet(pair: &Pair, patience: Duration) -> anyhow::Result<(Holdings, Vec<String>)> {
    let none = json!({"faults": []});
    control(pair, Method::DELETE, "/_emulator/faults", &none).await?;
    let deadline = Instant::now() + patience;
    loop {
        let ours = pair.server.get("/api/calls").await?;
        let theirs = pair.emulator.get("/_emulator/calls").await?;
        let alive = theirs["calls"].as_array().map_or(0, Vec::len);
        if ours["active"] == 0 && alive == 0 {
            break;
        }
        if Instant::now() > deadline {
            let unended = ours["calls"].as_array().into_iter().flatten();
            let unended: Vec<&Value> = unended.filter(|call| call["state"] != "ended").collect();
            let still = vec![
                format!("calls go on at the server: {unended:?}"),
                format!("calls go on at the service: {}", theirs["calls"]),
            ];
            return Ok((holdings(pair).await?.0, still));
        }
        sleep(LOOK).await;
    }
    // Connections that nobody uses are closed by whoever was asked (5 s), tasks and actors end by themselves.
    let mut before = holdings(pair).await?;
    let mut same = 0;
    while same < 24 && Instant::now() < deadline {
        sleep(LOOK).await;
        let now = holdings(pair).await?;
        let still = |a: &Holdings, b: &Holdings| {
            (&a.descriptors, a.tasks, &a.actors) == (&b.descriptors, b.tasks, &b.actors)
        };
        same = match still(&now.0, &before.0) && still(&now.1, &before.1) {
            true => same + 1,
            false => 0,
        };
        before = now;
    }
    Ok((before.0, Vec::new()))
}

/// What both hold now: the server, the emulator.
async fn holdings(pair: &Pair) -> anyhow::Result<(Holdings, Holdings)> {
    let mut server = Holdings::of(pair.server.pid())?;
    for (name, value) in figures(&pair.server).await? {
        let kind = name
            .strip_prefix("interpres_actors_alive{kind=\"")
            .and_then(|rest| rest.strip_suffix("\"}"));
        match kind {
            Some(kind) => {
                server.actors.insert(kind.to_owned(), value);
            }
            None if name == "interpres_outgoing_tasks" => server.tasks = value,
            None => {}
        }
    }
    let mut emulator = Holdings::of(pair.emulator.pid())?;
    let totals = pair.emulator.get("/_emulator/totals").await?;
    emulator.tasks = totals["tasks"].as_u64().context("tasks")?;
    Ok((server, emulator))
}

async fn counted(server: &Listening) -> anyhow::Result<BTreeMap<String, u64>> {
    let all = figures(server).await?.into_iter();
    Ok(all
        .filter(|(name, value)| name.starts_with("interpres_acs_") && *value > 0)
        .collect())
}

/// All whole numbers of `/metrics`.
async fn figures(server: &Listening) -> anyhow::Result<BTreeMap<String, u64>> {
    let text = server.text("/metrics").await?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let figures = lines.filter_map(|line| {
        let (name, value) = line.rsplit_once(' ')?;
        Some((name.to_owned(), value.parse().ok()?))
    });
    Ok(figures.collect())
}

async fn control(pair: &Pair, method: Method, path: &str, body: &Value) -> anyhow::Result<()> {
    let (status, answer) = pair.emulator.ask(method, path, Some(body)).await?;
    anyhow::ensure!(status < 300, "{path}: {status} {answer}");
    Ok(())
}

/// A tone that anybody takes for a voice.
fn word() -> Vec<i16> {
    (0..FRAMES * RATE / 50)
        .map(|sample| {
            let phase = std::f64::consts::TAU * 220.0 * sample as f64 / RATE as f64;
            (phase.sin() * 8_000.0) as i16
        })
        .collect()
}
