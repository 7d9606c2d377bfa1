//! What we add to the sound of calls: a hundred people on the telephone speak at once, two and two in a room, each heard by
//! the other through an engine that thinks nothing ([`crate::provider`]).
//!
//! The emulator has the calls; their media sockets are opened by this program in its place, so that one clock sees what
//! goes in, when the engine has it, what the engine answers, and when the call hears it. Everything runs at the rate of the
//! engine, so that no sample changes: as with [`crate::streams`], the end of each of the engine's frames is found in
//! what was said, and each of its answers is marked. An answer is a frame of 20 ms shorter than what it answers, so that
//! none waits for the end of the one before, which would be a wait by intent.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Context;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    time::{Instant, interval_at, sleep_until, timeout_at},
};
use tokio_tungstenite::{
    client_async_with_config,
    tungstenite::{Message, Utf8Bytes, client::IntoClientRequest as _, protocol::WebSocketConfig},
};

use crate::{
    calls::pair::Pair,
    client::Connection,
    live_calls::{Live, PATIENT, SILENT, Signer, begin, number_of},
    material::everyday,
    options::option,
    process::{processor_time, resident},
    provider::{MARK, Provider, Session},
    report::{Goal, Report},
    streams::{BEFORE, FALTERS, MESSAGE, MESSAGE_BYTES, SPREAD, STREAM_RATE, Said, place, speech},
};

/// Frames of 20 ms in an answer to ten.
const ANSWER: usize = 9;

/// How long what was said last is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// Calls, two in a room.
pub async fn measure(report: &mut Report) -> anyhow::Result<()> {
    // So many hear 5,000 frames a second.
    let calls: usize = option("LOAD_CALLS_MEDIA", 112)?;
    let seconds: usize = option("LOAD_CALLS_SECONDS", 30)?;
    let provider = Provider::answering(ANSWER).await?;
    let endpoint = provider.endpoint();
    let routes: Vec<Value> = (0..calls)
        .map(|call| {
            let language = if call % 2 == 0 { "en" } else { "es" };
            json!({"from": number_of(call), "room": format!("pair-{}", call / 2), "speaks": language,
                "hears": language})
        })
        .collect();
    let routes = json!(routes).to_string();
    let mut settings = vec![
        ("INTERPRES__ENGINES__DEFAULT", "azure-translate"),
        ("AZURE_OPENAI_ENDPOINT", endpoint.as_str()),
        ("AZURE_OPENAI_API_KEY", "a-key-that-nobody-checks"),
        ("INTERPRES__SPEECH__HANG", "2s"),
        ("INTERPRES__SPEECH__MAX_UTTERANCE", "1m"),
        ("INTERPRES__ACS__AUDIO_FORMAT", "pcm24KMono"),
        ("INTERPRES__ACS__BARGE_IN", "false"),
        ("INTERPRES__ACS__ROUTES", routes.as_str()),
    ];
    settings.extend(PATIENT);
    let pair = Pair::start(env!("CARGO_BIN_EXE_interpres"), &settings, &SILENT)?;
    let live = begin(&pair, calls).await?;
    let idle = resident(pair.server.pid())?;
    let signer = Signer::new()?;
    let sayings = everyday(20)?;
    let mut people = Vec::new();
    for (number, call) in live.iter().enumerate() {
        let socket = dial(&pair, call, &signer.token(number)?).await?;
        let frames = frames(&speech(&sayings, number, seconds)?);
        people.push((socket.split(), frames));
    }
    until_all_have_sound(&pair, calls).await?;

    let start = Instant::now() + Duration::from_secs(2);
    let length = Duration::from_secs(seconds as u64);
    let over = start + SPREAD + MESSAGE * FALTERS as u32 + length + PATIENCE;
    let mut talking = Vec::new();
    for (number, ((sink, ear), (bytes, frames))) in people.into_iter().enumerate() {
        let first = start + (SPREAD + MESSAGE) * number as u32 / calls as u32;
        let speaking = tokio::spawn(speak(sink, bytes, frames, first));
        let listening = tokio::spawn(listen(ear, over));
        talking.push((speaking, listening));
    }
    let steady = start + SPREAD + MESSAGE * (BEFORE + FALTERS) as u32 + Duration::from_secs(1);
    sleep_until(steady).await;
    let begun = Instant::now();
    let processes = [pair.server.pid(), pair.emulator.pid()];
    let used = processes.map(processor_time);
    sleep_until(start + length).await;
    let call_seconds = begun.elapsed().as_secs_f64() * calls as f64;
    let now = processes.map(processor_time);
    let memory = resident(pair.server.pid())?.saturating_sub(idle);
    let mut said = Vec::new();
    let mut heard = Vec::new();
    let mut sinks = Vec::new();
    for (speaking, listening) in talking {
        let (one, sink) = speaking.await??;
        said.push(one);
        sinks.push(sink);
        heard.push(listening.await??);
    }
    let sessions = provider.take();
    drop(sinks);
    tokio::task::spawn_blocking(move || drop(pair)).await?;

    let delays = Delays::of(&said, &heard, &sessions)?;
    delays.report(report, calls, steady, start + length);
    for ((who, before), after) in ["server", "emulator"].into_iter().zip(used).zip(now) {
        let each = after?.saturating_sub(before?).as_secs_f64() * 1_000.0 / call_seconds;
        report.figure(
            format!("  {who} CPU per call-second"),
            each,
            "ms",
            Goal::None,
        );
    }
    let each = memory as f64 / 1_024.0 / calls as f64;
    report.figure("  memory per call with sound", each, "KiB", Goal::None);
    let load = std::fs::read_to_string("/proc/loadavg")?;
    let load: Vec<&str> = load.split(' ').take(1).collect();
    report.note("  load average at the end", load.join(" "));
    Ok(())
}

