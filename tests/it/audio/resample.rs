//! Resampling measured with tones: what comes out is the tone and, 70 dB down, everything else.

use interpres::audio::resample::{RATES, RECORDING_RATES, ResampleError, Resampler};
use proptest::prelude::*;
use std::f64::consts::TAU;

/// The promise, in dB.
const CLEAN_DB: f64 = 70.0;

fn pairs() -> impl Iterator<Item = (u32, u32)> {
    RATES
        .into_iter()
        .flat_map(|from| RATES.into_iter().map(move |to| (from, to)))
        .filter(|(from, to)| from != to)
        .chain(RECORDING_RATES.map(|from| (from, 16_000)))
}

/// The speech band that both rates can hold: 100 Hz to 7 kHz, or to 7/8 of the lower Nyquist frequency.
fn band_top(from: u32, to: u32) -> f64 {
    7_000f64.min(f64::from(from.min(to)) / 2.0 * 0.875)
}

fn tone(hertz: f64, rate: u32, samples: usize) -> Vec<i16> {
    (0..samples)
        .map(|n| (0.5 * 32_767.0 * (TAU * hertz * n as f64 / f64::from(rate)).sin()).round() as i16)
        .collect()
}

fn convert(from: u32, to: u32, input: &[i16], block: usize) -> Vec<i16> {
    let mut resampler = Resampler::new(from, to).unwrap();
    let mut output = Vec::new();
    for block in input.chunks(block) {
        resampler.push(block, &mut output);
    }
    resampler.finish(&mut output);
    output
}

/// Least-squares fit of a sinusoid: its amplitude, its phase in radians, and the power of what is left over.
fn fit(samples: &[i16], hertz: f64, rate: u32) -> (f64, f64, f64) {
    let (mut ss, mut cc, mut sc, mut ys, mut yc) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let basis = |n: usize| (TAU * hertz * n as f64 / f64::from(rate)).sin_cos();
    for (n, &y) in samples.iter().enumerate() {
        let (s, c) = basis(n);
        (ss, cc, sc) = (ss + s * s, cc + c * c, sc + s * c);
        (ys, yc) = (ys + f64::from(y) * s, yc + f64::from(y) * c);
    }
    let determinant = ss * cc - sc * sc;
    let (a, b) = (
        (ys * cc - yc * sc) / determinant,
        (yc * ss - ys * sc) / determinant,
    );
    let rest: f64 = samples
        .iter()
        .enumerate()
        .map(|(n, &y)| {
            let (s, c) = basis(n);
            (f64::from(y) - a * s - b * c).powi(2)
        })
        .sum();
    (a.hypot(b), b.atan2(a), rest / samples.len() as f64)
}

#[test]
fn a_tone_in_the_speech_band_comes_out_clean_in_level_and_in_time() {
    let mut worst = (f64::INFINITY, 0, 0, 0.0);
    for (from, to) in pairs() {
        let top = band_top(from, to);
        for step in 0..=12 {
            let hertz = 100.0 + (top - 100.0) * f64::from(step) / 12.0;
            let output = convert(from, to, &tone(hertz, from, from as usize / 2), 321);
            let steady = &output[to as usize / 10..to as usize * 4 / 10];
            let (amplitude, phase, rest) = fit(steady, hertz, to);
            let clean = 10.0 * (amplitude * amplitude / 2.0 / rest).log10();
            if clean < worst.0 {
                worst = (clean, from, to, hertz);
            }
            let level = 20.0 * (amplitude / (0.5 * 32_767.0)).log10();
            assert!(
                level.abs() < 1.0,
                "{from}->{to} {hertz:.0} Hz: level {level:.2} dB"
            );
            // The window started a whole number of tenths of a second in, where the input's phase is known.
            let start = TAU * hertz * f64::from(to / 10) / f64::from(to);
            let off = (phase - start).sin().atan2((phase - start).cos());
            let late = off / (TAU * hertz) * f64::from(from.min(to));
            assert!(
                late.abs() < 0.51,
                "{from}->{to} {hertz:.0} Hz: {late:.2} samples off"
            );
        }
    }
    println!("worst signal to everything else: {worst:?}");
    assert!(worst.0 >= CLEAN_DB, "{worst:?}");
}

