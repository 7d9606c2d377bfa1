//! A text as the pieces in which the service sends it: with their leading spaces, punctuation apart, words cut in two.

/// From how many letters on a word may come in two pieces.
const LONG_WORD: usize = 6;

/// The pieces of a text; joined they are the text. Spaces stand before words, closing marks are pieces of their own, and
/// if `split` every third long word comes in two.
pub fn pieces(text: &str, split: bool) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut long_words = 0;
    for (at, word) in text.split_whitespace().enumerate() {
        let bare = word.trim_end_matches(|letter: char| ".,;:!?…".contains(letter));
        let (bare, marks) = if bare.is_empty() {
            (word, "")
        } else {
            word.split_at(bare.len())
        };
        let space = if at == 0 { "" } else { " " };
        let letters = bare.chars().count();
        if split && letters >= LONG_WORD {
            long_words += 1;
        }
        if split && letters >= LONG_WORD && long_words % 3 == 1 {
            let middle = bare
                .char_indices()
                .nth(letters / 3)
                .map_or(bare.len(), |(at, _)| at);
            pieces.push(format!("{space}{}", &bare[..middle]));
            pieces.push(bare[middle..].to_owned());
        } else {
            pieces.push(format!("{space}{bare}"));
        }
        if !marks.is_empty() {
            pieces.push(marks.to_owned());
        }
    }
    pieces
}

/// What of a growing guess at a sentence may be told already, where nothing told can be taken back: the words on which
/// two guesses in a row agree.
#[derive(Debug, Default)]
pub struct Agreement {
    last: Vec<String>,
    told: usize,
}

impl Agreement {
    /// What a newer guess adds, with its leading space; empty if nothing is certain.
    pub fn guess(&mut self, text: &str) -> String {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let agreed = words
            .iter()
            .zip(&self.last)
            .take_while(|(new, old)| new == old)
            .count();
        let told = joined(words.get(self.told..agreed).unwrap_or_default());
        self.told = self.told.max(agreed);
        self.last = words;
        told
    }

    /// What the final text adds. The next guess begins another sentence.
    pub fn finish(&mut self, text: &str) -> String {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let rest = joined(words.get(self.told..).unwrap_or_default());
        *self = Self::default();
        rest
    }
}

fn joined(words: &[String]) -> String {
    words.iter().map(|word| format!(" {word}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_the_text() {
        for text in [
            "Buenos días a todos.",
            "La reunión empieza a las nueve.",
            "…",
            "",
            "¿Qué?!",
            "a",
        ] {
            assert_eq!(pieces(text, true).concat(), text);
            assert_eq!(pieces(text, false).concat(), text);
        }
        assert_eq!(
            pieces("La reunión empieza.", true),
            ["La", " re", "unión", " empieza", "."]
        );
    }

    #[test]
    fn nothing_told_is_taken_back() {
        let mut agreement = Agreement::default();
        assert_eq!(agreement.guess("go"), "");
        assert_eq!(agreement.guess("go for"), " go");
        assert_eq!(agreement.guess("go forward ten"), "");
        assert_eq!(agreement.guess("go forward ten"), " forward ten");
        assert_eq!(agreement.guess("no"), "");
        assert_eq!(agreement.finish("Go forward ten meters."), " meters.");
        assert_eq!(agreement.finish("Yes."), " Yes.");
    }
}
