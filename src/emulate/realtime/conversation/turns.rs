//! What the speaker says: audio in, turns found or committed, and their transcripts, late.

use serde_json::{Value, json};

use super::{
    Conversation,
    configuration::{Configuration, Detection, Format},
    history::{Item, Words},
    response::{audio_tokens, text_tokens},
};
use crate::{
    audio::{endpoint::EndpointEvent, pcm::PcmAssembler, resample::Resampler, vad::DETECTOR_RATE},
    emulate::realtime::{
        complaint::Complaint,
        g711,
        hearing::{Finder, Heard},
        outlet::Over,
        session::{Event, new_id},
        words::pieces,
    },
};

/// The least audio that can be committed, in milliseconds: the service's.
const LEAST_COMMIT_MS: f64 = 100.0;

/// Audio that is held until it is committed, in bytes; the oldest makes room. Eleven minutes of PCM.
const MOST_HELD: usize = 32 * 1024 * 1024;

/// The speaker's audio on its way to a turn.
pub struct Turns {
    format: Format,
    detection: Option<Detection>,
    finder: Option<Finder>,
    assembler: PcmAssembler,
    /// As it came, since the last turn began or ended.
    held: Vec<u8>,
    /// All that ever came, in milliseconds.
    heard_ms: f64,
    /// What of it came before this detector.
    before_ms: f64,
    /// The item that is being said.
    saying: Option<String>,
}

impl Turns {
    /// For a session's audio; `sturdy`: told from noise by the better detector.
    pub fn new(configuration: &Configuration, sturdy: bool) -> Self {
        let (format, detection) = (configuration.input_format(), configuration.detection());
        Self {
            format,
            detection,
            finder: detection.map(|found| Finder::new(format.rate(), found.endpoints, sturdy)),
            assembler: PcmAssembler::new(),
            held: Vec::new(),
            heard_ms: 0.0,
            before_ms: 0.0,
            saying: None,
        }
    }

    /// The same, where another left off.
    pub fn after(self, other: &Self) -> Self {
        Self {
            heard_ms: other.heard_ms,
            before_ms: other.heard_ms,
            ..self
        }
    }

    fn seconds(&self, bytes: usize) -> f64 {
        bytes as f64 / f64::from(self.format.bytes_per_second())
    }

    fn samples(&mut self, bytes: &[u8]) -> Vec<i16> {
        decoded(self.format, &mut self.assembler, bytes)
    }

    /// Keeps what came, but of silence only as much as the beginning of a turn may need.
    fn hold(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
        let most = match self.detection {
            Some(found) if self.saying.is_none() => {
                let seconds = 1.0 + f64::from(found.endpoints.pre_roll_ms) / 1_000.0;
                (seconds * f64::from(self.format.bytes_per_second())) as usize & !1
            }
            _ => MOST_HELD,
        };
        let surplus = self.held.len().saturating_sub(most);
        self.held.drain(..surplus);
    }

    /// A position of the detector in milliseconds since the session's first audio.
    fn moment(&self, at_sample: u64) -> u64 {
        self.before_ms as u64 + at_sample * 1_000 / u64::from(DETECTOR_RATE)
    }
}

fn decoded(format: Format, assembler: &mut PcmAssembler, bytes: &[u8]) -> Vec<i16> {
    match format {
        Format::Pcm => {
            let mut samples = Vec::new();
            assembler.push(bytes, &mut samples);
            samples
        }
        Format::MuLaw => bytes.iter().map(|byte| g711::mu_decode(*byte)).collect(),
        Format::ALaw => bytes.iter().map(|byte| g711::a_decode(*byte)).collect(),
    }
}

impl Conversation {
    pub(super) async fn append(&mut self, event: &Event) -> Result<Result<(), Complaint>, Over> {
        let bytes = match event.audio() {
            Ok(bytes) => bytes,
            Err(complaint) => return Ok(Err(complaint)),
        };
        let seconds = self.turns.seconds(bytes.len());
        let transcribes = self.configuration.transcribes();
        self.outlet.bill().heard_audio(seconds, transcribes);
        self.turns.heard_ms += seconds * 1_000.0;
        self.turns.hold(&bytes);
        let samples = self.turns.samples(&bytes);
        if let Some(finder) = &mut self.turns.finder {
            let found = finder.push(&samples);
            self.follow(found).await?;
        }
        Ok(Ok(()))
    }

