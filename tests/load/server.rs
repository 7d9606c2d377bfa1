//! Servers in processes of their own.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// How long a server may take to go down before it is killed.
const PATIENCE: Duration = Duration::from_secs(12);

/// A server that runs until this is dropped.
pub struct Server {
    process: Child,
    address: String,
    /// From just before the process was made to the line that says where it listens.
    pub start: Duration,
    settings: Vec<(String, String)>,
    folder: Arc<TempDir>,
}

impl Server {
    /// `interpres serve` with these settings, by the names of its environment, else with its defaults.
    pub fn interpres(settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_interpres"));
        command.arg("serve");
        Self::run(command, owned(settings), Arc::new(tempfile::tempdir()?))
    }

    /// Ends the process as the power does, and starts another on the same data.
    pub fn kill_and_start_again(&mut self) -> anyhow::Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_interpres"));
        command.arg("serve");
        *self = Self::run(command, self.settings.clone(), Arc::clone(&self.folder))?;
        Ok(())
    }

    /// A server of nothing but actix-web-actors, to compare with.
    pub fn bare() -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["child", "bare"]);
        Self::run(command, Vec::new(), Arc::new(tempfile::tempdir()?))
    }

    fn run(
        mut command: Command,
        settings: Vec<(String, String)>,
        folder: Arc<TempDir>,
    ) -> anyhow::Result<Self> {
        command
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("PORT", "0")
            .env("LOG_LEVEL", "warn")
            .envs(settings.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let begun = Instant::now();
        let mut process = command.spawn()?;
        let output = process.stdout.take().context("its output is a pipe")?;
        let address = BufReader::new(output)
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("listening on http://").map(str::to_owned))
            .context("the server ended before it listened")?;
        Ok(Self {
            start: begun.elapsed(),
            process,
            address,
            settings,
            folder,
        })
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }
}

fn owned(settings: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    settings.iter().map(own).collect()
}

impl Drop for Server {
    /// Down in order, so that its own children go with it.
    fn drop(&mut self) {
        if let Some(pid) = Pid::from_raw(self.process.id().cast_signed()) {
            let _ = kill_process(pid, Signal::TERM);
        }
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if !matches!(self.process.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
