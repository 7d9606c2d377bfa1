//! How a participant wants to speak and be served, whole and as the partial changes clients send.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{Object, ObjectBuilder, Type},
};

use super::{
    identity::{RoomId, SessionId},
    language::Language,
    participant::{Participant, ParticipantKind, Speaks},
};

/// The sample rates of audio that a session may have, in Hz.
const SAMPLE_RATES: [u32; 3] = [16_000, 24_000, 48_000];
/// The longest name, in characters.
const LONGEST_NAME: usize = 100;
/// The most languages one participant hears: each is a translation stream per speaker.
const MOST_LANGUAGES: usize = 8;
/// The largest glossary, in bytes of JSON.
const LARGEST_GLOSSARY: usize = 16 * 1024;

/// The only encoding of client audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Encoding {
    /// Signed 16-bit little-endian, mono.
    #[serde(rename = "pcm_s16le")]
    PcmS16le,
}

/// The format of audio in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AudioFormat {
    /// How samples are written.
    pub encoding: Encoding,
    /// In Hz: 16000, 24000 or 48000.
    #[schema(schema_with = sample_rate)]
    pub sample_rate: u32,
}

/// The schema of a sample rate.
fn sample_rate() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .description(Some("In Hz."))
        .enum_values(Some(SAMPLE_RATES))
        .build()
}

impl Default for AudioFormat {
    fn default() -> Self {
        Self {
            encoding: Encoding::PcmS16le,
            sample_rate: 16_000,
        }
    }
}

/// The whole configuration of a session. What an older version stored without a field has its default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct SessionConfig {
    /// The shared room, or null for a private one.
    #[schema(required = true)]
    pub room_id: Option<RoomId>,
    /// The name others see.
    #[schema(required = true)]
    pub name: String,
    /// What is spoken and typed.
    #[schema(required = true)]
    pub speaks: Speaks,
    /// What is read, and (the first) heard.
    #[schema(required = true)]
    pub hears: Vec<Language>,
    /// Whether audio from this session is listened to.
    #[schema(required = true)]
    pub audio_enabled: bool,
    /// Whether this session gets translations.
    #[schema(required = true)]
    pub translation_enabled: bool,
    /// The format of its audio.
    #[schema(required = true)]
    pub audio: AudioFormat,
    /// Whether it wants translated speech.
    #[schema(required = true)]
    pub speech: bool,
    /// Whether it wants captions that still change.
    #[schema(required = true)]
    pub partials: bool,
    /// Whether the translated speech it hears falls silent when it begins to speak itself. Off unless asked for: without
    /// headphones the microphone hears the translation too.
    pub barge_in: bool,
    /// The engine for what it says, or the server's default.
    #[schema(required = true)]
    pub engine: Option<String>,
    /// A named set of options.
    #[schema(required = true)]
    pub preset: Option<String>,
    /// Terms and their translations, for engines that take them.
    #[schema(required = true)]
    pub glossary: Option<Value>,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            room_id: None,
            name: String::new(),
            speaks: Speaks::Auto,
            hears: Vec::new(),
            audio_enabled: true,
            translation_enabled: true,
            audio: AudioFormat::default(),
            speech: false,
            partials: true,
            barge_in: false,
            engine: None,
            preset: None,
            glossary: None,
        }
    }
}

/// A change to a configuration: what is absent or null stays as it is.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct ConfigPatch {
    /// The shared room.
    room_id: Option<RoomId>,
    /// The name others see, at most 100 characters.
    #[schema(max_length = 100)]
    name: Option<String>,
    /// What is spoken and typed.
    speaks: Option<Speaks>,
    /// What is read, and (the first) heard.
    #[schema(max_items = 8)]
    hears: Option<Vec<Language>>,
    /// Whether audio from this session is listened to.
    audio_enabled: Option<bool>,
    /// Whether this session gets translations.
    translation_enabled: Option<bool>,
    /// `[a, b]` is `speaks: a, hears: [b]`.
    #[schema(value_type = Option<Vec<Language>>, min_items = 2, max_items = 2)]
    language_pair: Option<(Language, Language)>,
    /// The format of its audio; `true` and `false` are `audio_enabled`.
    audio: Option<AudioPatch>,
    /// Whether it wants translated speech, in the first of `hears`.
    speech: Option<bool>,
    /// Whether it wants captions that still change.
    partials: Option<bool>,
    /// Whether the translated speech it hears falls silent when it begins to speak itself.
    barge_in: Option<bool>,
    /// The engine for what it says.
    engine: Option<String>,
    /// A named set of options.
    preset: Option<String>,
    /// Terms and their translations, for engines that take them; at most 16 KiB of JSON.
    glossary: Option<Value>,
}

/// Whether there is audio, or its format.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(
    untagged,
    expecting = "expected true, false or {encoding, sample_rate}"
)]
enum AudioPatch {
    Enabled(bool),
    Format {
        encoding: Option<Encoding>,
        #[schema(schema_with = sample_rate)]
        sample_rate: Option<u32>,
    },
}

