//! One text or one recording, without a room: `/api/translate` and `/api/audio/transcribe`.

use actix_multipart::Multipart;
use actix_web::{
    HttpRequest,
    http::StatusCode,
    post,
    web::{Bytes, BytesMut, Data, Json, Payload, Query},
};
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};

use super::error::ApiError;
use crate::{
    actors::{
        chain::Chain,
        environment::Environment,
        refusal::Refusal,
        transcribing::{Transcript, transcribe},
        translating,
    },
    domain::{
        access::{Access, Role},
        client_message::says_nothing,
        engine::{EngineError, Trouble},
        language::Language,
    },
};

/// A text to translate.
#[derive(Deserialize, ToSchema)]
pub struct TranslateRequest {
    /// At most 100,000 characters.
    text: String,
    /// Its language, or `auto`.
    #[schema(examples("en"))]
    source_language: Option<String>,
    /// The language wanted.
    #[schema(examples("es"))]
    target_language: Language,
}

/// A text in another language.
#[derive(Serialize, ToSchema)]
struct TranslatedText {
    translated_text: String,
    source_language: Language,
    target_language: Language,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    confidence: Option<f32>,
    /// In seconds.
    processing_time: f64,
    model: String,
}

/// Translates a text.
#[utoipa::path(tag = "speech", request_body = TranslateRequest, responses(
    (status = 200, body = TranslatedText),
    (status = 422, description = "There is no way from the one language to the other"),
))]
#[post("/api/translate")]
pub async fn translate(
    access: Access,
    environment: Data<Environment>,
    request: Json<TranslateRequest>,
) -> Result<Json<TranslatedText>, ApiError> {
    access.require(Role::Client)?;
    let request = request.into_inner();
    if says_nothing(&request.text) {
        return Err(ApiError::bad_request(
            "text_empty",
            "text is empty; there is nothing to translate",
        ));
    }
    let chain = environment.engines().chain(None);
    let source = language_or_assumed(request.source_language.as_deref(), &chain)?;
    let target = request.target_language;
    let began = Instant::now();
    let (translated, _) = translating::translate(&chain, &request.text, &source, &target)
        .await
        .map_err(|error| engine_error(&error))?;
    Ok(Json(TranslatedText {
        translated_text: translated.text,
        source_language: source,
        target_language: target,
        confidence: translated.confidence,
        processing_time: began.elapsed().as_secs_f64(),
        model: translated.model,
    }))
}

/// What is known of a recording.
#[derive(Deserialize)]
pub struct TranscribeQuery {
    language: Option<String>,
}

/// A recording as the body. It is read as it arrives, so there is no value of it, only its schema.
enum RecordingBytes {}

impl PartialSchema for RecordingBytes {
    fn schema() -> RefOr<Schema> {
        let binary = SchemaFormat::KnownFormat(KnownFormat::Binary);
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(binary))
            .description(Some(
                "The bytes of a recording, in any container that is understood.",
            ))
            .into()
    }
}

impl ToSchema for RecordingBytes {}

/// A recording as a form. For the schema alone: its fields are read as they arrive.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct RecordingForm {
    /// The recording; `file` is taken for it too.
    #[schema(value_type = String, format = Binary)]
    audio: Vec<u8>,
    /// The language spoken.
    #[schema(nullable = false)]
    language: Option<String>,
}

/// What was said in a recording, and how long that took to find out.
#[derive(Serialize, ToSchema)]
struct Transcribed {
    #[serde(flatten)]
    transcript: Transcript,
    /// In seconds.
    processing_time: f64,
}

/// Writes down a recording: WAV, MP3, FLAC, Ogg or WebM (Vorbis or Opus), as the body or as the field `audio` of a form.
#[utoipa::path(tag = "speech",
    params(("language" = Option<String>, Query, description = "The language spoken")),
    request_body(content((RecordingBytes = "application/octet-stream"), (RecordingForm = "multipart/form-data"))),
    responses(
        (status = 200, body = Transcribed),
        (status = 413, description = "The recording is too large or too long"),
        (status = 415, description = "The recording is in no format that is understood"),
    ))]
#[post("/api/audio/transcribe")]
pub async fn transcribe_upload(
    request: HttpRequest,
    access: Access,
    environment: Data<Environment>,
    query: Query<TranscribeQuery>,
    payload: Payload,
) -> Result<Json<Transcribed>, ApiError> {
    transcribe_request(&request, &access, environment, &query, payload).await
}

/// The same under its other name.
#[utoipa::path(tag = "speech",
    params(("language" = Option<String>, Query, description = "The language spoken")),
    request_body(content((RecordingBytes = "application/octet-stream"), (RecordingForm = "multipart/form-data"))),
    responses((status = 200, body = Transcribed)))]
