//! What a client may write into the events of a conversation.

use serde_json::Value;

use crate::emulate::realtime::{
    complaint::Complaint,
    schema::{Field, Rule, may, must},
};

/// Names that only the beta dialect has in a session.
const BETA_NAMES: [&str; 9] = [
    "modalities",
    "voice",
    "input_audio_format",
    "output_audio_format",
    "input_audio_transcription",
    "input_audio_noise_reduction",
    "turn_detection",
    "temperature",
    "max_response_output_tokens",
];

/// The longest instructions that are taken here, in characters.
const LONGEST_TEXT: usize = 100_000;

const TEXT: Rule = Rule::Text(LONGEST_TEXT);
const NAME: Rule = Rule::Text(256);

const FORMAT: Rule = Rule::Object(&[
    must(
        "type",
        Rule::OneOf(&["audio/pcm", "audio/pcmu", "audio/pcma"]),
    ),
    // PCM is at 24 kHz and nothing else.
    may("rate", Rule::Nullable(&Rule::Number(24_000.0, 24_000.0))),
]);

const TRANSCRIPTION: Rule = Rule::Object(&[
    may("model", NAME),
    may("language", Rule::Nullable(&NAME)),
    may("prompt", Rule::Nullable(&TEXT)),
    may("delay", Rule::Nullable(&NAME)),
    may("keywords", Rule::Any),
    may("languages", Rule::Any),
]);

const NOISE_REDUCTION: Rule =
    Rule::Object(&[must("type", Rule::OneOf(&["near_field", "far_field"]))]);

const SERVER_VAD: Rule = Rule::Object(&[
    must("type", Rule::OneOf(&["server_vad", "semantic_vad"])),
    may("threshold", Rule::Nullable(&Rule::Number(0.0, 1.0))),
    may(
        "prefix_padding_ms",
        Rule::Nullable(&Rule::Number(0.0, 60_000.0)),
    ),
    may(
        "silence_duration_ms",
        Rule::Nullable(&Rule::Number(0.0, 60_000.0)),
    ),
    may(
        "idle_timeout_ms",
        Rule::Nullable(&Rule::Number(5_000.0, 30_000.0)),
    ),
    may("create_response", Rule::Nullable(&Rule::Flag)),
    may("interrupt_response", Rule::Nullable(&Rule::Flag)),
]);

const SEMANTIC_VAD: Rule = Rule::Object(&[
    must("type", Rule::OneOf(&["semantic_vad"])),
    may(
        "eagerness",
        Rule::Nullable(&Rule::OneOf(&["low", "medium", "high", "auto"])),
    ),
    may("create_response", Rule::Nullable(&Rule::Flag)),
    may("interrupt_response", Rule::Nullable(&Rule::Flag)),
]);

const VOICE: Rule = Rule::Either(&[Rule::Object(&[must("id", NAME)]), NAME]);

const OUTPUT: Rule = Rule::Object(&[
    may("format", FORMAT),
    may("voice", VOICE),
    may("speed", Rule::Number(0.25, 1.5)),
]);

const MODALITIES: Rule = Rule::List(&Rule::OneOf(&["audio", "text"]));

const MOST_TOKENS: Rule = Rule::Either(&[Rule::OneOf(&["inf"]), Rule::Number(1.0, 4_096.0)]);

const SESSION_FIELDS: [Field; 15] = [
    must("type", Rule::OneOf(&["realtime", "transcription"])),
    may("model", NAME),
    may("output_modalities", MODALITIES),
    may("instructions", TEXT),
    may("max_output_tokens", MOST_TOKENS),
    may("tools", Rule::Nullable(&Rule::List(&Rule::Any))),
    may("tool_choice", Rule::Any),
    may("tracing", Rule::Any),
    may("prompt", Rule::Any),
    may("truncation", Rule::Any),
    may(
        "include",
        Rule::Nullable(&Rule::List(&Rule::OneOf(&[
            "item.input_audio_transcription.logprobs",
        ]))),
    ),
    may("reasoning", Rule::Any),
    may("parallel_tool_calls", Rule::Nullable(&Rule::Flag)),
    may(
        "audio",
        Rule::Object(&[
            may(
                "input",
                Rule::Object(&[
                    may("format", FORMAT),
                    may("transcription", Rule::Nullable(&TRANSCRIPTION)),
                    may("noise_reduction", Rule::Nullable(&NOISE_REDUCTION)),
                    // Checked by its type, see below.
                    may("turn_detection", Rule::Any),
                ]),
            ),
            may("output", OUTPUT),
        ]),
    ),
    may("expires_after", Rule::Any),
];

const SESSION: Rule = Rule::Object(&SESSION_FIELDS);

