//! Very many emulated calls with faults, and what server and emulator hold before and after: [`crate::calls::soak`].

use std::time::Duration;

use anyhow::ensure;

use crate::{
    calls::soak::{Plan, run},
    options::option,
    report::{Goal, Report},
};

/// 100,000 calls unless the environment wants another number. Fails if anything is left of them.
pub async fn measure(report: &mut Report) -> anyhow::Result<()> {
    let calls: u64 = option("LOAD_CALLS", 100_000)?;
    let plan = Plan {
        calls,
        // The emulator remembers 10,000 answers and as many happenings; until then its memory grows by intent.
        first: option("LOAD_CALLS_FIRST", 12_000.min(calls))?,
        at_once: option("LOAD_CALLS_AT_ONCE", 48)?,
        scale: option("LOAD_TIME_SCALE", 20)?,
        patience: Duration::from_secs(option("LOAD_PATIENCE", 120)?),
        tolerance: 16 * 1024 * 1024,
        tells: true,
    };
    let outcome = run(env!("CARGO_BIN_EXE_interpres"), &plan).await?;
    let seconds = outcome.took.as_secs_f64();
    let rate = outcome.calls as f64 / seconds;
    report.figure(
        format!("{} calls with faults, each second", outcome.calls),
        rate,
        "calls",
        Goal::None,
    );
    report.note("  legs that the service had", outcome.legs.to_string());
    for (who, [before, after]) in [("server", &outcome.server), ("emulator", &outcome.emulator)] {
        report.note(format!("  {who} after the first: {before}"), "");
        report.note(format!("  {who} after all:       {after}"), "");
    }
    report.note(format!("  the last ended with: {:?}", outcome.reasons), "");
    for (name, value) in &outcome.counted {
        report.note(format!("  {name}"), value.to_string());
    }
    let left = &outcome.complaints;
    report.figure(
        "  left behind",
        left.len() as f64,
        "things",
        Goal::AtMost(0.0),
    );
    ensure!(left.is_empty(), "what is left:\n{}", left.join("\n"));
    Ok(())
}
