//! The configuration of a conversation: what it begins with, how it changes, and what follows from it.

use serde_json::{Map, Value, json};

use super::rules;
use crate::{
    audio::endpoint::EndpointSettings,
    emulate::realtime::{WIRE_RATE, complaint::Complaint, g711, session::new_id},
};

/// The model that is taken for a session whose client secret names none.
const USUAL_MODEL: &str = "gpt-realtime";

/// Silence that ends a turn if the client does not say, in milliseconds (as recorded from the real service).
const USUAL_SILENCE_MS: u64 = 200;

/// What a semantic detection waits for, by its eagerness, in milliseconds. The real one reads the words; this one has
/// only silence.
const SEMANTIC_SILENCE_MS: [(&str, u32); 3] = [("low", 1_200), ("high", 300), ("medium", 600)];

/// How audio is written on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// 16-bit samples at 24 kHz.
    Pcm,
    /// µ-law at 8 kHz.
    MuLaw,
    /// A-law at 8 kHz.
    ALaw,
}

impl Format {
    fn read(format: &Value) -> Self {
        match format["type"].as_str() {
            Some("audio/pcmu") => Self::MuLaw,
            Some("audio/pcma") => Self::ALaw,
            _ => Self::Pcm,
        }
    }

    /// Its sample rate, in Hz.
    pub fn rate(self) -> u32 {
        match self {
            Self::Pcm => WIRE_RATE,
            Self::MuLaw | Self::ALaw => g711::RATE,
        }
    }

    /// How many bytes make a second.
    pub fn bytes_per_second(self) -> u32 {
        match self {
            Self::Pcm => WIRE_RATE * 2,
            Self::MuLaw | Self::ALaw => g711::RATE,
        }
    }
}

/// What of a client's audio is a turn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detection {
    /// How turns are found.
    pub endpoints: EndpointSettings,
    /// Whether a response begins by itself after a turn.
    pub create_response: bool,
    /// Whether a turn that begins cancels the response.
    pub interrupt_response: bool,
}

/// A configuration.
#[derive(Debug, Clone)]
pub struct Configuration(Value);

impl Configuration {
    /// As the service gives it to a client that has said nothing.
    pub fn fresh(id: &str, model: &str, expires_at: u64) -> Self {
        Self(json!({
            "type": "realtime",
            "object": "realtime.session",
            "id": id,
            "model": model,
            "output_modalities": ["audio"],
            "instructions": "Interpret what the speaker says into the other language. (emulator)",
            "tools": [],
            "tool_choice": "auto",
            "max_output_tokens": "inf",
            "tracing": null,
            "truncation": "auto",
            "prompt": null,
            "expires_at": expires_at,
            "audio": {
                "input": {
                    "format": {"type": "audio/pcm", "rate": 24000},
                    "transcription": null,
                    "noise_reduction": null,
                    "turn_detection": complete_detection(&json!({"type": "server_vad"})),
                },
                "output": {
                    "format": {"type": "audio/pcm", "rate": 24000},
                    "voice": "marin",
                    "speed": 1.0,
                },
            },
            "include": null,
        }))
    }

    /// The session object, as events show it.
    pub fn shown(&self) -> &Value {
        &self.0
    }

    /// Changes it as a `session.update` asks.
    ///
    /// # Errors
    /// What is wrong with it; nothing is changed then.
    pub fn update(&mut self, wanted: &Value, has_spoken: bool) -> Result<(), Complaint> {
        rules::check_session(wanted)?;
        let new_voice = wanted.pointer("/audio/output/voice");
        if has_spoken && new_voice.is_some_and(|voice| *voice != self.0["audio"]["output"]["voice"])
        {
            let message = "Cannot update a conversation's voice if assistant audio is present.";
            return Err(Complaint::new("cannot_update_voice", message));
        }
        if wanted
            .get("model")
            .is_some_and(|model| *model != self.0["model"])
        {
            let message = "The model of a session cannot be changed.";
            return Err(Complaint::new("invalid_value", message).about("session.model"));
        }
        self.merge(wanted);
        Ok(())
    }

    /// Takes over what is there; what is absent stays as it is.
    pub fn merge(&mut self, wanted: &Value) {
        let Some(fields) = wanted.as_object() else {
            return;
        };
        for (name, value) in fields {
            match name.as_str() {
                "audio" | "type" | "id" | "object" | "expires_at" | "expires_after" => {}
                _ => self.0[name] = value.clone(),
            }
        }
        for (side, names) in [
            (
                "input",
                &[
                    "format",
                    "transcription",
                    "noise_reduction",
                    "turn_detection",
                ][..],
            ),
            ("output", &["format", "voice", "speed"][..]),
        ] {
            for name in names {
                if let Some(value) = wanted.pointer(&format!("/audio/{side}/{name}")) {
                    self.0["audio"][side][name] = completed(name, value);
                }
            }
        }
    }

