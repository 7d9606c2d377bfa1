//! What can be set about a translation session.

use serde_json::{Value, json};

use crate::emulate::realtime::{
    complaint::Complaint,
    schema::{Rule, may, must},
    session::new_id,
};

/// The languages that the service translates into.
const TARGETS: [&str; 13] = [
    "es", "pt", "fr", "ja", "ru", "zh", "de", "ko", "hi", "id", "vi", "it", "en",
];

/// The model that is taken for a session whose client secret names none.
const USUAL_MODEL: &str = "gpt-realtime-translate";

const AUDIO: Rule = Rule::Object(&[
    may(
        "input",
        Rule::Object(&[
            may(
                "transcription",
                Rule::Nullable(&Rule::Object(&[must("model", Rule::Text(256))])),
            ),
            may(
                "noise_reduction",
                Rule::Nullable(&Rule::Object(&[
                    must("type", Rule::OneOf(&["near_field", "far_field"])),
                    may("strength", Rule::Nullable(&Rule::Number(0.0, 1.0))),
                ])),
            ),
        ]),
    ),
    may(
        "output",
        Rule::Object(&[may("language", Rule::OneOf(&TARGETS))]),
    ),
]);

/// The session of a `session.update`.
const UPDATE: Rule = Rule::Object(&[may("audio", AUDIO)]);

/// The session of a client secret, which names its model too.
const SECRET: Rule = Rule::Object(&[
    may("type", Rule::OneOf(&["translation"])),
    may("model", Rule::Text(256)),
    may("audio", AUDIO),
]);

/// A session as its client finds it.
pub fn fresh(id: &str, model: &str, expires_at: u64) -> Value {
    json!({
        "id": id,
        "type": "translation",
        "expires_at": expires_at,
        "model": model,
        "audio": {
            "input": {"noise_reduction": null, "transcription": null},
            "output": {"language": "es"},
        },
        "include": null,
    })
}

/// The session of a client secret.
///
/// # Errors
/// What is wrong with the one asked for.
pub fn configured(wanted: Option<&Value>) -> Result<Value, Complaint> {
    let none = json!({});
    let wanted = wanted.unwrap_or(&none);
    SECRET.check(wanted, "session")?;
    let model = wanted["model"].as_str().unwrap_or(USUAL_MODEL);
    let mut session = fresh(&new_id("sess"), model, 0);
    merge(&mut session, wanted);
    Ok(session)
}

/// Changes a session as a `session.update` asks.
///
/// # Errors
/// What is wrong with it; nothing is changed then.
pub fn update(session: &mut Value, event: &Value) -> Result<(), Complaint> {
    let wanted = event
        .get("session")
        .ok_or_else(|| Complaint::missing_parameter("session"))?;
    UPDATE.check(wanted, "session")?;
    merge(session, wanted);
    Ok(())
}

/// Takes over what is there; an absent field leaves things as they are, `null` turns them off.
pub fn merge(session: &mut Value, wanted: &Value) {
    for (side, name) in [
        ("input", "transcription"),
        ("input", "noise_reduction"),
        ("output", "language"),
    ] {
        if let Some(value) = wanted.pointer(&format!("/audio/{side}/{name}")) {
            session["audio"][side][name] = value.clone();
        }
    }
}
