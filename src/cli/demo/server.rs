//! The demonstration's own server: this program again, on a free port, with a data folder that goes with it.
//!
//! It is to work wherever it is tried, beside a server that is set up for others too: so it heeds no file and no
//! environment that ask for keys, certificates or a database, and takes over only how speech is understood here.

use std::{process::Stdio, time::Duration};

use anyhow::Context;
use interpres::config::{LoadOptions, Loaded, is_setting};
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// How long the server may take to listen, and to end.
const PATIENCE: Duration = Duration::from_secs(15);

/// A settings file in which nothing is set.
const NO_SETTINGS: &str = "/dev/null";

/// The settings that hold for the demonstration too: where the engine's parts are, and how speech is cut.
const TAKEN_OVER: [&str; 3] = ["engines.local", "speech", "threads"];

/// A server that ends with this.
pub struct OwnServer {
    process: Child,
    address: String,
    data: std::path::PathBuf,
}

impl OwnServer {
    /// Starts it and waits until it listens.
    ///
    /// `surroundings` are further settings, by the names of its environment.
    pub async fn start(surroundings: &[(&str, String)]) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let data = std::env::temp_dir().join(format!("interpres-demo-{}", std::process::id()));
        let mut command = Command::new(program);
        for (variable, _) in std::env::vars_os() {
            if variable.to_str().is_some_and(is_setting) {
                command.env_remove(variable);
            }
        }
        let mut process = command
            .envs(how_speech_is_understood())
            .args(["serve", "--config", NO_SETTINGS])
            .env("INTERPRES__SERVER__HOST", "127.0.0.1")
            .env("INTERPRES__SERVER__PORT", "0")
            .env("INTERPRES__DATA__DIR", &data)
            // Nothing of a demonstration is to be kept, and a slow disk is not its subject.
            .env("INTERPRES__STORE__URL", "memory:")
            .env("INTERPRES__LOG__LEVEL", "warn")
            .envs(surroundings.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("the server does not start")?;
        let output = process.stdout.take().context("the server has no output")?;
        let mut lines = BufReader::new(output).lines();
        let listening = async {
            while let Some(line) = lines.next_line().await? {
                if let Some(address) = line.strip_prefix("listening on http://") {
                    return Ok(address.to_owned());
                }
            }
            anyhow::bail!("the server ended before it listened")
        };
        let address = tokio::time::timeout(PATIENCE, listening)
            .await
            .context("the server did not listen in time")??;
        Ok(Self {
            process,
            address,
            data,
        })
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Ends it in order.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let pid = self
            .process
            .id()
            .and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        if let Some(pid) = pid {
            kill_process(pid, Signal::TERM).context("the server cannot be stopped")?;
        }
        tokio::time::timeout(PATIENCE, self.process.wait())
            .await
            .context("the server did not end in time")??;
        Ok(())
    }
}

/// What the user has set of it. Settings that are wrong are no reason not to show what works without them.
fn how_speech_is_understood() -> Vec<(String, String)> {
    match Loaded::load(LoadOptions::from_process(None)) {
        Ok(loaded) => loaded.chosen(&TAKEN_OVER),
        Err(error) => {
            eprintln!("note: {error}; the demonstration goes on without your settings");
            Vec::new()
        }
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        // A folder that cannot be removed is left to the system's own cleaning of temporary files.
        let _ = std::fs::remove_dir_all(&self.data);
    }
}
