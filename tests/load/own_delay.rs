//! What we add ourselves: fifty people speak at once, and the null engine answers everything in the moment it hears it.
//!
//! The null engine answers each 200 ms of an utterance with a partial, and its end with a final. Which frame of the
//! microphone completes those 200 ms, and which one ends the utterance, is found out beforehand with the server's own
//! endpointer, so every caption that comes back is measured against the scheduled moment of the very frame that caused
//! it (a client or server that is late makes the delay longer: nothing is left out). The delay therefore holds both
//! ways, audio in to engine in and engine out to socket out, and the client's own part of it.

use std::{collections::HashMap, time::Duration};

use anyhow::Context;
use interpres::audio::{
    endpoint::{EndpointEvent, EndpointSettings, Endpointer},
    vad::NeuralDetector,
};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use crate::{
    material::{RATE, Saying, everyday},
    options::option,
    person::{FRAME, Person, What},
    report::{Goal, Report},
    server::Server,
};

/// Between two sentences.
const PAUSE: usize = RATE;

/// Audio per partial of the null engine, in bytes.
const PARTIAL_BYTES: usize = RATE / 5 * 2;

/// How long what was said last is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// Fifty rooms, each with one person.
pub async fn measure(report: &mut Report) -> anyhow::Result<()> {
    let rooms: u32 = option("LOAD_ROOMS", 50)?;
    let seconds: usize = option("LOAD_SECONDS", 60)?;
    let server = Server::interpres(&[("INTERPRES__ENGINES__DEFAULT", "null")])?;
    let sayings = everyday(20)?;
    let start = Instant::now() + Duration::from_secs(2);
    let mut talking = Vec::new();
    for number in 0..rooms {
        let script = Script::new(&sayings, number as usize, seconds)?;
        // People do not speak in step: their frames are spread over the 20 ms.
        let first_tick = start + FRAME * number / rooms;
        let address = server.address().to_owned();
        talking.push(tokio::spawn(async move {
            talk(&address, script, first_tick).await
        }));
    }
    let mut all = Delays::default();
    for talker in talking {
        all.add(talker.await??);
    }
    let name = format!("{rooms} rooms, audio frame to transcription at the socket");
    report.times(
        &name,
        &all.transcription,
        0.99,
        Goal::None,
        Goal::AtMost(5.0),
    );
    report.times(
        "  final transcription to its translation",
        &all.translation,
        0.99,
        Goal::None,
        Goal::AtMost(5.0),
    );
    report.times(
        "  final transcription to its first translated audio",
        &all.audio,
        0.99,
        Goal::None,
        Goal::AtMost(5.0),
    );
    report.note(
        "  captions expected / not come (a newer one took their place)",
        format!(
            "{} / {}",
            all.expected,
            all.expected - all.transcription.len()
        ),
    );
    Ok(())
}

/// What one person says, and which frame causes which caption.
struct Script {
    samples: Vec<i16>,
    /// For each utterance, for each caption of it, the number of the frame that causes it; the last is the final's.
    causes: Vec<Vec<u32>>,
}

impl Script {
    fn new(sayings: &[Saying], first: usize, seconds: usize) -> anyhow::Result<Self> {
        let mut samples = Vec::new();
        for saying in sayings.iter().cycle().skip(first) {
            if samples.len() >= seconds * RATE {
                break;
            }
            samples.extend(&saying.samples);
            samples.extend(std::iter::repeat_n(0, PAUSE));
        }
        let mut endpointer =
            Endpointer::new(EndpointSettings::default(), Box::new(NeuralDetector::new()))?;
        let (mut causes, mut heard) = (Vec::<Vec<u32>>::new(), 0);
        for (number, frame) in (0..).zip(samples.chunks(RATE / 50)) {
            let mut events = Vec::new();
            endpointer.push(frame, &mut events);
            for event in events {
                match event {
                    EndpointEvent::Started { .. } => {
                        causes.push(Vec::new());
                        heard = 0;
                    }
                    EndpointEvent::Audio(samples) => {
                        heard += samples.len() * 2;
                        if heard >= PARTIAL_BYTES {
                            heard -= PARTIAL_BYTES;
                            causes
                                .last_mut()
                                .context("audio of an utterance")?
                                .push(number);
                        }
                    }
                    EndpointEvent::Stopped { .. } => {
                        causes
                            .last_mut()
                            .context("the end of an utterance")?
                            .push(number);
                    }
                }
            }
        }
        Ok(Self { samples, causes })
    }
}

