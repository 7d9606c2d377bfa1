//! `interpres demo-call`: two people at two telephones, one speaks English and one Spanish, and a room of ours between them.
//!
//! The telephone service is emulated, and so is the service that interprets Spanish, which knows by heart what is said to
//! it: no offline engine writes Spanish down. Everything else is as it always is: the server answers two calls, English is
//! recognised, both ways are translated and spoken.

mod conversation;
mod reader;

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use interpres::audio::wav;
use serde_json::{Value, json};
use tokio::time::Instant;

use self::{
    conversation::{Person, Turn, conversation},
    reader::Reader,
};
use super::{emulator::OwnEmulator, server::OwnServer};

/// The room in which the two calls meet.
const ROOM: &str = "demo-call";

/// The resource that the emulator is.
const RESOURCE: &str = "1bdaa2b9-9507-4542-bb64-a7b22c00a8d4";

/// What the emulator's events carry; nobody else is on this machine's loopback with a server of this demonstration's.
const SECRET: &str = "the-secret-of-the-demonstration";

/// The access key that emulators take.
const KEY: &str = "ZW11bGF0ZWQtZm9yLWFueWJvZHktYW5kLWdvb2QtZm9yLW5vdGhpbmctZWxzZQ==";

/// How long anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often it is looked.
const LOOK: Duration = Duration::from_millis(100);

/// A translation that has been silent for so long has been heard.
const QUIET: Duration = Duration::from_millis(1_500);

/// Options of the demonstration.
#[derive(clap::Args)]
pub struct Options {
    /// Where what each of the two hears is written, and the transcript; what is there of an earlier time is replaced
    #[arg(long, default_value = "demo-call", value_name = "FOLDER")]
    output: PathBuf,
}

/// Runs the demonstration.
///
/// # Errors
/// Speech that is not there, a server or emulator that does not start, an interpretation that does not come.
pub fn demo(options: &Options) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("no runtime")?
        .block_on(play(options))
}

async fn play(options: &Options) -> anyhow::Result<()> {
    std::fs::create_dir_all(&options.output)
        .with_context(|| format!("cannot make the folder {}", options.output.display()))?;
    let folder = options
        .output
        .canonicalize()
        .with_context(|| options.output.display().to_string())?;
    let turns = conversation(&folder)?;
    let script = folder.join("script-es.txt");
    let script_text: Vec<&str> = turns
        .iter()
        .filter_map(|turn| turn.known.as_deref())
        .collect();
    std::fs::write(&script, script_text.join("\n")).context("cannot write the script")?;
    let script_name = script.display().to_string();
    let interpreter = OwnEmulator::azure(&["--speaks", "es", "--script", &script_name]).await?;
    let stage = Stage::start(&folder, &interpreter).await?;
    let played = stage.play(&turns).await;
    // Whatever came of it, everything ends in order.
    let ended = stage.end().await;
    interpreter.stop().await?;
    // The emulator has it by heart no more, and nobody else needs it.
    let _ = std::fs::remove_file(&script);
    played?;
    ended?;
    println!("\nwritten to {}:", folder.display());
    for person in Person::BOTH {
        let file = folder.join(person.heard());
        let bytes = std::fs::read(&file).with_context(|| file.display().to_string())?;
        let (samples, rate) = wav::decode(&bytes).context("what was heard cannot be read")?;
        let sound = seconds_with_sound(&samples, rate);
        ensure!(sound > 0.0, "{} has heard nothing", person.name());
        println!(
            "  {:<20} what {} heard: {:.1} s, speech in {sound:.1} s of it",
            person.heard(),
            person.name(),
            samples.len() as f64 / f64::from(rate),
        );
    }
    println!(
        "  transcript.txt       what was said; transcript-en.txt and transcript-es.txt in one language"
    );
    Ok(())
}

/// How much of it is not silent, in steps of 20 ms.
fn seconds_with_sound(samples: &[i16], rate: u32) -> f64 {
    let frames = samples.chunks((rate / 50).max(1) as usize);
    let loud = frames.filter(|frame| frame.iter().any(|sample| sample.unsigned_abs() > 200));
    loud.count() as f64 / 50.0
}

/// The server, the emulated telephone service, and who reads along.
struct Stage {
    server: OwnServer,
    service: OwnEmulator,
    http: reqwest::Client,
    folder: PathBuf,
}

