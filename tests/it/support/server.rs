//! `interpres serve` as its own process, on a free port and with a folder of its own.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use super::{
    client::Client,
    contract,
    disk::Disk,
    processes::{self, Process},
};

/// Where a server writes its log whose log is to be read.
const LOG: &str = "server.log";

/// The name of the data folder.
const DATA: &str = "data";

/// A server that runs until this is dropped.
pub struct Server {
    process: Child,
    address: String,
    /// The folder of all processes that share their data.
    data: Arc<TempDir>,
    environment: Vec<(String, String)>,
    /// What it is started with; empty: as it is.
    launcher: Vec<String>,
    http: reqwest::Client,
}

impl Server {
    /// A server with default settings.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// A server with these settings, by the names of its environment.
    pub fn with(environment: &[(&str, &str)]) -> Self {
        Self::spawn(owned(environment), Vec::new(), folder(), Stdio::inherit())
    }

    /// A server whose data folder is on this disk.
    pub fn on(disk: &Disk, environment: &[(&str, &str)]) -> Self {
        let mut environment = owned(environment);
        let data = disk.place().join(DATA).to_str().unwrap().to_owned();
        environment.push(("DATA_DIR".into(), data));
        Self::spawn(environment, disk.launcher(), folder(), Stdio::inherit())
    }

    /// Ends the process without a word, as the power does, and starts another on the same data.
    pub fn kill_and_start_again(&mut self) {
        self.kill();
        *self = self.beside();
    }

    /// Ends the process without a word.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Another process on the same data, with the same settings.
    pub fn beside(&self) -> Self {
        let (environment, launcher) = (self.environment.clone(), self.launcher.clone());
        Self::spawn(
            environment,
            launcher,
            Arc::clone(&self.data),
            Stdio::inherit(),
        )
    }

    /// What another process on the same data with these settings too complains of, as it must not start. Whoever reads
    /// it learns it from one line.
    pub fn refused_beside(&self, environment: &[(&str, &str)]) -> String {
        // One that starts after all is ended, and its exit code tells.
        let mut launcher = vec!["timeout".into(), "60".into()];
        launcher.extend(self.launcher.iter().cloned());
        let output = command(&self.environment, &launcher, &self.data)
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{complaint}");
        assert_eq!(complaint.trim_end().lines().count(), 1, "{complaint}");
        complaint
    }

    /// A server whose log can be read with [`Self::log`].
    pub fn logged(environment: &[(&str, &str)]) -> Self {
        let folder = folder();
        let log = std::fs::File::create(folder.path().join(LOG)).unwrap();
        Self::spawn(owned(environment), Vec::new(), folder, log.into())
    }

    /// A server that may open so many files, whose log can be read.
    pub fn with_files(files: u32, environment: &[(&str, &str)]) -> Self {
        let folder = folder();
        let log = std::fs::File::create(folder.path().join(LOG)).unwrap();
        let within = format!("ulimit -n {files} && exec \"$0\" \"$@\"");
        let launcher = ["sh", "-c", &within].map(str::to_owned).to_vec();
        Self::spawn(owned(environment), launcher, folder, log.into())
    }

    fn spawn(
        environment: Vec<(String, String)>,
        launcher: Vec<String>,
        data: Arc<TempDir>,
        log: Stdio,
    ) -> Self {
        let mut process = command(&environment, &launcher, &data)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the server starts");
        let output = BufReader::new(process.stdout.take().unwrap());
        let address = output
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                let (_, address) = line.strip_prefix("listening on ")?.split_once("://")?;
                Some(address.to_owned())
            })
            .unwrap_or_else(|| {
                panic!(
                    "the server did not say where it listens: {:?}",
                    process.wait()
                )
            });
        Self {
            process,
            address,
            data,
            environment,
            launcher,
            http: http_client(),
        }
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its data folder.
    pub fn data(&self) -> std::path::PathBuf {
        self.data.path().join(DATA)
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// A connection that has been greeted.
    pub async fn connect(&self) -> Client {
        Client::connect(&self.address, "").await
    }

    /// A connection whose upgrade has this query.
    pub async fn connect_with(&self, query: &str) -> Client {
        Client::connect(&self.address, query).await
    }

    /// A connection to another path or with headers, of which nothing was read yet.
    ///
    /// # Errors
    /// What the handshake failed of.
    pub async fn upgrade(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Client, tokio_tungstenite::tungstenite::Error> {
        Client::upgrade(&self.address, path, headers).await
    }

    /// A request to be sent.
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = method.parse().unwrap();
        self.http
            .request(method, format!("http://{}{path}", self.address))
    }

    /// What `GET path` answers, as JSON.
    pub async fn get(&self, path: &str) -> Value {
        let answer = self.request("GET", path).send().await.unwrap();
        let status = answer.status();
        assert!(status.is_success(), "{path}: {status}");
        let body = answer.json().await.unwrap();
        contract::check_answer("GET", path, status.as_u16(), &body);
        body
    }

    /// Status and JSON of what `POST path` answers to this body.
    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.request("POST", path).json(body);
        let (status, answer) = outcome(request.send().await.unwrap()).await;
        contract::check_answer("POST", path, status, &answer);
        (status, answer)
    }

    /// Waits until `GET path` answers what is wanted; panics with the last answer after half a minute.
    pub async fn eventually(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        for _ in 0..600 {
            let answer = self.request("GET", path).send().await.unwrap();
            last = answer.json().await.unwrap_or(Value::Null);
            if wanted(&last) {
                return last;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{path} never answered what was wanted: {last:#}");
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.process.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Waits for its end, and gives its exit code.
    pub fn wait(&mut self, patience: Duration) -> Option<i32> {
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server did not end within {patience:?}");
    }

    /// The processes below it, at any depth, zombies included.
    pub fn processes(&self) -> Vec<Process> {
        processes::below(self.process.id())
    }

    /// What it has logged so far, if it was started with [`Self::logged`].
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.data.path().join(LOG)).unwrap()
    }
}

fn command(environment: &[(String, String)], launcher: &[String], data: &TempDir) -> Command {
    let program = env!("CARGO_BIN_EXE_interpres").to_owned();
    let words: Vec<String> = launcher.iter().cloned().chain([program]).collect();
    let mut command = Command::new(&words[0]);
    command
        .args(&words[1..])
        .arg("serve")
        .current_dir(data.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("PORT", "0")
        .env("DATA_DIR", data.path().join(DATA))
        .env("WORKERS", "2")
        .env("LOG_LEVEL", "warn")
        .envs(environment.iter().cloned())
        .stdin(Stdio::null());
    command
}

fn folder() -> Arc<TempDir> {
    Arc::new(tempfile::tempdir().unwrap())
}

fn owned(environment: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    environment.iter().map(own).collect()
}

/// What `/api/engines` says of the engine of this machine.
pub fn local_engine(page: &Value) -> &Value {
    let engines = page["engines"].as_array().unwrap();
    let local = engines.iter().find(|engine| engine["name"] == "local");
    local.expect("the engine of this machine")
}

/// A client for HTTP. The library leaves the choice of cryptography to the program.
pub fn http_client() -> reqwest::Client {
    // Whoever installed one before installed the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// Status and JSON of an answer; null where it has no body.
pub async fn outcome(answer: reqwest::Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let body = answer.bytes().await.unwrap();
    let body = match body.is_empty() {
        true => Value::Null,
        false => serde_json::from_slice(&body).expect("JSON"),
    };
    (status, body)
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
