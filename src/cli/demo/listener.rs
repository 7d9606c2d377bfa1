//! The listener of the demonstration: shows what is said as it changes, and keeps what is heard.

use std::{collections::BTreeSet, time::Duration};

use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use interpres::domain::server_message::AUDIO_HEADER;
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    sync::watch,
    task::JoinHandle,
    time::{Instant, sleep_until},
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

/// How long nothing may come until all has come: engines that interpret continuously are some seconds behind, and do
/// not say which words a sound belongs to.
const QUIET: Duration = Duration::from_secs(4);

/// A connection to the server.
pub type Connection = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Connects.
pub async fn connect(address: &str) -> anyhow::Result<Connection> {
    let (connection, _) = connect_async(format!("ws://{address}/ws"))
        .await
        .context("the server does not take the connection")?;
    Ok(connection)
}

/// What was heard, and how soon.
#[derive(Default)]
pub struct Interpretation {
    /// Translated speech, one sentence after the other.
    pub samples: Vec<i16>,
    /// Of the speech, in Hz.
    pub sample_rate: u32,
    first_sounds: Vec<Duration>,
}

impl Interpretation {
    /// Says how soon the speech came.
    pub fn summary(&self) {
        let Some(slowest) = self.first_sounds.iter().max() else {
            return;
        };
        println!(
            "translated speech began at most {} ms after the last word of a sentence",
            slowest.as_millis()
        );
    }
}

/// How far the translation has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Read {
    /// Sentences that are translated.
    pub sentences: usize,
    /// Whether something that was begun, as text or as sound, has not ended.
    pub is_open: bool,
}

/// The listener at work.
pub struct Hearing {
    task: JoinHandle<anyhow::Result<Interpretation>>,
    read: watch::Receiver<Read>,
    over: watch::Sender<bool>,
}

impl Hearing {
    /// Joins the room as somebody who hears `language`.
    pub async fn start(
        address: &str,
        language: &str,
        cues: watch::Receiver<Vec<Instant>>,
        progress: MultiProgress,
    ) -> anyhow::Result<Self> {
        let mut connection = connect(address).await?;
        let config = json!({"name": "Listener", "room_id": "demo", "speaks": language, "hears": [language], "speech": true});
        let create = json!({"type": "create_session", "config": config});
        connection.send(Message::text(create.to_string())).await?;
        loop {
            let message = next_message(&mut connection).await?;
            match message["type"].as_str() {
                Some("session_created") => break,
                Some("error") => bail!("{}", message["message"]),
                _ => {}
            }
        }
        let (reads, read) = watch::channel(Read::default());
        let (over, is_over) = watch::channel(false);
        let screen = Screen::new(&progress, cues, reads)?;
        let task = tokio::spawn(listen(connection, screen, is_over));
        Ok(Self { task, read, over })
    }

    /// How far it has come.
    pub fn read(&self) -> Read {
        *self.read.borrow()
    }

    /// Waits until everything is translated and spoken, and gives everything heard.
    pub async fn finish(self, patience: Duration) -> anyhow::Result<Interpretation> {
        self.over.send_replace(true);
        tokio::time::timeout(patience, self.task)
            .await
            .context("the last sentence was not spoken in time")?
            .context("the listener broke off")?
    }
}

async fn next_message(connection: &mut Connection) -> anyhow::Result<Value> {
    loop {
        match connection
            .next()
            .await
            .context("the server closed the connection")??
        {
            Message::Text(text) => return Ok(serde_json::from_str(&text)?),
            Message::Close(reason) => bail!("the server closed the connection: {reason:?}"),
            _ => {}
        }
    }
}

async fn listen(
    mut connection: Connection,
    mut screen: Screen,
    mut over: watch::Receiver<bool>,
) -> anyhow::Result<Interpretation> {
    let mut heard = Interpretation::default();
    let mut came = Instant::now();
    loop {
        let may_end = *over.borrow() && !screen.is_open();
        let frame = tokio::select! {
            biased;
            frame = connection.next() => frame.context("the server closed the connection")??,
            () = sleep_until(came + QUIET), if may_end => {
                screen.finish();
                return Ok(heard);
            }
            Ok(()) = over.changed() => {
                came = Instant::now();
                continue;
            }
        };
        if matches!(frame, Message::Text(_) | Message::Binary(_)) {
            came = Instant::now();
        }
        match frame {
            Message::Binary(frame) => heard.samples.extend(
                frame[AUDIO_HEADER.min(frame.len())..]
                    .chunks_exact(2)
                    .map(|pair| i16::from_le_bytes([pair[0], pair[1]])),
            ),
            Message::Text(text) => {
                let message: Value = serde_json::from_str(&text)?;
                match message["type"].as_str() {
                    Some("audio_start") => {
                        heard.sample_rate =
                            message["sample_rate"].as_u64().unwrap_or(16_000) as u32;
                        heard.first_sounds.extend(screen.sound());
                        screen.note(&message);
                    }
                    Some("audio_stop") => screen.note(&message),
                    _ => screen.show(&message),
                }
            }
            Message::Close(reason) => bail!("the server closed the connection: {reason:?}"),
            _ => {}
        }
    }
}

