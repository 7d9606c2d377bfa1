//! Many clients in one process of their own: they connect, make sessions when told, read, and count captions.
//!
//! Told by lines on standard input: `session CONFIG` (JSON) makes every client a session, `count` asks how many
//! captions came so far; the end of the input ends it. Every line is answered with one line, the first one unasked.

use std::{
    cell::Cell,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    rc::Rc,
};

use anyhow::Context;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    sync::{Semaphore, mpsc, watch},
    task::LocalSet,
};
use tokio_tungstenite::tungstenite::Message;

use crate::client::{Connection, connect};

/// Clients that connect or make their session at the same time.
const AT_ONCE: usize = 100;

/// The process of an audience, as seen by who measures.
pub struct Audience {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Audience {
    /// Starts the process; returns when all its clients are connected.
    pub fn connect(address: &str, size: usize) -> anyhow::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["child", "audience", address, &size.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let orders = process.stdin.take().context("its input is a pipe")?;
        let answers = BufReader::new(process.stdout.take().context("its output is a pipe")?);
        let mut audience = Self {
            process,
            orders,
            answers,
        };
        audience.answer()?;
        Ok(audience)
    }

    /// Every client makes a session with this configuration; returns when all have.
    pub fn make_sessions(&mut self, config: &Value) -> anyhow::Result<()> {
        writeln!(self.orders, "session {config}")?;
        self.answer().map(drop)
    }

    /// Captions that came so far, to all together.
    pub fn captions(&mut self) -> anyhow::Result<u64> {
        writeln!(self.orders, "count")?;
        self.answer()
    }

    fn answer(&mut self) -> anyhow::Result<u64> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        line.trim().parse().context("the audience has gone")
    }
}

impl Drop for Audience {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What all clients of the process share.
struct Shared {
    captions: Cell<u64>,
    turns: Semaphore,
    done: mpsc::UnboundedSender<()>,
}

/// The process itself.
pub async fn sit(address: &str, size: usize) -> anyhow::Result<()> {
    crate::process::raise_file_limit()?;
    LocalSet::new().run_until(attend(address, size)).await
}

async fn attend(address: &str, size: usize) -> anyhow::Result<()> {
    let (done, mut finished) = mpsc::unbounded_channel();
    let shared = Rc::new(Shared {
        captions: Cell::new(0),
        turns: Semaphore::new(AT_ONCE),
        done,
    });
    let (order, orders) = watch::channel(String::new());
    for _ in 0..size {
        let (address, orders) = (address.to_owned(), orders.clone());
        let shared = Rc::clone(&shared);
        tokio::task::spawn_local(async move {
            if let Err(error) = listen(&address, orders, &shared).await {
                eprintln!("a client of the audience: {error:#}");
            }
        });
    }
    for _ in 0..size {
        finished.recv().await;
    }
    println!("{size}");
    let mut lines = lines_of_input();
    while let Some(line) = lines.recv().await {
        if let Some(config) = line.strip_prefix("session ") {
            let config: Value = serde_json::from_str(config)?;
            order.send(json!({"type": "create_session", "config": config}).to_string())?;
            for _ in 0..size {
                finished.recv().await;
            }
        }
        println!("{}", shared.captions.get());
    }
    Ok(())
}

/// Reading waits, so it has a thread of its own.
fn lines_of_input() -> mpsc::UnboundedReceiver<String> {
    let (line, lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for read in std::io::stdin().lines().map_while(Result::ok) {
            if line.send(read).is_err() {
                return;
            }
        }
    });
    lines
}

/// One client.
async fn listen(
    address: &str,
    mut orders: watch::Receiver<String>,
    shared: &Shared,
) -> anyhow::Result<()> {
    let turn = shared.turns.acquire().await?;
    let mut connection = connect(address).await?;
    drop(turn);
    shared.done.send(())?;
    loop {
        tokio::select! {
            frame = connection.next() => {
                let frame = frame.context("the server closed")??;
                shared.take(&frame);
            }
            changed = orders.changed() => {
                changed?;
                let create = orders.borrow_and_update().clone();
                make_session(&mut connection, create, shared).await?;
            }
        }
    }
}

async fn make_session(
    connection: &mut Connection,
    create: String,
    shared: &Shared,
) -> anyhow::Result<()> {
    let _turn = shared.turns.acquire().await?;
    connection.send(Message::text(create)).await?;
    loop {
        let frame = connection.next().await.context("the server closed")??;
        shared.take(&frame);
        if is(&frame, "session_created") {
            shared.done.send(())?;
            return Ok(());
        }
    }
}

impl Shared {
    fn take(&self, frame: &Message) {
        if is(frame, "transcription") {
            self.captions.set(self.captions.get() + 1);
        }
    }
}

/// Told by its first bytes, so that the client's work does not grow with what it does not need.
fn is(frame: &Message, kind: &str) -> bool {
    let Message::Text(text) = frame else {
        return false;
    };
    text.strip_prefix(r#"{"type":""#)
        .and_then(|rest| rest.strip_prefix(kind))
        .is_some_and(|rest| rest.starts_with('"'))
}
