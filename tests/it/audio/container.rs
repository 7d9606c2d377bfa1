//! Uploads of every supported format, whole, cut and damaged. What the files are: tests/golden/audio/INDEX.md.

use std::time::Duration;

use interpres::audio::container::{DecodeError, UploadDecoder, decode_upload};
use interpres::audio::pcm::rms_dbfs;
use interpres::audio::resample::{RATES, RECORDING_RATES};
use interpres::audio::wav;
use proptest::prelude::*;

const MINUTE: Duration = Duration::from_secs(60);

macro_rules! golden {
    ($name:literal) => {
        (
            $name,
            include_bytes!(concat!("../../golden/audio/", $name)).as_slice(),
        )
    };
}

/// All of "go forward ten meters", 2.786 s.
const WHOLE: [(&str, &[u8]); 8] = [
    golden!("mp3.mp3"),
    golden!("flac.flac"),
    golden!("ogg-vorbis.ogg"),
    golden!("ogg-opus.ogg"),
    golden!("webm-opus.webm"),
    golden!("webm-opus-live.webm"),
    golden!("webm-vorbis.webm"),
    golden!("mp4-aac.m4a"),
];

/// The first 1.2 s of it.
const START: [(&str, &[u8]); 2] = [golden!("wav-pcm.wav"), golden!("wav-streamed.wav")];

fn all() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    WHOLE.into_iter().chain(START)
}

/// The level in each 20 ms, in dBFS, no lower than -60.
fn envelope(samples: &[i16]) -> Vec<f64> {
    samples
        .chunks(320)
        .map(|chunk| f64::from(rms_dbfs(chunk).max(-60.0)))
        .collect()
}

/// Pearson's correlation of two envelopes, at the best shift of up to 60 ms.
fn likeness(a: &[f64], b: &[f64]) -> f64 {
    (0..=3)
        .flat_map(|shift| [correlation(&a[shift..], b), correlation(a, &b[shift..])])
        .fold(f64::MIN, f64::max)
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let length = a.len().min(b.len());
    let (a, b) = (&a[..length], &b[..length]);
    let mean = |x: &[f64]| x.iter().sum::<f64>() / length as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let product = |x: &[f64], mx: f64, y: &[f64], my: f64| -> f64 {
        x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum()
    };
    product(a, mean_a, b, mean_b)
        / (product(a, mean_a, a, mean_a) * product(b, mean_b, b, mean_b)).sqrt()
}

#[test]
fn every_format_decodes_to_the_same_words_at_their_true_length() {
    // FLAC loses nothing, so the others are held against it.
    let reference = envelope(&decode_upload(WHOLE[1].1, MINUTE).unwrap());
    for (name, file) in all() {
        let samples = decode_upload(file, MINUTE).unwrap_or_else(|error| panic!("{name}: {error}"));
        let seconds = samples.len() as f64 / 16_000.0;
        let expected = if START.iter().any(|(start, _)| *start == name) {
            1.2
        } else {
            2.786
        };
        let alike = likeness(&envelope(&samples), &reference);
        println!(
            "{name}: {seconds:.3} s, likeness {alike:.3}, {:.1} dBFS",
            rms_dbfs(&samples)
        );
        // AAC in MP4 keeps the encoder's padding, up to two packets of 64 ms.
        assert!((seconds - expected).abs() < 0.13, "{name}: {seconds} s");
        assert!(alike > 0.9, "{name}: likeness {alike}");
    }
}

#[test]
fn blocks_stay_small_and_add_up() {
    for (name, file) in all() {
        let mut sum = 0;
        for block in UploadDecoder::new(file, MINUTE).unwrap() {
            let block = block.unwrap();
            assert!(
                (1..=16_000).contains(&block.len()),
                "{name}: a block of {}",
                block.len()
            );
            sum += block.len();
        }
        assert_eq!(sum, decode_upload(file, MINUTE).unwrap().len(), "{name}");
    }
}

#[test]
fn a_recording_at_any_usual_rate_decodes_and_another_is_refused() {
    for rate in RATES.into_iter().chain(RECORDING_RATES) {
        let second: Vec<i16> = (0..rate).map(|n| ((n % 40) * 200) as i16).collect();
        let upload = wav::encode(&second, rate).unwrap();
        let samples = decode_upload(&upload, MINUTE).unwrap();
        assert_eq!(samples.len(), 16_000, "{rate} Hz");
    }
    let upload = wav::encode(&[1; 1_000], 11_111).unwrap();
    let error = decode_upload(&upload, MINUTE).unwrap_err();
    assert!(
        matches!(error, DecodeError::UnsupportedCodec(_)),
        "{error:?}"
    );
}