/// Opens the media socket of a call as the service does.
async fn dial(pair: &Pair, call: &Live, token: &str) -> anyhow::Result<Connection> {
    let address = pair.server.address();
    let stream = TcpStream::connect(address).await?;
    // A frame must not wait for the next one.
    stream.set_nodelay(true)?;
    let mut request = format!("ws://{address}/acs/media/{}", call.secret).into_client_request()?;
    let headers = request.headers_mut();
    headers.insert("x-ms-call-connection-id", call.leg.parse()?);
    headers.insert("authorization", format!("Bearer {token}").parse()?);
    let config = WebSocketConfig::default().write_buffer_size(0);
    let (mut socket, _) = client_async_with_config(request, stream, Some(config)).await?;
    let metadata = json!({"kind": "AudioMetadata", "audioMetadata": {"subscriptionId": "s",
        "encoding": "PCM", "sampleRate": STREAM_RATE, "channels": 1, "length": MESSAGE_BYTES}});
    socket.send(Message::text(metadata.to_string())).await?;
    Ok(socket)
}

async fn until_all_have_sound(pair: &Pair, calls: usize) -> anyhow::Result<()> {
    for _ in 0..600 {
        let list = pair.server.get("/api/calls").await?;
        let all = list["calls"].as_array().context("a list of calls")?;
        let with_sound = all.iter().filter(|call| call["state"] == "media");
        if with_sound.count() == calls {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("not all calls have sound")
}

/// What is said, and its frames as the service writes them.
fn frames(bytes: &[u8]) -> (Vec<u8>, Vec<String>) {
    let frame = |samples: &[u8]| {
        json!({"kind": "AudioData", "audioData": {"timestamp": "2026-11-21T12:00:00.000Z",
            "data": STANDARD.encode(samples), "silent": false}})
        .to_string()
    };
    let frames = bytes.chunks_exact(MESSAGE_BYTES).map(frame).collect();
    (bytes.to_vec(), frames)
}

type Sink = SplitSink<Connection, Message>;

async fn speak(
    mut sink: Sink,
    bytes: Vec<u8>,
    frames: Vec<String>,
    first: Instant,
) -> anyhow::Result<(Said, Sink)> {
    let (mut sent, mut late) = (Vec::new(), Vec::new());
    let mut ticks = interval_at(first, MESSAGE);
    for frame in frames {
        if sent.len() == BEFORE {
            for _ in 0..FALTERS {
                ticks.tick().await;
            }
        }
        let due = ticks.tick().await;
        sent.push(Instant::now());
        late.push(due.elapsed());
        sink.send(Message::text(frame)).await?;
    }
    // It stays open: who goes is heard no more.
    Ok((Said { bytes, sent, late }, sink))
}

/// Notes when frames come; what they are is looked at afterwards.
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
    /// From the frame of a caller to the frame of the engine that it completes.
    inward: Vec<Duration>,
    /// From the sound of an answer to its first frame on the other call.
    outward: Vec<Duration>,
    /// Both of one answer together.
    both: Vec<Duration>,
    /// How late the callers' own timers were.
    timers: Vec<Duration>,
    /// When frames were heard, all of them.
    heard: Vec<Instant>,
    /// When frames were said.
    said: Vec<Instant>,
    /// Frames that end in silence that was filled in.
    filled: usize,
    /// Answers of which nothing was heard.
    unheard: usize,
}

impl Delays {
    fn of(
        said: &[Said],
        heard: &[Vec<(Instant, Utf8Bytes)>],
        sessions: &[Session],
    ) -> anyhow::Result<Self> {
        let mut all = Self::default();
        for (listener, frames) in heard.iter().enumerate() {
            // Of each session that is heard here, when the first frame of each answer was.
            let mut firsts: BTreeMap<usize, BTreeMap<usize, Instant>> = BTreeMap::new();
            for (at, text) in frames {
                let frame: Value = serde_json::from_str(text)?;
                let Some(data) = frame["AudioData"]["Data"].as_str() else {
                    continue;
                };
                all.heard.push(*at);
                let bytes = STANDARD.decode(data)?;
                let sample = |place: usize| {
                    let bytes = bytes.get(place * 2..place * 2 + 2);
                    bytes.map_or(0, |bytes| i16::from_le_bytes([bytes[0], bytes[1]]))
                };
                let [mark, session, answer, place] = [0, 1, 2, 3].map(sample);
                if mark == MARK && place == 0 {
                    let session = firsts.entry(session as usize).or_default();
                    session.insert(answer as usize, *at);
                }
            }
            // Who is heard here speaks on the other call of the room.
            let speaker = said.get(listener ^ 1).context("calls are two and two")?;
            for (number, firsts) in firsts {
                let session = sessions.get(number).context("a session")?;
                all.add(speaker, session, &firsts);
            }
        }
        for one in said {
            all.timers.extend(&one.late);
            all.said.extend(&one.sent);
        }
        Ok(all)
    }

    fn add(&mut self, said: &Said, session: &Session, firsts: &BTreeMap<usize, Instant>) {
        let mut end = 0;
        for (number, (frame, answer)) in session.frames.iter().zip(&session.answers).enumerate() {
            let Some(found) = place(&said.bytes, end, &frame.tail) else {
                self.filled += 1;
                continue;
            };
            end = found;
            let message = (end - 1) / MESSAGE_BYTES;
            let Some(sent) = said.sent.get(message).filter(|_| message >= BEFORE) else {
                continue;
            };
            let inward = frame.at.saturating_duration_since(*sent);
            self.inward.push(inward);
            let Some(first) = firsts.get(&number) else {
                self.unheard += 1;
                continue;
            };
            let outward = first.saturating_duration_since(answer.sound);
            self.outward.push(outward);
            self.both.push(inward + outward);
        }
    }

    fn report(&self, report: &mut Report, calls: usize, from: Instant, to: Instant) {
        let name = format!("{calls} calls: in and out together");
        let rows = [
            (name.as_str(), &self.both, Goal::AtMost(10.0)),
            (
                "  a caller's frame to the engine's",
                &self.inward,
                Goal::None,
            ),
            (
                "  the engine's sound to the call",
                &self.outward,
                Goal::None,
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
        let seconds = to.duration_since(from).as_secs_f64();
        let rate = |times: &[Instant]| {
            let within = times.iter().filter(|at| (from..to).contains(*at));
            within.count() as f64 / seconds
        };
        report.figure("  frames in, each second", rate(&self.said), "", Goal::None);
        report.figure(
            "  frames out, each second",
            rate(&self.heard),
            "",
            Goal::None,
        );
        report.note(
            "  frames that end in silence / answers never heard",
            format!("{} / {}", self.filled, self.unheard),
        );
    }
}
