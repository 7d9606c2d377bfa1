//! What a client asks of engines and services outside any room: one translation, or a service by its name.

use actix::{ActorFutureExt, AsyncContext, WrapFuture};
use serde_json::{Value, json};

use super::Socket;
use crate::{
    actors::{chain::Chain, refusal::Refusal, translating::translate},
    domain::{
        client_message::{LONGEST_TEXT, ServiceMessage, TranslateText, says_nothing},
        identity::UtteranceId,
        language::Language,
        server_message::{Caption, ServerMessage, ServiceStatus},
    },
    supervision::Ctx,
};

/// Translations of one socket under way at once; a client that sends more waits for an answer first.
const MOST_AT_ONCE: usize = 8;

impl Socket {
    /// `translation_stream`: one text into one language, to this socket alone.
    pub(super) fn translate_once(
        &mut self,
        request: TranslateText,
        reference: Option<Value>,
        ctx: &mut Ctx<Self>,
    ) {
        if let Err(refusal) = self.admit_translation(&request.text) {
            let error = ServerMessage::error(refusal.code, refusal.message);
            return self.send(&error, reference.as_ref());
        }
        let utterance_id: UtteranceId = self.environment.identities.next().into();
        let received = ServerMessage::TranslationReceived {
            utterance_id: utterance_id.clone(),
        };
        self.send(&received, reference.as_ref());
        let chain = self.environment.engines().chain(None);
        let source = request
            .source_lang
            .unwrap_or_else(|| chain.assumed_language());
        let (text, target) = (request.text, request.target_lang);
        let started_at = self.environment.clock.now();
        self.translating += 1;
        let translating = {
            let (text, source, target) = (text.clone(), source.clone(), target.clone());
            async move { translate(&chain, &text, &source, &target).await }
        };
        ctx.spawn(
            translating
                .into_actor(self)
                .map(move |translated, socket, _| {
                    socket.translating -= 1;
                    let message = match translated {
                        Ok((translated, engine)) => ServerMessage::Translation(Caption {
                            seq: None,
                            room_id: None,
                            utterance_id,
                            revision: 0,
                            speaker: None,
                            source_language: Some(source),
                            language: target,
                            text: translated.text,
                            source_text: Some(text),
                            last: true,
                            started_at,
                            ended_at: Some(socket.environment.clock.now()),
                            confidence: translated.confidence,
                            engine,
                        }),
                        Err(error) => ServerMessage::error(error.code(), error.message),
                    };
                    socket.send(&message, reference.as_ref());
                }),
        );
    }

    fn admit_translation(&self, text: &str) -> Result<(), Refusal> {
        let length = text.chars().count();
        if length > LONGEST_TEXT {
            return Err(Refusal::new(
                "text_too_long",
                format!(
                    "a text has at most {LONGEST_TEXT} characters; this one has {length}, send it in parts"
                ),
            ));
        }
        if says_nothing(text) {
            return Err(Refusal::new(
                "text_empty",
                "the text is empty; there is nothing to translate",
            ));
        }
        if self.translating >= MOST_AT_ONCE {
            return Err(Refusal::new(
                "busy",
                format!(
                    "{MOST_AT_ONCE} translations are under way on this connection; wait for one"
                ),
            ));
        }
        Ok(())
    }

