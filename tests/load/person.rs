//! Somebody who speaks into a room over the real socket, at the pace of speech, and notes when what comes back comes.
//!
//! A microphone hands over 20 ms when they are full. So the frame sent at a tick holds the audio of the 20 ms before
//! it, and a sample's moment is the scheduled one: a client that sends late makes the delay longer, not shorter.

use std::{collections::VecDeque, time::Duration};

use anyhow::{Context, bail};
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use interpres::audio::pcm::to_bytes;
use serde_json::Value;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::{Instant, interval_at, timeout_at},
};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    client::{Connection, connect, create_session},
    material::{RATE, Saying},
};

/// The length of a frame.
pub const FRAME: Duration = Duration::from_millis(20);
const FRAME_SAMPLES: usize = RATE / 50;

/// How long an answer to something said is waited for.
const PATIENCE: Duration = Duration::from_secs(8);

/// What came over the socket, and when.
pub struct Received {
    pub at: Instant,
    pub what: What,
}

pub enum What {
    Message(Value),
    /// A frame of translated audio of this stream.
    Audio(u64),
}

/// A recording on its way to the microphone, and who wants to know when it began.
struct Order {
    samples: Vec<i16>,
    began: oneshot::Sender<Instant>,
}

/// A person with an open microphone.
pub struct Person {
    orders: mpsc::UnboundedSender<Order>,
    received: mpsc::UnboundedReceiver<Received>,
    tasks: [JoinHandle<()>; 2],
}

/// What became of something said. Times are from the end of the voice.
#[derive(Debug)]
pub struct Outcome {
    /// All finals, joined.
    pub text: String,
    /// Utterances it was cut into; times are of the last.
    pub pieces: usize,
    /// `speech_stopped` came.
    pub endpoint: Duration,
    /// The final transcription came.
    pub final_text: Duration,
    /// The final translation came.
    pub translation: Duration,
    /// The first frame of translated audio came.
    pub first_audio: Option<Duration>,
}

impl Person {
    /// Connects, makes a session with this configuration, and opens the microphone at `first_tick`.
    pub async fn join(address: &str, config: &Value, first_tick: Instant) -> anyhow::Result<Self> {
        let mut connection = connect(address).await?;
        create_session(&mut connection, config).await?;
        let (sink, stream) = connection.split();
        let (orders, ordered) = mpsc::unbounded_channel();
        let (noted, received) = mpsc::unbounded_channel();
        let tasks = [
            tokio::spawn(speak(sink, ordered, first_tick)),
            tokio::spawn(note(stream, noted)),
        ];
        Ok(Self {
            orders,
            received,
            tasks,
        })
    }

    /// Speaks; gives the moment of the first sample. The next saying follows when this one is over.
    pub async fn say(&self, samples: Vec<i16>) -> anyhow::Result<Instant> {
        let (began, begins) = oneshot::channel();
        self.orders
            .send(Order { samples, began })
            .ok()
            .context("the connection broke")?;
        begins.await.context("the connection broke")
    }

    /// The next thing that came; `None` if nothing comes until then.
    pub async fn next(&mut self, until: Instant) -> anyhow::Result<Option<Received>> {
        match timeout_at(until, self.received.recv()).await {
            Ok(Some(received)) => Ok(Some(received)),
            Ok(None) => bail!("the server closed"),
            Err(_) => Ok(None),
        }
    }