#[test]
fn what_would_fold_into_the_speech_band_is_rejected() {
    let mut worst = (f64::INFINITY, 0, 0, 0.0);
    for (from, to) in pairs().filter(|(from, to)| from > to) {
        let top = band_top(from, to);
        let (lowest, highest) = (f64::from(to) - top, f64::from(from) / 2.0 * 0.99);
        if lowest >= highest {
            continue;
        }
        for step in 0..=12 {
            let hertz = lowest + (highest - lowest) * f64::from(step) / 12.0;
            let output = convert(from, to, &tone(hertz, from, from as usize / 2), 321);
            let steady = &output[to as usize / 10..to as usize * 4 / 10];
            let power =
                steady.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / steady.len() as f64;
            let rejected = 10.0 * ((0.5f64 * 32_767.0).powi(2) / 2.0 / power.max(1e-9)).log10();
            if rejected < worst.0 {
                worst = (rejected, from, to, hertz);
            }
        }
    }
    println!("worst alias: {worst:?}");
    assert!(worst.0 >= CLEAN_DB, "{worst:?}");
}

#[test]
fn the_delay_is_28_samples_of_the_lower_rate_at_most_and_no_block_waits_longer() {
    for (from, to) in pairs() {
        let mut resampler = Resampler::new(from, to).unwrap();
        let lag = resampler.delay() as f64 / f64::from(to) * f64::from(from.min(to));
        println!(
            "{from} -> {to}: {} output samples, {:.2} ms",
            resampler.delay(),
            resampler.delay() as f64 / f64::from(to) * 1e3
        );
        assert!(lag < 28.5, "{from}->{to}: {lag} samples of the lower rate");
        let mut output = Vec::new();
        for block in 1..=200usize {
            resampler.push(&[0; 7], &mut output);
            let due = (block * 7) as f64 * f64::from(to) / f64::from(from);
            let short = due - output.len() as f64;
            assert!(
                short <= resampler.delay() as f64,
                "{from}->{to}: {short} output samples short after {} in, delay {}",
                block * 7,
                resampler.delay()
            );
        }
    }
}

#[test]
fn an_unknown_rate_is_refused_by_name() {
    assert!(matches!(
        Resampler::new(11_111, 16_000),
        Err(ResampleError::UnsupportedRate(11_111))
    ));
    assert!(Resampler::new(16_000, 0).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn blocks_change_nothing_and_the_length_is_exact(
        (from, to) in (prop::sample::select(&RATES[..]), prop::sample::select(&RATES[..])),
        input in prop::collection::vec(any::<i16>(), 0..4_000),
        blocks in prop::collection::vec(1usize..1_500, 1..12),
    ) {
        let mut resampler = Resampler::new(from, to).unwrap();
        for round in 0..2 {
            let mut cut = Vec::new();
            let mut rest = input.as_slice();
            for &block in blocks.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at(block.min(rest.len()));
                resampler.push(now, &mut cut);
                rest = later;
            }
            resampler.finish(&mut cut);
            prop_assert_eq!(cut.len() as u64, (input.len() as u64 * u64::from(to)).div_ceil(u64::from(from)));
            let whole = convert(from, to, &input, usize::MAX);
            // Phases are exact, so only the order of float additions may differ between block sizes.
            prop_assert!(
                cut.iter().zip(&whole).all(|(a, b)| (i32::from(*a) - i32::from(*b)).abs() <= 1),
                "round {}", round
            );
            if from == to {
                prop_assert_eq!(&cut, &input);
            }
        }
    }
}
