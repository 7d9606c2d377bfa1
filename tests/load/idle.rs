//! What a server costs before anybody comes: its memory, and the time until it serves.

use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::{
    options::option,
    process::resident,
    report::{Goal, Report, percentile},
    server::Server,
};

/// Starts the server a number of times.
pub async fn measure(report: &mut Report) -> anyhow::Result<()> {
    let starts: usize = option("LOAD_STARTS", 20)?;
    // Left to the program by the library; whoever installed one before installed the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::new();
    let (mut ready, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..starts {
        let begun = Instant::now();
        let server = Server::interpres(&[])?;
        let answer = http
            .get(format!("http://{}/readyz", server.address()))
            .send()
            .await?;
        ensure!(answer.status().is_success(), "not ready: {answer:?}");
        ready.push(begun.elapsed());
        // What it does at once after its start belongs to it.
        tokio::time::sleep(Duration::from_millis(500)).await;
        memory.push(resident(server.pid())? as f64 / 1e6);
        println!(
            "  listening after {:.0?}, ready after {:.0?}, {:.1} MB",
            server.start,
            ready[ready.len() - 1],
            memory[memory.len() - 1]
        );
    }
    let name = format!("exec to /readyz answered: p50 (n = {starts})");
    report.figure(name, percentile(&ready, 0.5), "ms", Goal::AtMost(200.0));
    report.figure(
        "exec to /readyz answered: worst",
        percentile(&ready, 1.0),
        "ms",
        Goal::AtMost(200.0),
    );
    let largest = memory.iter().copied().fold(0.0, f64::max);
    report.figure(
        "resident memory, idle: largest",
        largest,
        "MB",
        Goal::AtMost(25.0),
    );
    Ok(())
}
