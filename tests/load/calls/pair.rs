//! `interpres serve` and `interpres emulate acs`, who know each other.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use rand::RngExt as _;
use reqwest::{Client, Method};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// The emulator's usual access key and resource.
pub const KEY: &str = "ZW11bGF0ZWQtZm9yLWFueWJvZHktYW5kLWdvb2QtZm9yLW5vdGhpbmctZWxzZQ==";
pub const RESOURCE: &str = "1bdaa2b9-9507-4542-bb64-a7b22c00a8d4";

/// What Event Grid shows.
pub const SECRET: &str = "the-secret-of-event-grid";

/// How long a process may take to go down before it is killed.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long a connection is kept for the next question; both keep theirs longer.
const IDLE_FOR: Duration = Duration::from_secs(3);

/// Ports that no outgoing connection takes by itself (Linux begins at 32768).
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// A process that listens, and ends when this is dropped.
pub struct Listening {
    process: Child,
    address: String,
    http: Client,
}

impl Listening {
    fn run(mut command: Command) -> anyhow::Result<Self> {
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = process.stdout.take().context("its output is a pipe")?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let address =
            lines.find_map(|line| line.strip_prefix("listening on http://").map(str::to_owned));
        let Some(address) = address else {
            bail!("it ended before it listened: {:?}", process.wait()?);
        };
        // It must not block on what it says later, nor see its reader go.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self {
            process,
            address,
            // One for each question would use up the ports there are; those that nobody uses must not count as left behind.
            http: Client::builder()
                .no_proxy()
                .pool_idle_timeout(IDLE_FOR)
                .build()?,
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

    /// Status and body of what it answers.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<(u16, Value)> {
        let request = self
            .http
            .request(method, format!("http://{}{path}", self.address));
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = request.send().await.context("a question")?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await?;
        Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
    }

    /// What `GET path` answers, which is JSON.
    ///
    /// # Errors
    /// If it answers anything else.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        match self.ask(Method::GET, path, None).await? {
            (200, body) => Ok(body),
            (status, body) => bail!("GET {path}: {status} {body}"),
        }
    }

    /// What `GET path` answers, as text.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn text(&self, path: &str) -> anyhow::Result<String> {
        let url = format!("http://{}{path}", self.address);
        Ok(self.http.get(url).send().await?.text().await?)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(pid) = Pid::from_raw(self.process.id().cast_signed()) {
            let _ = kill_process(pid, Signal::INT);
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

/// Server and emulator. The server goes down first, and hangs up.
pub struct Pair {
    pub server: Listening,
    pub emulator: Listening,
    pub folder: TempDir,
}

impl Pair {
    /// Starts `program` as both: the server with these settings of its environment, the emulator with these arguments.
    ///
    /// # Errors
    /// If one of them does not start.
    pub fn start(
        program: &str,
        settings: &[(&str, &str)],
        arguments: &[&str],
    ) -> anyhow::Result<Self> {
        // What main does: reqwest leaves the choice of cryptography to the program.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        let mut command = Command::new(program);
        command
            .args(["emulate", "acs", "--port", "0", "--quiet", "--events-url"])
            .arg(format!(
                "http://127.0.0.1:{port}/incoming-call?secret={SECRET}"
            ))
            .args(arguments);
        let emulator = Listening::run(command)?;
        let service = format!("http://{}", emulator.address());
        let mut command = Command::new(program);
        command
            .arg("serve")
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("PORT", port.to_string())
            .env("PUBLIC_URL", format!("http://127.0.0.1:{port}"))
            .env("DATA_DIR", folder.path().join("data"))
            .env("LOG_LEVEL", "error")
            .env(
                "ACS_CONNECTION_STRING",
                format!("endpoint={service}/;accesskey={KEY}"),
            )
            .env("INTERPRES__ACS__AUDIENCE", RESOURCE)
            .env(
                "INTERPRES__ACS__OPENID_URL",
                format!("{service}/calling/.well-known/acsopenidconfiguration"),
            )
            .env("INTERPRES__ACS__EVENTS__SECRET", SECRET)
            .env("INTERPRES__ENGINES__DEFAULT", "null")
            .envs(settings.iter().copied());
        Ok(Self {
            server: Listening::run(command)?,
            emulator,
            folder,
        })
    }
}

/// A port that is free now. Server and emulator must know each other's address before either runs.
fn free_port() -> anyhow::Result<u16> {
    for _ in 0..100 {
        let port = rand::rng().random_range(PORTS);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port is free")
}
