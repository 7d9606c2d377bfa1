//! One text outside any room, into another language.

use std::sync::Arc;

use crate::domain::{
    engine::{Engine, EngineError, Translated},
    language::Language,
};

/// The text in the `target` language; as it is where that is the language it is in.
///
/// # Errors
/// The engine's.
pub async fn translate(
    engine: &Arc<dyn Engine>,
    text: &str,
    source: &Language,
    target: &Language,
) -> Result<Translated, EngineError> {
    if source.same_speech(target) {
        return Ok(Translated {
            text: text.to_owned(),
            confidence: Some(1.0),
            model: "none: the languages are the same".to_owned(),
        });
    }
    engine.translate(text, source, target).await
}
