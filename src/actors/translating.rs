//! One text outside any room, into another language.

use super::chain::Chain;
use crate::domain::{
    engine::{EngineError, Translated},
    language::Language,
};

/// The text in the `target` language, and the engine that translated it; as it is where that is the language it is in.
///
/// # Errors
/// The engine's, or [`Chain::of_parts`]'.
pub async fn translate(
    chain: &Chain,
    text: &str,
    source: &Language,
    target: &Language,
) -> Result<(Translated, &'static str), EngineError> {
    if source.same_speech(target) {
        let same = Translated {
            text: text.to_owned(),
            confidence: Some(1.0),
            model: "none: the languages are the same".to_owned(),
        };
        return Ok((same, chain.first().name()));
    }
    let engine = chain.of_parts(|engine| engine.translates(source, target))?;
    let translated = engine.translate(text, source, target).await?;
    Ok((translated, engine.name()))
}
