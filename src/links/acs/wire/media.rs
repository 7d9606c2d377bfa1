//! What is asked of a call's media: how it is streamed to us, and what is played.

use serde::Serialize;

use super::confidential::Confidential;
use super::identifier::Identifier;
use super::words::words;

words! {
    /// Whether the speakers of a call come together or each alone.
    AudioChannels {
        /// One stream of all.
        Mixed = "mixed",
        /// A stream for each of the (at most four) loudest.
        Unmixed = "unmixed",
    }
}

words! {
    /// How samples are streamed. The service reads it in any casing; it is written as it documents it, with a capital K.
    AudioFormat {
        /// 16 kHz, its default.
        Pcm16K = "pcm16KMono",
        /// 24 kHz.
        Pcm24K = "pcm24KMono",
    }
}

words! {
    /// By what media are streamed.
    Transport {
        /// A socket that the service opens to us.
        WebSocket = "websocket",
    }
}

words! {
    /// What is streamed.
    ContentType {
        /// Sound. Events write it with a capital.
        Audio = "audio",
    }
}

/// How a call's audio is streamed to us and back (`mediaStreamingOptions`). What is left out is up to the service.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MediaStreaming {
    /// By what it is streamed.
    pub transport_type: Transport,
    /// Together, or each speaker alone.
    pub audio_channel_type: AudioChannels,
    /// Where the service opens its socket; it holds the call's secret.
    pub transport_url: Confidential,
    /// What is streamed.
    pub content_type: ContentType,
    /// Whether it begins with the call; if not, `start_media_streaming` begins it (the default).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_media_streaming: Option<bool>,
    /// Whether we may speak.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_bidirectional: Option<bool>,
    /// The samples in both directions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_format: Option<AudioFormat>,
    /// Whether keys that are pressed come over the socket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_dtmf_tones: Option<bool>,
}

impl MediaStreaming {
    /// To a socket at `url` (`wss`), with the service's defaults for the rest.
    pub fn to(url: impl Into<Confidential>, channels: AudioChannels) -> Self {
        Self {
            transport_type: Transport::WebSocket,
            audio_channel_type: channels,
            transport_url: url.into(),
            content_type: ContentType::Audio,
            start_media_streaming: None,
            enable_bidirectional: None,
            audio_format: None,
            enable_dtmf_tones: None,
        }
    }
}

/// How the service itself transcribes a call (`transcriptionOptions`).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Transcription {
    /// By what it is streamed.
    pub transport_type: Transport,
    /// The language, as `en-US`.
    pub locale: String,
    /// Where the service opens its socket.
    pub transport_url: Confidential,
    /// Whether it begins with the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_transcription: Option<bool>,
    /// Whether guesses come too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_intermediate_results: Option<bool>,
    /// A model of one's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speech_model_endpoint_id: Option<String>,
}

impl Transcription {
    /// To a socket at `url` (`wss`), with the service's defaults for the rest.
    pub fn to(url: impl Into<Confidential>, locale: impl Into<String>) -> Self {
        Self {
            transport_type: Transport::WebSocket,
            locale: locale.into(),
            transport_url: url.into(),
            start_transcription: None,
            enable_intermediate_results: None,
            speech_model_endpoint_id: None,
        }
    }
}

/// What is asked for when streaming is started or stopped.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MediaOperation {
    /// Where it is told of, if not where the call is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_callback_uri: Option<Confidential>,
    /// What comes back with whatever is told of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_context: Option<String>,
}

/// Something to play.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum PlaySource {
    /// A recording.
    File {
        /// Where it lies.
        file: File,
    },
    /// A text to be spoken by the service.
    Text {
        /// The text and its voice.
        text: Text,
    },
    /// The same, marked up.
    Ssml {
        /// The mark-up.
        ssml: Ssml,
    },
}

/// A recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct File {
    /// Where it lies.
    pub uri: String,
}

/// A text to be spoken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Text {
    /// What is said.
    pub text: String,
    /// Its language, as `fr-FR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_locale: Option<String>,
    /// `male` or `female`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice_kind: Option<String>,
    /// The voice, as `fr-FR-DeniseNeural`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voice_name: Option<String>,
    /// A voice of one's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_voice_endpoint_id: Option<String>,
}

/// Marked-up text to be spoken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ssml {
    /// The mark-up.
    pub ssml_text: String,
}

/// How it is played.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PlayOptions {
    /// Again and again.
    #[serde(rename = "loop")]
    pub is_looped: bool,
}

/// A request to play something.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Play {
    /// What.
    pub play_sources: Vec<PlaySource>,
    /// To whom; nobody named is everybody.
    pub play_to: Vec<Identifier>,
    /// Whether it cuts off what is being played.
    pub interrupt_call_media_operation: bool,
    /// How.
    pub play_options: PlayOptions,
    /// What comes back with whatever is told of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_context: Option<String>,
    /// Where it is told of, if not where the call is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_callback_uri: Option<Confidential>,
}
