//! An emulator in its own process, signed requests to it, recordings, and the golden files.

use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use time::{OffsetDateTime, macros::format_description};

use super::product::{Came, Product};
use crate::support::server::http_client;

/// The key that emulators take if none is given.
pub const KEY: &str = "ZW11bGF0ZWQtZm9yLWFueWJvZHktYW5kLWdvb2QtZm9yLW5vdGhpbmctZWxzZQ==";

pub const VERSION: &str = "api-version=2026-03-12";

/// A file of tests/golden/acs.
pub fn golden(name: &str) -> Value {
    let text = std::fs::read_to_string(golden_file(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Where it is.
pub fn golden_file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/acs")
        .join(name)
}

/// An emulator that runs until this is dropped.
pub struct Emulator {
    process: Child,
    output: BufReader<ChildStdout>,
    pub address: String,
}

/// What was answered.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub retry_after: Option<String>,
    pub body: Value,
}

impl Answered {
    /// The code of a refusal.
    pub fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }
}

impl Emulator {
    /// With these arguments, and no events.
    pub fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_interpres"))
            .args(["emulate", "acs", "--port", "0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let address = line
            .trim_end()
            .strip_prefix("listening on http://")
            .unwrap_or_else(|| panic!("{line:?}"))
            .to_owned();
        Self {
            process,
            output,
            address,
        }
    }

    /// One whose events go to this server, and where time passes faster.
    pub fn with_events(product: &Product, arguments: &[&str]) -> Self {
        let url = product.url("/events?secret=s");
        let mut all = vec!["--quiet", "--events-url", &url];
        if !arguments.contains(&"--time-scale") {
            all.extend(["--time-scale", "4"]);
        }
        all.extend(arguments);
        Self::start(&all)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A request, signed.
    pub async fn ask(&self, method: &str, target: &str, body: Option<&Value>) -> Answered {
        self.ask_with(method, target, body, &[]).await
    }

    /// The same with more headers.
    pub async fn ask_with(
        &self,
        method: &str,
        target: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Answered {
        let body = body.map(Value::to_string).unwrap_or_default();
        let signed = sign(KEY, method, target, &self.address, &body);
        let mut request = http_client()
            .request(method.parse().unwrap(), self.url(target))
            .body(body);
        for (name, value) in &signed {
            request = request.header(*name, value);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        Answered {
            status: answer.status().as_u16(),
            retry_after: answer
                .headers()
                .get("retry-after")
                .map(|value| value.to_str().unwrap().to_owned()),
            body: serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or(Value::Null),
        }
    }

    /// A request of the emulator itself, which succeeds.
    pub async fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = http_client()
            .request(method.parse().unwrap(), self.url(path))
            .json(body)
            .send()
            .await
            .unwrap();
        let status = answer.status();
        let body = answer.text().await.unwrap();
        assert!(status.is_success(), "{status} {body}");
        serde_json::from_str(&body).unwrap()
    }

    pub async fn call(&self, id: &str) -> Value {
        let path = format!("/_emulator/calls/{id}");
        self.control("GET", &path, &Value::Null).await
    }

    /// Somebody calls. Returns the id of the call, and IncomingCall.
    pub async fn incoming(&self, product: &mut Product, wanted: Value) -> (String, Came) {
        let begun = self.control("POST", "/_emulator/calls", &wanted).await;
        let event = product.event().await;
        assert_eq!(event.kind(), "IncomingCall");
        (begun["id"].as_str().unwrap().to_owned(), event)
    }

    /// Answers with these media options, if any. Returns the properties.
    pub async fn answer(&self, product: &Product, incoming: &Came, media: Value) -> Value {
        let body = answer_body(product, incoming, media);
        let target = format!("/calling/callConnections:answer?{VERSION}");
        let answered = self.ask("POST", &target, Some(&body)).await;
        assert_eq!(answered.status, 200, "{answered:?}");
        answered.body
    }

    /// A request about a leg.
    pub async fn leg(
        &self,
        method: &str,
        connection: &Value,
        rest: &str,
        body: Option<&Value>,
    ) -> Answered {
        let connection = connection.as_str().unwrap();
        let target = format!("/calling/callConnections/{connection}{rest}?{VERSION}");
        self.ask(method, &target, body).await
    }

    /// Ends it as Ctrl-C does. Returns what it wrote since its first line.
    pub fn finish(mut self) -> String {
        let pid = Pid::from_raw(i32::try_from(self.process.id()).unwrap()).unwrap();
        kill_process(pid, Signal::INT).unwrap();
        let mut output = String::new();
        self.output.read_to_string(&mut output).unwrap();
        assert!(self.process.wait().unwrap().success());
        output
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // One that was finished is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn answer_body(product: &Product, incoming: &Came, media: Value) -> Value {
    let mut body = json!({
        "incomingCallContext": incoming.data()["incomingCallContext"],
        "callbackUri": product.url("/callbacks/secret?callerId=%2B1"),
        "operationContext": "incomingCall",
    });
    if !media.is_null() {
        body["mediaStreamingOptions"] = media;
    }
    body
}

/// Media options.
pub fn media(product: &Product, channels: &str, format: &str) -> Value {
    json!({
        "transportType": "websocket",
        "transportUrl": product.url("/media/secret?x=1").replace("http", "ws"),
        "contentType": "audio",
        "audioChannelType": channels,
        "startMediaStreaming": true,
        "enableBidirectional": true,
        "audioFormat": format,
        "enableDtmfTones": true,
    })
}

/// The headers of a signed request.
pub fn sign(
    key: &str,
    method: &str,
    target: &str,
    host: &str,
    body: &str,
) -> [(&'static str, String); 3] {
    let date = OffsetDateTime::now_utc()
        .format(format_description!(
            "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
        ))
        .unwrap();
    let hash = STANDARD.encode(Sha256::digest(body));
    let text = format!("{method}\n{target}\n{date};{host};{hash}");
    let mut code = Hmac::<Sha256>::new_from_slice(&STANDARD.decode(key).unwrap()).unwrap();
    code.update(text.as_bytes());
    let signature = STANDARD.encode(code.finalize().into_bytes());
    [
        ("x-ms-date", date),
        ("x-ms-content-sha256", hash),
        (
            "authorization",
            format!(
                "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature={signature}"
            ),
        ),
    ]
}

/// A recording of a tone of so many frames of 20 ms, in this folder.
pub fn recording(folder: &Path, name: &str, frames: usize, rate: u32) -> (PathBuf, Vec<i16>) {
    let samples: Vec<i16> = (0..frames * rate as usize / 50)
        .map(|sample| {
            let phase = std::f64::consts::TAU * 440.0 * sample as f64 / f64::from(rate);
            ((phase.sin() * 8_000.0) as i16).saturating_add(100)
        })
        .collect();
    let file = folder.join(name);
    let wav = interpres::audio::wav::encode(&samples, rate).unwrap();
    std::fs::write(&file, wav).unwrap();
    (file, samples)
}

/// Whether two values have the same form: the same fields of the same types at any depth, lists by their first element.
pub fn assert_same_form(golden: &Value, given: &Value, path: &str) {
    match (golden, given) {
        (Value::Object(golden), Value::Object(given)) => {
            let names = |object: &serde_json::Map<String, Value>| {
                let mut names: Vec<String> = object.keys().cloned().collect();
                names.sort();
                names
            };
            assert_eq!(names(golden), names(given), "at {path}");
            for (name, golden) in golden {
                assert_same_form(golden, &given[name], &format!("{path}/{name}"));
            }
        }
        (Value::Array(golden), Value::Array(given)) => {
            if let (Some(golden), Some(given)) = (golden.first(), given.first()) {
                assert_same_form(golden, given, &format!("{path}/0"));
            }
        }
        (golden, given) => assert_eq!(
            std::mem::discriminant(golden),
            std::mem::discriminant(given),
            "at {path}: {golden} and {given}"
        ),
    }
}
