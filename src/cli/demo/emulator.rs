//! An emulator of the demonstration's own: this program again, on a free port.

use std::{process::Stdio, time::Duration};

use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, ChildStdout, Command},
    task::JoinHandle,
};

/// How long the emulator may take to listen, and to end.
const PATIENCE: Duration = Duration::from_secs(15);

/// The key of one of Azure OpenAI.
const KEY: &str = "sk-emulated-for-anybody";

/// An emulator that ends with this.
pub struct OwnEmulator {
    process: Child,
    output: Output,
    address: String,
}

/// What it writes.
enum Output {
    /// Read at its end.
    Kept(BufReader<ChildStdout>),
    /// Shown as it comes.
    Shown(JoinHandle<()>),
}

impl OwnEmulator {
    /// One of Azure OpenAI, with further arguments.
    pub async fn azure(more: &[&str]) -> anyhow::Result<Self> {
        let usual = ["realtime", "--key", KEY];
        Self::start(&[&usual, more].concat()).await
    }

    /// Starts `interpres emulate` with these arguments, and waits until it listens.
    pub async fn start(arguments: &[&str]) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let mut process = Command::new(program)
            .arg("emulate")
            .args(arguments)
            .args(["--port", "0"])
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
            output: Output::Kept(output),
            address,
        })
    }

    /// Shows each line that it writes from now on.
    pub fn show(self, show: impl Fn(&str) + Send + 'static) -> Self {
        let output = match self.output {
            Output::Kept(output) => Output::Shown(tokio::spawn(async move {
                let mut lines = output.lines();
                while let Ok(Some(line)) = lines.next_line().await {
                    show(&line);
                }
            })),
            shown => shown,
        };
        Self { output, ..self }
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The settings of a server that uses one of Azure OpenAI, by the names of its environment.
    pub fn surroundings(&self) -> [(&'static str, String); 2] {
        [
            ("AZURE_OPENAI_ENDPOINT", format!("http://{}", self.address)),
            ("AZURE_OPENAI_API_KEY", KEY.to_owned()),
        ]
    }

    /// Ends it. Gives what it has written since it listens, unless that was shown.
    pub async fn stop(mut self) -> anyhow::Result<String> {
        let pid = self
            .process
            .id()
            .and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        if let Some(pid) = pid {
            kill_process(pid, Signal::INT).context("the emulator cannot be stopped")?;
        }
        let mut printed = String::new();
        let ending = async {
            match self.output {
                Output::Kept(mut output) => {
                    output.read_to_string(&mut printed).await?;
                }
                Output::Shown(showing) => showing.await?,
            }
            self.process.wait().await?;
            anyhow::Ok(())
        };
        tokio::time::timeout(PATIENCE, ending)
            .await
            .context("the emulator did not end in time")??;
        Ok(printed)
    }

    /// Ends one of Azure OpenAI, and prints its invoice.
    pub async fn settle(self) -> anyhow::Result<()> {
        let printed = self.stop().await?;
        let invoice = printed
            .split_once("\n\n")
            .map_or("", |(_, invoice)| invoice);
        println!("\nWhat the real service would have cost (prices: docs/emulators.md):\n{invoice}");
        Ok(())
    }
}
