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
    actors::{chain::Chain, environment::Environment},
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

/// The languages of the engines that serve whoever names none, with those that cannot be spoken or heard said to be so.
#[utoipa::path(tag = "languages", responses((status = 200, body = Languages)))]
#[get("/api/languages")]
pub async fn languages(
    access: Access,
    environment: Data<Environment>,
) -> Result<Json<Languages>, ApiError> {
    access.require(Role::Client)?;
    let chain = environment.engines().chain(None);
    let reports: Vec<EngineReport> = chain.engines().map(|engine| engine.report()).collect();
    let pairs = reports.iter().flat_map(|report| &report.pairs);
    let tags = pairs.clone().flat_map(|pair| [&pair.source, &pair.target]);
    let recognized = reports.iter().flat_map(|report| &report.recognizes);
    let known: BTreeSet<Language> = tags
        .chain(recognized)
        .filter_map(|tag| tag.parse().ok())
        .collect();
    let views = known
        .iter()
        .map(|language| LanguageView::of(language, &known, &chain));
    // Of a direction that several know, the first in their order serves.
    let mut seen = BTreeSet::new();
    let mut unique: Vec<LanguagePair> = pairs.cloned().collect();
    unique.retain(|pair| seen.insert((pair.source.clone(), pair.target.clone())));
    Ok(Json(Languages {
        languages: views.collect(),
        pairs: unique,
    }))
}

impl LanguageView {
    fn of(language: &Language, all: &BTreeSet<Language>, chain: &Chain) -> Self {
        let any =
            |fits: &dyn Fn(&dyn Engine) -> bool| chain.engines().any(|engine| fits(&**engine));
        let into = |engine: &dyn Engine| all.iter().any(|from| engine.translates(from, language));
        let from = |engine: &dyn Engine| all.iter().any(|into| engine.translates(language, into));
        let mut view = Self {
            code: language.to_string(),
            name: language.english_name(),
            speak: any(&|engine| engine.transcribes(language)),
            // The voice is that of the engine which translates.
            hear: any(&|engine| into(engine) && engine.speaks(language)),
            // One that interprets end to end takes speech only.
            r#type: any(&|engine| engine.interprets().is_none() && from(engine)),
            read: any(&into),
            reason: None,
        };
        view.reason = view.missing(any(&from));
        view
    }

    /// What does not work, in words; `translated` where speech or text in it is translated.
    fn missing(&self, translated: bool) -> Option<String> {
        let missing: Vec<&str> = [
            (!self.speak, "speech in it is not recognised here"),
            (!translated, "nothing can be translated from it"),
            (
                translated && !self.r#type,
                "text typed in it cannot be translated",
            ),
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
