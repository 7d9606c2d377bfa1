//! Somebody at a browser who reads along: prints what is said, and what becomes of it in the other language.

use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{sync::watch, task::JoinHandle};
use tokio_tungstenite::tungstenite::Message;

use super::super::listener::{Connection, connect};

/// What was read so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Read {
    /// Sentences that were said.
    pub sentences: usize,
    /// Sentences that were translated.
    pub translations: usize,
}

/// The reader at work.
pub struct Reader {
    task: JoinHandle<anyhow::Result<()>>,
    reads: watch::Receiver<Read>,
    over: watch::Sender<bool>,
}

impl Reader {
    /// Joins the room.
    pub async fn start(address: &str, room: &str) -> anyhow::Result<Self> {
        let mut connection = connect(address).await?;
        let config = json!({
            "name": "Reader", "room_id": room, "speaks": "en", "hears": ["en", "es"], "speech": false,
            "audio_enabled": false, "partials": false});
        let create = json!({"type": "create_session", "config": config});
        connection.send(Message::text(create.to_string())).await?;
        let (told, reads) = watch::channel(Read::default());
        let (over, is_over) = watch::channel(false);
        let task = tokio::spawn(read(connection, told, is_over));
        Ok(Self { task, reads, over })
    }

    /// How far it has come.
    pub fn read(&self) -> Read {
        *self.reads.borrow()
    }

    /// Goes.
    pub async fn finish(self) -> anyhow::Result<()> {
        self.over.send_replace(true);
        self.task.await.context("the reader broke off")?
    }
}

async fn read(
    mut connection: Connection,
    told: watch::Sender<Read>,
    mut over: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    loop {
        let frame = tokio::select! {
            frame = connection.next() => frame.context("the server closed the connection")??,
            _ = over.changed() => return Ok(()),
        };
        match frame {
            Message::Text(text) => show(&serde_json::from_str(&text)?, &told),
            Message::Close(reason) => bail!("the server closed the connection: {reason:?}"),
            _ => {}
        }
    }
}

fn show(message: &Value, told: &watch::Sender<Read>) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let name = text(&message["speaker"]["name"]);
    let language = text(&message["language"]).to_uppercase();
    match (message["type"].as_str(), message["final"].as_bool()) {
        (Some("transcription"), Some(true)) => {
            println!("  {name:<8} {language:<3} {}", text(&message["text"]));
            told.send_modify(|read| read.sentences += 1);
        }
        (Some("translation"), Some(true)) => {
            println!("  {:>8} {language:<3} {}", "->", text(&message["text"]));
            told.send_modify(|read| read.translations += 1);
        }
        // That another engine serves is as it is to be here.
        (Some("error"), _) if message["code"] != "engine_fallback" => {
            println!("  !  {}", text(&message["message"]));
        }
        _ => {}
    }
}