    async fn follow(&mut self, found: Vec<EndpointEvent>) -> Result<(), Over> {
        for event in found {
            match event {
                EndpointEvent::Started { at_sample, .. } => self.turn_begins(at_sample).await?,
                EndpointEvent::Audio(samples) => {
                    if let Err(error) = self.ear.hear(&samples).await {
                        tracing::warn!(code = error.code(), "the emulator's engine does not hear");
                    }
                }
                EndpointEvent::Stopped { at_sample, .. } => self.turn_ends(at_sample).await?,
            }
        }
        Ok(())
    }

    async fn turn_begins(&mut self, at_sample: u64) -> Result<(), Over> {
        let item = new_id("item");
        self.turns.saying = Some(item.clone());
        let started = json!({
            "type": "input_audio_buffer.speech_started",
            "audio_start_ms": self.turns.moment(at_sample),
            "item_id": item,
        });
        self.outlet.send(started).await?;
        if self
            .turns
            .detection
            .is_some_and(|found| found.interrupt_response)
        {
            self.interrupt().await?;
        }
        if let Err(error) = self.ear.begin(&item).await {
            tracing::warn!(code = error.code(), "the emulator's engine does not hear");
        }
        Ok(())
    }

    async fn turn_ends(&mut self, at_sample: u64) -> Result<(), Over> {
        let Some(item) = self.turns.saying.take() else {
            return Ok(());
        };
        let stopped = json!({
            "type": "input_audio_buffer.speech_stopped",
            "audio_end_ms": self.turns.moment(at_sample),
            "item_id": item,
        });
        self.outlet.send(stopped).await?;
        self.add_said(item.clone()).await?;
        if let Err(error) = self.ear.end().await {
            tracing::warn!(code = error.code(), "the emulator's engine does not hear");
            self.understood(&item, &Words::Failed).await?;
        }
        if self
            .turns
            .detection
            .is_some_and(|found| found.create_response)
        {
            let asked = json!({"type": "response.create"});
            if let Err(complaint) = self.create_response(&asked).await? {
                self.outlet.complain(&complaint, None).await?;
            }
        }
        Ok(())
    }

    /// Ends the turn that is being said, because the way turns are found changes.
    pub(super) async fn finish_turn(&mut self) -> Result<(), Over> {
        match &mut self.turns.finder {
            Some(finder) => {
                let found = finder.finish();
                self.follow(found).await
            }
            None => Ok(()),
        }
    }

    /// Puts what was said among the items: `committed`, then `added` and `done`.
    async fn add_said(&mut self, id: String) -> Result<(), Over> {
        let bytes = std::mem::take(&mut self.turns.held);
        let seconds = self.turns.seconds(bytes.len());
        let previous = self.history.last_id();
        let item = Item::said(id.clone(), bytes, seconds, self.configuration.transcribes());
        let shown = item.shown();
        self.history.push(item);
        let committed = json!({
            "type": "input_audio_buffer.committed",
            "previous_item_id": previous,
            "item_id": id,
        });
        self.outlet.send(committed).await?;
        self.tell_item("conversation.item.added", previous.as_ref(), &shown)
            .await?;
        self.tell_item("conversation.item.done", previous.as_ref(), &shown)
            .await
    }

    pub(super) async fn tell_item(
        &mut self,
        kind: &str,
        previous: Option<&String>,
        item: &Value,
    ) -> Result<(), Over> {
        let event = json!({"type": kind, "previous_item_id": previous, "item": item});
        self.outlet.send(event).await
    }

    pub(super) async fn commit(&mut self) -> Result<Result<(), Complaint>, Over> {
        let has_ms = self.turns.seconds(self.turns.held.len()) * 1_000.0;
        if has_ms < LEAST_COMMIT_MS {
            return Ok(Err(Complaint::new(
                "input_audio_buffer_commit_empty",
                format!(
                    "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has {has_ms:.2}ms of audio."
                ),
            )));
        }
        if self.turns.saying.is_some() {
            self.finish_turn().await?;
            return Ok(Ok(()));
        }
        let item = new_id("item");
        let bytes = self.turns.held.clone();
        self.add_said(item.clone()).await?;
        self.hear_whole(&item, &bytes).await?;
        Ok(Ok(()))
    }

