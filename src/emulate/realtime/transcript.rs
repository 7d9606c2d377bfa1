//! A recorded session that is played back: waits for what the client sent then, and says how it differs now.

use std::{io::Write, sync::Arc, time::Duration};

use serde::Deserialize;
use serde_json::Value;
use tokio::sync::mpsc;

use super::{outlet::Outgoing, wire::Incoming};

/// A step of a session, as JSON lines hold it.
#[derive(Debug, Deserialize)]
struct Row {
    t_ms: u64,
    #[serde(flatten)]
    step: Step,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "dir", rename_all = "snake_case")]
enum Step {
    /// The connection.
    Open { handshake: Value },
    /// The client sends this.
    C2s { event: Value },
    /// The server sends this.
    S2c { event: Value },
    /// Somebody closes.
    Close {
        code: u16,
        #[serde(default)]
        reason: String,
        by: Side,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Side {
    Client,
    Server,
}

/// A recorded session.
#[derive(Debug, Clone)]
pub struct Transcript(Arc<Vec<Row>>);

/// Why a file is not a recorded session.
#[derive(Debug, thiserror::Error)]
pub enum TranscriptError {
    /// A line does not read.
    #[error("line {line}: {error}; a line is {{\"t_ms\", \"dir\": \"open|c2s|s2c|close\", …}}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// Why.
        error: serde_json::Error,
    },
    /// It has no lines.
    #[error("the transcript is empty")]
    Empty,
}

impl Transcript {
    /// Reads JSON lines.
    ///
    /// # Errors
    /// When a line is none, or there is none.
    pub fn read(text: &str) -> Result<Self, TranscriptError> {
        let rows: Vec<Row> = text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(at, line)| {
                serde_json::from_str(line).map_err(|error| TranscriptError::Line {
                    line: at + 1,
                    error,
                })
            })
            .collect::<Result<_, _>>()?;
        if rows.is_empty() {
            return Err(TranscriptError::Empty);
        }
        Ok(Self(Arc::new(rows)))
    }
}

/// Plays a session back to one connection, `pace` times slower than it was recorded. What differs goes to standard
/// error: where, and the first field that does, but not what is said in it.
pub async fn replay(
    transcript: &Transcript,
    pace: f64,
    asked: &str,
    mut incoming: mpsc::Receiver<Incoming>,
    outgoing: mpsc::Sender<Outgoing>,
) {
    let mut differences = 0;
    let mut say = |line: usize, what: &str| {
        differences += 1;
        tell(&format!("transcript line {line}: {what}"));
    };
    let mut before = 0;
    for (at, row) in transcript.0.iter().enumerate() {
        let line = at + 1;
        let pause = Duration::from_millis(row.t_ms.saturating_sub(before)).mul_f64(pace);
        before = row.t_ms;
        match &row.step {
            Step::Open { handshake } => {
                if handshake["path"].as_str().is_some_and(|path| path != asked) {
                    say(
                        line,
                        &format!(
                            "expected a connection to {}, got {asked}",
                            handshake["path"]
                        ),
                    );
                }
            }
            Step::C2s { event } => {
                if !wait_for(event, &mut incoming, |what| say(line, what)).await {
                    say(line, "the client is gone");
                    break;
                }
            }
            Step::S2c { event } => {
                tokio::time::sleep(pause).await;
                if outgoing
                    .send(Outgoing::Text(event.to_string()))
                    .await
                    .is_err()
                {
                    say(line, "the client is gone");
                    break;
                }
            }
            Step::Close {
                code,
                reason,
                by: Side::Server,
            } => {
                tokio::time::sleep(pause).await;
                // A client that is gone needs no close.
                let _ = outgoing.send(Outgoing::Close(*code, reason.clone())).await;
            }
            Step::Close {
                code,
                by: Side::Client,
                ..
            } => match closed_with(&mut incoming).await {
                Some(given) if given == *code => {}
                Some(given) => say(line, &format!("expected a close with {code}, got {given}")),
                None => say(line, &format!("expected a close with {code}, got none")),
            },
        }
    }
    tell(&format!(
        "transcript: {} lines played, {differences} differences",
        transcript.0.len()
    ));
    // A recording that ends without a close leaves the end to the client.
    while incoming.recv().await.is_some() {}
}

/// Waits for an event of the same type. Others are told of and passed over. Whether it came.
async fn wait_for(
    expected: &Value,
    incoming: &mut mpsc::Receiver<Incoming>,
    mut say: impl FnMut(&str),
) -> bool {
    loop {
        let text = match incoming.recv().await {
            Some(Incoming::Text(text)) => text,
            Some(Incoming::Binary) => {
                say("got a binary frame");
                continue;
            }
            Some(Incoming::Close(_)) | None => return false,
        };
        let Ok(event) = serde_json::from_str::<Value>(&text) else {
            say("got a frame that is not JSON");
            continue;
        };
        if event["type"] == expected["type"] {
            if let Some(path) = difference(expected, &event, "") {
                say(&format!("{} differs at {path}", expected["type"]));
            }
            return true;
        }
        say(&format!(
            "expected {}, got {}",
            expected["type"], event["type"]
        ));
    }
}

async fn closed_with(incoming: &mut mpsc::Receiver<Incoming>) -> Option<u16> {
    while let Some(message) = incoming.recv().await {
        if let Incoming::Close(code) = message {
            // No status reads as 1005.
            return Some(code.unwrap_or(1_005));
        }
    }
    None
}

/// Where two values differ first.
fn difference(expected: &Value, given: &Value, path: &str) -> Option<String> {
    match (expected, given) {
        (Value::Object(expected), Value::Object(given)) => {
            let names = expected.keys().chain(given.keys());
            names
                .filter_map(|name| match (expected.get(name), given.get(name)) {
                    (Some(expected), Some(given)) => {
                        difference(expected, given, &format!("{path}/{name}"))
                    }
                    _ => Some(format!("{path}/{name}")),
                })
                .next()
        }
        (Value::Array(expected), Value::Array(given)) if expected.len() == given.len() => expected
            .iter()
            .zip(given)
            .enumerate()
            .find_map(|(at, (expected, given))| {
                difference(expected, given, &format!("{path}/{at}"))
            }),
        (expected, given) => (expected != given).then(|| path.to_owned()),
    }
}

fn tell(line: &str) {
    // Whoever closed standard error does not want to know.
    let _ = writeln!(std::io::stderr(), "{line}");
}
