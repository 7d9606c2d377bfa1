//! A provider of continuous translation that thinks nothing, in the process that measures: one clock sees both ends.
//!
//! It speaks so much of the translation dialect as a session needs: greeting, settings, audio in, deltas out, the end.
//! Every frame is answered at once by a word as it was said, a word of the translation and 200 ms of sound, which is more
//! than a real one says. Words are names: `T7n42` is the translation of the 43rd frame of session 7.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::{SinkExt, StreamExt};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::Instant,
};
use tokio_tungstenite::{
    accept_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

/// Bytes of a frame: 200 ms at 24 kHz, s16le.
pub const FRAME_BYTES: usize = 9_600;

/// The last bytes of a frame, by which it is found in what was said; as base64 they are whole groups of four.
pub const TAIL_BYTES: usize = 48;
const TAIL_BASE64: usize = TAIL_BYTES / 3 * 4;

/// Bytes of 20 ms.
const PART_BYTES: usize = FRAME_BYTES / 10;

/// The first sample of each 20 ms of an answer, by which it is known; after it come the numbers of session, answer and part.
pub const MARK: i16 = 12_321;

/// Words of a sentence.
const SENTENCE: usize = 12;

/// A frame that came.
pub struct Frame {
    pub at: Instant,
    pub tail: Vec<u8>,
}

/// When the words of an answer were sent.
pub struct Answer {
    pub source: Instant,
    pub target: Instant,
    /// When its sound was.
    pub sound: Instant,
}

/// What happened in a session, frame by frame.
#[derive(Default)]
pub struct Session {
    pub frames: Vec<Frame>,
    pub answers: Vec<Answer>,
}

type Sessions = Arc<Mutex<Vec<Session>>>;

/// A provider that listens until this is dropped.
pub struct Provider {
    address: SocketAddr,
    sessions: Sessions,
    accepting: JoinHandle<()>,
}

impl Provider {
    /// Listens on a free port of 127.0.0.1.
    pub async fn start() -> anyhow::Result<Self> {
        Self::answering(FRAME_BYTES / PART_BYTES).await
    }

    /// One whose answers sound for so many times 20 ms.
    pub async fn answering(parts: usize) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let sessions = Sessions::default();
        let theirs = Arc::clone(&sessions);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let sessions = Arc::clone(&theirs);
                tokio::spawn(async move {
                    // A session that breaks is seen by what does not come.
                    if let Err(error) = serve(stream, &sessions, parts).await {
                        eprintln!("a session broke: {error:#}");
                    }
                });
            }
        });
        Ok(Self {
            address,
            sessions,
            accepting,
        })
    }

    /// As the server is to be told it.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What has happened so far; it is forgotten here.
    pub fn take(&self) -> Vec<Session> {
        std::mem::take(&mut *self.sessions.lock())
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(stream: TcpStream, sessions: &Sessions, parts: usize) -> anyhow::Result<()> {
    // A delta must not wait for the next one.
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default().write_buffer_size(0);
    let mut socket = accept_async_with_config(stream, Some(config)).await?;
    let number = {
        let mut sessions = sessions.lock();
        sessions.push(Session::default());
        sessions.len() - 1
    };
    let created = json!({"type": "session.created", "session": {"type": "translation"}});
    socket.send(Message::text(created.to_string())).await?;
    let mut tone = tone(parts);
    let mut heard = 0;
    while let Some(message) = socket.next().await {
        let Message::Text(text) = message? else {
            continue;
        };
        let at = Instant::now();
        // Reading all of a frame would take longer than what is measured.
        if text.starts_with(r#"{"type":"session.input_audio_buffer.append""#) {
            let tail = tail(&text).context("a frame ends with its audio")?;
            let [said, translated] = ["S", "T"].map(|side| word(side, number, heard));
            let delta = |side: &str, word: &str| {
                let kind = format!("session.{side}_transcript.delta");
                let delta = json!({"type": kind, "delta": word, "elapsed_ms": heard * 200});
                Message::text(delta.to_string())
            };
            let source = Instant::now();
            socket.send(delta("input", &said)).await?;
            let target = Instant::now();
            socket.send(delta("output", &translated)).await?;
            mark(&mut tone, number, heard);
            let sound = json!({"type": "session.output_audio.delta", "delta": STANDARD.encode(&tone),
                "sample_rate": 24_000, "channels": 1, "format": "pcm16"});
            let sounds = Instant::now();
            socket.send(Message::text(sound.to_string())).await?;
            heard += 1;
            if let Some(session) = sessions.lock().get_mut(number) {
                session.frames.push(Frame { at, tail });
                session.answers.push(Answer {
                    source,
                    target,
                    sound: sounds,
                });
            }
            continue;
        }
        let event: Value = serde_json::from_str(&text)?;
        let answer = match event["type"].as_str() {
            Some("session.update") => "session.updated",
            Some("session.close") => "session.closed",
            other => anyhow::bail!("{other:?} is not known here"),
        };
        let answer = json!({"type": answer, "session": event["session"]});
        socket.send(Message::text(answer.to_string())).await?;
    }
    Ok(())
}

/// The name of a word; twelve of them are a sentence.
fn word(side: &str, session: usize, number: usize) -> String {
    let mark = if number % SENTENCE == SENTENCE - 1 {
        "."
    } else {
        ""
    };
    format!(" {side}{session}n{number}{mark}")
}

/// Which session and which of its words the last word of a text is, if it is one of this side.
pub fn last_word(side: char, text: &str) -> Option<(usize, usize)> {
    let word = text.split(' ').next_back()?.trim_end_matches('.');
    let (session, number) = word.strip_prefix(side)?.split_once('n')?;
    Some((session.parse().ok()?, number.parse().ok()?))
}

/// The last bytes of a frame: its audio is the last field.
fn tail(text: &str) -> Option<Vec<u8>> {
    let (audio, _) = text.rsplit_once('"')?;
    let begin = audio.len().checked_sub(TAIL_BASE64)?;
    STANDARD.decode(audio.get(begin..)?).ok()
}

/// Says in each 20 ms of a sound whose it is.
fn mark(sound: &mut [u8], session: usize, answer: usize) {
    for (number, part) in sound.chunks_exact_mut(PART_BYTES).enumerate() {
        let marks = [MARK, session as i16, answer as i16, number as i16];
        for (bytes, mark) in part.chunks_exact_mut(2).zip(marks) {
            bytes.copy_from_slice(&mark.to_le_bytes());
        }
    }
}

/// A tone of 660 Hz, so many times 20 ms long.
fn tone(parts: usize) -> Vec<u8> {
    let sample = |index: usize| {
        let phase = std::f64::consts::TAU * 660.0 * index as f64 / 24_000.0;
        (phase.sin() * 8_000.0) as i16
    };
    (0..parts * PART_BYTES / 2)
        .flat_map(|index| sample(index).to_le_bytes())
        .collect()
}
