//! One look at the server: its counters and gauges, and what the rules say of them. Asks nobody and waits for nothing;
//! `cargo bench --bench rooms` has what it costs beside 20,000 rooms.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use super::process;
use crate::{
    actors::{environment::Environment, limit::Limit},
    domain::{
        alert::{Finding, Severity, Verdict, rules},
        sample::{Levels, Totals},
        usage::Amount,
    },
    store::state::StoreState,
    supervision::State,
};

/// Limits that turn somebody away who is not answered with an error over a WebSocket, where refusals are counted.
const AT_THE_DOOR: [Limit; 4] = [
    Limit::Connections,
    Limit::ConnectionsPerAddress,
    Limit::RequestRate,
    Limit::MessageSize,
];

/// What one look showed.
#[derive(Debug, Clone)]
pub struct Looked {
    /// What is as it is.
    pub levels: Levels,
    /// What has happened.
    pub totals: Totals,
    /// Files that are open and may be, where the system tells.
    pub files: Option<(u64, u64)>,
}

/// Looks at the whole server.
pub fn look(environment: &Environment) -> Looked {
    let counters = &environment.counters;
    let read = |total: &AtomicU64| total.load(Ordering::Relaxed);
    let kinds = environment.tree.kinds();
    let at_the_door = AT_THE_DOOR.map(|limit| counters.limits.times(limit));
    let usage = process::usage();
    let lag = environment.heard.lag().max(engine_lag(environment));
    environment.engine_board.end_span();
    let engines = environment.engine_board.all();
    let used: Amount = engines.iter().map(|(_, figures)| figures.used()).sum();
    let translation_lag = engines.iter().map(|(_, figures)| figures.lag_ms()).max();
    Looked {
        levels: Levels {
            connections: read(&counters.connections_active),
            rooms: environment.room_count(),
            sessions: environment.archive.session_count(),
            speaking: environment.heard.count() as u64,
            speech_lag_ms: lag.as_millis() as u64,
            translation_lag_ms: translation_lag.unwrap_or_default(),
            cost: used.cost,
            memory_bytes: usage.memory,
        },
        totals: Totals {
            messages_in: read(&counters.messages_received),
            messages_out: read(&counters.messages_sent),
            audio_in: read(&counters.audio_frames_received),
            audio_out: read(&counters.audio_frames_sent),
            captions: read(&counters.captions_partial),
            finals: read(&counters.captions_final),
            refused: read(&counters.messages_refused) + at_the_door.iter().sum::<u64>(),
            restarts: kinds.iter().map(|totals| totals.restarts).sum(),
            failures: kinds.iter().map(|totals| totals.failures).sum(),
            cpu: usage.cpu,
        },
        files: usage.files,
    }
}

fn engine_lag(environment: &Environment) -> Duration {
    let engines = environment.engines().all();
    engines
        .map(|(engine, _)| engine.lag())
        .max()
        .unwrap_or_default()
}

/// What the rules say of it all. `failures` are those of late.
pub fn findings(environment: &Environment, looked: &Looked, failures: u64) -> Vec<Finding> {
    let settings = &environment.settings;
    let lag_limit = settings.engines.local.lag_limit.as_millis() as u64;
    let levels = &looked.levels;
    let mut findings = vec![
        store_now(environment),
        rules::limited(
            &rules::CONNECTIONS,
            levels.connections,
            settings.server.max_connections as u64,
        ),
        rules::limited(&rules::ROOMS, levels.rooms, settings.room.max_rooms),
        rules::speech_lag(levels.speech_lag_ms, lag_limit),
        rules::failures(failures),
    ];
    if let Some((open, most)) = looked.files {
        findings.push(rules::limited(&rules::OPEN_FILES, open, most));
    }
    for engine in environment.engines().relied_on() {
        let parts = engine.parts();
        let found = parts
            .iter()
            .map(|part| rules::engine_part(engine.name(), part));
        findings.extend(found);
    }
    findings.extend(parked(environment));
    findings
}

/// How the store does at this moment. A commit under way that takes long shows before it is over and told, and is worth
/// an alert only if it goes on.
fn store_now(environment: &Environment) -> Finding {
    let recorder = environment.archive.recorder();
    let state = recorder.state();
    let told = recorder.watch().borrow().clone();
    let mut finding = store(&state);
    if state != told {
        finding.raise_after = rules::WAVERING;
    }
    finding
}

/// How the store does, as it was told: that is steady already, and is passed on at once.
pub fn store(state: &StoreState) -> Finding {
    let (verdict, severity) = match state {
        StoreState::Healthy => (Verdict::Well, Severity::Info),
        StoreState::Slow => (Verdict::Wrong, Severity::Warning),
        StoreState::Failing(_) => (Verdict::Wrong, Severity::Critical),
    };
    Finding {
        id: "store".to_owned(),
        verdict,
        raise_after: Duration::ZERO,
        clear_after: Duration::ZERO,
        code: state.code(),
        severity,
        may_ease: true,
        message: state.to_string(),
        remedy: state.remedy().to_owned(),
        words_are_news: true,
    }
}

/// Processes of the engines that are left alone because they fail again and again.
fn parked(environment: &Environment) -> Vec<Finding> {
    let engines = environment.engines().all();
    let nodes = engines
        .filter_map(|(engine, _)| environment.tree.find(&format!("engines/{}", engine.name())));
    nodes
        .flat_map(|node| node.children())
        .filter(|child| child.state == State::Parked)
        .map(|child| {
            let path = child.path.as_str();
            let name = path.rsplit('/').next().unwrap_or(path);
            rules::engine_process(path, name)
        })
        .collect()
}
