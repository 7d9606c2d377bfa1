//! Frames of the media socket.

use interpres::{
    audio::pcm,
    links::acs::wire::frame::{
        self, AudioFrame, AudioMetadata, DtmfTone, FrameError, Inbound, MetadataError,
    },
};
use serde_json::{Value, json};
use time::macros::datetime;

use super::golden::{bytes, json as golden, text};

const USER: &str =
    "8:acs:1bdaa2b9-9507-4542-bb64-a7b22c00a8d4_00000014-2033-438d-1000-343a0d006e10";

fn read(name: &str) -> Inbound {
    let text = String::from_utf8(bytes(&format!("ws/{name}.json"))).unwrap();
    Inbound::read(&text).unwrap()
}

fn audio(name: &str) -> AudioFrame {
    match read(name) {
        Inbound::Audio(frame) => frame,
        other => panic!("{name}: {other:?}"),
    }
}

/// The samples of a golden, decoded another way than by the link.
fn samples(name: &str) -> Vec<i16> {
    let frame = golden(&format!("ws/{name}.json"));
    let coded = text(&frame["audioData"], "data");
    let mut bytes = Vec::new();
    for four in coded.as_bytes().chunks(4) {
        let value = |letter: u8| match letter {
            b'A'..=b'Z' => u32::from(letter - b'A'),
            b'a'..=b'z' => u32::from(letter - b'a') + 26,
            b'0'..=b'9' => u32::from(letter - b'0') + 52,
            b'+' => 62,
            b'/' => 63,
            _ => 0,
        };
        let group = four
            .iter()
            .fold(0, |group, letter| group << 6 | value(*letter));
        let padding = four.iter().filter(|letter| **letter == b'=').count();
        bytes.extend_from_slice(&group.to_be_bytes()[1..4 - padding]);
    }
    let pairs = bytes.chunks_exact(2);
    assert!(pairs.remainder().is_empty());
    pairs
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect()
}

#[test]
fn metadata_say_how_the_sound_is_made() {
    for (name, rate, length) in [
        ("in_audiometadata_16k", 16_000, 640),
        ("in_audiometadata_24k", 24_000, 960),
    ] {
        let metadata = AudioMetadata {
            subscription_id: Some("89e8cb59-b991-48b0-b154-1db84f16a077".to_owned()),
            encoding: "PCM".to_owned(),
            sample_rate: rate,
            channels: 1,
            length: Some(length),
        };
        assert_eq!(metadata.rate(), Ok(rate));
        assert_eq!(read(name), Inbound::Metadata(metadata));
    }
    let with = |encoding: &str, sample_rate, channels| AudioMetadata {
        subscription_id: None,
        encoding: encoding.to_owned(),
        sample_rate,
        channels,
        length: None,
    };
    assert_eq!(with("pcm", 24_000, 1).rate(), Ok(24_000));
    assert_eq!(with("opus", 16_000, 1).rate(), Err(MetadataError::Encoding));
    assert_eq!(
        with("PCM", 48_000, 1).rate(),
        Err(MetadataError::Rate(48_000))
    );
    assert_eq!(
        with("PCM", 16_000, 2).rate(),
        Err(MetadataError::Channels(2))
    );
}

#[test]
fn sound_is_read_with_its_speaker_or_without() {
    let timestamp = Some(datetime!(2024-11-15 19:16:12.925 UTC));
    for (name, participant, count) in [
        ("in_audiodata_unmixed_16k", Some(USER), 320),
        (
            "in_audiodata_unmixed_phone_16k",
            Some("4:+14255550123"),
            320,
        ),
        ("in_audiodata_mixed_24k_no_participant", None, 480),
        ("in_audiodata_mixed_24k_null_participant", None, 480),
    ] {
        let frame = audio(name);
        assert_eq!(frame.participant.as_deref(), participant, "{name}");
        assert_eq!(frame.timestamp, timestamp, "{name}");
        assert!(!frame.is_silent, "{name}");
        assert_eq!(frame.samples.len(), count, "{name}");
        assert_eq!(frame.samples, samples(name), "{name}");
        assert!(frame.samples.iter().any(|sample| *sample != 0), "{name}");
    }
    let silent = audio("in_audiodata_silent_16k");
    assert!(silent.is_silent);
    assert_eq!(silent.samples, vec![0; 320]);
    let says_so = r#"{"kind":"AudioData","audioData":{"data":"AQID/w==","silent":true}}"#;
    let Ok(Inbound::Audio(frame)) = Inbound::read(says_so) else {
        panic!()
    };
    assert_eq!(
        frame.samples,
        [0, 0],
        "silence is zeros, whatever it carries"
    );
}

