//! Makes any text safe for an Apertium pipeline, and its answer readable again.
//!
//! Unescaped, one `$` ends a stage, a lone `[` hangs it, and text in brackets is never translated or even a command.
//! The text must have gone through [`super::super::plain::clean`] before.

/// Characters with a meaning in the Apertium stream format, the set that `apertium-destxt` escapes.
const SPECIAL: &[char] = &['\\', '[', ']', '{', '}', '^', '$', '/', '@', '<', '>'];

/// The post-generator eats every `~`, escaped or not, so texts go through with the tilde operator in its place.
const TILDE: (char, char) = ('~', '\u{223c}');

/// A cleaned text with every special character behind a backslash.
pub fn escape(clean: &str) -> String {
    let mut escaped = String::with_capacity(clean.len() + clean.len() / 8);
    for character in clean.chars() {
        if SPECIAL.contains(&character) {
            escaped.push('\\');
        }
        escaped.push(if character == TILDE.0 {
            TILDE.1
        } else {
            character
        });
    }
    escaped
}

/// The pipeline's answer as people read it: backslashes resolved, and the blanks gone that dropped words leave.
pub fn unescape(answer: &str) -> String {
    let mut text = String::with_capacity(answer.len());
    let mut characters = answer.chars();
    while let Some(character) = characters.next() {
        let character = if character == '\\' {
            characters.next().unwrap_or('\\')
        } else {
            character
        };
        let character = if character == TILDE.1 {
            TILDE.0
        } else {
            character
        };
        if character != ' ' || !(text.is_empty() || text.ends_with(' ')) {
            text.push(character);
        }
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::super::plain::clean, *};

    #[test]
    fn special_characters_are_escaped_and_come_back() {
        assert_eq!(escape("[a] $5 \\"), "\\[a\\] \\$5 \\\\");
        assert_eq!(unescape(&escape("~5 km")), "~5 km");
        assert_eq!(unescape("  \\[a\\]  \\$5 \\\\ "), "[a] $5 \\");
    }

    proptest! {
        #[test]
        fn a_cleaned_text_survives_the_way_there_and_back(text in any::<String>()) {
            let clean = clean(&text.replace(TILDE.1, ""));
            prop_assert_eq!(unescape(&escape(&clean)), clean);
        }
    }
}