    /// Gives a whole item to the ear.
    pub(super) async fn hear_whole(&mut self, item: &str, bytes: &[u8]) -> Result<(), Over> {
        let samples = decoded(self.turns.format, &mut PcmAssembler::new(), bytes);
        let mut heard = Vec::new();
        // The rates of the wire are known ones.
        if let Ok(mut resampler) = Resampler::new(self.turns.format.rate(), DETECTOR_RATE) {
            resampler.push(&samples, &mut heard);
            resampler.finish(&mut heard);
        }
        let done = async {
            self.ear.begin(item).await?;
            self.ear.hear(&heard).await?;
            self.ear.end().await
        };
        if let Err(error) = done.await {
            tracing::warn!(code = error.code(), "the emulator's engine does not hear");
            self.understood(item, &Words::Failed).await?;
        }
        Ok(())
    }

    pub(super) async fn clear(&mut self) -> Result<Result<(), Complaint>, Over> {
        self.turns.held.clear();
        self.turns.assembler.reset();
        self.outlet
            .send(json!({"type": "input_audio_buffer.cleared"}))
            .await?;
        Ok(Ok(()))
    }

    pub(super) async fn understand(&mut self, heard: Heard) -> Result<(), Over> {
        match heard {
            Heard::Partial(_) => Ok(()),
            Heard::Final(item, text) => self.understood(&item, &Words::Known(text)).await,
            Heard::Failed(error) => {
                tracing::warn!(code = error.code(), "the emulator's engine broke off");
                let lost: Vec<String> = self
                    .history
                    .items()
                    .iter()
                    .filter(|item| item.unheard().is_some())
                    .map(|item| item.id.clone())
                    .collect();
                for item in lost {
                    self.understood(&item, &Words::Failed).await?;
                }
                Ok(())
            }
        }
    }

    async fn understood(&mut self, id: &str, words: &Words) -> Result<(), Over> {
        let told = self.history.get_mut(id).and_then(|item| item.heard(words));
        if told.is_none() {
            return Ok(());
        }
        self.late_transcripts.push_back(id.to_owned());
        if self.responses.is_empty() {
            self.tell_transcripts().await?;
        }
        Ok(())
    }

    /// Tells the transcripts that are known.
    pub(super) async fn tell_transcripts(&mut self) -> Result<(), Over> {
        while let Some(id) = self.late_transcripts.pop_front() {
            let Some(item) = self.history.get(&id) else {
                continue;
            };
            let (words, (_, seconds)) = (item.words(), item.size());
            let event = |kind: &str| {
                json!({
                    "type": format!("conversation.item.input_audio_transcription.{kind}"),
                    "item_id": id,
                    "content_index": 0,
                })
            };
            let Words::Known(text) = words else {
                let mut failed = event("failed");
                failed["error"] = json!({
                    "type": "transcription_error",
                    "code": "audio_unintelligible",
                    "message": "The audio could not be transcribed.",
                    "param": null,
                });
                self.outlet.send(failed).await?;
                continue;
            };
            for piece in pieces(&text, false) {
                let mut delta = event("delta");
                delta["delta"] = json!(piece);
                delta["obfuscation"] = json!(obfuscation());
                self.outlet.send(delta).await?;
            }
            let (input, output) = (audio_tokens(seconds), text_tokens(text.chars().count()));
            let mut completed = event("completed");
            completed["transcript"] = json!(text);
            completed["usage"] = json!({
                "type": "tokens",
                "total_tokens": input + output,
                "input_tokens": input,
                "input_token_details": {"text_tokens": 0, "audio_tokens": input},
                "output_tokens": output,
            });
            self.outlet.send(completed).await?;
        }
        Ok(())
    }
}

/// Noise of varying length, which hides from onlookers how long a delta is.
pub(super) fn obfuscation() -> String {
    let noise = format!("{:016x}", rand::random::<u64>());
    noise[..4 + usize::from(rand::random::<u8>() % 12)].to_owned()
}
