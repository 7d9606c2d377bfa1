//! Endpointing on real speech and on scripted detectors. What the recordings are: tests/golden/audio/INDEX.md.

use std::time::Duration;

use interpres::audio::container::decode_upload;
use interpres::audio::endpoint::{EndpointEvent, EndpointSettings, Endpointer, StopReason};
use interpres::audio::vad::{DETECTOR_FRAME, EnergyDetector, NeuralDetector, VoiceDetector};
use proptest::prelude::*;

const MS: usize = 16;

/// A recording, and from when to when the voice sounds, in ms: measured as the first and last 20 ms within 30 dB of the loudest for
/// those by flite, which are silent elsewhere, and read off the levels for the people, up to the breath after the last word.
macro_rules! said {
    ($name:literal, $voice:expr) => {
        (
            $name,
            include_bytes!(concat!("../../golden/audio/", $name)).as_slice(),
            $voice,
        )
    };
}

type Said = (&'static str, &'static [u8], std::ops::Range<usize>);

const SAID: [Said; 5] = [
    said!("said-yes.ogg", 220..640),
    said!("said-pause.ogg", 220..2_620),
    said!("said-long.ogg", 220..2_460),
    said!("said-something.ogg", 455..2_280),
    said!("ogg-opus.ogg", 495..2_360),
];

/// A recording between a second of background before and one and a half after; where in it the voice is, in samples.
struct Scene {
    samples: Vec<i16>,
    voice: std::ops::Range<usize>,
}

fn scene((_, file, voice): &Said, background: i16) -> Scene {
    let recording = decode_upload(file, Duration::from_secs(60)).unwrap();
    let before = 1_000 * MS;
    let mut samples = vec![0; before];
    samples.extend(recording);
    samples.resize(samples.len() + 1_500 * MS, 0);
    let voice = before + voice.start * MS..before + voice.end * MS;
    // Noise from a fixed linear congruential generator: the same in every run.
    let mut state = 1u32;
    for sample in &mut samples {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (state >> 16) as i32 % (2 * i32::from(background) + 1) - i32::from(background);
        *sample = sample.saturating_add(noise as i16);
    }
    Scene { samples, voice }
}

fn hear(
    samples: &[i16],
    settings: EndpointSettings,
    detector: Box<dyn VoiceDetector>,
) -> Vec<EndpointEvent> {
    let mut endpointer = Endpointer::new(settings, detector).unwrap();
    let mut events = Vec::new();
    for block in samples.chunks(320) {
        endpointer.push(block, &mut events);
    }
    events
}

/// One utterance: where it started and stopped, its audio, and why it stopped.
#[derive(Debug, PartialEq)]
struct Utterance {
    from: usize,
    until: usize,
    audio: Vec<i16>,
    reason: StopReason,
}

/// Checks the order of events and puts the utterances together.
fn utterances(events: &[EndpointEvent]) -> Vec<Utterance> {
    let mut done = Vec::new();
    let mut open: Option<(usize, Vec<i16>)> = None;
    for event in events {
        match event {
            EndpointEvent::Started {
                at_sample,
                voice_at_sample,
            } => {
                assert!(open.is_none(), "two starts in a row");
                assert!(at_sample <= voice_at_sample);
                open = Some((*at_sample as usize, Vec::new()));
            }
            EndpointEvent::Audio(block) => {
                assert!(!block.is_empty());
                open.as_mut()
                    .expect("audio outside of an utterance")
                    .1
                    .extend(block);
            }
            EndpointEvent::Stopped {
                at_sample,
                voice_until_sample,
                reason,
            } => {
                let (from, audio) = open.take().expect("a stop without a start");
                assert!(voice_until_sample <= at_sample);
                assert_eq!(
                    from + audio.len(),
                    *at_sample as usize,
                    "audio is missing or doubled"
                );
                done.push(Utterance {
                    from,
                    until: *at_sample as usize,
                    audio,
                    reason: *reason,
                });
            }
        }
    }
    assert!(open.is_none(), "an utterance is still open");
    done
}

#[test]
fn a_sentence_is_one_utterance_whose_end_is_known_60_ms_after_the_hang() {
    for hang_ms in [300, 400] {
        // Digital silence, a quiet room, and noise at -51 dBFS.
        for background in [0, 10, 150] {
            for said in &SAID {
                let scene = scene(said, background);
                let settings = EndpointSettings {
                    hang_ms,
                    ..Default::default()
                };
                let events = hear(&scene.samples, settings, Box::new(NeuralDetector::new()));
                let heard = utterances(&events);
                let name = said.0;
                let case = format!("{name}, hang {hang_ms}, background {background}");
                assert_eq!(heard.len(), 1, "{case}");
                assert_eq!(heard[0].reason, StopReason::Silence, "{case}");
                assert_eq!(
                    heard[0].audio,
                    scene.samples[heard[0].from..heard[0].until],
                    "{case}"
                );
                assert!(
                    heard[0].from <= scene.voice.start,
                    "{case}: the first word is cut"
                );
                let release = (heard[0].until as f64 - scene.voice.end as f64) / MS as f64
                    - f64::from(hang_ms);
                println!("{case}: known {release:.0} ms after the hang");
                assert!(release <= 60.0, "{case}: {release} ms after the hang");
                assert!(
                    heard[0].until >= scene.voice.end,
                    "{case}: the last word is cut"
                );
            }
        }
    }
}

