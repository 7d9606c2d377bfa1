//! Load measurements: the real server in a process of its own, its clients outside of it, a table at the end.
//!
//! `cargo bench --bench load` takes all of them, `cargo bench --bench load -- sockets fan-out` those that are named.
//! `docs/performance.md` tells the method of each and what was measured. Nothing is asserted here: a figure that misses
//! its goal is printed as missed. Shorter runs, by environment, with the defaults:
//!
//! `LOAD_STARTS=20` (idle) · `LOAD_SOCKETS=10000` (sockets) · `LOAD_LISTENERS=1000 LOAD_CAPTIONS=150 LOAD_ROUNDS=5`
//! (fan-out) · `LOAD_ROOMS=50 LOAD_SECONDS=60` (own-delay, stored) · `LOAD_CREATES=10000 LOAD_SESSIONS=50000` (creates) ·
//! `LOAD_RESUMES=2000 LOAD_SOCKETS=10000` (storm) · `LOAD_SENTENCES=20` (speech) · `LOAD_TALKERS=1,4,8,10
//! LOAD_TURNS=10` (talkers) · `LOAD_STREAMS=100 LOAD_STREAM_SECONDS=30` (streams) · `LOAD_CALLBACK_RATE=500
//! LOAD_CALLBACK_SECONDS=30` (callbacks) · `LOAD_CALLS_MEDIA=112 LOAD_CALLS_SECONDS=30` (calls-media)
//!
//! `calls-soak` takes a quarter of an hour and is taken only when it is named: `LOAD_CALLS=100000 LOAD_CALLS_FIRST=12000
//! LOAD_CALLS_AT_ONCE=48 LOAD_TIME_SCALE=20`. It fails if anything is left of the calls.

mod audience;
mod bare;
mod callbacks;
mod calls;
mod calls_media;
mod calls_soak;
mod client;
mod creates;
mod fan_out;
mod http;
mod idle;
mod live_calls;
mod material;
mod options;
mod own_delay;
mod person;
mod process;
mod provider;
mod report;
mod server;
mod sockets;
mod speech;
mod stored;
mod storm;
mod streams;
mod talkers;

use anyhow::bail;
use report::Report;

/// In the order in which they are taken.
const ALL: [&str; 12] = [
    "idle",
    "sockets",
    "fan-out",
    "own-delay",
    "stored",
    "creates",
    "storm",
    "speech",
    "talkers",
    "streams",
    "callbacks",
    "calls-media",
];

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        // The other processes of a measurement are this same file.
        ["child", "bare"] => bare::serve(),
        ["child", "audience", address, size] => {
            one_thread()?.block_on(audience::sit(address, size.parse()?))
        }
        // `cargo bench` adds a `--bench` of its own.
        _ => measure(
            words
                .iter()
                .copied()
                .filter(|word| !word.starts_with("--"))
                .collect(),
        ),
    }
}

/// One thread, so that a client never competes with itself.
fn one_thread() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

fn measure(named: Vec<&str>) -> anyhow::Result<()> {
    let wanted = if named.is_empty() {
        ALL.to_vec()
    } else {
        named
    };
    process::raise_file_limit()?;
    let mut report = Report::default();
    let runtime = one_thread()?;
    for name in wanted {
        report.begin(name);
        runtime.block_on(async {
            match name {
                "idle" => idle::measure(&mut report).await,
                "sockets" => sockets::measure(&mut report).await,
                "fan-out" => fan_out::measure(&mut report).await,
                "own-delay" => own_delay::measure(&mut report).await,
                "stored" => stored::measure(&mut report).await,
                "creates" => creates::measure(&mut report).await,
                "storm" => storm::measure(&mut report).await,
                "speech" => speech::measure(&mut report).await,
                "talkers" => talkers::measure(&mut report).await,
                "streams" => streams::measure(&mut report).await,
                "callbacks" => callbacks::measure(&mut report).await,
                "calls-media" => calls_media::measure(&mut report).await,
                "calls-soak" => calls_soak::measure(&mut report).await,
                other => {
                    bail!("there is no measurement {other:?}; there are {ALL:?} and calls-soak")
                }
            }
        })?;
    }
    report.print();
    Ok(())
}
