//! What of a configuration will not work here: said when it is made, not discovered in the conversation.

use crate::{
    actors::environment::{Environment, assumed_language},
    domain::{
        participant::Speaks,
        session_config::{ConfigWarning, SessionConfig},
    },
};

/// Everything in `config` that the engines at hand cannot do.
pub fn of(environment: &Environment, config: &SessionConfig) -> Vec<ConfigWarning> {
    let (engine, found) = environment.engines().choose(config.engine.as_deref());
    let chain = environment.engines().chain(config.engine.as_deref());
    let mut warnings = Vec::new();
    let mut warn = |code, message: String, language| {
        warnings.push(ConfigWarning {
            code,
            message,
            language,
        });
    };
    if !found {
        let wanted = config.engine.as_deref().unwrap_or_default();
        warn(
            "engine_unknown",
            format!(
                "there is no engine {wanted:?} here; {} serves instead, GET /api/engines lists them",
                engine.name()
            ),
            None,
        );
    }
    match &config.speaks {
        // One that interprets end to end finds out itself what is spoken.
        Speaks::Auto if engine.interprets().is_some() => {}
        Speaks::Auto => {
            let assumed = assumed_language(&*engine);
            warn(
                "language_assumed",
                format!(
                    "{} does not recognize languages; what is said is taken to be {assumed}",
                    engine.name()
                ),
                Some(assumed),
            );
        }
        Speaks::Language(language) if !chain.hears(language) => warn(
            "speech_unavailable",
            format!("speech in {language} cannot be recognized here; typed text works"),
            Some(language.clone()),
        ),
        Speaks::Language(_) => {}
    }
    let reports: Vec<_> = chain.engines().map(|engine| engine.report()).collect();
    for language in &config.hears {
        let mut pairs = reports.iter().flat_map(|report| &report.pairs);
        let reachable = pairs.any(|pair| {
            pair.target
                .parse()
                .is_ok_and(|target| language.same_speech(&target))
        });
        if !reachable {
            warn(
                "translation_unavailable",
                format!(
                    "nothing can be translated into {language} here; GET /api/languages lists what can"
                ),
                Some(language.clone()),
            );
        }
    }
    if let (true, Some(language)) = (config.speech, config.hears.first())
        && !engine.speaks(language)
    {
        warn(
            "voice_unavailable",
            format!("there is no voice for {language} here; captions work"),
            Some(language.clone()),
        );
    }
    if config.glossary.is_some() && !engine.interprets().is_some_and(|style| style.glossary) {
        warn(
            "glossary_unsupported",
            format!("{} does not take a glossary; it is kept", engine.name()),
            None,
        );
    }
    if let Some(preset) = &config.preset {
        warn(
            "preset_unknown",
            format!("there is no preset {preset:?} here; it is kept"),
            None,
        );
    }
    warnings
}