#[test]
fn a_stream_that_begins_with_a_word_loses_nothing_of_it() {
    for background in [0, 10, 150] {
        for said in &SAID {
            let Scene { samples, voice } = scene(said, background);
            let samples = &samples[voice.start..];
            let events = hear(
                samples,
                EndpointSettings::default(),
                Box::new(NeuralDetector::new()),
            );
            let heard = utterances(&events);
            let case = format!("{}, background {background}", said.0);
            assert_eq!(heard.len(), 1, "{case}");
            assert_eq!(heard[0].from, 0, "{case}");
            assert!(heard[0].until >= voice.len(), "{case}");
        }
    }
}

#[test]
fn the_energy_detector_finds_the_same_sentences_in_a_quiet_room() {
    for said in &SAID {
        let scene = scene(said, 10);
        let heard = utterances(&hear(
            &scene.samples,
            EndpointSettings::default(),
            Box::new(EnergyDetector::new()),
        ));
        let name = said.0;
        assert_eq!(heard.len(), 1, "{name}");
        assert!(
            heard[0].from <= scene.voice.start && heard[0].until >= scene.voice.end,
            "{name}"
        );
    }
}

#[test]
fn neither_silence_nor_noise_opens_an_utterance() {
    for background in [0, 10, 150, 2_000] {
        let mut noise = scene(&SAID[0], background);
        noise.samples.drain(noise.voice);
        for _ in 0..2 {
            noise.samples.extend_from_within(..);
        }
        let events = hear(
            &noise.samples,
            EndpointSettings::default(),
            Box::new(NeuralDetector::new()),
        );
        assert_eq!(events, [], "background {background}");
    }
}

#[test]
fn two_sentences_are_two_utterances() {
    let scene = scene(&SAID[2], 10);
    let twice = [scene.samples.as_slice(), &scene.samples].concat();
    let heard = utterances(&hear(
        &twice,
        EndpointSettings::default(),
        Box::new(NeuralDetector::new()),
    ));
    assert_eq!(heard.len(), 2);
    assert!(heard[0].until <= heard[1].from, "nothing is heard twice");
}

/// Says of each frame what its samples say: every sample of a frame at 1000 is voice.
struct Scripted;

impl VoiceDetector for Scripted {
    fn frame(&mut self, frame: &[i16; DETECTOR_FRAME]) -> f32 {
        let voiced = frame.iter().filter(|&&sample| sample >= 1_000).count();
        voiced as f32 / DETECTOR_FRAME as f32
    }
}

/// `true` is a voiced frame. Samples count upwards within their loudness, so that none is like its neighbour.
fn script(frames: &[(bool, usize)]) -> Vec<i16> {
    let mut samples = Vec::new();
    for &(voiced, count) in frames {
        for _ in 0..count * DETECTOR_FRAME {
            let ripple = (samples.len() % 97) as i16;
            samples.push(if voiced { 1_000 + ripple } else { ripple / 8 });
        }
    }
    samples
}

#[test]
fn a_forced_cut_loses_and_doubles_nothing() {
    // 25 s of voice with a short pause now and then: one frame more than 5 s of it, cut every 5 s.
    let settings = EndpointSettings {
        longest_ms: 5_000,
        ..Default::default()
    };
    let mut frames = vec![(false, 60)];
    for _ in 0..15 {
        frames.extend([(true, 94), (false, 10)]);
    }
    frames.push((false, 60));
    let samples = script(&frames);
    let heard = utterances(&hear(&samples, settings, Box::new(Scripted)));
    assert!(heard.len() >= 4, "{}", heard.len());
    for pair in heard.windows(2) {
        assert_eq!(pair[0].reason, StopReason::Forced);
        assert_eq!(pair[0].until, pair[1].from);
        let length = pair[0].audio.len() / MS;
        assert!((5_000..5_000 + 200).contains(&length), "{length} ms");
    }
    assert_eq!(heard.last().unwrap().reason, StopReason::Silence);
    let joined: Vec<i16> = heard
        .iter()
        .flat_map(|utterance| utterance.audio.clone())
        .collect();
    assert_eq!(joined, samples[heard[0].from..heard.last().unwrap().until]);
}

#[test]
fn silence_at_the_limit_ends_an_utterance_without_an_empty_one_after_it() {
    let settings = EndpointSettings {
        longest_ms: 1_000,
        ..Default::default()
    };
    let heard = utterances(&hear(
        &script(&[(false, 30), (true, 30), (false, 80)]),
        settings,
        Box::new(Scripted),
    ));
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0].reason, StopReason::Silence);
}

