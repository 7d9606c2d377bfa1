//! The demonstration's own emulator of Azure OpenAI: this program again, on a free port.

use std::{process::Stdio, time::Duration};

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, ChildStdout, Command},
};

/// How long the emulator may take to listen, and to end.
const PATIENCE: Duration = Duration::from_secs(15);

/// Its key.
const KEY: &str = "sk-emulated-for-anybody";

/// An emulator that ends with this.
pub struct OwnEmulator {
    process: Child,
    output: BufReader<ChildStdout>,
    address: String,
}

impl OwnEmulator {
    /// Starts it and waits until it listens.
    pub async fn start() -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let mut process = Command::new(program)
            .args(["emulate", "realtime", "--port", "0", "--key", KEY])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("the emulator does not start")?;
        let output = process
            .stdout
            .take()
            .context("the emulator has no output")?;
        let mut output = BufReader::new(output);
        let mut line = String::new();
        tokio::time::timeout(PATIENCE, output.read_line(&mut line))
            .await
            .context("the emulator did not listen in time")??;
        let address = line
            .trim_end()
            .strip_prefix("listening on http://")
            .context("the emulator ended before it listened")?
            .to_owned();
        Ok(Self {
            process,
            output,
            address,
        })
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The settings of a server that uses it, by the names of its environment.
    pub fn surroundings(&self) -> [(&'static str, String); 2] {
        [
            ("AZURE_OPENAI_ENDPOINT", format!("http://{}", self.address)),
            ("AZURE_OPENAI_API_KEY", KEY.to_owned()),
        ]
    }

    /// Ends it, and prints its invoice.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let pid = self
            .process
            .id()
            .and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        if let Some(pid) = pid {
            kill_process(pid, Signal::INT).context("the emulator cannot be stopped")?;
        }
        let mut printed = String::new();
        let ending = async {
            self.output.read_to_string(&mut printed).await?;
            self.process.wait().await
        };
        tokio::time::timeout(PATIENCE, ending)
            .await
            .context("the emulator did not end in time")??;
        let invoice = printed
            .split_once("\n\n")
            .map_or("", |(_, invoice)| invoice);
        println!("\nWhat the real service would have cost (prices: docs/emulators.md):\n{invoice}");
        Ok(())
    }
}