/// A call that is up.
struct Line {
    person: Person,
    call: String,
    leg: String,
}

impl Stage {
    async fn start(folder: &Path, interpreter: &OwnEmulator) -> anyhow::Result<Self> {
        // Each of the two has to know where the other one is before it starts.
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .context("no free port")?
            .port();
        let public = format!("http://127.0.0.1:{port}");
        let events = format!("{public}/incoming-call?secret={SECRET}");
        let record = folder.display().to_string();
        let arguments = [
            "acs",
            "--access-key",
            KEY,
            "--events-url",
            &events,
            "--record",
            &record,
        ];
        let service = OwnEmulator::start(&arguments).await?;
        let there = format!("http://{}", service.address());
        println!(
            "telephone service emulated on {there}: nothing leaves this machine, and nothing is billed"
        );
        let routes = Person::BOTH.map(|person| {
            json!({"to": person.calls(), "room": ROOM, "speaks": person.language(), "hears": person.language()})
        });
        let mut surroundings = vec![
            ("INTERPRES__SERVER__PORT", port.to_string()),
            ("INTERPRES__SERVER__PUBLIC_URL", public),
            (
                "INTERPRES__ACS__CONNECTION_STRING",
                format!("endpoint={there}/;accesskey={KEY}"),
            ),
            ("INTERPRES__ACS__AUDIENCE", RESOURCE.to_owned()),
            (
                "INTERPRES__ACS__OPENID_URL",
                format!("{there}/calling/.well-known/acsopenidconfiguration"),
            ),
            ("INTERPRES__ACS__EVENTS__SECRET", SECRET.to_owned()),
            ("INTERPRES__ACS__ROUTES", json!(routes).to_string()),
            // Who speaks a language that the engine of this machine does not write down is interpreted by the other one.
            ("INTERPRES__ENGINES__DEFAULT", "local".to_owned()),
            (
                "INTERPRES__ENGINES__FALLBACK",
                json!(["azure-translate"]).to_string(),
            ),
        ];
        surroundings.extend(interpreter.surroundings());
        let server = OwnServer::start(&surroundings).await?;
        println!(
            "server on http://{}, its own for this demonstration\n",
            server.address()
        );
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .context("cannot ask the server anything")?;
        let service = service.show(|line| {
            // What to type elsewhere is of no use here.
            if line.starts_with(' ') || line.contains("billed") || line.contains("leg is open") {
                println!("  | {}", line.trim());
            }
        });
        Ok(Self {
            server,
            service,
            http,
            folder: folder.to_owned(),
        })
    }

    async fn play(&self, turns: &[Turn]) -> anyhow::Result<()> {
        let reader = Reader::start(self.server.address(), ROOM).await?;
        let mut lines = Vec::new();
        for person in Person::BOTH {
            lines.push(self.call(person).await?);
        }
        for turn in turns {
            self.say(turn, &lines, &reader).await?;
        }
        for line in &lines {
            self.hang_up(line).await?;
        }
        self.write_transcripts().await?;
        reader.finish().await
    }

