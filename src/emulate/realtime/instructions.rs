//! From which language into which: what the instructions of a conversation say.

use crate::domain::language::Language;

/// The languages that are looked for, by the names people give them in English.
const NAMES: [(&str, &str); 16] = [
    ("english", "en"),
    ("spanish", "es"),
    ("portuguese", "pt"),
    ("french", "fr"),
    ("japanese", "ja"),
    ("russian", "ru"),
    ("chinese", "zh"),
    ("mandarin", "zh"),
    ("german", "de"),
    ("korean", "ko"),
    ("hindi", "hi"),
    ("indonesian", "id"),
    ("vietnamese", "vi"),
    ("italian", "it"),
    ("catalan", "ca"),
    ("dutch", "nl"),
];

/// A direction of interpretation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Direction {
    /// The language words come in.
    pub source: Language,
    /// The language they go out in.
    pub target: Language,
}

/// The direction that instructions name. What they leave open is `speaks` into Spanish, or into English for one who
/// speaks Spanish. Of several languages, the one after "from" is the source and the one after "to" or "into" the
/// target; without these words the first is the source.
pub fn direction(instructions: &str, speaks: &Language) -> Direction {
    let lowered = instructions.to_lowercase();
    let words: Vec<&str> = lowered
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let (mut from, mut into, mut others) = (None, None, Vec::new());
    for (at, word) in words.iter().enumerate() {
        let Some(language) = named(word) else {
            continue;
        };
        match at.checked_sub(1).map(|before| words[before]) {
            Some("from") => from = from.or(Some(language)),
            Some("to" | "into" | "in") => into = into.or(Some(language)),
            _ if !others.contains(&language) => others.push(language),
            _ => {}
        }
    }
    let mut others = others.into_iter();
    if from.is_none() && into.is_none() && others.len() == 1 {
        into = others.next();
    }
    let source = from
        .or_else(|| others.find(|other| Some(other) != into.as_ref()))
        .unwrap_or_else(|| speaks.clone());
    let fallback = if speaks.primary() == "es" { "en" } else { "es" };
    let target = into
        .or_else(|| others.find(|other| *other != source))
        .or_else(|| fallback.parse().ok())
        .unwrap_or_else(|| source.clone());
    Direction { source, target }
}

fn named(word: &str) -> Option<Language> {
    let (_, tag) = NAMES.iter().find(|(name, _)| *name == word)?;
    tag.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(instructions: &str) -> String {
        let direction = direction(instructions, &"en".parse().unwrap());
        format!("{}-{}", direction.source, direction.target)
    }

    #[test]
    fn directions_are_read_from_what_people_write() {
        assert_eq!(read(""), "en-es");
        assert_eq!(read("Translate the user message into Catalan."), "en-ca");
        assert_eq!(
            read("Interpret from Spanish into English, never answer."),
            "es-en"
        );
        assert_eq!(
            read("Translate to French. The speaker speaks English."),
            "en-fr"
        );
        assert_eq!(read("English - Italian interpreter"), "en-it");
        assert_eq!(read("Output only German."), "en-de");
        assert_eq!(read("You are a pirate."), "en-es");
    }
}