#[test]
fn a_recording_over_the_limit_is_refused_and_ends() {
    for (name, file) in all() {
        let limit = Duration::from_secs(1);
        let mut decoder = UploadDecoder::new(file, limit).unwrap();
        let mut given = 0;
        let error = loop {
            match decoder.next_block() {
                Ok(Some(block)) => given += block.len(),
                Ok(None) => panic!("{name} was let through"),
                Err(error) => break error,
            }
        };
        assert_eq!(error, DecodeError::TooLong(limit), "{name}");
        assert!(given <= 16_000, "{name}: {given} samples given");
        assert_eq!(
            decoder.next_block(),
            Ok(None),
            "{name}: nothing comes after an error"
        );
    }
}

#[test]
fn a_file_cut_where_its_header_promises_more_is_truncated() {
    for (name, file) in [
        golden!("wav-pcm.wav"),
        golden!("flac.flac"),
        golden!("mp3.mp3"),
        golden!("mp4-aac.m4a"),
    ] {
        let cut = &file[..file.len() * 2 / 3];
        assert_eq!(
            decode_upload(cut, MINUTE),
            Err(DecodeError::Truncated),
            "{name}"
        );
    }
}

#[test]
fn a_live_recording_cut_anywhere_gives_what_it_holds() {
    for (name, file) in [
        golden!("ogg-opus.ogg"),
        golden!("ogg-vorbis.ogg"),
        golden!("webm-opus-live.webm"),
    ] {
        let mut given = 0;
        let mut decoder = UploadDecoder::new(&file[..file.len() * 2 / 3], MINUTE).unwrap();
        while let Ok(Some(block)) = decoder.next_block() {
            given += block.len();
        }
        assert!(given > 14_000, "{name}: {given} samples");
    }
}

#[test]
fn a_known_container_with_an_unknown_codec_says_so() {
    let (_, file) = START[0];
    let mut odd = file.to_vec();
    let format = odd.windows(4).position(|four| four == b"fmt ").unwrap() + 8;
    odd[format..format + 2].copy_from_slice(&0x0161u16.to_le_bytes());
    let error = decode_upload(&odd, MINUTE).unwrap_err();
    assert!(
        matches!(error, DecodeError::UnsupportedCodec(_)),
        "{error:?}"
    );
}

#[test]
fn what_is_no_audio_says_so() {
    assert_eq!(
        decode_upload(golden!("webm-no-audio.webm").1, MINUTE),
        Err(DecodeError::NoAudioTrack)
    );
    let text = "The quick brown fox jumps over the lazy dog. ".repeat(500);
    for unknown in [
        &b""[..],
        b"hello",
        text.as_bytes(),
        &[0; 5_000],
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    ] {
        let error = decode_upload(unknown, MINUTE).unwrap_err();
        assert_eq!(
            error,
            DecodeError::UnknownFormat,
            "{:?}",
            &unknown[..unknown.len().min(8)]
        );
        assert!(
            error.to_string().contains("WebM"),
            "the message names what is supported: {error}"
        );
    }
}

/// Outcomes do not matter here; that there is one does: no panic, no endless loop, no more than the limit.
fn survives(upload: &[u8]) -> Result<(), TestCaseError> {
    if let Ok(decoder) = UploadDecoder::new(upload, Duration::from_secs(20)) {
        let mut given = 0;
        for block in decoder {
            given += block.map_or(0, |block| block.len());
        }
        prop_assert!(given <= 20 * 16_000);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn bytes_changed_anywhere_are_survived(
        which in 0..WHOLE.len() + START.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        early in any::<bool>(),
    ) {
        let (_, file) = all().nth(which).unwrap();
        let mut upload = file.to_vec();
        // Half of the cases hit the headers, where lengths and counts are.
        let reach = if early { upload.len().min(600) } else { upload.len() };
        for (place, byte) in changes {
            upload[place.index(reach)] = byte;
        }
        survives(&upload)?;
    }

    #[test]
    fn a_cut_anywhere_is_survived(which in 0..WHOLE.len() + START.len(), at in any::<prop::sample::Index>()) {
        let (_, file) = all().nth(which).unwrap();
        survives(&file[..at.index(file.len())])?;
    }

    #[test]
    fn pieces_of_different_files_are_survived(
        pieces in prop::collection::vec((0..WHOLE.len() + START.len(), any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..6),
    ) {
        let upload: Vec<u8> = pieces
            .into_iter()
            .flat_map(|(which, a, b)| {
                let (_, file) = all().nth(which).unwrap();
                let (a, b) = (a.index(file.len()), b.index(file.len()));
                file[a.min(b)..a.max(b)].to_vec()
            })
            .collect();
        survives(&upload)?;
    }
}