    /// Somebody calls, and is answered.
    async fn call(&self, person: Person) -> anyhow::Result<Line> {
        let wanted = json!({
            "to": person.calls(),
            "caller": {"identifier": person.number(), "display_name": person.name(), "language": person.language()},
        });
        let begun = self
            .ask("POST", &self.there("/_emulator/calls"), &wanted)
            .await?;
        let server_call = begun["server_call_id"].clone();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let list = self
                .ask("GET", &self.here("/api/calls"), &Value::Null)
                .await?;
            let calls = list["calls"].as_array().cloned().unwrap_or_default();
            let call = calls
                .iter()
                .find(|call| call["server_call_id"] == server_call);
            match call.map(|call| (call["state"].as_str(), &call["call_connection_id"])) {
                Some((Some("media"), leg)) => {
                    return Ok(Line {
                        person,
                        call: text(&begun["id"]),
                        leg: text(leg),
                    });
                }
                Some((Some("ended"), _)) => {
                    bail!("the call of {} is over before it began", person.name())
                }
                _ => ensure!(
                    Instant::now() < deadline,
                    "the call of {} is not answered",
                    person.name()
                ),
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Somebody says something, and the other one hears it in their own language.
    async fn say(&self, turn: &Turn, lines: &[Line], reader: &Reader) -> anyhow::Result<()> {
        let line = |is: bool| lines.iter().find(|line| (line.person == turn.person) == is);
        let (Some(speaker), Some(listener)) = (line(true), line(false)) else {
            bail!("there are two calls");
        };
        let (sound_before, _) = self.heard(listener).await?;
        let translations_before = reader.read().translations;
        let path = format!("/_emulator/calls/{}/say", speaker.call);
        let said = json!({"identifier": speaker.person.number(), "wav": turn.file});
        self.ask("POST", &self.there(&path), &said).await?;
        let deadline = Instant::now() + PATIENCE;
        let mut last = (0.0, Instant::now());
        loop {
            let (sound, queued) = self.heard(listener).await?;
            if sound > last.0 || queued > 0.0 {
                last = (sound.max(last.0), Instant::now());
            }
            let is_heard = sound > sound_before && last.1.elapsed() >= QUIET;
            let read = reader.read();
            let is_translated =
                read.translations > translations_before && read.translations >= read.sentences;
            if is_heard && is_translated {
                return Ok(());
            }
            ensure!(
                Instant::now() < deadline,
                "what {} says is not interpreted; GET /api/engines of `interpres serve` says what is missing",
                speaker.person.name()
            );
            tokio::time::sleep(LOOK).await;
        }
    }

    /// How long a call has heard something, and how long what waits is, in seconds.
    async fn heard(&self, line: &Line) -> anyhow::Result<(f64, f64)> {
        let path = format!("/_emulator/calls/{}", line.call);
        let call = self.ask("GET", &self.there(&path), &Value::Null).await?;
        let heard = &call["legs"][0]["heard"];
        let seconds = |name: &str| heard[name].as_f64().unwrap_or_default();
        Ok((seconds("seconds_with_sound"), seconds("seconds_queued")))
    }

    /// Somebody hangs up, and what they heard gets its name.
    async fn hang_up(&self, line: &Line) -> anyhow::Result<()> {
        let path = format!("/_emulator/calls/{}", line.call);
        self.ask("DELETE", &self.there(&path), &Value::Null).await?;
        let deadline = Instant::now() + PATIENCE;
        let path = format!("/api/calls/{}", line.leg);
        while self.ask("GET", &self.here(&path), &Value::Null).await?["state"] != "ended" {
            ensure!(
                Instant::now() < deadline,
                "the call of {} does not end",
                line.person.name()
            );
            tokio::time::sleep(LOOK).await;
        }
        let leg = line.leg.get(..8).unwrap_or_default();
        let recorded = self.folder.join(format!("{}-{leg}.wav", line.call));
        std::fs::rename(&recorded, self.folder.join(line.person.heard()))
            .with_context(|| format!("what {} heard was not recorded", line.person.name()))
    }

    async fn write_transcripts(&self) -> anyhow::Result<()> {
        for (query, name) in [
            ("", "transcript.txt"),
            ("&lang=en", "transcript-en.txt"),
            ("&lang=es", "transcript-es.txt"),
        ] {
            let url = self.here(&format!("/api/rooms/{ROOM}/transcript?format=txt{query}"));
            let answer = self
                .http
                .get(url)
                .send()
                .await
                .and_then(reqwest::Response::error_for_status);
            let text = answer
                .context("no transcript")?
                .text()
                .await
                .context("no transcript")?;
            std::fs::write(self.folder.join(name), text)
                .with_context(|| format!("cannot write {name}"))?;
        }
        Ok(())
    }

    async fn end(self) -> anyhow::Result<()> {
        let server = self.server.stop().await;
        self.service.stop().await?;
        server
    }

    fn here(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address())
    }

    fn there(&self, path: &str) -> String {
        format!("http://{}{path}", self.service.address())
    }

    async fn ask(&self, method: &str, url: &str, body: &Value) -> anyhow::Result<Value> {
        let mut request = self
            .http
            .request(method.parse().context("a constant method")?, url);
        if !body.is_null() {
            request = request.json(body);
        }
        let answer = request
            .send()
            .await
            .with_context(|| format!("{method} {url}"))?;
        let status = answer.status();
        let answer: Value = answer.json().await.unwrap_or_default();
        ensure!(status.is_success(), "{method} {url}: {status} {answer}");
        Ok(answer)
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
