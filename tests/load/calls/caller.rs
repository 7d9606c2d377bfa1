//! One call of a soak run, from its first ring to its end at the service, in one of the ways in which calls go.

use std::{path::Path, sync::Mutex, time::Duration};

use anyhow::bail;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::pair::Pair;

/// How many ways there are.
pub const WAYS: u64 = 8;

/// Between two looks at a call.
const LOOK: Duration = Duration::from_millis(50);

/// How long people wait in a room for an interpreter who does not come.
const ENOUGH: Duration = Duration::from_secs(8);

/// Whom outgoing calls are for, and what they do.
pub const CALLEES: [(&str, &str); 4] = [
    ("+14255550001", "accept"),
    ("+14255550002", "busy"),
    ("+14255550003", "decline"),
    ("+14255550004", "never"),
];

/// What all calls of a run share.
pub struct Callers<'a> {
    pub pair: &'a Pair,
    /// What everybody says.
    pub recording: &'a Path,
    /// Rooms of the service that nobody is in, to meet in again.
    pub rooms: Mutex<Vec<String>>,
    /// How long one call may take.
    pub patience: Duration,
}

impl Callers<'_> {
    /// Plays the call of this number to its end.
    ///
    /// # Errors
    /// If it does not end, or somebody does not answer.
    pub async fn play(&self, number: u64) -> anyhow::Result<()> {
        match number % WAYS {
            // Somebody says a word and goes.
            0..3 => self.incoming(number, Some("100ms"), Ending::Theirs).await,
            // The server is told to hang up.
            3 => self.incoming(number, None, Ending::Ours).await,
            // They go at any time, while it still rings too.
            4 => self.incoming(number, None, Ending::AtOnce).await,
            5 | 6 => self.meeting(number).await,
            _ => self.outgoing(number).await,
        }
    }

    async fn incoming(
        &self,
        number: u64,
        leave_after: Option<&str>,
        ending: Ending,
    ) -> anyhow::Result<()> {
        let caller = json!({"identifier": format!("+1555{:07}", number % 10_000_000),
            "wav": self.recording, "leave_after": leave_after});
        let begun = self.begin(&json!({"caller": caller})).await?;
        let id = begun["id"].as_str().unwrap_or_default();
        match ending {
            Ending::Theirs => {}
            Ending::AtOnce => {
                sleep(Duration::from_millis(number * 7 % 100)).await;
                let path = format!("/_emulator/calls/{id}");
                self.pair.emulator.ask(Method::DELETE, &path, None).await?;
            }
            Ending::Ours => self.hang_up(id).await?,
        }
        self.over(id).await
    }

    async fn meeting(&self, number: u64) -> anyhow::Result<()> {
        let user = |place: u64| {
            format!("8:acs:1bdaa2b9-9507-4542-bb64-a7b22c00a8d4_{number:08x}-0000-000{place}")
        };
        let person = |place| json!({"identifier": user(place), "wav": self.recording, "leave_after": "100ms"});
        let room = self.rooms.lock().ok().and_then(|mut rooms| rooms.pop());
        let wanted = json!({"lifecycle": "room", "caller": person(1), "people": [person(2)], "room_id": room});
        let begun = self.begin(&wanted).await?;
        let id = begun["id"].as_str().unwrap_or_default();
        // They speak, and go, when somebody hears them. Where nobody ever does they have enough of it.
        let enough = async {
            sleep(ENOUGH).await;
            let path = format!("/_emulator/calls/{id}");
            self.pair.emulator.ask(Method::DELETE, &path, None).await?;
            self.over(id).await
        };
        tokio::select! {
            over = self.over(id) => over?,
            over = enough => over?,
        }
        if let (Some(room), Ok(mut rooms)) = (begun["room_id"].as_str(), self.rooms.lock()) {
            rooms.push(room.to_owned());
        }
        Ok(())
    }

    async fn outgoing(&self, number: u64) -> anyhow::Result<()> {
        let (target, _) = CALLEES[(number / WAYS % 4) as usize];
        let wanted = json!({"target": target, "caller_id": "+18005550100"});
        let server = &self.pair.server;
        let (status, placed) = server
            .ask(Method::POST, "/api/calls", Some(&wanted))
            .await?;
        if status != 201 {
            bail!("no call is placed: {status} {placed}");
        }
        let id = placed["call_id"].as_str().unwrap_or_default().to_owned();
        let path = format!("/api/calls/{id}");
        let deadline = Instant::now() + self.patience;
        let mut is_hung_up = false;
        loop {
            let (status, call) = server.ask(Method::GET, &path, None).await?;
            match call["state"].as_str() {
                // Of the last that are over only some are kept.
                Some("ended") => return Ok(()),
                None if status == 404 => return Ok(()),
                Some("media") if !is_hung_up => {
                    server
                        .ask(Method::POST, &format!("{path}/hangup"), None)
                        .await?;
                    is_hung_up = true;
                }
                _ if Instant::now() > deadline => bail!("a call that was placed goes on: {call}"),
                _ => sleep(LOOK).await,
            }
        }
    }

    async fn begin(&self, wanted: &Value) -> anyhow::Result<Value> {
        let emulator = &self.pair.emulator;
        match emulator
            .ask(Method::POST, "/_emulator/calls", Some(wanted))
            .await?
        {
            (201, begun) => Ok(begun),
            (status, answer) => bail!("no call begins: {status} {answer}"),
        }
    }

    /// Hangs up by our own interface, once there is a leg; a call that ends before has none.
    async fn hang_up(&self, id: &str) -> anyhow::Result<()> {
        let deadline = Instant::now() + self.patience;
        loop {
            let call = self.look(id).await?;
            if call["state"] == "ended" {
                return Ok(());
            }
            let leg = call["legs"][0]["call_connection_id"].as_str();
            if let Some(leg) = leg {
                let path = format!("/api/calls/{leg}/hangup");
                let (status, _) = self.pair.server.ask(Method::POST, &path, None).await?;
                if status == 202 {
                    return Ok(());
                }
            }
            if Instant::now() > deadline {
                bail!("a call cannot be hung up: {call}");
            }
            sleep(LOOK).await;
        }
    }

    async fn over(&self, id: &str) -> anyhow::Result<()> {
        let deadline = Instant::now() + self.patience;
        loop {
            let call = self.look(id).await?;
            if call["state"] == "ended" {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("a call goes on at the service: {call}");
            }
            sleep(LOOK).await;
        }
    }

    async fn look(&self, id: &str) -> anyhow::Result<Value> {
        let path = format!("/_emulator/calls/{id}");
        match self.pair.emulator.ask(Method::GET, &path, None).await? {
            (200, call) => Ok(call),
            // It was so long ago that nothing is kept of it.
            (404, _) => Ok(json!({"state": "ended"})),
            (status, answer) => bail!("{path}: {status} {answer}"),
        }
    }
}

/// Who ends a call, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Theirs,
    Ours,
    AtOnce,
}