    /// Says something and waits until it was understood, translated and, if `heard`, said in the other language to its
    /// end. `None` if that never came.
    pub async fn interpret(
        &mut self,
        saying: &Saying,
        heard: bool,
    ) -> anyhow::Result<Option<Outcome>> {
        let began = self.say(saying.samples.clone()).await?;
        let voice_until = began + Duration::from_secs_f64(saying.voice_until as f64 / RATE as f64);
        let deadline = voice_until + PATIENCE;
        let mut progress = Progress::default();
        while !progress.is_complete(heard) {
            let Some(received) = self.next(deadline).await? else {
                return Ok(None);
            };
            progress.take(received, voice_until)?;
        }
        Ok(progress.outcome(voice_until))
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// What came so far about something said.
#[derive(Default)]
struct Progress {
    texts: Vec<String>,
    utterance: Option<Value>,
    endpoint: Option<Instant>,
    final_text: Option<Instant>,
    translation: Option<Instant>,
    stream: Option<u64>,
    first_audio: Option<Instant>,
    said: bool,
}

impl Progress {
    fn take(&mut self, received: Received, voice_until: Instant) -> anyhow::Result<()> {
        let at = received.at;
        let message = match received.what {
            What::Audio(stream) => {
                if self.stream == Some(stream) {
                    self.first_audio.get_or_insert(at);
                }
                return Ok(());
            }
            What::Message(message) => message,
        };
        let concerns_last = self.utterance.as_ref() == Some(&message["utterance_id"]);
        match message["type"].as_str().unwrap_or_default() {
            "speech_stopped" if at > voice_until => self.endpoint = Some(at),
            "transcription" if message["final"] == true => {
                self.texts
                    .push(message["text"].as_str().unwrap_or_default().to_owned());
                // What was cut off before the end of the voice is not what is waited for.
                if self.endpoint.is_some() {
                    self.final_text = Some(at);
                    self.utterance = Some(message["utterance_id"].clone());
                }
            }
            "translation" if message["final"] == true && concerns_last => {
                self.translation = Some(at);
            }
            "audio_start" if concerns_last => self.stream = message["stream_id"].as_u64(),
            "audio_stop" if concerns_last => self.said = true,
            "error" => bail!("the server answered {message}"),
            _ => {}
        }
        Ok(())
    }

    fn is_complete(&self, heard: bool) -> bool {
        self.translation.is_some() && (self.said || !heard)
    }

    fn outcome(self, voice_until: Instant) -> Option<Outcome> {
        Some(Outcome {
            text: self.texts.join(" "),
            pieces: self.texts.len(),
            endpoint: self.endpoint? - voice_until,
            final_text: self.final_text? - voice_until,
            translation: self.translation? - voice_until,
            first_audio: self.first_audio.map(|at| at - voice_until),
        })
    }
}

/// The microphone: what was ordered, and silence between.
async fn speak(
    mut sink: SplitSink<Connection, Message>,
    mut orders: mpsc::UnboundedReceiver<Order>,
    first_tick: Instant,
) {
    let mut ticks = interval_at(first_tick, FRAME);
    let mut playing: VecDeque<i16> = VecDeque::new();
    loop {
        let now = ticks.tick().await;
        if playing.is_empty()
            && let Ok(order) = orders.try_recv()
        {
            playing = order.samples.into();
            // Whoever stopped waiting does not need to know.
            let _ = order.began.send(now - FRAME);
        }
        let mut frame: Vec<i16> = playing.drain(..FRAME_SAMPLES.min(playing.len())).collect();
        frame.resize(FRAME_SAMPLES, 0);
        if sink.send(Message::binary(to_bytes(&frame))).await.is_err() {
            return;
        }
    }
}

/// The ear: notes the time first and looks at what it is afterwards.
async fn note(mut stream: SplitStream<Connection>, noted: mpsc::UnboundedSender<Received>) {
    while let Some(Ok(frame)) = stream.next().await {
        let at = Instant::now();
        let what = match &frame {
            Message::Text(text) => match serde_json::from_str(text) {
                Ok(message) => What::Message(message),
                Err(_) => return,
            },
            // The stream's number stands after kind, zero and header length (API.md section 1).
            Message::Binary(bytes) => match bytes.get(4..8).map(<[u8; 4]>::try_from) {
                Some(Ok(number)) => What::Audio(u64::from(u32::from_le_bytes(number))),
                _ => return,
            },
            _ => continue,
        };
        if noted.send(Received { at, what }).is_err() {
            return;
        }
    }
}
