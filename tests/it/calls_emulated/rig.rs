//! A server and an emulator that know each other, and what a test sees of their calls.

use std::{path::PathBuf, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::gateway::Gateway;
use crate::{
    emulate::acs::stand::{Emulator, KEY},
    support::{client::Client, server::Server, speech},
};

/// Whom callers call.
pub const NUMBER: &str = "+18005550100";

pub const ANA: &str = "+14255550111";
pub const BEN: &str = "+14255550122";

/// Users of the resource, who meet in rooms.
pub const CLARA: &str =
    "8:acs:1bdaa2b9-9507-4542-bb64-a7b22c00a8d4_00000014-2033-438d-1000-343a0d006e10";
pub const DAVID: &str =
    "8:acs:1bdaa2b9-9507-4542-bb64-a7b22c00a8d4_00000014-2033-438d-1000-343a0d006e11";

/// The resource that the emulator is if nothing else is said.
const RESOURCE: &str = "1bdaa2b9-9507-4542-bb64-a7b22c00a8d4";

/// What people at browsers are called.
pub const FRIEND: &str = "Friend";

const SECRET: &str = "the-secret-of-the-registered-address";

/// How long a test waits for what it expects: far beyond what it takes.
const PATIENCE: Duration = Duration::from_secs(45);

/// How often it looks.
const LOOK: Duration = Duration::from_millis(25);

/// Both, and the address at which the server is reached.
pub struct Rig {
    pub emulator: Emulator,
    pub server: Server,
    pub gateway: Gateway,
    folder: TempDir,
}

/// A call, as the emulator names it.
#[derive(Debug, Clone)]
pub struct Calling {
    pub id: String,
    pub server_call: String,
}

impl Rig {
    /// A server with these settings, an engine that answers at once, and an emulator.
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        Self::with(settings, &[]).await
    }

    /// The same with arguments for the emulator.
    pub async fn with(settings: &[(&str, &str)], arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let heard = folder.path().join("heard");
        std::fs::create_dir(&heard).unwrap();
        let gateway = Gateway::start();
        let public = format!("http://{}", gateway.address);
        let events = format!("{public}/incoming-call?secret={SECRET}");
        let heard = heard.to_str().unwrap();
        let mut all = vec!["--quiet", "--events-url", &events, "--record", heard];
        all.extend(arguments);
        let emulator = Emulator::start(&all);
        let connection = format!("endpoint={}/;accesskey={KEY}", emulator.url(""));
        let openid = emulator.url("/calling/.well-known/acsopenidconfiguration");
        let mut all = vec![
            ("PUBLIC_URL", public.as_str()),
            ("ACS_CONNECTION_STRING", &connection),
            ("INTERPRES__ACS__AUDIENCE", RESOURCE),
            ("INTERPRES__ACS__OPENID_URL", &openid),
            ("INTERPRES__ACS__EVENTS__SECRET", SECRET),
            ("INTERPRES__ENGINES__DEFAULT", "null"),
            ("INTERPRES__ACS__DEFAULT__HEARS", "en"),
            // Nobody waits for what lingers where the last has left.
            ("INTERPRES__SOURCE__IDLE_AFTER", "200ms"),
            ("INTERPRES__INVOKER__IDLE_AFTER", "200ms"),
            // Tests that want it say so: whoever speaks would cut off the tones that are counted.
            ("INTERPRES__ACS__BARGE_IN", "false"),
        ];
        all.extend_from_slice(settings);
        let server = Server::with(&all);
        gateway.lead_to(server.address());
        Self {
            emulator,
            server,
            gateway,
            folder,
        }
    }

    /// Ends the server without a word. Nobody is behind its address until [`Self::start_again`].
    pub fn kill(&mut self) {
        self.server.kill();
        self.gateway.lead_to("");
    }

    /// Another server on the same data, at the same address.
    pub fn start_again(&mut self) {
        self.server = self.server.beside();
        self.gateway.lead_to(self.server.address());
    }

    /// A recording of somebody who says so many sentences, a second and a half apart.
    pub fn sentences(&self, count: usize) -> PathBuf {
        let file = self.folder.path().join(format!("{count}-sentences.wav"));
        let mut pcm = Vec::new();
        for _ in 0..count {
            pcm.extend(speech::recording("goforward.raw"));
            pcm.extend(speech::silence(Duration::from_millis(1_500)));
        }
        let samples: Vec<i16> = pcm
            .chunks_exact(2)
            .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        let wav = interpres::audio::wav::encode(&samples, 16_000).unwrap();
        std::fs::write(&file, wav).unwrap();
        file
    }

    /// Begins a call as it is described.
    pub async fn begin(&self, wanted: Value) -> Calling {
        let begun = self.emulator.control("POST", "/_emulator/calls", &wanted);
        let begun = begun.await;
        let text = |name: &str| begun[name].as_str().unwrap().to_owned();
        Calling {
            id: text("id"),
            server_call: text("server_call_id"),
        }
    }

    /// Somebody silent calls.
    pub async fn ring(&self, from: &str) -> Calling {
        self.begin(json!({"caller": {"identifier": from, "display_name": "Ana"}}))
            .await
    }

    /// Somebody silent calls, and is answered.
    pub async fn answered(&self, from: &str) -> Calling {
        let calling = self.ring(from).await;
        self.call(&calling, |call| call["state"] == "media").await;
        calling
    }

    /// Somebody joins a call and says what is in this recording.
    pub async fn join(&self, calling: &Calling, identifier: &str, recording: Option<&PathBuf>) {
        let path = format!("/_emulator/calls/{}/people", calling.id);
        let person = json!({"identifier": identifier, "wav": recording});
        self.emulator.control("POST", &path, &person).await;
    }

    /// All people of a call hang up.
    pub async fn hang_up(&self, calling: &Calling) {
        let path = format!("/_emulator/calls/{}", calling.id);
        self.emulator.control("DELETE", &path, &Value::Null).await;
    }

    /// What goes wrong from now on, and nothing else.
    pub async fn faults(&self, faults: &[&str]) {
        let path = "/_emulator/faults";
        self.emulator.control("DELETE", path, &Value::Null).await;
        let faults = json!({"faults": faults});
        self.emulator.control("POST", path, &faults).await;
    }

    /// A call as the server shows it, once it is as `wanted`.
    pub async fn call(&self, calling: &Calling, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while tokio::time::Instant::now() < deadline {
            let list = self.server.get("/api/calls").await;
            let calls = list["calls"].as_array().unwrap();
            let is_it = |call: &&Value| call["server_call_id"] == calling.server_call.as_str();
            if let Some(call) = calls.iter().find(is_it) {
                if wanted(call) {
                    return call.clone();
                }
                last = call.clone();
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!(
            "never as wanted: {last:#}\n{}",
            self.timeline(&calling.id).await
        );
    }

    /// Why it ended, once it has.
    pub async fn ended(&self, calling: &Calling) -> String {
        let call = self.call(calling, |call| call["state"] == "ended").await;
        call["reason"].as_str().unwrap().to_owned()
    }

    /// An operator hangs up.
    pub async fn operator_hangs_up(&self, call: &Value) {
        let path = format!("/api/calls/{}/hangup", call["call_id"].as_str().unwrap());
        let (status, answer) = self.server.post(&path, &Value::Null).await;
        assert_eq!(status, 202, "{answer}");
    }

    /// A call as the emulator shows it, by its id or that of a leg, once it is as `wanted`.
    pub async fn there(&self, call: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while tokio::time::Instant::now() < deadline {
            last = self.emulator.call(call).await;
            if wanted(&last) {
                return last;
            }
            tokio::time::sleep(LOOK).await;
        }
        panic!(
            "never as wanted: {last:#}\n{}",
            self.timeline(last["id"].as_str().unwrap()).await
        );
    }

    /// What happened in a call, for whoever reads why a test failed.
    pub async fn timeline(&self, call: &str) -> String {
        let path = format!("/_emulator/timeline?call={call}");
        let timeline = self.emulator.control("GET", &path, &Value::Null).await;
        format!("{timeline:#}")
    }

    /// What our leg of a call that is over said: the recording of a leg, by its id.
    pub fn heard(&self, call: &str, leg: &str) -> (Vec<i16>, u32) {
        let name = format!("heard/{call}-{}.wav", &leg[..8]);
        let file = std::fs::read(self.folder.path().join(name)).unwrap();
        interpres::audio::wav::decode(&file).unwrap()
    }

    /// Waits until nothing of any call is left, neither here nor there. Rooms and sessions of people at browsers stay.
    pub async fn nothing_is_open(&self) {
        let calls = "/_emulator/calls";
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let there = self.emulator.control("GET", calls, &Value::Null).await;
            let mut left = vec![
                ("legs", there["open_legs"].as_u64().unwrap()),
                (
                    "calls at the service",
                    there["calls"].as_array().unwrap().len() as u64,
                ),
                ("media", self.gateway.media() as u64),
            ];
            let here = self.server.get("/api/calls").await;
            left.push(("calls", here["active"].as_u64().unwrap()));
            for kind in ["call", "media-socket", "source", "invoker"] {
                let path = format!("/admin/actors?kind={kind}");
                let actors = self.server.get(&path).await;
                left.push((kind, actors["total"].as_u64().unwrap()));
            }
            let sessions = self.server.get("/api/sessions").await;
            let sessions = sessions["sessions"].as_array().unwrap();
            let known = here["calls"].as_array().unwrap();
            // Of a call that ended while no server was there a row is left for the next sweep, with nobody behind it.
            let of_calls = sessions.iter().filter(|session| {
                let id = session["session_id"].as_str().unwrap();
                let mut ids = known.iter().map(|call| call["call_id"].as_str().unwrap());
                session["name"] != FRIEND
                    && (session["attached"] == true || ids.any(|known| id.starts_with(known)))
            });
            left.push(("sessions of calls", of_calls.count() as u64));
            left.retain(|(_, count)| *count > 0);
            if left.is_empty() {
                return;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "left open: {left:?}\n{sessions:?}\n{there:#}\n{here:#}"
            );
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Files and sockets that the server has open.
    pub fn descriptors(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.server.pid());
        std::fs::read_dir(folder).unwrap().count()
    }
}

/// Somebody at a browser goes for good.
pub async fn goes(mut friend: Client) {
    friend.ask(json!({"type": "leave_session"})).await;
}

/// How many tones of 100 ms are in a recording, with whatever gaps a busy machine makes in them.
pub fn tones((samples, rate): &(Vec<i16>, u32)) -> usize {
    let frames = samples.chunks(*rate as usize / 50);
    let sounding = frames.filter(|frame| frame.iter().any(|sample| sample.unsigned_abs() > 200));
    sounding.count() / 5
}
