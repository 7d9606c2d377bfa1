//! What breaks, stalls, floods or goes away, and how everything else goes on.

mod admission;
mod engines;
mod faults;
mod hostile;
mod idle;
mod languages;
mod limits;
mod logs;
mod shutdown;
mod stalled;
mod start;

use serde_json::{Value, json};

use crate::support::{client::Client, processes::Process, server::Server};

/// Somebody who speaks one language and wants to read and hear others in these.
async fn person(server: &Server, name: &str, room: &str, speaks: &str, hears: &[&str]) -> Client {
    let mut client = server.connect().await;
    let config = json!({
        "name": name, "room_id": room, "speaks": speaks, "hears": hears, "speech": true,
    });
    client.create_session(config).await;
    client
}

/// Says something in writing.
async fn say(client: &mut Client, text: &str) {
    client.send(json!({"type": "text", "text": text})).await;
}

fn is_final(message: &Value) -> bool {
    message["final"] == true
}

fn is_partial(message: &Value) -> bool {
    message["final"] == false
}

/// The processes of a server whose command line holds this.
fn processes(server: &Server, command: &str) -> Vec<Process> {
    let mut found = server.processes();
    found.retain(|process| process.command.contains(command));
    found
}

/// The actors at and below this path, as operators see them.
async fn actors(server: &Server, path: &str) -> Vec<Value> {
    let page = server.get(&format!("/admin/actors?path={path}")).await;
    page["actors"].as_array().unwrap().clone()
}

/// The rooms, sources or invokers of a room by these keys of theirs, sorted.
fn listed(room: &Value, what: &str, key: &str) -> Vec<String> {
    let rows = room[what].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut found: Vec<String> = rows
        .iter()
        .map(|row| row[key].as_str().unwrap().to_owned())
        .collect();
    found.sort();
    found
}
