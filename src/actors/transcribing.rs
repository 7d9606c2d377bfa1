//! A recording written down: decoded, cut into utterances, and heard by an engine as fast as it can.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::mpsc;

use crate::{
    actors::{environment::Environment, refusal::Refusal, source::endpointer},
    audio::{
        container::{DECODED_RATE, DecodeError, UploadDecoder},
        endpoint::EndpointEvent,
        pcm::to_bytes,
    },
    domain::{
        engine::{Engine, TranscriptionInput, TranscriptionOutput, TranscriptionRequest},
        identity::UtteranceId,
        language::Language,
    },
};

/// The longest recording taken: what the offline engine writes down in about two minutes of one core.
pub const LONGEST_RECORDING: Duration = Duration::from_secs(20 * 60);

/// Blocks of audio decoded ahead of the engine.
const BLOCKS_AHEAD: usize = 64;

/// How long the engine may take for one utterance before it counts as stuck. The longest utterance is 60 s.
const UTTERANCE_PATIENCE: Duration = Duration::from_secs(120);

/// What was said in a recording.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Transcript {
    /// All of it.
    pub text: String,
    /// The language it was taken to be in.
    pub language: Language,
    /// Its utterances, in order.
    pub segments: Vec<Segment>,
    /// Of the recording, in seconds.
    pub duration: f64,
    /// Who wrote it down.
    pub model: String,
}

/// One utterance of a recording.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Segment {
    /// Counts from 0.
    pub id: usize,
    /// In seconds from the beginning.
    pub start: f64,
    /// In seconds from the beginning.
    pub end: f64,
    /// What was said.
    pub text: String,
    /// How sure the engine is, 0 to 1, where it knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub confidence: Option<f32>,
}

/// What the decoding thread yields.
enum Decoded {
    Event(EndpointEvent),
    Ended { samples: u64 },
    Refused(Refusal),
}

/// Writes down a recording, in any of the containers that are understood.
///
/// # Errors
/// [`Refusal`] if it cannot be decoded, is too long, or the engine cannot hear it.
pub async fn transcribe(
    environment: &Arc<Environment>,
    engine: &Arc<dyn Engine>,
    language: Language,
    recording: Bytes,
) -> Result<Transcript, Refusal> {
    let mut blocks = decode(environment, recording);
    // What cannot be decoded is refused before an engine is asked.
    let first = blocks.recv().await;
    if let Some(Decoded::Refused(refusal)) = first {
        return Err(refusal);
    }
    let stream = engine
        .open_transcription(TranscriptionRequest {
            speaker: environment.identities.next().to_string(),
            language: language.clone(),
        })
        .await
        .map_err(|error| Refusal::from(&error))?;
    let (input, mut output) = (stream.input, stream.output);

    let mut next = first;
    let mut spans: Vec<(UtteranceId, f64, f64)> = Vec::new();
    let mut segments = Vec::new();
    let mut samples = 0;
    while let Some(decoded) = next {
        let step = match decoded {
            Decoded::Refused(refusal) => return Err(refusal),
            Decoded::Ended { samples: all } => {
                samples = all;
                break;
            }
            Decoded::Event(EndpointEvent::Started {
                voice_at_sample, ..
            }) => {
                let id: UtteranceId = environment.identities.next().into();
                spans.push((id.clone(), seconds(voice_at_sample), 0.0));
                TranscriptionInput::Begin(id)
            }
            Decoded::Event(EndpointEvent::Audio(audio)) => {
                TranscriptionInput::Audio(to_bytes(&audio).into())
            }
            Decoded::Event(EndpointEvent::Stopped {
                voice_until_sample, ..
            }) => {
                if let Some(span) = spans.last_mut() {
                    span.2 = seconds(voice_until_sample);
                }
                TranscriptionInput::End
            }
        };
        feed(&input, &mut output, step, &spans, &mut segments).await?;
        next = blocks.recv().await;
    }
    drop(input);
    while let Some(heard) = next_output(&mut output).await? {
        take(heard, &spans, &mut segments)?;
    }
    // What nobody understood is said to be so, and not to have been silence.
    if segments.len() < spans.len() {
        return Err(broken_off());
    }
    segments.retain(|segment: &Segment| !segment.text.is_empty());
    for (id, segment) in segments.iter_mut().enumerate() {
        segment.id = id;
    }
    let text: Vec<&str> = segments
        .iter()
        .map(|segment: &Segment| segment.text.as_str())
        .collect();
    Ok(Transcript {
        text: text.join(" "),
        language,
        duration: seconds(samples),
        model: engine.name().to_owned(),
        segments,
    })
}

