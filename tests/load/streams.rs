//! What we add to an engine that interprets end to end: a hundred people speak at once, each over a stream of the
//! provider's of their own, and the provider ([`crate::provider`]) answers every frame in the moment it comes.
//!
//! Audio is sent at the rate of the provider, so that its samples come through unchanged and the end of each frame can
//! be found in what was said: so it is known which message of the speaker's completed it. From the sending of that message
//! to the receipt of the frame is our share, once nothing waits for the pace of speech. At the beginning something
//! does, by intent: what was said before the voice was noticed is given at the pace at which it was spoken. So after
//! 2 s each speaker's network falters for a second, as networks do; the stream catches up, and from then on each frame
//! leaves when it is full. What came before is told apart.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Context;
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use interpres::audio::{pcm::to_bytes, resample::Resampler};
use serde_json::{Value, json};
use tokio::time::{Instant, interval_at, sleep_until, timeout_at};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use crate::{
    client::{Connection, connect, create_session},
    material::{RATE, Saying, everyday},
    options::option,
    process::{processor_time, resident},
    provider::{Answer, FRAME_BYTES, Provider, Session, TAIL_BYTES, last_word},
    report::{Goal, Report},
    server::Server,
};

/// The provider's rate.
pub const STREAM_RATE: u32 = 24_000;

/// What a microphone hands over at once.
pub const MESSAGE: Duration = Duration::from_millis(20);
pub const MESSAGE_BYTES: usize = STREAM_RATE as usize / 50 * 2;

/// People do not begin in step.
pub const SPREAD: Duration = Duration::from_secs(1);

/// Messages before the network falters, and those that fall into the time it does.
pub const BEFORE: usize = 100;
pub const FALTERS: usize = 50;

/// Between two sentences, in samples.
const BREATH: usize = RATE / 5;

/// How long what was said last is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// Each person in a room of their own with somebody who reads and hears another language.
pub async fn measure(report: &mut Report) -> anyhow::Result<()> {
    let streams: u32 = option("LOAD_STREAMS", 100)?;
    let seconds: usize = option("LOAD_STREAM_SECONDS", 30)?;
    let provider = Provider::start().await?;
    let server = Server::interpres(&[
        ("INTERPRES__ENGINES__DEFAULT", "azure-translate"),
        ("AZURE_OPENAI_ENDPOINT", &provider.endpoint()),
        ("AZURE_OPENAI_API_KEY", "a-key-that-nobody-checks"),
        // What each says is one utterance: no pause ends it, and after none something waits.
        ("INTERPRES__SPEECH__HANG", "2s"),
        ("INTERPRES__SPEECH__MAX_UTTERANCE", "1m"),
    ])?;
    let sayings = everyday(20)?;
    let mut people = Vec::new();
    for number in 0..streams {
        let room = format!("room-{number}");
        let speaks = json!({"room_id": room, "speaks": "en", "hears": ["en"],
            "audio": {"sample_rate": STREAM_RATE}});
        let hears = json!({"room_id": room, "speaks": "es", "hears": ["es"], "speech": true});
        let (sink, stream) = join(&server, &speaks).await?.split();
        tokio::spawn(stream.for_each(async |_| ()));
        // Kept open, though nothing is said.
        let (mouth, ear) = join(&server, &hears).await?.split();
        people.push((
            sink,
            ear,
            mouth,
            speech(&sayings, number as usize, seconds)?,
        ));
    }
    let idle = resident(server.pid())?;

    let start = Instant::now() + Duration::from_secs(2);
    let length = Duration::from_secs(seconds as u64);
    let over = start + SPREAD + MESSAGE * FALTERS as u32 + length + PATIENCE;
    let mut talking = Vec::new();
    for (number, (sink, ear, mouth, said)) in (0..streams).zip(people) {
        let first = start + (SPREAD + MESSAGE) * number / streams;
        let speaking = tokio::spawn(speak(sink, said, first));
        let listening = tokio::spawn(listen(ear, over));
        talking.push((speaking, listening, mouth));
    }
    // All speak, and none waits for the pace any more.
    let steady = start + SPREAD + MESSAGE * (BEFORE + FALTERS) as u32 + Duration::from_secs(1);
    sleep_until(steady).await;
    let (begun, used) = (Instant::now(), processor_time(server.pid())?);
    sleep_until(start + length).await;
    let stream_seconds = begun.elapsed().as_secs_f64() * f64::from(streams);
    let used = processor_time(server.pid())?.saturating_sub(used);
    let memory = resident(server.pid())?.saturating_sub(idle);

    let mut spoken = Vec::new();
    for (speaking, listening, mouth) in talking {
        spoken.push((speaking.await??, listening.await??));
        drop(mouth);
    }
    // Not on this thread, on which the provider answers their farewells.
    tokio::task::spawn_blocking(move || drop(server)).await?;
    let sessions = provider.take();
    let mut all = Delays::default();
    for (said, captions) in &spoken {
        all.add(said, captions, &sessions, over - PATIENCE)?;
    }
    all.report(report, streams);
    let load = std::fs::read_to_string("/proc/loadavg")?;
    let load: Vec<&str> = load.split(' ').take(1).collect();
    report.note(
        "  streams that were opened / load average at the end",
        format!("{} / {}", sessions.len(), load.join(" ")),
    );
    let cost = used.as_secs_f64() * 1_000.0 / stream_seconds;
    report.figure("  server CPU per stream-second", cost, "ms", Goal::None);
    let each = memory as f64 / 1_024.0 / f64::from(streams);
    report.figure("  memory per stream", each, "KiB", Goal::None);
    Ok(())
}

