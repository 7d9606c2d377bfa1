//! `/api/languages` and `/api/engines`: what can be spoken, read and heard here, and what is missing.

use std::collections::BTreeMap;

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
        engine::{EngineReport, LanguagePair},
        language::Language,
    },
};

/// A language and what can be done with it.
#[derive(Debug, Default, Serialize, ToSchema)]
struct LanguageView {
    /// Its BCP 47 tag.
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
    let mut by_code: BTreeMap<&str, LanguageView> = BTreeMap::new();
    let view = |code: &str| LanguageView {
        code: code.to_owned(),
        name: code
            .parse::<Language>()
            .map_or_else(|_| code.to_owned(), |language| language.english_name()),
        ..LanguageView::default()
    };
    for code in &report.recognizes {
        by_code.entry(code).or_insert_with(|| view(code)).speak = true;
    }
    for pair in &report.pairs {
        let source = &pair.source;
        by_code.entry(source).or_insert_with(|| view(source)).r#type = true;
        let target = &pair.target;
        by_code.entry(target).or_insert_with(|| view(target)).read = true;
    }
    for language in by_code.values_mut() {
        // Asked and not looked up: a voice for en-GB speaks en.
        let has_voice = |code: &str| code.parse().is_ok_and(|language| engine.speaks(&language));
        language.hear = language.read && has_voice(&language.code);
        language.reason = reason(language);
    }
    Ok(Json(Languages {
        languages: by_code.into_values().collect(),
        pairs: report.pairs,
    }))
}

fn reason(language: &LanguageView) -> Option<String> {
    let missing: Vec<&str> = [
        (!language.speak, "speech in it is not recognised here"),
        (!language.r#type, "nothing can be translated from it"),
        (!language.read, "nothing can be translated into it"),
        (language.read && !language.hear, "there is no voice for it"),
    ]
    .into_iter()
    .filter_map(|(missing, why)| missing.then_some(why))
    .collect();
    (!missing.is_empty()).then(|| missing.join("; "))
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
