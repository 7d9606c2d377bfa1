//! What one stream of audio costs: each figure is for a block of 20 ms.

use divan::{Bencher, black_box};
use interpres::audio::endpoint::{EndpointSettings, Endpointer};
use interpres::audio::frames::frame_samples;
use interpres::audio::resample::Resampler;
use interpres::audio::vad::{EnergyDetector, NeuralDetector, VoiceDetector};

fn main() {
    divan::main();
}

/// Blocks of 20 ms with something in them: a tone that comes and goes.
fn blocks(rate: u32) -> Vec<Vec<i16>> {
    (0..50u32)
        .map(|block| {
            let loud = if block % 10 < 7 { 9_000.0 } else { 20.0 };
            (0..frame_samples(rate))
                .map(|n| (loud * (n as f32 * 0.07 + block as f32).sin()) as i16)
                .collect()
        })
        .collect()
}

fn endpointer(bencher: Bencher, detector: Box<dyn VoiceDetector>) {
    let blocks = blocks(16_000);
    let mut next = blocks.iter().cycle();
    let mut endpointer = Endpointer::new(EndpointSettings::default(), detector)
        .expect("the default settings are valid");
    let mut events = Vec::new();
    bencher.bench_local(|| {
        events.clear();
        if let Some(block) = next.next() {
            black_box(endpointer.push(block, &mut events));
        }
    });
}

#[divan::bench]
fn endpointer_neural(bencher: Bencher) {
    endpointer(bencher, Box::new(NeuralDetector::new()));
}

#[divan::bench]
fn endpointer_energy(bencher: Bencher) {
    endpointer(bencher, Box::new(EnergyDetector::new()));
}

#[divan::bench(args = [(48_000, 16_000), (24_000, 16_000), (22_050, 16_000), (22_050, 24_000), (22_050, 48_000), (16_000, 48_000), (44_100, 48_000)])]
fn resampler(bencher: Bencher, (from, to): (u32, u32)) {
    let blocks = blocks(from);
    let mut next = blocks.iter().cycle();
    let mut resampler = Resampler::new(from, to).expect("both rates are supported");
    let mut output = Vec::new();
    bencher.bench_local(|| {
        output.clear();
        if let Some(block) = next.next() {
            resampler.push(block, &mut output);
        }
        black_box(output.len())
    });
}
