//! A meter that adds up what it is told.

use std::sync::{Arc, Mutex};

use interpres::domain::usage::{Meter, Used};

/// All that was used so far.
#[derive(Debug, Default)]
pub struct SumMeter(Mutex<Used>);

impl SumMeter {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    pub fn sum(&self) -> Used {
        *self.0.lock().unwrap()
    }
}

impl Meter for SumMeter {
    fn used(&self, used: &Used) {
        let mut sum = self.0.lock().unwrap();
        sum.audio_in += used.audio_in;
        sum.transcribed += used.transcribed;
        sum.audio_out += used.audio_out;
        sum.connected += used.connected;
        let (sum, more) = (&mut sum.tokens, &used.tokens);
        sum.text_in += more.text_in;
        sum.text_in_cached += more.text_in_cached;
        sum.audio_in += more.audio_in;
        sum.audio_in_cached += more.audio_in_cached;
        sum.text_out += more.text_out;
        sum.audio_out += more.audio_out;
    }
}
