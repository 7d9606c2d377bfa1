//! Turns a recognizer's lower-case words into written text: "can i see you on monday" → "Can I see you on Monday?".
//!
//! Translation needs it: Apertium takes a lower-case "i" for a letter and reads a sentence without an end differently.

/// Words that are written with a capital wherever they stand.
#[rustfmt::skip]
const ALWAYS_CAPITAL: &[&str] = &[
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january",
    "february", "april", "june", "july", "august", "september", "october", "november", "december",
    "english", "spanish", "french", "german", "italian", "portuguese", "catalan", "america",
    "england", "spain", "france", "germany", "italy", "london", "paris", "madrid", "barcelona",
];

/// Words that ask for something when a helping verb follows within two words.
#[rustfmt::skip]
const ASKING: &[&str] = &[
    "what", "where", "when", "why", "who", "whom", "whose", "which", "how", "what's", "where's",
    "who's", "how's", "when's",
];

/// Verbs that stand before their subject in a question.
#[rustfmt::skip]
const HELPING: &[&str] = &[
    "am", "is", "are", "was", "were", "do", "does", "did", "have", "has", "had", "can", "could",
    "will", "would", "shall", "should", "may", "might", "must", "isn't", "aren't", "wasn't",
    "weren't", "don't", "doesn't", "didn't", "haven't", "hasn't", "hadn't", "can't", "couldn't",
    "won't", "wouldn't", "shouldn't",
];

/// Helping verbs that also begin an order ("do it", "have a seat", "don't wait").
const ORDERING: &[&str] = &["do", "don't", "have"];

/// Words for a person or thing that does something.
#[rustfmt::skip]
const SUBJECTS: &[&str] = &[
    "i", "you", "he", "she", "it", "we", "they", "there", "this", "that", "these", "those",
    "anybody", "anyone", "everybody", "everyone", "somebody", "someone",
];

/// The words of a guess that may still change: capitals, but no closing mark.
pub fn partial(words: &str) -> String {
    written(&tokens(words))
}

/// The words of an ended utterance: capitals and a closing `.` or `?`; empty when there are no words.
pub fn finished(words: &str) -> String {
    let tokens = tokens(words);
    let mut text = written(&tokens);
    if !text.is_empty() {
        text.push(if asks(&tokens) { '?' } else { '.' });
    }
    text
}

/// The words without what a decoder mixes in: `<sil>`, `[NOISE]`, `++UH++`, and the `(2)` of a second pronunciation.
fn tokens(words: &str) -> Vec<&str> {
    words
        .split_whitespace()
        .map(|word| word.split_once('(').map_or(word, |(plain, _)| plain))
        .filter(|word| !word.is_empty() && !word.starts_with(['<', '[', '+']))
        .collect()
}

fn written(tokens: &[&str]) -> String {
    let mut text = String::new();
    for (position, token) in tokens.iter().enumerate() {
        if position > 0 {
            text.push(' ');
        }
        let pronoun = *token == "i" || token.starts_with("i'");
        if position == 0 || pronoun || ALWAYS_CAPITAL.contains(token) {
            let mut letters = token.chars();
            text.extend(letters.next().into_iter().flat_map(char::to_uppercase));
            text.push_str(letters.as_str());
        } else {
            text.push_str(token);
        }
    }
    text
}

fn asks(tokens: &[&str]) -> bool {
    let is = |position: usize, words: &[&str]| {
        tokens
            .get(position)
            .is_some_and(|token| words.contains(token))
    };
    if is(0, ASKING) {
        // "where is it", "what time does it start"; but "what i want is tea", "when you come we eat".
        return tokens[0].contains('\'')
            || is(1, HELPING)
            || (!is(1, SUBJECTS) && (is(2, HELPING) || is(3, HELPING)));
    }
    if is(0, ORDERING) {
        return is(1, SUBJECTS) && !is(1, &["it", "this", "that", "these", "those"]);
    }
    is(0, HELPING) && tokens.len() > 1 && !is(1, &["not", "be"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_and_a_closing_mark() {
        for (words, text) in [
            ("go forward ten meters", "Go forward ten meters."),
            ("i would like it on monday", "I would like it on Monday."),
            (
                "yes i'm here and i've seen it",
                "Yes I'm here and I've seen it.",
            ),
            ("where is the train station", "Where is the train station?"),
            (
                "what time does the meeting start",
                "What time does the meeting start?",
            ),
            ("how much does this cost", "How much does this cost?"),
            ("what's your name", "What's your name?"),
            ("can you hear me", "Can you hear me?"),
            ("is the doctor here", "Is the doctor here?"),
            ("do you know him", "Do you know him?"),
            ("do it now", "Do it now."),
            ("have a nice day", "Have a nice day."),
            ("what i want is tea", "What I want is tea."),
            ("when you come home we eat", "When you come home we eat."),
            (
                "<s> the(2) <sil> mining ++NOISE++ town </s>",
                "The mining town.",
            ),
            ("<sil>", ""),
            ("", ""),
        ] {
            assert_eq!(finished(words), text, "{words:?}");
        }
    }

    #[test]
    fn a_guess_has_no_closing_mark() {
        assert_eq!(partial("where is"), "Where is");
        assert_eq!(partial(""), "");
    }
}
