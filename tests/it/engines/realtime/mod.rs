//! The realtime engines against a provider that is made here: goldens, whole sessions, credentials, and every fault.

mod conversation;
mod credentials;
mod faults;
mod golden;
mod ours;
mod provider;
mod replay;
mod theirs;

use std::{sync::Arc, time::Duration};

use interpres::{
    domain::{
        engine::Engine,
        interpretation::{
            InterpretationInput, InterpretationOutput, InterpretationRequest, InterpretationStream,
        },
        usage::Prices,
    },
    engines::realtime::{
        Converse, Translate,
        settings::{Account, ConverseSettings, CredentialSettings, Provider, TranslateSettings},
    },
};
use tokio::{runtime::Handle, time::timeout};

use crate::support::meter::SumMeter;

/// Time after which a test is stuck, not slow.
const STUCK: Duration = Duration::from_secs(60);

/// The key of all tests.
const KEY: &str = "sk-test";

fn account(endpoint: String) -> Account {
    Account {
        provider: Provider::OpenAi,
        endpoint: Some(endpoint),
        credential: Some(CredentialSettings::Key(KEY.into())),
        organization: None,
        project: None,
        connect_timeout: Duration::from_secs(10),
    }
}

fn translate(account: Account) -> Arc<Translate> {
    let settings = TranslateSettings {
        account,
        deployment: "gpt-realtime-translate".into(),
        transcription: Some("gpt-realtime-whisper".into()),
        noise_reduction: Some("near_field"),
        prices: Prices::default(),
    };
    Arc::new(Translate::new(settings, Handle::current()))
}

fn converse(account: Account) -> Arc<Converse> {
    let settings = ConverseSettings {
        account,
        deployment: "gpt-realtime".into(),
        transcription: Some("gpt-4o-transcribe".into()),
        noise_reduction: Some("near_field"),
        voice: "marin".into(),
        prices: Prices::default(),
    };
    Arc::new(Converse::new(settings, Handle::current()))
}

fn request() -> InterpretationRequest {
    metered(SumMeter::new())
}

fn metered(meter: Arc<SumMeter>) -> InterpretationRequest {
    InterpretationRequest {
        speaker: "session".into(),
        source: Some("en".parse().unwrap()),
        target: "es".parse().unwrap(),
        transcript: true,
        glossary: None,
        meter,
    }
}

async fn open(engine: &dyn Engine) -> InterpretationStream {
    open_metered(engine, SumMeter::new()).await
}

async fn open_metered(engine: &dyn Engine, meter: Arc<SumMeter>) -> InterpretationStream {
    timeout(STUCK, engine.open_interpretation(metered(meter)))
        .await
        .expect("a session is open in time")
        .expect("a session is open")
}

async fn give(stream: &InterpretationStream, step: InterpretationInput) {
    stream.input.send(step).await.expect("the session takes it");
}

async fn next(stream: &mut InterpretationStream) -> InterpretationOutput {
    let output = timeout(STUCK, stream.output.recv()).await;
    output.expect("an output in time").expect("an output")
}

/// All that still comes.
async fn rest(stream: &mut InterpretationStream) -> Vec<InterpretationOutput> {
    let mut outputs = Vec::new();
    let all = async {
        while let Some(output) = stream.output.recv().await {
            outputs.push(output);
        }
    };
    timeout(STUCK, all).await.expect("the session ends in time");
    outputs
}

/// How loud a frequency is in s16le audio at 24 kHz (Goertzel), in relation to all of it.
fn share(samples: &[u8], frequency: f64) -> f64 {
    let samples: Vec<f64> = samples
        .chunks_exact(2)
        .map(|sample| f64::from(i16::from_le_bytes([sample[0], sample[1]])))
        .collect();
    let coefficient = 2.0 * (std::f64::consts::TAU * frequency / 24_000.0).cos();
    let (mut one, mut two) = (0.0, 0.0);
    for sample in &samples {
        (one, two) = (sample + coefficient * one - two, one);
    }
    let power = one * one + two * two - coefficient * one * two;
    let all: f64 = samples.iter().map(|sample| sample * sample).sum();
    power / (all * samples.len() as f64 / 2.0)
}