#[post("/api/whisper/transcribe")]
pub async fn transcribe_whisper(
    request: HttpRequest,
    access: Access,
    environment: Data<Environment>,
    query: Query<TranscribeQuery>,
    payload: Payload,
) -> Result<Json<Transcribed>, ApiError> {
    transcribe_request(&request, &access, environment, &query, payload).await
}

async fn transcribe_request(
    request: &HttpRequest,
    access: &Access,
    environment: Data<Environment>,
    query: &TranscribeQuery,
    payload: Payload,
) -> Result<Json<Transcribed>, ApiError> {
    access.require(Role::Client)?;
    let limit = environment.settings.server.body_limit;
    let began = Instant::now();
    let (recording, named) = read_recording(request, payload, limit).await?;
    if recording.is_empty() {
        return Err(ApiError::bad_request(
            "audio_missing",
            "there is no audio; send a recording as the body, or as the field \"audio\" of a form",
        ));
    }
    let wanted = query.language.as_deref().or(named.as_deref());
    let chain = environment.engines().chain(None);
    let language = language_or_assumed(wanted, &chain)?;
    let engine = chain
        .of_parts(|engine| engine.transcribes(&language))
        .map_err(|error| engine_error(&error))?;
    let environment = environment.into_inner();
    let transcript = transcribe(&environment, engine, language, recording)
        .await
        .map_err(refused)?;
    Ok(Json(Transcribed {
        transcript,
        processing_time: began.elapsed().as_secs_f64(),
    }))
}

/// The recording, and the language a form names.
async fn read_recording(
    request: &HttpRequest,
    payload: Payload,
    limit: usize,
) -> Result<(Bytes, Option<String>), ApiError> {
    let is_form = request
        .headers()
        .get("content-type")
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("multipart/"));
    if !is_form {
        let body = read_all(payload.map_err(unreadable), limit).await?;
        return Ok((body, None));
    }
    let mut form = Multipart::new(request.headers(), payload);
    let (mut audio, mut language) = (Bytes::new(), None);
    while let Some(field) = form.try_next().await.map_err(unreadable)? {
        match field.name() {
            Some("audio" | "file") => {
                audio = read_all(field.map_err(unreadable), limit).await?;
            }
            Some("language") => {
                let named = read_all(field.map_err(unreadable), 64).await?;
                language = Some(String::from_utf8_lossy(&named).into_owned());
            }
            _ => {
                read_all(field.map_err(unreadable), limit).await?;
            }
        }
    }
    Ok((audio, language))
}

fn unreadable(error: impl std::fmt::Display) -> ApiError {
    ApiError::bad_request(
        "body_unreadable",
        format!("the body broke off or is not the form it claims to be: {error}"),
    )
}

async fn read_all(
    parts: impl futures_util::Stream<Item = Result<Bytes, ApiError>>,
    limit: usize,
) -> Result<Bytes, ApiError> {
    let whole = parts
        .try_fold(BytesMut::new(), |mut whole, part| async move {
            if whole.len() + part.len() > limit {
                return Err(ApiError::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "payload_too_large",
                    format!("a body has at most {limit} bytes here (server.body_limit)"),
                ));
            }
            whole.extend_from_slice(&part);
            Ok(whole)
        })
        .await?;
    Ok(whole.freeze())
}

fn language_or_assumed(tag: Option<&str>, chain: &Chain) -> Result<Language, ApiError> {
    match tag {
        None | Some("" | "auto") => Ok(chain.assumed_language()),
        Some(tag) => tag
            .parse()
            .map_err(|error: crate::domain::language::LanguageError| {
                ApiError::bad_request("invalid_language", error.to_string())
            }),
    }
}

fn engine_error(error: &EngineError) -> ApiError {
    let status = match error.trouble {
        Trouble::Unavailable | Trouble::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
        Trouble::Unsupported => StatusCode::UNPROCESSABLE_ENTITY,
        Trouble::Timeout => StatusCode::GATEWAY_TIMEOUT,
        Trouble::Invalid => StatusCode::BAD_REQUEST,
        Trouble::Failed | Trouble::Expired => StatusCode::BAD_GATEWAY,
    };
    ApiError::new(status, error.code(), error.message.clone())
}

fn refused(refusal: Refusal) -> ApiError {
    let status = match refusal.code {
        "engine_unavailable" | "engine_overloaded" => StatusCode::SERVICE_UNAVAILABLE,
        "language_unavailable" => StatusCode::UNPROCESSABLE_ENTITY,
        "engine_timeout" => StatusCode::GATEWAY_TIMEOUT,
        "engine_failed" => StatusCode::BAD_GATEWAY,
        "audio_too_long" => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::UNSUPPORTED_MEDIA_TYPE,
    };
    ApiError::new(status, refusal.code, refusal.message)
}