const RESPONSE: Rule = Rule::Nullable(&Rule::Object(&[
    may(
        "conversation",
        Rule::Nullable(&Rule::OneOf(&["auto", "none"])),
    ),
    may("input", Rule::Nullable(&Rule::List(&ITEM_OR_REFERENCE))),
    may("instructions", Rule::Nullable(&TEXT)),
    may("output_modalities", MODALITIES),
    // The service's limits: 16 labels, names up to 64 and values up to 512 characters.
    may("metadata", Rule::Nullable(&Rule::Labels(16, 64, 512))),
    may("max_output_tokens", MOST_TOKENS),
    may("audio", Rule::Object(&[may("output", OUTPUT)])),
    may("tools", Rule::Nullable(&Rule::List(&Rule::Any))),
    may("tool_choice", Rule::Any),
    may("prompt", Rule::Any),
    may("reasoning", Rule::Any),
    may("parallel_tool_calls", Rule::Nullable(&Rule::Flag)),
]));

const PART: Rule = Rule::Object(&[
    must(
        "type",
        Rule::OneOf(&[
            "input_text",
            "input_audio",
            "input_image",
            "output_text",
            "output_audio",
        ]),
    ),
    may("text", Rule::Nullable(&TEXT)),
    may("audio", Rule::Any),
    may("transcript", Rule::Nullable(&TEXT)),
    may("image_url", Rule::Any),
    may("detail", Rule::Any),
]);

const ITEM: Rule = Rule::Object(&[
    must("type", Rule::OneOf(&["message"])),
    may("id", Rule::Nullable(&NAME)),
    may("object", Rule::Nullable(&Rule::OneOf(&["realtime.item"]))),
    may(
        "status",
        Rule::Nullable(&Rule::OneOf(&["completed", "incomplete", "in_progress"])),
    ),
    must("role", Rule::OneOf(&["user", "assistant", "system"])),
    must("content", Rule::List(&PART)),
]);

const REFERENCE: Rule = Rule::Object(&[
    must("type", Rule::OneOf(&["item_reference"])),
    must("id", NAME),
]);

const ITEM_OR_REFERENCE: Rule = Rule::Either(&[REFERENCE, ITEM]);

/// Whether a session is written in the beta dialect.
pub fn is_beta(session: &Value) -> bool {
    session.get("type").is_none() && BETA_NAMES.iter().any(|name| session.get(name).is_some())
}

/// Checks the session of a `session.update` or of a client secret.
///
/// # Errors
/// What is wrong first.
pub fn check_session(session: &Value) -> Result<(), Complaint> {
    SESSION.check(session, "session")?;
    if session["type"] == "transcription" {
        let message =
            "Passing a transcription session update event to a realtime session is not allowed.";
        return Err(Complaint::new("invalid_value", message).about("session.type"));
    }
    check_modalities(session, "session")?;
    if let Some(detection) = session.pointer("/audio/input/turn_detection") {
        let rule = match detection["type"].as_str() {
            Some("semantic_vad") => &SEMANTIC_VAD,
            _ => &SERVER_VAD,
        };
        Rule::Nullable(rule).check(detection, "session.audio.input.turn_detection")?;
    }
    Ok(())
}

/// Checks the `response` of a `response.create`.
///
/// # Errors
/// What is wrong first.
pub fn check_response(response: &Value) -> Result<(), Complaint> {
    RESPONSE.check(response, "response")?;
    check_modalities(response, "response")
}

/// Checks an item of a client.
///
/// # Errors
/// What is wrong first.
pub fn check_item(item: &Value) -> Result<(), Complaint> {
    ITEM.check(item, "item")?;
    let allowed: &[&str] = match item["role"].as_str() {
        Some("assistant") => &["output_text", "output_audio"],
        Some("system") => &["input_text"],
        _ => &["input_text", "input_audio", "input_image"],
    };
    for (at, part) in item["content"].as_array().into_iter().flatten().enumerate() {
        if let Some(kind) = part["type"].as_str()
            && !allowed.contains(&kind)
        {
            let path = format!("item.content[{at}].type");
            return Err(Complaint::not_among(kind, allowed, &path));
        }
    }
    Ok(())
}

/// Audio or text, not both.
fn check_modalities(object: &Value, path: &str) -> Result<(), Complaint> {
    match object["output_modalities"].as_array() {
        Some(list) if list.len() != 1 => {
            let path = format!("{path}.output_modalities");
            let message = format!(
                "Invalid modalities: {}. Supported combinations are: ['text'] and ['audio'].",
                object["output_modalities"]
            );
            Err(Complaint::new("invalid_value", message).about(&path))
        }
        _ => Ok(()),
    }
}