async fn join(server: &Server, config: &Value) -> anyhow::Result<Connection> {
    let mut connection = connect(server.address()).await?;
    create_session(&mut connection, config).await?;
    Ok(connection)
}

/// Sentences with hardly a pause, as bytes at the provider's rate. A whisper of noise, the same in every run, makes
/// every place in it unlike every other.
pub fn speech(sayings: &[Saying], first: usize, seconds: usize) -> anyhow::Result<Vec<u8>> {
    let mut samples = Vec::new();
    for saying in sayings.iter().cycle().skip(first) {
        if samples.len() >= seconds * RATE {
            break;
        }
        samples.extend(&saying.samples[..saying.voice_until]);
        samples.extend(std::iter::repeat_n(0, BREATH));
    }
    samples.truncate(seconds * RATE);
    let mut resampled = Vec::new();
    Resampler::new(RATE as u32, STREAM_RATE)?.push(&samples, &mut resampled);
    let mut noise = first as u32 + 1;
    for sample in &mut resampled {
        // xorshift32 (Marsaglia 2003)
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        *sample = sample.saturating_add((noise % 16) as i16 - 8);
    }
    Ok(to_bytes(&resampled))
}

/// What one said, and when each message of it was handed to the network.
pub struct Said {
    pub bytes: Vec<u8>,
    pub sent: Vec<Instant>,
    /// How late that was.
    pub late: Vec<Duration>,
}

async fn speak(
    mut sink: SplitSink<Connection, Message>,
    bytes: Vec<u8>,
    first: Instant,
) -> anyhow::Result<Said> {
    let (mut sent, mut late) = (Vec::new(), Vec::new());
    let mut ticks = interval_at(first, MESSAGE);
    for message in bytes.chunks_exact(MESSAGE_BYTES) {
        if sent.len() == BEFORE {
            for _ in 0..FALTERS {
                ticks.tick().await;
            }
        }
        let due = ticks.tick().await;
        let message = Message::binary(message.to_vec());
        sent.push(Instant::now());
        late.push(due.elapsed());
        sink.send(message).await?;
    }
    Ok(Said { bytes, sent, late })
}

/// Notes when texts come; what they are is looked at afterwards.
async fn listen(
    mut ear: SplitStream<Connection>,
    until: Instant,
) -> anyhow::Result<Vec<(Instant, Utf8Bytes)>> {
    let mut came = Vec::new();
    while let Ok(message) = timeout_at(until, ear.next()).await {
        let message = message.context("the server closed")??;
        let at = Instant::now();
        if let Message::Text(text) = message {
            came.push((at, text));
        }
    }
    Ok(came)
}