#[test]
fn asked_to_end_it_ends_there_and_repeats_nothing() {
    let mut endpointer = Endpointer::new(EndpointSettings::default(), Box::new(Scripted)).unwrap();
    let mut events = Vec::new();
    let samples = script(&[(false, 40), (true, 40)]);
    endpointer.push(&samples, &mut events);
    // In the middle of a frame.
    endpointer.push(&[1_000; 100], &mut events);
    assert!(endpointer.is_speaking());
    endpointer.finish(&mut events);
    assert!(!endpointer.is_speaking());
    endpointer.push(&script(&[(true, 20), (false, 60)]), &mut events);
    let heard = utterances(&events);
    assert_eq!(heard.len(), 2);
    assert_eq!(
        (heard[0].reason, heard[0].until),
        (StopReason::Asked, samples.len() + 100)
    );
    assert_eq!(
        heard[1].from,
        samples.len() + 100,
        "the pre-roll stops at the fence"
    );
}

#[test]
fn asked_to_end_a_word_that_was_just_beginning_still_gives_it() {
    let mut endpointer = Endpointer::new(EndpointSettings::default(), Box::new(Scripted)).unwrap();
    let mut events = Vec::new();
    endpointer.push(&script(&[(false, 40), (true, 4)]), &mut events);
    assert_eq!(events, [], "no onset yet");
    endpointer.finish(&mut events);
    let heard = utterances(&events);
    assert_eq!((heard.len(), heard[0].reason), (1, StopReason::Asked));
    let voiced = heard[0].audio.iter().filter(|&&sample| sample >= 1_000);
    assert_eq!(voiced.count(), 4 * DETECTOR_FRAME);

    let mut quiet = Vec::new();
    endpointer.finish(&mut quiet);
    assert_eq!(quiet, [], "nothing to end");
}

#[test]
fn only_voice_within_an_utterance_counts_as_activity() {
    let mut endpointer = Endpointer::new(EndpointSettings::default(), Box::new(Scripted)).unwrap();
    let mut events = Vec::new();
    let mut active = |samples: &[i16]| endpointer.push(samples, &mut events);
    assert!(!active(&script(&[(false, 60)])));
    assert!(!active(&script(&[(true, 3)])), "a click");
    assert!(!active(&script(&[(false, 60)])));
    assert!(active(&script(&[(true, 20)])));
    assert!(
        !active(&script(&[(false, 10)])),
        "a pause within an utterance"
    );
}

#[test]
fn a_setting_out_of_range_is_named() {
    let refused = |settings: EndpointSettings| {
        Endpointer::new(settings, Box::new(Scripted))
            .err()
            .map(|error| error.setting)
    };
    let default = EndpointSettings::default();
    assert_eq!(refused(default), None);
    assert_eq!(
        refused(EndpointSettings {
            hang_ms: 199,
            ..default
        }),
        Some("hang_ms")
    );
    assert_eq!(
        refused(EndpointSettings {
            hang_ms: 2_001,
            ..default
        }),
        Some("hang_ms")
    );
    assert_eq!(
        refused(EndpointSettings {
            onset_ms: 0,
            ..default
        }),
        Some("onset_ms")
    );
    assert_eq!(
        refused(EndpointSettings {
            pre_roll_ms: 2_001,
            ..default
        }),
        Some("pre_roll_ms")
    );
    assert_eq!(
        refused(EndpointSettings {
            longest_ms: 10,
            ..default
        }),
        Some("longest_ms")
    );
    assert_eq!(
        refused(EndpointSettings {
            threshold: f32::NAN,
            ..default
        }),
        Some("threshold")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_size_of_blocks_changes_nothing(
        frames in prop::collection::vec((any::<bool>(), 1usize..60), 1..20),
        blocks in prop::collection::vec(1usize..3_000, 1..10),
        longest_ms in 1_000u32..3_000,
        pre_roll_ms in 0u32..800,
    ) {
        let settings = EndpointSettings { longest_ms, pre_roll_ms, ..Default::default() };
        let samples = script(&frames);
        let cut = |blocks: &[usize]| {
            let mut endpointer = Endpointer::new(settings, Box::new(Scripted)).unwrap();
            let mut events = Vec::new();
            let mut rest = samples.as_slice();
            for &block in blocks.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at(block.min(rest.len()));
                endpointer.push(now, &mut events);
                rest = later;
            }
            endpointer.finish(&mut events);
            assert_eq!(endpointer.position() as usize, samples.len());
            utterances(&events)
        };
        let heard = cut(&blocks);
        prop_assert_eq!(&heard, &cut(&[samples.len()]));
        for utterance in heard {
            prop_assert_eq!(&utterance.audio[..], &samples[utterance.from..utterance.until]);
        }
    }
}