/// Why a change was refused; names the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A rate other than the three.
    #[error("config.audio.sample_rate must be 16000, 24000 or 48000, not {0}")]
    SampleRate(u32),
    /// The name is too long or holds control characters.
    #[error("config.name must be at most {LONGEST_NAME} characters without control characters")]
    Name,
    /// Too many languages.
    #[error("config.hears must name at most {MOST_LANGUAGES} languages")]
    Languages,
    /// The glossary is too large.
    #[error("config.glossary must be at most {LARGEST_GLOSSARY} bytes of JSON")]
    Glossary,
}

impl SessionConfig {
    /// The configuration after `patch`, or why it is refused; refused changes change nothing.
    ///
    /// # Errors
    /// [`ConfigError`], naming the field.
    pub fn with(&self, patch: ConfigPatch) -> Result<Self, ConfigError> {
        let mut next = self.clone();
        if patch.room_id.is_some() {
            next.room_id = patch.room_id;
        }
        if let Some(name) = patch.name {
            if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
                return Err(ConfigError::Name);
            }
            next.name = name.trim().to_owned();
        }
        if let Some((speaks, hears)) = patch.language_pair {
            next.speaks = Speaks::Language(speaks);
            next.hears = vec![hears];
        }
        if let Some(speaks) = patch.speaks {
            next.speaks = speaks;
        }
        if let Some(hears) = patch.hears {
            next.hears.clear();
            for language in hears {
                if !next.hears.contains(&language) {
                    next.hears.push(language);
                }
            }
            if next.hears.len() > MOST_LANGUAGES {
                return Err(ConfigError::Languages);
            }
        }
        match patch.audio {
            Some(AudioPatch::Enabled(enabled)) => next.audio_enabled = enabled,
            Some(AudioPatch::Format {
                encoding,
                sample_rate,
            }) => {
                next.audio.encoding = encoding.unwrap_or(next.audio.encoding);
                match sample_rate.unwrap_or(next.audio.sample_rate) {
                    rate if SAMPLE_RATES.contains(&rate) => next.audio.sample_rate = rate,
                    other => return Err(ConfigError::SampleRate(other)),
                }
            }
            None => {}
        }
        if let Some(glossary) = patch.glossary {
            if glossary.to_string().len() > LARGEST_GLOSSARY {
                return Err(ConfigError::Glossary);
            }
            next.glossary = Some(glossary);
        }
        next.audio_enabled = patch.audio_enabled.unwrap_or(next.audio_enabled);
        next.translation_enabled = patch
            .translation_enabled
            .unwrap_or(next.translation_enabled);
        next.speech = patch.speech.unwrap_or(next.speech);
        next.partials = patch.partials.unwrap_or(next.partials);
        next.barge_in = patch.barge_in.unwrap_or(next.barge_in);
        next.engine = patch.engine.or(next.engine);
        next.preset = patch.preset.or(next.preset);
        Ok(next)
    }

    /// The participant that this configuration makes of a session.
    pub fn participant(&self, session_id: SessionId, kind: ParticipantKind) -> Participant {
        let name = if self.name.is_empty() {
            let short: String = session_id.as_str().chars().rev().take(4).collect();
            format!("Guest {}", short.chars().rev().collect::<String>())
        } else {
            self.name.clone()
        };
        Participant {
            session_id,
            name,
            kind,
            speaks: self.speaks.clone(),
            hears: self.hears.clone(),
        }
    }
}

/// Something in a configuration that will not work as asked here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConfigWarning {
    /// A stable code.
    pub code: &'static str,
    /// What will not work, and what to do.
    pub message: String,
    /// The language it is about, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub language: Option<Language>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch(json: serde_json::Value) -> ConfigPatch {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_patch_changes_what_it_names_and_nothing_else() {
        let first = SessionConfig::default()
            .with(patch(serde_json::json!({
                "name": " Ana ", "language_pair": ["es", "en"], "audio": {"sample_rate": 48000}, "unknown": 1
            })))
            .unwrap();
        assert_eq!(first.name, "Ana");
        assert_eq!(first.hears, vec!["en".parse().unwrap()]);
        assert_eq!(first.audio.sample_rate, 48_000);

        let second = first
            .with(patch(
                serde_json::json!({"audio": false, "hears": ["en", "EN", "fr"]}),
            ))
            .unwrap();
        assert!(!second.audio_enabled);
        assert_eq!(second.audio.sample_rate, 48_000);
        assert_eq!(second.hears.len(), 2);
        assert_eq!(second.speaks, first.speaks);
    }

    #[test]
    fn refusals_name_the_field() {
        let base = SessionConfig::default();
        assert_eq!(
            base.with(patch(serde_json::json!({"audio": {"sample_rate": 8000}}))),
            Err(ConfigError::SampleRate(8000))
        );
        assert_eq!(
            base.with(patch(serde_json::json!({"name": "a\u{0}"}))),
            Err(ConfigError::Name)
        );
        assert_eq!(
            base.with(patch(
                serde_json::json!({"hears": ["aa","bb","cc","dd","ee","ff","gg","hh","ii"]})
            )),
            Err(ConfigError::Languages)
        );
    }
}