fn seconds(samples: u64) -> f64 {
    samples as f64 / f64::from(DECODED_RATE)
}

/// Gives one step to the engine, taking what it yields meanwhile so that neither waits for the other.
async fn feed(
    input: &mpsc::Sender<TranscriptionInput>,
    output: &mut mpsc::Receiver<TranscriptionOutput>,
    step: TranscriptionInput,
    spans: &[(UtteranceId, f64, f64)],
    segments: &mut Vec<Segment>,
) -> Result<(), Refusal> {
    let place = loop {
        tokio::select! {
            biased;
            heard = output.recv() => match heard {
                Some(heard) => take(heard, spans, segments)?,
                None => return Err(broken_off()),
            },
            place = tokio::time::timeout(UTTERANCE_PATIENCE, input.reserve()) => match place {
                Ok(Ok(place)) => break place,
                Ok(Err(_)) => return Err(broken_off()),
                Err(_) => return Err(stuck()),
            },
        }
    };
    place.send(step);
    Ok(())
}

async fn next_output(
    output: &mut mpsc::Receiver<TranscriptionOutput>,
) -> Result<Option<TranscriptionOutput>, Refusal> {
    tokio::time::timeout(UTTERANCE_PATIENCE, output.recv())
        .await
        .map_err(|_| stuck())
}

fn take(
    heard: TranscriptionOutput,
    spans: &[(UtteranceId, f64, f64)],
    segments: &mut Vec<Segment>,
) -> Result<(), Refusal> {
    match heard {
        TranscriptionOutput::Partial { .. } => {}
        TranscriptionOutput::Final {
            utterance,
            text,
            confidence,
        } => {
            if let Some((_, start, end)) = spans.iter().find(|(id, ..)| *id == utterance) {
                segments.push(Segment {
                    id: segments.len(),
                    start: *start,
                    end: *end,
                    text,
                    confidence,
                });
            }
        }
        TranscriptionOutput::Failed(error) => return Err(Refusal::from(&error)),
    }
    Ok(())
}

fn broken_off() -> Refusal {
    Refusal::new(
        "engine_failed",
        "the engine broke off in the middle of the recording; send it again",
    )
}

fn stuck() -> Refusal {
    Refusal::new(
        "engine_timeout",
        "the engine did not answer in time; send a shorter recording, or try again later",
    )
}

/// Decodes and cuts on a thread for work that keeps a core busy.
fn decode(environment: &Arc<Environment>, recording: Bytes) -> mpsc::Receiver<Decoded> {
    let (blocks, receiver) = mpsc::channel(BLOCKS_AHEAD);
    let mut endpointer = endpointer(&environment.settings);
    tokio::task::spawn_blocking(move || {
        let refuse = |error: &DecodeError| {
            let refusal = Refusal::new(error.code(), error.to_string());
            // Nobody waits for a refusal whose request has gone.
            let _ = blocks.blocking_send(Decoded::Refused(refusal));
        };
        let mut decoder = match UploadDecoder::new(&recording, LONGEST_RECORDING) {
            Ok(decoder) => decoder,
            Err(error) => return refuse(&error),
        };
        let mut samples = 0;
        let mut events = Vec::new();
        loop {
            match decoder.next_block() {
                Ok(Some(block)) => {
                    samples += block.len() as u64;
                    endpointer.push(&block, &mut events);
                }
                Ok(None) => {
                    endpointer.finish(&mut events);
                    let ended = Decoded::Ended { samples };
                    let last = events.drain(..).map(Decoded::Event).chain([ended]);
                    let _ = last
                        .map(|event| blocks.blocking_send(event))
                        .all(|sent| sent.is_ok());
                    return;
                }
                Err(error) => return refuse(&error),
            }
            for event in events.drain(..) {
                if blocks.blocking_send(Decoded::Event(event)).is_err() {
                    return;
                }
            }
        }
    });
    receiver
}
