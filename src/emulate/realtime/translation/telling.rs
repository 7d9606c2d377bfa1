//! What a translation session tells its client: words of both sides, and speech.

use serde_json::json;

use super::{
    Translation,
    speech::{BYTES_PER_SECOND, STEP_MS},
};
use crate::emulate::realtime::{WIRE_RATE, outlet::Over};

impl Translation {
    pub(super) async fn tell_source(&mut self, text: &str) -> Result<(), Over> {
        if text.is_empty() || !self.transcribes() {
            return Ok(());
        }
        let elapsed = self.heard_ms();
        let delta =
            json!({"type": "session.input_transcript.delta", "delta": text, "elapsed_ms": elapsed});
        self.outlet.send(delta).await
    }

    /// Sends 200 ms of what waits, at the pace at which it is spoken.
    pub(super) async fn step(&mut self) -> Result<(), Over> {
        if self.speech.is_empty() {
            return Ok(());
        }
        self.slow_steps += 1.0;
        if self.slow_steps < self.outlet.slowness() {
            return Ok(());
        }
        self.slow_steps = 0.0;
        self.tell_step().await?;
        self.interpret_next().await
    }

    pub(super) async fn tell_step(&mut self) -> Result<(), Over> {
        let step = self.speech.step(self.told.is_none());
        let elapsed = self.heard_ms().max(self.told_until_ms + STEP_MS);
        self.told_until_ms = elapsed;
        for text in step.texts {
            self.tell_target(&text, elapsed).await?;
        }
        if step.audio.is_empty() {
            return Ok(());
        }
        self.tell_audio(&step.audio, elapsed).await
    }

    async fn tell_target(&mut self, text: &str, elapsed: u64) -> Result<(), Over> {
        let delta = json!({"type": "session.output_transcript.delta", "delta": text, "elapsed_ms": elapsed});
        self.outlet.send(delta).await
    }

    async fn tell_audio(&mut self, audio: &[u8], elapsed: u64) -> Result<(), Over> {
        let delta = json!({
            "type": "session.output_audio.delta",
            "delta": "",
            "sample_rate": WIRE_RATE,
            "channels": 1,
            "format": "pcm16",
            "elapsed_ms": elapsed,
        });
        self.outlet.send_audio(delta, audio, BYTES_PER_SECOND).await
    }

    /// Nobody interprets: each 200 ms that are not silent come back at once, as a word and a tone.
    pub(super) async fn echo(&mut self, samples: &[i16]) -> Result<(), Over> {
        for word in self.echo.push(samples) {
            self.told_until_ms += STEP_MS;
            let elapsed = self.told_until_ms;
            if let Some(text) = word.text {
                self.tell_source(&text).await?;
                self.tell_target(&text, elapsed).await?;
            }
            if let Some(tone) = word.tone {
                self.tell_audio(&tone, elapsed).await?;
            }
        }
        Ok(())
    }
}
