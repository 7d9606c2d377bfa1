//! What a leg sends into its call: a queue that is played at the pace of speech, counted, and recorded if wanted.

use std::{
    collections::VecDeque,
    fs::File,
    io::BufWriter,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use super::{FRAMES_PER_SECOND, Rate, converter::Converter, voice::is_silent};

/// Most seconds of sound that wait to be played; more is lost, and counted.
const MOST_WAITING: usize = 120;

/// What was heard of a leg.
pub struct Heard {
    rate: Rate,
    queue: VecDeque<i16>,
    record: Option<(PathBuf, hound::WavWriter<BufWriter<File>>)>,
    /// For those of the same call that have the other rate.
    converter: Option<Converter>,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    frames: u64,
    odd_frames: u64,
    samples: u64,
    lost_samples: u64,
    flushed_samples: u64,
    stops: u64,
    unreadable: u64,
    played: u64,
    sounding: u64,
    longest_wait: usize,
}

impl Heard {
    /// Nothing yet, at this rate.
    pub fn new(rate: Rate) -> Self {
        Self {
            rate,
            queue: VecDeque::new(),
            record: None,
            converter: None,
            counts: Counts::default(),
        }
    }

    /// Records it from now on.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn record(&mut self, folder: &Path, name: &str) -> Result<(), hound::Error> {
        let path = folder.join(format!("{name}.wav"));
        let format = hound::WavSpec {
            channels: 1,
            sample_rate: self.rate.hertz(),
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let writer = hound::WavWriter::create(&path, format)?;
        self.record = Some((path, writer));
        Ok(())
    }

    /// Sound came.
    pub fn push(&mut self, samples: impl ExactSizeIterator<Item = i16>) {
        let counts = &mut self.counts;
        counts.frames += 1;
        counts.odd_frames += u64::from(samples.len() != self.rate.samples());
        counts.samples += samples.len() as u64;
        let room = (MOST_WAITING * self.rate.hertz() as usize).saturating_sub(self.queue.len());
        counts.lost_samples += samples.len().saturating_sub(room) as u64;
        self.queue.extend(samples.take(room));
        counts.longest_wait = counts.longest_wait.max(self.queue.len());
    }

    /// Something came that is no frame.
    pub fn count_unreadable(&mut self) {
        self.counts.unreadable += 1;
    }

    /// What is queued is not played.
    pub fn stop(&mut self) {
        self.counts.stops += 1;
        self.counts.flushed_samples += self.queue.len() as u64;
        self.queue.clear();
    }

    /// The next 20 ms, which are played now. Nothing if nothing is queued; the last frame is filled up with silence.
    pub fn play(&mut self) -> Option<Vec<i16>> {
        let samples = self.rate.samples();
        let frame = (!self.queue.is_empty()).then(|| {
            let count = samples.min(self.queue.len());
            let mut frame: Vec<i16> = self.queue.drain(..count).collect();
            frame.resize(samples, 0);
            frame
        });
        self.counts.played += 1;
        if let Some(frame) = &frame {
            self.counts.sounding += u64::from(!is_silent(frame));
        }
        if let Some((_, writer)) = &mut self.record {
            let silence = [0; 480];
            let frame = frame.as_deref().unwrap_or(&silence[..samples]);
            for &sample in frame {
                // A full disk makes a short recording and nothing else.
                if writer.write_sample(sample).is_err() {
                    self.record = None;
                    break;
                }
            }
        }
        frame
    }

    /// A frame that was played, at the other rate; to be called for every one, silent ones too.
    pub fn convert(&mut self, played: Option<&[i16]>, to: Rate) -> Option<Vec<i16>> {
        let converter = match &mut self.converter {
            Some(converter) => converter,
            none => none.insert(Converter::new(self.rate, to).ok()?),
        };
        Some(converter.next(played))
    }

    /// Ends the recording.
    pub fn finish(&mut self) {
        if let Some((path, writer)) = self.record.take()
            && writer.finalize().is_ok()
        {
            self.record = None;
            tracing::debug!(path = %path.display(), "recorded");
        }
    }

    /// In numbers.
    pub fn report(&self) -> Value {
        let seconds = |samples: u64| samples as f64 / f64::from(self.rate.hertz());
        let frames = |count: u64| count as f64 / FRAMES_PER_SECOND as f64;
        let counts = &self.counts;
        json!({
            "sample_rate": self.rate.hertz(),
            "frames": counts.frames,
            "frames_of_other_length": counts.odd_frames,
            "seconds": seconds(counts.samples),
            "seconds_with_sound": frames(counts.sounding),
            "seconds_queued": seconds(self.queue.len() as u64),
            "seconds_queued_at_most": seconds(counts.longest_wait as u64),
            "seconds_flushed": seconds(counts.flushed_samples),
            "seconds_lost": seconds(counts.lost_samples),
            "stop_audio": counts.stops,
            "unreadable_frames": counts.unreadable,
        })
    }
}
