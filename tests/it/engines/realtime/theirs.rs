//! Every golden event of theirs is read, and read again mutilated; close codes mean what they are to mean.

use interpres::{
    domain::engine::Trouble,
    engines::realtime::{
        ending::Ending,
        wire::{conversation_answers as conversation, translation},
    },
};
use serde_json::{Value, json};

use super::golden;

/// Reads a message in its dialect; tells whether it is an event, and one that is known.
fn read(is_translation: bool, text: &str) -> Result<bool, String> {
    if is_translation {
        translation::Answer::read(text)
            .map(|answer| !matches!(answer, translation::Answer::Unknown(_)))
            .map_err(|error| error.to_string())
    } else {
        conversation::Answer::read(text)
            .map(|answer| !matches!(answer, conversation::Answer::Unknown(_)))
            .map_err(|error| error.to_string())
    }
}

/// All golden events of the server's, each with its dialect.
fn theirs() -> Vec<(String, bool, Value)> {
    let mut theirs: Vec<_> = golden::files("server")
        .into_iter()
        .map(|(name, event)| (name.clone(), name.starts_with("translation."), event))
        .collect();
    for (name, is_translation) in [("translation.en-es", true), ("ga.en-es.bargein", false)] {
        for (row, event) in golden::session(name).into_iter().enumerate() {
            if event["dir"] == "s2c" {
                let event = event["event"].clone();
                theirs.push((format!("{name} row {row}"), is_translation, event));
            }
        }
    }
    assert!(theirs.len() > 150, "{}", theirs.len());
    theirs
}

/// The event with each of its fields, however deep, changed in turn.
fn each_changed(event: &Value, change: &dyn Fn(&mut Value)) -> Vec<Value> {
    fn places(value: &Value, path: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (name, inner) in fields {
                    let path = format!("{path}/{name}");
                    places(inner, &path, found);
                    found.push(path);
                }
            }
            Value::Array(entries) => {
                for (index, inner) in entries.iter().enumerate() {
                    places(inner, &format!("{path}/{index}"), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    places(event, "", &mut found);
    found
        .into_iter()
        .filter(|path| path != "/type")
        .map(|path| {
            let mut changed = event.clone();
            change(changed.pointer_mut(&path).unwrap());
            changed
        })
        .collect()
}

#[test]
fn every_event_of_theirs_is_read_with_nulls_and_with_unknown_fields() {
    for (name, is_translation, event) in theirs() {
        assert_eq!(read(is_translation, &event.to_string()), Ok(true), "{name}");
        for changed in each_changed(&event, &|value| *value = Value::Null) {
            let text = changed.to_string();
            assert_eq!(read(is_translation, &text), Ok(true), "{name}: {text:.300}");
        }
        for mut changed in each_changed(&event, &|value| {
            if let Value::Object(fields) = value {
                fields.insert("something_new".into(), json!({"deep": [1, null]}));
            }
        }) {
            changed["obfuscation"] = json!("xyz");
            let text = changed.to_string();
            assert_eq!(read(is_translation, &text), Ok(true), "{name}: {text:.300}");
        }
    }
}

#[test]
fn what_is_cut_or_of_another_shape_is_refused_and_nothing_panics() {
    for (name, is_translation, event) in theirs() {
        let text = event.to_string();
        // A long one is audio; it is cut at some places only.
        let step = text.len() / 2_000 + 1;
        for end in (0..text.len()).step_by(step) {
            if text.is_char_boundary(end) {
                assert!(
                    read(is_translation, &text[..end]).is_err(),
                    "{name} at {end}"
                );
            }
        }
        for wrong in [
            json!({"a": 1}),
            json!([1]),
            json!(-7.5),
            json!("text"),
            json!(true),
        ] {
            for changed in each_changed(&event, &|value| *value = wrong.clone()) {
                // Whether it is taken depends on what is read of it.
                let _ = read(is_translation, &changed.to_string());
            }
        }
    }
    for garbage in [
        "",
        "null",
        "[]",
        "{}",
        "5",
        "{\"type\":null}",
        "{\"type\":7}",
        "\u{0}",
    ] {
        assert!(read(true, garbage).is_err() && read(false, garbage).is_err());
    }
    assert_eq!(read(true, r#"{"type":"something.new"}"#), Ok(false));
    assert_eq!(read(false, r#"{"type":"something.new"}"#), Ok(false));
}

#[test]
fn dialects_are_told_apart_by_connection_and_not_by_type() {
    let closed = golden::file("server", "translation.session.closed").to_string();
    assert_eq!(
        (read(true, &closed), read(false, &closed)),
        (Ok(true), Ok(false))
    );
}

#[test]
fn numbers_may_be_whole_or_not_and_audio_must_be_audio() {
    let read = |text: &str| translation::Answer::read(text);
    let at = |elapsed: &str| {
        let text = format!(
            r#"{{"type":"session.input_transcript.delta","delta":"a","elapsed_ms":{elapsed}}}"#
        );
        match read(&text).unwrap() {
            translation::Answer::Source(piece) => piece.at.map(|at| at.as_micros()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(at("200"), Some(200_000));
    assert_eq!(at("200.5"), Some(200_500));
    assert_eq!((at("null"), at("-1"), at("\"x\"")), (None, None, None));
    for wrong in [
        r#"{"type":"session.output_audio.delta","delta":"AAA"}"#,
        r#"{"type":"session.output_audio.delta","delta":"%"}"#,
        r#"{"type":"session.output_audio.delta","delta":"AAAA","sample_rate":0}"#,
        r#"{"type":"session.output_audio.delta","delta":"AAAA","sample_rate":1e30}"#,
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn close_codes_mean_what_the_golden_list_says() {
    let codes = golden::file("", "close_codes");
    for listed in codes.as_array().unwrap() {
        let action = listed["action"].as_str().unwrap();
        let ending = Ending {
            code: listed["code"].as_u64().map(|code| code as u16),
            reason: listed["reason"].as_str().unwrap().to_owned(),
        };
        let expected = match action {
            action if action.starts_with("fatal") => Trouble::Unavailable,
            action if action.starts_with("reconnect at once with a NEW") => Trouble::Expired,
            action if action.starts_with("reconnect") => Trouble::Failed,
            // Ours; where nobody asked for it, it is no end in order.
            "stop" => Trouble::Failed,
            other => panic!("{other}"),
        };
        assert_eq!(ending.meaning(None).trouble, expected, "{listed}");
    }
}