/// What was measured.
#[derive(Default)]
struct Delays {
    /// Before the network faltered.
    paced: Vec<Duration>,
    audio: Vec<Duration>,
    source: Vec<Duration>,
    target: Vec<Duration>,
    /// Frames that end in silence that was filled in.
    filled: usize,
    /// Words that were sent long before the end and never came.
    unread: usize,
    /// How late the speakers' own timers were.
    timers: Vec<Duration>,
}

impl Delays {
    fn add(
        &mut self,
        said: &Said,
        captions: &[(Instant, Utf8Bytes)],
        sessions: &[Session],
        until: Instant,
    ) -> anyhow::Result<()> {
        self.timers.extend(&said.late);
        // Of each session of theirs, how many words of each side were read.
        let mut read: BTreeMap<usize, [usize; 2]> = BTreeMap::new();
        for (at, text) in captions {
            let message: Value = serde_json::from_str(text)?;
            let (side, letter) = match message["type"].as_str() {
                Some("transcription") => (0, 'S'),
                Some("translation") => (1, 'T'),
                _ => continue,
            };
            let text = message["text"].as_str().unwrap_or_default();
            let Some((number, word)) = last_word(letter, text) else {
                continue;
            };
            let session = sessions.get(number).context("a session")?;
            let read = &mut read.entry(number).or_default()[side];
            for answer in session.answers.iter().take(word + 1).skip(*read) {
                let (times, sent) = match side {
                    0 => (&mut self.source, answer.source),
                    _ => (&mut self.target, answer.target),
                };
                times.push(at.saturating_duration_since(sent));
            }
            *read = (*read).max(word + 1);
        }
        for (number, [source, target]) in read {
            let session = &sessions[number];
            self.add_frames(said, session);
            let in_time = |answer: &&Answer| answer.target < until;
            let words = session.answers.iter().filter(in_time).count();
            self.unread += words.saturating_sub(source) + words.saturating_sub(target);
        }
        Ok(())
    }

    fn add_frames(&mut self, said: &Said, session: &Session) {
        let mut end = 0;
        for frame in &session.frames {
            let Some(found) = place(&said.bytes, end, &frame.tail) else {
                self.filled += 1;
                continue;
            };
            end = found;
            let message = (end - 1) / MESSAGE_BYTES;
            let Some(sent) = said.sent.get(message) else {
                continue;
            };
            let delay = frame.at.saturating_duration_since(*sent);
            if message < BEFORE {
                self.paced.push(delay);
            } else {
                self.audio.push(delay);
            }
        }
    }

    fn report(&self, report: &mut Report, streams: u32) {
        let name = format!("{streams} streams, audio message to the frame that it completes");
        let rows = [
            (name.as_str(), &self.audio, Goal::AtMost(5.0)),
            (
                "  the same while what was said first waits, by intent",
                &self.paced,
                Goal::None,
            ),
            (
                "  delta of the translation to its caption",
                &self.target,
                Goal::AtMost(5.0),
            ),
            (
                "  delta of what was said to its caption",
                &self.source,
                Goal::AtMost(5.0),
            ),
            (
                "  for comparison: this program's own timers, late by",
                &self.timers,
                Goal::None,
            ),
        ];
        for (name, times, goal) in rows {
            report.times(name, times, 0.99, Goal::None, goal);
        }
        report.note(
            "  frames that end in silence / words never read",
            format!("{} / {}", self.filled, self.unread),
        );
    }
}

/// Where in what was said a frame ends that ends so, beyond `end`.
pub fn place(said: &[u8], end: usize, tail: &[u8]) -> Option<usize> {
    let next = end + FRAME_BYTES;
    if next >= TAIL_BYTES && said.get(next - TAIL_BYTES..next) == Some(tail) {
        return Some(next);
    }
    let begin = end.saturating_sub(TAIL_BYTES);
    let places = said[begin..].windows(TAIL_BYTES).step_by(2);
    let mut places = (begin..).step_by(2).zip(places);
    places
        .find(|(_, window)| *window == tail)
        .map(|(at, _)| at + TAIL_BYTES)
}
