//! The text frames of a media socket. Ours are written as the service writes them; theirs are read in any casing, as
//! the service does.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{super::moment, Rate};

/// The first frame on every socket.
pub fn metadata(subscription: &str, rate: Rate) -> String {
    json!({"kind": "AudioMetadata", "audioMetadata": {
        "subscriptionId": subscription,
        "encoding": "PCM",
        "sampleRate": rate.hertz(),
        "channels": 1,
        "length": rate.samples() * 2,
    }})
    .to_string()
}

/// 20 ms of sound, of one participant or of all.
pub fn audio(samples: &[i16], participant: Option<&str>, silent: bool) -> String {
    let bytes: Vec<u8> = samples
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect();
    let mut data = json!({
        "timestamp": moment::in_frame(OffsetDateTime::now_utc()),
        "data": STANDARD.encode(bytes),
        "silent": silent,
    });
    if let Some(participant) = participant {
        data["participantRawID"] = participant.into();
    }
    json!({"kind": "AudioData", "audioData": data}).to_string()
}

/// A key that somebody pressed; only where speakers are told apart it says who.
pub fn dtmf(tone: &str, participant: Option<&str>) -> String {
    let mut data = json!({"data": tone});
    if let Some(participant) = participant {
        data["timestamp"] = moment::in_frame(OffsetDateTime::now_utc()).into();
        data["participantRawID"] = participant.into();
    }
    json!({"kind": "DtmfData", "dtmfData": data}).to_string()
}

/// What the other side sends.
#[derive(Debug, PartialEq, Eq)]
pub enum Sent {
    /// Bytes of sound.
    Audio(Vec<u8>),
    /// What is queued is not to be played.
    Stop,
    /// A kind that nobody knows, which is ignored.
    Other,
    /// No frame at all.
    Unreadable,
}

/// Reads a frame.
pub fn read(text: &str) -> Sent {
    let Ok(frame) = serde_json::from_str::<Value>(text) else {
        return Sent::Unreadable;
    };
    let Some(kind) = field(&frame, "kind").and_then(Value::as_str) else {
        return Sent::Unreadable;
    };
    if kind.eq_ignore_ascii_case("stopaudio") {
        return Sent::Stop;
    }
    if !kind.eq_ignore_ascii_case("audiodata") {
        return Sent::Other;
    }
    field(&frame, "audiodata")
        .and_then(|audio| field(audio, "data"))
        .and_then(Value::as_str)
        .and_then(|data| STANDARD.decode(data).ok())
        .filter(|bytes| bytes.len().is_multiple_of(2))
        .map_or(Sent::Unreadable, Sent::Audio)
}

/// A field by its name in whatever casing.
fn field<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object
        .as_object()?
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_casing_is_read() {
        for text in [
            r#"{"Kind":"AudioData","AudioData":{"Data":"AQA="},"StopAudio":null}"#,
            r#"{"kind":"audioData","audioData":{"data":"AQA=","isSilent":false},"stopAudio":{}}"#,
            r#"{"kind":"AudioData","AudioData":{"data":"AQA="},"StopAudio":null}"#,
            r#"{"KIND":"AUDIODATA","AUDIODATA":{"DATA":"AQA="}}"#,
        ] {
            assert_eq!(read(text), Sent::Audio(vec![1, 0]), "{text}");
        }
        for text in [
            r#"{"Kind":"StopAudio","AudioData":null,"StopAudio":{}}"#,
            r#"{"kind":"stopAudio","stopAudio":{}}"#,
        ] {
            assert_eq!(read(text), Sent::Stop, "{text}");
        }
        assert_eq!(read(r#"{"kind":"Mark"}"#), Sent::Other);
        for text in [
            "Connection authenticated.",
            "[]",
            r#"{"kind":"AudioData"}"#,
            r#"{"kind":"AudioData","audioData":{"data":"AQ=="}}"#,
            r#"{"kind":"AudioData","audioData":{"data":"?"}}"#,
        ] {
            assert_eq!(read(text), Sent::Unreadable, "{text}");
        }
    }
}
