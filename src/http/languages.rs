//! `/api/languages` and `/api/engines`: what can be spoken, read and heard here, and what is missing.

use std::collections::BTreeSet;

use actix_web::{
    get,
    web::{Data, Json},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::error::ApiError;
use crate::{
    actors::environment::Environment,
    domain::{
        access::{Access, Role},
        engine::{Engine, EngineReport, LanguagePair},
        language::Language,
    },
};

/// A language and what can be done with it.
#[derive(Serialize, ToSchema)]
struct LanguageView {
    /// Its BCP 47 tag.
    #[schema(value_type = Language)]
    code: String,
    /// Its name in English.
    name: String,
    /// Whether speech in it is understood.
    speak: bool,
    /// Whether what others say can be heard in it.
    hear: bool,
    /// Whether text typed in it can be translated.
    r#type: bool,
    /// Whether what others say can be read in it.
    read: bool,
    /// What does not work, and why, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<String>,
}

/// What can be spoken, read and heard.
#[derive(Serialize, ToSchema)]
struct Languages {
    languages: Vec<LanguageView>,
    pairs: Vec<LanguagePair>,
}

/// The languages of the default engine, with those that cannot be spoken or heard said to be so.
#[utoipa::path(tag = "languages", responses((status = 200, body = Languages)))]
#[get("/api/languages")]
pub async fn languages(
    access: Access,
    environment: Data<Environment>,
) -> Result<Json<Languages>, ApiError> {
    access.require(Role::Client)?;
    let (engine, _) = environment.engines().choose(None);
    let report = engine.report();
    let tags = report
        .pairs
        .iter()
        .flat_map(|pair| [&pair.source, &pair.target]);
    let known: BTreeSet<Language> = tags
        .chain(&report.recognizes)
        .filter_map(|tag| tag.parse().ok())
        .collect();
    let views = known
        .iter()
        .map(|language| LanguageView::of(language, &known, &*engine));
    Ok(Json(Languages {
        languages: views.collect(),
        pairs: report.pairs,
    }))
}

impl LanguageView {
    fn of(language: &Language, all: &BTreeSet<Language>, engine: &dyn Engine) -> Self {
        let read = all.iter().any(|source| engine.translates(source, language));
        let mut view = Self {
            code: language.to_string(),
            name: language.english_name(),
            speak: engine.transcribes(language),
            hear: read && engine.speaks(language),
            r#type: all.iter().any(|target| engine.translates(language, target)),
            read,
            reason: None,
        };
        view.reason = view.missing();
        view
    }

    /// What does not work, in words.
    fn missing(&self) -> Option<String> {
        let missing: Vec<&str> = [
            (!self.speak, "speech in it is not recognised here"),
            (!self.r#type, "nothing can be translated from it"),
            (!self.read, "nothing can be translated into it"),
            (self.read && !self.hear, "there is no voice for it"),
        ]
        .into_iter()
        .filter_map(|(missing, why)| missing.then_some(why))
        .collect();
        (!missing.is_empty()).then(|| missing.join("; "))
    }
}

/// An engine and whether it serves those who name none.
#[derive(Serialize, ToSchema)]
struct EngineView {
    #[serde(flatten)]
    report: EngineReport,
    default: bool,
}

/// All engines.
#[derive(Serialize, ToSchema)]
struct Engines {
    engines: Vec<EngineView>,
}

/// The engines at hand: what was found, which package is missing.
#[utoipa::path(tag = "languages", responses((status = 200, body = Engines)))]
#[get("/api/engines")]
pub async fn engines(
    access: Access,
    environment: Data<Environment>,
) -> Result<Json<Engines>, ApiError> {
    access.require(Role::Client)?;
    let engines = environment
        .engines()
        .all()
        .map(|(engine, default)| EngineView {
            report: engine.report(),
            default,
        })
        .collect();
    Ok(Json(Engines { engines }))
}