    /// `service_message`: answered by the engines at hand under the names of the services it stands for.
    pub(super) fn ask_service(
        &mut self,
        message: ServiceMessage,
        reference: Option<Value>,
        ctx: &mut Ctx<Self>,
    ) {
        let chain = self.environment.engines().chain(None);
        let ServiceMessage {
            target_service,
            action,
            data,
        } = message;
        let answered = answer(&target_service, &action, &chain);
        match answered {
            Answer::Now(result) => {
                self.send(
                    &response(target_service, action, result),
                    reference.as_ref(),
                );
            }
            Answer::Translate => {
                let request = TranslationData::read(&data, &chain)
                    .and_then(|request| self.admit_translation(&request.text).map(|()| request));
                let request = match request {
                    Ok(request) => request,
                    Err(refusal) => {
                        let refused = response(target_service, action, Err(refusal));
                        return self.send(&refused, reference.as_ref());
                    }
                };
                self.translating += 1;
                let translating = async move {
                    translate(&chain, &request.text, &request.source, &request.target)
                        .await
                        .map(|(translated, _)| {
                            json!({
                                "translated_text": translated.text,
                                "source_language": request.source,
                                "target_language": request.target,
                                "confidence": translated.confidence,
                                "model": translated.model,
                            })
                        })
                        .map_err(|error| Refusal::from(&error))
                };
                ctx.spawn(translating.into_actor(self).map(move |result, socket, _| {
                    socket.translating -= 1;
                    socket.send(
                        &response(target_service, action, result),
                        reference.as_ref(),
                    );
                }));
            }
        }
    }
}

enum Answer {
    Now(Result<Value, Refusal>),
    Translate,
}

fn answer(service: &str, action: &str, chain: &Chain) -> Answer {
    // These services are of texts and recordings: those that interpret end to end have no part in them.
    let report = || {
        let engine = chain.of_parts(|_| true);
        engine
            .map(|engine| engine.report())
            .map_err(|error| Refusal::from(&error))
    };
    match (service, action) {
        ("translation-service", "translate") => Answer::Translate,
        ("translation-service" | "audio-service", "health" | "status") => {
            Answer::Now(report().map(|report| {
                let status = if report.available {
                    "healthy"
                } else {
                    "unhealthy"
                };
                json!({"status": status, "engine": report.name, "parts": report.parts})
            }))
        }
        ("translation-service", "languages") => {
            Answer::Now(report().map(|report| json!({"pairs": report.pairs})))
        }
        ("audio-service", "languages" | "models") => Answer::Now(
            report()
                .map(|report| json!({"recognizes": report.recognizes, "speaks": report.speaks})),
        ),
        ("translation-service" | "audio-service", _) => Answer::Now(Err(Refusal::new(
            "unknown_action",
            format!(
                "{service} does not know this action; it knows health, languages and, for translations, translate"
            ),
        ))),
        ("speaker-service", _) => Answer::Now(Err(Refusal::new(
            "not_configured",
            "no speaker service is configured",
        ))),
        _ => Answer::Now(Err(Refusal::new(
            "unknown_service",
            "there is no such service; there are audio-service, speaker-service and translation-service",
        ))),
    }
}

fn response(service: String, action: String, result: Result<Value, Refusal>) -> ServerMessage {
    let (status, data) = match result {
        Ok(data) => (ServiceStatus::Success, data),
        Err(refusal) => (
            ServiceStatus::Error,
            json!({"code": refusal.code, "message": refusal.message}),
        ),
    };
    ServerMessage::ServiceResponse {
        source_service: service,
        action,
        status,
        data,
    }
}

/// The fields of a translation asked of the translation service.
struct TranslationData {
    text: String,
    source: Language,
    target: Language,
}

impl TranslationData {
    fn read(data: &Value, chain: &Chain) -> Result<Self, Refusal> {
        let wrong = |what: &str| {
            Refusal::new(
                "invalid_message",
                format!("translate needs data {{text, target_language, source_language?}}: {what}"),
            )
        };
        let field = |name: &str| data.get(name).and_then(Value::as_str);
        let language = |tag: &str| {
            tag.parse::<Language>()
                .map_err(|error| wrong(&error.to_string()))
        };
        Ok(Self {
            text: field("text")
                .ok_or_else(|| wrong("text is missing"))?
                .to_owned(),
            target: language(
                field("target_language").ok_or_else(|| wrong("target_language is missing"))?,
            )?,
            source: match field("source_language") {
                None | Some("auto") => chain.assumed_language(),
                Some(tag) => language(tag)?,
            },
        })
    }
}