    /// The instructions.
    pub fn instructions(&self) -> &str {
        self.0["instructions"].as_str().unwrap_or_default()
    }

    /// How the client's audio is written.
    pub fn input_format(&self) -> Format {
        Format::read(&self.0["audio"]["input"]["format"])
    }

    /// Whether the client wants to read what was said.
    pub fn transcribes(&self) -> bool {
        self.0["audio"]["input"]["transcription"].is_object()
    }

    /// How turns are found; none: the client says where they end.
    pub fn detection(&self) -> Option<Detection> {
        let detection = &self.0["audio"]["input"]["turn_detection"];
        let usual = EndpointSettings::default();
        let milliseconds = |name: &str, usual: u32| {
            // At most a minute, by the rules.
            detection[name].as_f64().map_or(usual, |ms| ms as u32)
        };
        let endpoints = match detection["type"].as_str()? {
            "semantic_vad" => {
                let eagerness = detection["eagerness"].as_str().unwrap_or("auto");
                let known = SEMANTIC_SILENCE_MS
                    .iter()
                    .find(|(name, _)| *name == eagerness);
                EndpointSettings {
                    hang_ms: known.map_or(600, |(_, ms)| *ms),
                    ..usual
                }
            }
            _ => EndpointSettings {
                hang_ms: milliseconds("silence_duration_ms", 200),
                pre_roll_ms: milliseconds("prefix_padding_ms", 300),
                threshold: detection["threshold"]
                    .as_f64()
                    .map_or(0.5, |score| score as f32),
                ..usual
            },
        };
        let flag = |name: &str| detection[name].as_bool().unwrap_or(true);
        Some(Detection {
            endpoints,
            create_response: flag("create_response"),
            interrupt_response: flag("interrupt_response"),
        })
    }

    /// What a response shows of itself, with the wishes of its `response.create`: whether it speaks, how its audio is
    /// written, and the fields of its object.
    pub fn response(&self, wishes: &Value) -> (bool, Format, Map<String, Value>) {
        let chosen = |name: &str| match &wishes[name] {
            Value::Null => self.0[name].clone(),
            wish => wish.clone(),
        };
        let modalities = chosen("output_modalities");
        let speaks = modalities[0] == "audio";
        let mut output = self.0["audio"]["output"].clone();
        for name in ["format", "voice"] {
            if let Some(wish) = wishes.pointer(&format!("/audio/output/{name}")) {
                output[name] = completed(name, wish);
            }
        }
        let format = Format::read(&output["format"]);
        let audio = json!({"output": {"format": output["format"], "voice": output["voice"]}});
        let fields = [
            ("output_modalities", modalities),
            ("max_output_tokens", chosen("max_output_tokens")),
            ("audio", audio),
            ("metadata", wishes["metadata"].clone()),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value));
        (speaks, format, fields.into_iter().collect())
    }
}

/// The session of a client secret.
///
/// # Errors
/// What is wrong with the one asked for.
pub fn configured(wanted: Option<&Value>) -> Result<Value, Complaint> {
    let none = json!({"type": "realtime"});
    let wanted = wanted.unwrap_or(&none);
    rules::check_session(wanted)?;
    let model = wanted["model"].as_str().unwrap_or(USUAL_MODEL);
    let mut configuration = Configuration::fresh(&new_id("sess"), model, 0);
    configuration.merge(wanted);
    Ok(configuration.0)
}

/// A value with what the service adds to it.
fn completed(name: &str, value: &Value) -> Value {
    match name {
        "turn_detection" if value.is_object() => complete_detection(value),
        "transcription" if value.is_object() => {
            let mut value = value.clone();
            if value.get("prompt").is_none() {
                value["prompt"] = json!("");
            }
            value
        }
        "format" if value["type"] == "audio/pcm" => json!({"type": "audio/pcm", "rate": WIRE_RATE}),
        "format" => json!({"type": value["type"]}),
        _ => value.clone(),
    }
}

fn complete_detection(wanted: &Value) -> Value {
    let mut detection = match wanted["type"].as_str() {
        Some("semantic_vad") => json!({
            "type": "semantic_vad",
            "eagerness": "auto",
            "create_response": true,
            "interrupt_response": true,
        }),
        _ => json!({
            "type": "server_vad",
            "threshold": 0.5,
            "prefix_padding_ms": 300,
            "silence_duration_ms": USUAL_SILENCE_MS,
            "idle_timeout_ms": null,
            "create_response": true,
            "interrupt_response": true,
        }),
    };
    for (name, value) in wanted.as_object().into_iter().flatten() {
        if !value.is_null() {
            detection[name] = value.clone();
        }
    }
    detection
}
