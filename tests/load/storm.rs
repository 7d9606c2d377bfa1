//! Coming back: one client at a time to a session that is only a row, and ten thousand at once to a server that was
//! killed and started again.

use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    client::{Connection, connect, create_session, message},
    http::Http,
    options::option,
    process::resident,
    report::{Goal, Report},
    server::Server,
};

/// People in one room of the storm.
const ROOM: usize = 10;

/// Clients that connect at the same time; a browser's own queue is about as long.
const AT_ONCE: usize = 256;

/// Resumes one by one, then the storm.
pub async fn measure(report: &mut Report) -> anyhow::Result<()> {
    resume(report).await?;
    for in_rooms in [false, true] {
        storm(report, in_rooms).await?;
    }
    Ok(())
}

/// A session is made over REST, so that no actor has it; one connects, and comes back to it.
async fn resume(report: &mut Report) -> anyhow::Result<()> {
    let sessions: usize = option("LOAD_RESUMES", 2_000)?;
    let server = Server::interpres(&[])?;
    let mut http = Http::connect(server.address()).await?;
    let mut times = Vec::with_capacity(sessions);
    let mut connections = Vec::with_capacity(sessions);
    for _ in 0..sessions {
        let made = http
            .json("POST", "/api/sessions/create", Some("{}"), 201)
            .await?;
        let begun = Instant::now();
        let mut connection = connect(server.address()).await?;
        recover(&mut connection, &made).await?;
        times.push(begun.elapsed());
        connections.push(connection);
    }
    report.times(
        "connect and resume a session that is open nowhere",
        &times,
        0.99,
        Goal::None,
        Goal::AtMost(50.0),
    );
    Ok(())
}

async fn recover(connection: &mut Connection, made: &Value) -> anyhow::Result<()> {
    let recover = json!({
        "type": "recover_session", "session_id": made["session_id"], "resume_token": made["resume_token"],
        "last_seq": made["seq"],
    });
    connection.send(Message::text(recover.to_string())).await?;
    loop {
        let answer = message(connection).await?;
        match answer["type"].as_str() {
            Some("session_recovered") => {
                ensure!(answer["gap"] == false, "a gap: {answer}");
                return Ok(());
            }
            Some("error") => bail!("not recovered: {answer}"),
            _ => {}
        }
    }
}

async fn storm(report: &mut Report, in_rooms: bool) -> anyhow::Result<()> {
    let clients: usize = option("LOAD_SOCKETS", 10_000)?;
    let mut server = Server::interpres(&[])?;
    let mut sessions = Vec::with_capacity(clients);
    let mut connections = Vec::with_capacity(clients);
    for number in 0..clients {
        let mut connection = connect(server.address()).await?;
        let config = if in_rooms {
            json!({"speaks": "en", "hears": ["es"], "room_id": format!("room{}", number / ROOM)})
        } else {
            json!({"speaks": "en", "hears": ["es"]})
        };
        sessions.push(create_session(&mut connection, &config).await?);
        connections.push(connection);
    }
    server.kill_and_start_again()?;
    let begun = Instant::now();
    drop(connections);
    let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
    let mut coming = Vec::with_capacity(clients);
    for made in sessions {
        let address = server.address().to_owned();
        let gate = gate.clone();
        coming.push(tokio::spawn(async move {
            let _place = gate.acquire().await?;
            let begun = Instant::now();
            let mut connection = connect(&address).await?;
            recover(&mut connection, &made).await?;
            anyhow::Ok((begun.elapsed(), connection))
        }));
    }
    let mut times = Vec::with_capacity(clients);
    let mut connections = Vec::with_capacity(clients);
    for client in coming {
        let (time, connection) = client.await??;
        times.push(time);
        connections.push(connection);
    }
    let whole = begun.elapsed();
    let what = if in_rooms {
        format!("in rooms of {ROOM}")
    } else {
        "each in a room of its own".to_owned()
    };
    report.figure(
        format!("killed, started again: all of {clients} back, {what}"),
        whole.as_secs_f64(),
        "s",
        Goal::AtMost(10.0),
    );
    report.times(
        &format!("  one of them, {AT_ONCE} at once"),
        &times,
        0.99,
        Goal::None,
        Goal::None,
    );
    tokio::time::sleep(Duration::from_secs(1)).await;
    let memory = resident(server.pid())? as f64 / 1e6;
    report.figure("  resident memory then", memory, "MB", Goal::None);
    Ok(())
}
