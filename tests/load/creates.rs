//! Sessions made over REST: how fast with each answered after it is stored, and what tens of thousands of them cost.

use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::{
    http::Http,
    options::option,
    process::resident,
    report::{Goal, Report},
    server::Server,
};

/// Connections that are kept, each with one request under way.
const CONNECTIONS: usize = 64;

/// Makes sessions as fast as they are answered, then so many that they count, and reads every one.
pub async fn measure(report: &mut Report) -> anyhow::Result<()> {
    let fast: usize = option("LOAD_CREATES", 10_000)?;
    let many: usize = option("LOAD_SESSIONS", 50_000)?;
    let rounds: usize = option("LOAD_ROUNDS", 5)?;
    let mut best = f64::MAX;
    for _ in 0..rounds {
        let server = Server::interpres(&[])?;
        let times = make(server.address(), fast, "").await?;
        best = best.min(times.whole.as_secs_f64());
        report.figure(
            format!("{fast} sessions over {CONNECTIONS} connections, each 201 after its commit"),
            times.whole.as_secs_f64(),
            "s",
            Goal::AtMost(1.0),
        );
        report.times("  one of them", &times.each, 0.99, Goal::None, Goal::None);
    }
    report.figure("  best of these rounds", best, "s", Goal::AtMost(1.0));

    let server = Server::interpres(&[])?;
    let kilobyte = "x".repeat(1_000);
    make(server.address(), many, &kilobyte).await?;
    // What was made is written out, and what nobody uses has left the memory.
    tokio::time::sleep(Duration::from_secs(12)).await;
    let memory = resident(server.pid())? as f64 / 1e6;
    report.figure(
        format!("resident memory with {many} sessions of 1 KB each"),
        memory,
        "MB",
        Goal::AtMost(200.0),
    );
    let begun = Instant::now();
    let mut connections = Vec::new();
    for connection in 0..CONNECTIONS {
        let address = server.address().to_owned();
        let kilobyte = kilobyte.clone();
        connections.push(tokio::spawn(async move {
            let mut http = Http::connect(&address).await?;
            for number in (connection..many).step_by(CONNECTIONS) {
                let session = http
                    .json("GET", &format!("/api/sessions/s{number}"), None, 200)
                    .await?;
                ensure!(session["data"]["text"] == kilobyte, "another's data");
            }
            anyhow::Ok(())
        }));
    }
    for connection in connections {
        connection.await??;
    }
    let each = begun.elapsed().as_secs_f64() * 1e6 / many as f64;
    report.figure("  every one read again, each", each, "us", Goal::None);
    let memory = resident(server.pid())? as f64 / 1e6;
    report.figure(
        "  resident memory after that",
        memory,
        "MB",
        Goal::AtMost(200.0),
    );
    Ok(())
}

struct Times {
    whole: Duration,
    each: Vec<Duration>,
}

/// Makes sessions `s0`, `s1`, … that keep this text.
async fn make(address: &str, sessions: usize, text: &str) -> anyhow::Result<Times> {
    let mut open = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut http = Http::connect(address).await?;
        http.json("GET", "/healthz", None, 200).await?;
        open.push(http);
    }
    let begun = Instant::now();
    let mut connections = Vec::new();
    for (connection, mut http) in open.into_iter().enumerate() {
        let text = text.to_owned();
        connections.push(tokio::spawn(async move {
            let mut times = Vec::with_capacity(sessions / CONNECTIONS + 1);
            for number in (connection..sessions).step_by(CONNECTIONS) {
                let body = format!(
                    r#"{{"session_id":"s{number}","config":{{"speaks":"en","hears":["es"]}},"data":{{"text":"{text}"}}}}"#
                );
                let begun = Instant::now();
                http.json("POST", "/api/sessions/create", Some(&body), 201)
                    .await?;
                times.push(begun.elapsed());
            }
            anyhow::Ok(times)
        }));
    }
    let mut each = Vec::with_capacity(sessions);
    for connection in connections {
        each.extend(connection.await??);
    }
    Ok(Times {
        whole: begun.elapsed(),
        each,
    })
}
