//! `interpres demo`: a server of its own, somebody who speaks English from a recording, and somebody who hears Spanish.

pub mod call;
mod emulator;
mod listener;
mod recording;
mod server;

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, ensure};
use futures_util::SinkExt;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use interpres::audio::wav;
use serde_json::json;
use tokio::{sync::watch, time::Instant};
use tokio_tungstenite::tungstenite::Message;

use self::{
    emulator::OwnEmulator,
    listener::{Hearing, connect},
    recording::Recording,
    server::OwnServer,
};

/// Where Debian's pocketsphinx-testdata keeps its recordings.
const RECORDINGS: &str = "/usr/share/pocketsphinx/test/data";

/// What is played without a wish: two sentences said by people, 16 kHz.
const DEFAULT_RECORDINGS: [&str; 2] = ["goforward.raw", "something.raw"];

/// The time between the recordings: a person's pause.
const PAUSE: Duration = Duration::from_millis(900);

/// How long the last translation may take to be spoken.
const PATIENCE: Duration = Duration::from_secs(30);

/// Options of the demonstration.
#[derive(clap::Args)]
pub struct Options {
    /// English recordings to play: WAV, MP3, FLAC, Ogg, WebM, or raw 16 kHz s16le named .raw
    #[arg(value_name = "RECORDING")]
    recordings: Vec<PathBuf>,
    /// The language to interpret into
    #[arg(long, default_value = "es", value_name = "LANGUAGE")]
    into: String,
    /// Where the interpretation is written
    #[arg(long, default_value = "demo.wav", value_name = "FILE")]
    output: PathBuf,
    /// The engine that interprets; one of Azure OpenAI is emulated here, so no key is needed
    #[arg(long, value_name = "NAME")]
    engine: Option<String>,
}

/// Runs the demonstration.
///
/// # Errors
/// A recording that cannot be read, a server that does not start, an interpretation that does not come.
pub fn demo(options: &Options) -> anyhow::Result<()> {
    let recordings = load(options)?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("no runtime")?
        .block_on(interpret(options, recordings))
}

/// The recordings of the package that has them.
fn usual_recordings() -> anyhow::Result<Vec<Recording>> {
    DEFAULT_RECORDINGS
        .iter()
        .map(|name| Recording::read(&PathBuf::from(RECORDINGS).join(name)))
        .collect::<anyhow::Result<_>>()
        .context("no recorded speech; apt-get install pocketsphinx-testdata, or name a recording")
}

fn load(options: &Options) -> anyhow::Result<Vec<Recording>> {
    if !options.recordings.is_empty() {
        return options
            .recordings
            .iter()
            .map(|file| Recording::read(file))
            .collect();
    }
    usual_recordings()
}

async fn interpret(options: &Options, recordings: Vec<Recording>) -> anyhow::Result<()> {
    let mut surroundings = Vec::new();
    let mut emulator = None;
    if let Some(engine) = &options.engine {
        surroundings.push(("INTERPRES__ENGINES__DEFAULT", engine.clone()));
        if engine.starts_with("azure-") {
            let started = OwnEmulator::azure(&[]).await?;
            println!(
                "{engine} is emulated on http://{}: nothing leaves this machine, and nothing is billed",
                started.address()
            );
            surroundings.extend(started.surroundings());
            emulator = Some(started);
        }
    }
    let server = OwnServer::start(&surroundings).await?;
    println!(
        "server on http://{}, its own for this demonstration",
        server.address()
    );
    let progress = MultiProgress::new();

    let mut speaker = connect(server.address()).await?;
    let speaks = json!({"type": "create_session", "config": {"name": "Speaker", "room_id": "demo", "speaks": "en"}});
    speaker.send(Message::text(speaks.to_string())).await?;
    // Cues tell the listener when each recording's last word was said, so that delays can be told from it.
    let (cues, heard_cues) = watch::channel(Vec::new());
    let hearing = Hearing::start(
        server.address(),
        &options.into,
        heard_cues,
        progress.clone(),
    )
    .await?;
    println!("Speaker speaks English, Listener hears {}\n", options.into);

    let total: usize = recordings.iter().map(Recording::frames).sum();
    let bar = progress.add(ProgressBar::new(total as u64));
    bar.set_style(
        ProgressStyle::with_template("{msg:<34} [{bar:36}] {percent:>3} %")
            .context("a constant template")?
            .progress_chars("=> "),
    );
    for recording in &recordings {
        let before = hearing.read().sentences;
        bar.set_message(format!("speaking {}", recording.name()));
        play(recording, &mut speaker, &cues, &bar).await?;
        silence(PAUSE, &mut speaker).await?;
        wait_until(
            PATIENCE,
            || {
                let read = hearing.read();
                read.sentences > before && !read.is_open
            },
            &mut speaker,
        )
        .await
        .with_context(|| format!("{} was not understood", recording.name()))?;
    }
    bar.set_message("waiting for the last words");
    let interpretation = hearing.finish(PATIENCE).await?;
    bar.finish_and_clear();
    ensure!(
        !interpretation.samples.is_empty(),
        "no speech came; `interpres serve` and GET /api/engines say what is missing"
    );
    let encoded = wav::encode(&interpretation.samples, interpretation.sample_rate)?;
    std::fs::write(&options.output, encoded)
        .with_context(|| format!("cannot write {}", options.output.display()))?;
    interpretation.summary();
    println!(
        "\n{:.1} s of speech written to {}",
        interpretation.samples.len() as f64 / f64::from(interpretation.sample_rate),
        options.output.display()
    );
    server.stop().await?;
    match emulator {
        Some(emulator) => emulator.settle().await,
        None => Ok(()),
    }
}

type Connection = listener::Connection;

/// Sends a recording as it would be spoken, and notes when its last word was said.
async fn play(
    recording: &Recording,
    speaker: &mut Connection,
    cues: &watch::Sender<Vec<Instant>>,
    bar: &ProgressBar,
) -> anyhow::Result<()> {
    let last_word = recording.last_voiced_frame()?;
    // Delays are told from its own last word, not from that of the one before.
    cues.send_modify(Vec::clear);
    let mut tick = tokio::time::interval(recording::FRAME);
    for (number, frame) in recording.chunks().enumerate() {
        tick.tick().await;
        speaker.send(Message::binary(frame)).await?;
        if number == last_word {
            cues.send_modify(|cues| cues.push(Instant::now()));
        }
        bar.inc(1);
    }
    Ok(())
}

async fn silence(time: Duration, speaker: &mut Connection) -> anyhow::Result<()> {
    let mut tick = tokio::time::interval(recording::FRAME);
    for _ in 0..time.as_millis() / recording::FRAME.as_millis() {
        tick.tick().await;
        speaker
            .send(Message::binary(recording::silent_frame()))
            .await?;
    }
    Ok(())
}

/// Keeps the line open with silence, as a microphone does, until something is so.
async fn wait_until(
    patience: Duration,
    so: impl Fn() -> bool,
    speaker: &mut Connection,
) -> anyhow::Result<()> {
    let deadline = Instant::now() + patience;
    while !so() {
        ensure!(
            Instant::now() < deadline,
            "nothing came within {patience:?}"
        );
        silence(recording::FRAME, speaker).await?;
    }
    Ok(())
}