/// What was measured.
#[derive(Default)]
struct Delays {
    transcription: Vec<Duration>,
    translation: Vec<Duration>,
    audio: Vec<Duration>,
    expected: usize,
}

impl Delays {
    fn add(&mut self, other: Self) {
        self.transcription.extend(other.transcription);
        self.translation.extend(other.translation);
        self.audio.extend(other.audio);
        self.expected += other.expected;
    }
}

async fn talk(address: &str, script: Script, first_tick: Instant) -> anyhow::Result<Delays> {
    let config = json!({"speaks": "en", "hears": ["es"], "speech": true});
    let mut person = Person::join(address, &config, first_tick).await?;
    let length = Duration::from_secs_f64(script.samples.len() as f64 / RATE as f64);
    let began = person.say(script.samples).await?;
    // The first utterance opens the streams of the engine.
    let counted = &script.causes[1..];
    let mut listening = Listening::new(began, script.causes.len());
    let over = began + length + PATIENCE;
    while let Some(received) = person.next(over).await? {
        listening.take(received.at, received.what, &script.causes);
    }
    sleep_until(over).await;
    listening.delays.expected = counted.iter().map(Vec::len).sum();
    Ok(listening.delays)
}

/// What came so far, and what it belongs to.
struct Listening {
    began: Instant,
    /// The utterances by their ids, in the order in which they came.
    utterances: HashMap<String, usize>,
    /// When the final of each utterance came.
    finals: Vec<Option<Instant>>,
    streams: HashMap<u64, usize>,
    delays: Delays,
}

impl Listening {
    fn new(began: Instant, utterances: usize) -> Self {
        Self {
            began,
            utterances: HashMap::new(),
            finals: vec![None; utterances],
            streams: HashMap::new(),
            delays: Delays::default(),
        }
    }

    fn take(&mut self, at: Instant, what: What, causes: &[Vec<u32>]) {
        match what {
            What::Audio(stream) => {
                if let Some(utterance) = self.streams.remove(&stream)
                    && let Some(transcribed) = self.finals[utterance]
                {
                    self.delays.audio.push(at - transcribed);
                }
            }
            What::Message(message) => self.take_message(at, &message, causes),
        }
    }

    fn take_message(&mut self, at: Instant, message: &Value, causes: &[Vec<u32>]) {
        let Some(id) = message["utterance_id"].as_str() else {
            return;
        };
        let next = self.utterances.len();
        let utterance = *self.utterances.entry(id.to_owned()).or_insert(next);
        let Some(frames) = causes.get(utterance).filter(|_| utterance > 0) else {
            return;
        };
        let last = message["final"] == true;
        match message["type"].as_str().unwrap_or_default() {
            "transcription" => {
                // A partial says how many 200 ms were heard.
                let place = if last {
                    frames.len().checked_sub(1)
                } else {
                    partial_number(message).and_then(|number| number.checked_sub(1))
                };
                if let Some(frame) = place.and_then(|place| frames.get(place)) {
                    let sent = self.began + FRAME * (frame + 1);
                    self.delays
                        .transcription
                        .push(at.saturating_duration_since(sent));
                }
                if last {
                    self.finals[utterance] = Some(at);
                }
            }
            "translation" if last => {
                if let Some(transcribed) = self.finals[utterance] {
                    self.delays.translation.push(at - transcribed);
                }
            }
            "audio_start" => {
                if let Some(stream) = message["stream_id"].as_u64() {
                    self.streams.insert(stream, utterance);
                }
            }
            _ => {}
        }
    }
}

/// The null engine's partials are the utterance's id and their number in it.
fn partial_number(message: &Value) -> Option<usize> {
    message["text"].as_str()?.rsplit(' ').next()?.parse().ok()
}
