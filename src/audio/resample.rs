//! Streaming change of the sample rate, mono.
//!
//! A windowed-sinc filter (rubato) at exactly the phases the two rates need, so nothing is interpolated between filter phases.
//! Chosen over rubato's FFT resampler for its delay: that one waits for whole blocks and then lags half a block.

use audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Async, FixedAsync, Indexing, Resampler as _, Resizable as _, SincInterpolationParameters,
    SincInterpolationType, WindowFunction,
};

use super::pcm::{from_float, to_float};

/// The sample rates, in Hz, between which a [`Resampler`] converts.
pub const RATES: [u32; 6] = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000];

/// Further rates, in Hz, that recordings come in.
pub const RECORDING_RATES: [u32; 7] = [11_025, 12_000, 32_000, 88_200, 96_000, 176_400, 192_000];

/// Taps of the filter at the lower of the two rates. Measured: the least multiple of 8 with which every pair of [`RATES`] keeps aliases and
/// images 70 dB down over the speech band (100 Hz to 7/8 of the lower Nyquist frequency: 7 kHz at 16 kHz).
const TAPS_AT_LOWER_RATE: usize = 48;

/// The filter's -6 dB point relative to the lower Nyquist frequency, so that what folds lands above the speech band.
const CUTOFF: f32 = 1.0;

/// The most input, in samples, that goes through the filter in one step: bounds the scratch buffers, not the delay.
const STEP: usize = 1_024;

/// Why a resampler could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ResampleError {
    /// One of the rates is neither in [`RATES`] nor in [`RECORDING_RATES`].
    #[error("cannot convert audio at {0} Hz; use one of {RATES:?}")]
    UnsupportedRate(u32),
}

impl ResampleError {
    /// The stable code by which the outside knows this error.
    pub fn code(&self) -> &'static str {
        match self {
            ResampleError::UnsupportedRate(_) => "sample_rate_unsupported",
        }
    }
}

/// Converts one mono stream from one rate to another, block by block.
///
/// Output sample `k` is the sound at the time of input sample `k * from / to`: the filter's delay is taken off the front. It shows
/// only as lag: after `n` input samples the output is at most [`delay`](Self::delay) samples short of `n * to / from`.
/// Equal rates pass through untouched, without delay.
pub struct Resampler {
    from: u32,
    to: u32,
    filter: Option<Filter>,
    taken: u64,
    given: u64,
}

struct Filter {
    sinc: Async<f32>,
    input: Vec<f32>,
    output: Vec<f32>,
    /// The filter's first output samples answer to the silence before the stream; so many of them.
    lead_in: usize,
    /// How many of those are still to come, and to be dropped.
    to_drop: usize,
    delay: usize,
}

impl Resampler {
    /// A resampler `from` one of [`RATES`] or [`RECORDING_RATES`] `to` another, both in Hz.
    pub fn new(from: u32, to: u32) -> Result<Self, ResampleError> {
        for rate in [from, to] {
            if !RATES.contains(&rate) && !RECORDING_RATES.contains(&rate) {
                return Err(ResampleError::UnsupportedRate(rate));
            }
        }
        Ok(Self {
            from,
            to,
            filter: (from != to).then(|| Filter::new(from, to)),
            taken: 0,
            given: 0,
        })
    }

    /// How far the output lags at most, in output samples: 25 to 28 samples of the lower rate (1.7 ms at 16 kHz, 3.3 ms at
    /// 8 kHz); 0 for equal rates.
    pub fn delay(&self) -> usize {
        self.filter.as_ref().map_or(0, |filter| filter.delay)
    }

    /// Takes a block of any size and appends to `output` what is ready.
    pub fn push(&mut self, input: &[i16], output: &mut Vec<i16>) {
        self.taken += input.len() as u64;
        let before = output.len();
        match &mut self.filter {
            None => output.extend_from_slice(input),
            Some(filter) => {
                for step in input.chunks(STEP) {
                    filter.run(step, output);
                }
            }
        }
        self.given += (output.len() - before) as u64;
    }

    /// Ends the stream: appends what is still in the filter, so that the output is `ceil(input * to / from)` samples in
    /// total, and stands ready for another stream.
    pub fn finish(&mut self, output: &mut Vec<i16>) {
        let total = (self.taken * u64::from(self.to)).div_ceil(u64::from(self.from));
        if let Some(filter) = &mut self.filter {
            let wanted = output.len() + (total - self.given) as usize;
            while output.len() < wanted {
                filter.run(&[0; STEP / 8], output);
            }
            output.truncate(wanted);
            filter.reset();
        }
        self.taken = 0;
        self.given = 0;
    }
}

impl Filter {
    fn new(from: u32, to: u32) -> Self {
        let divisor = greatest_common_divisor(from, to);
        let (up, down) = ((to / divisor) as usize, (from / divisor) as usize);
        let taps = (TAPS_AT_LOWER_RATE * down.max(up))
            .div_ceil(up)
            .next_multiple_of(8);
        let parameters = SincInterpolationParameters::new(taps, WindowFunction::Blackman)
            .f_cutoff(CUTOFF)
            // Output samples fall on `up` places between two input samples: with a filter for each, nearest is exact.
            .oversampling_factor(up)
            .interpolation(SincInterpolationType::Nearest);
        let ratio = f64::from(to) / f64::from(from);
        let sinc = Async::new_sinc(ratio, 1.0, &parameters, STEP, 1, FixedAsync::Input).expect(
            "a positive finite ratio, a relative ratio of 1 and a step above 0 are always accepted",
        );
        // rubato's first output sample lies `taps / 2 - 1 / up` input samples before the stream, less one output sample.
        let lead_in = ((taps / 2 * up - 1) as f64 / down as f64).round() as usize - 1;
        Self {
            input: Vec::with_capacity(STEP),
            output: vec![0.0; sinc.output_frames_max()],
            lead_in,
            to_drop: lead_in,
            // It also holds back two input samples and rounds down to whole output samples.
            delay: lead_in + (2 * up).div_ceil(down) + 1,
            sinc,
        }
    }

    fn reset(&mut self) {
        self.sinc.reset();
        self.to_drop = self.lead_in;
    }

    /// Filters 1 to [`STEP`] samples.
    fn run(&mut self, step: &[i16], output: &mut Vec<i16>) {
        const FITS: &str = "the step is within the sizes the filter and its buffers were made for";
        self.input.clear();
        self.input.extend(step.iter().map(|&s| to_float(s)));
        self.sinc.set_chunk_size(step.len()).expect(FITS);
        let space = self.output.len();
        let input = InterleavedSlice::new(&self.input, 1, step.len()).expect(FITS);
        let mut filtered = InterleavedSlice::new_mut(&mut self.output, 1, space).expect(FITS);
        let (_, ready) = self
            .sinc
            .process_into_buffer(&input, &mut filtered, None::<&Indexing>)
            .expect(FITS);
        let dropped = self.to_drop.min(ready);
        self.to_drop -= dropped;
        output.extend(self.output[dropped..ready].iter().map(|&v| from_float(v)));
    }
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}