/// What is printed: one line that changes for what is being said, and lasting lines for what was said.
struct Screen {
    progress: MultiProgress,
    live: ProgressBar,
    cues: watch::Receiver<Vec<Instant>>,
    reads: watch::Sender<Read>,
    /// What was begun and has not ended.
    open: BTreeSet<String>,
    began: Option<Instant>,
    heard_partial: bool,
}

impl Screen {
    fn new(
        progress: &MultiProgress,
        cues: watch::Receiver<Vec<Instant>>,
        reads: watch::Sender<Read>,
    ) -> anyhow::Result<Self> {
        let live = progress.add(ProgressBar::new_spinner());
        live.set_style(
            ProgressStyle::with_template("  ... {wide_msg}").context("a constant template")?,
        );
        Ok(Self {
            progress: progress.clone(),
            live,
            cues,
            reads,
            open: BTreeSet::new(),
            began: None,
            heard_partial: false,
        })
    }

    /// Notes what has begun and what has ended.
    fn note(&mut self, message: &Value) {
        let (what, ended) = match message["type"].as_str() {
            Some("audio_start") => ("sound", false),
            Some("audio_stop") => ("sound", true),
            Some(kind @ ("transcription" | "translation")) => (kind, message["final"] == true),
            _ => return,
        };
        let name = match what {
            "sound" => &message["stream_id"],
            _ => &message["utterance_id"],
        };
        let name = format!("{what} {name}");
        if ended {
            self.open.remove(&name);
        } else {
            self.open.insert(name);
        }
        let is_open = self.is_open();
        self.reads.send_modify(|read| {
            read.is_open = is_open;
            read.sentences += usize::from(ended && what == "translation");
        });
    }

    fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    fn line(&self, text: &str) {
        // Without a terminal the bars are hidden, and lines go straight out.
        if self.progress.println(text).is_err() || self.live.is_hidden() {
            println!("{text}");
        }
    }

    /// Time since the last word of the newest recording was said.
    fn after_last_word(&self) -> Option<Duration> {
        self.cues.borrow().last().map(|cue| cue.elapsed())
    }

    fn show(&mut self, message: &Value) {
        self.note(message);
        let text = message["text"].as_str().unwrap_or_default();
        match (message["type"].as_str(), message["final"].as_bool()) {
            (Some("speech_started"), _) => {
                self.began = Some(Instant::now());
                self.heard_partial = false;
            }
            (Some("transcription"), Some(false)) => {
                self.live.set_message(text.to_owned());
                if self.live.is_hidden() || !self.heard_partial {
                    let since = self.began.map_or(0, |began| began.elapsed().as_millis());
                    self.line(&format!(
                        "  ...  {text:<44} {since:>5} ms after speech began"
                    ));
                }
                self.heard_partial = true;
            }
            (Some("translation"), Some(false)) => {
                self.live.set_message(format!(
                    "{} -> {text}",
                    message["source_text"].as_str().unwrap_or_default()
                ));
                if self.live.is_hidden() {
                    self.line(&format!("  ... -> {text}"));
                }
            }
            (Some("transcription"), _) => self.line(&format!("  EN   {text:<44} {}", self.delay())),
            (Some("translation"), _) => {
                let language = message["language"]
                    .as_str()
                    .unwrap_or_default()
                    .to_uppercase();
                self.line(&format!("  {language:<4} {text:<44} {}", self.delay()));
                self.live.set_message(String::new());
            }
            (Some("error"), _) => self.line(&format!("  !    {}", message["message"])),
            _ => {}
        }
    }

    fn delay(&self) -> String {
        self.after_last_word().map_or_else(String::new, |delay| {
            format!("{:>5} ms after the last word", delay.as_millis())
        })
    }

    /// Speech begins to be heard; gives how long after the last word.
    fn sound(&self) -> Option<Duration> {
        self.line(&format!(
            "  ♪    {:<44} {}",
            "first sound of the translation",
            self.delay()
        ));
        self.after_last_word()
    }

    fn finish(&self) {
        self.live.finish_and_clear();
    }
}