#[test]
fn keys_and_kinds_that_are_not_known_are_read_too() {
    let tone = |timestamp, participant: Option<&str>| {
        Inbound::Dtmf(DtmfTone {
            tone: "3".to_owned(),
            timestamp,
            participant: participant.map(str::to_owned),
        })
    };
    assert_eq!(read("in_dtmfdata"), tone(None, None));
    let when = Some(datetime!(2024-11-15 19:16:12.925 UTC));
    assert_eq!(
        read("in_dtmfdata_extended"),
        tone(when, Some("4:+14255550123"))
    );
    for (name, kind) in [
        ("in_markdata_beta", "MarkData"),
        ("in_unknown_kind", "FutureData"),
        ("in_transcriptiondata_final", "TranscriptionData"),
        ("in_transcriptiondata_intermediate", "TranscriptionData"),
        ("in_transcriptionmetadata", "TranscriptionMetadata"),
    ] {
        assert_eq!(read(name), Inbound::Unknown(kind.to_owned()), "{name}");
    }
}

#[test]
fn any_casing_of_the_service_is_read() {
    let heard = Ok(Inbound::Audio(AudioFrame {
        timestamp: None,
        participant: Some("4:+1".to_owned()),
        samples: vec![1, -1],
        is_silent: false,
    }));
    for text in [
        r#"{"kind":"AudioData","audioData":{"data":"AQD//w==","participantRawID":"4:+1"}}"#,
        r#"{"Kind":"AudioData","AudioData":{"Data":"AQD//w==","ParticipantRawID":"4:+1","IsSilent":false},"StopAudio":null}"#,
        r#"{"kind":"audioData","audioData":{"data":"AQD//w==","participantRawId":"4:+1","silent":null}}"#,
        r#"{"kind":"AudioData","audioData":{"data":"AQD//w==","participantRawID":"4:+1","timestamp":5,"silent":"no"}}"#,
        r#"{"audioData":{"participantRawID":"4:+1","more":[{}],"data":"AQD//w=="},"more":1,"kind":"AUDIODATA"}"#,
    ] {
        assert_eq!(Inbound::read(text), heard, "{text}");
    }
}

#[test]
fn what_is_no_frame_is_said_to_be_none() {
    let read = |value: Value| Inbound::read(&value.to_string());
    assert_eq!(
        Inbound::read("Connection authenticated."),
        Err(FrameError::NoFrame)
    );
    assert_eq!(read(json!({})), Err(FrameError::NoFrame));
    assert_eq!(read(json!({"kind": 5})), Err(FrameError::NoFrame));
    for kind in ["AudioData", "AudioMetadata", "DtmfData"] {
        assert_eq!(
            read(json!({"kind": kind})),
            Err(FrameError::Incomplete),
            "{kind}"
        );
    }
    for data in ["AQID", "AQ", "!", "AQD/ /w=="] {
        let frame = json!({"kind": "AudioData", "audioData": {"data": data}});
        assert_eq!(read(frame), Err(FrameError::NoSound), "{data}");
    }
}

#[test]
fn what_is_sent_is_in_the_documented_form_to_the_letter() {
    let expected = golden("ws/out_audiodata_python_docs.json");
    let sound = samples("in_audiodata_mixed_24k_no_participant");
    let written = frame::audio(&sound);
    let golden_text = String::from_utf8(bytes("ws/out_audiodata_python_docs.json")).unwrap();
    assert_eq!(written, golden_text.trim_end());
    assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), expected);
    let stop = String::from_utf8(bytes("ws/out_stopaudio_python_docs.json")).unwrap();
    assert_eq!(frame::stop_audio(), stop.trim_end());
    assert_eq!(pcm::to_bytes(&sound).len(), 960);
}
