//! Where running text may be cut: at the marks that end a sentence in the scripts people write, and where it grows too
//! long, at the best place at hand.

use unicode_segmentation::UnicodeSegmentation;

/// Characters from which on a sentence that does not end is cut: what a caption of two or three lines holds.
pub const LONGEST: usize = 240;

/// Marks that end a sentence wherever they stand: those of scripts that put no space behind them, and those that mean
/// nothing else (Devanagari and Tibetan stops, the Arabic and Urdu ones, Armenian, Ethiopic, Burmese, Khmer).
fn always_ends(mark: char) -> bool {
    matches!(
        mark,
        '。' | '！'
            | '？'
            | '｡'
            | '।'
            | '॥'
            | '؟'
            | '۔'
            | '։'
            | '።'
            | '፧'
            | '။'
            | '។'
            | '៕'
            | '།'
            | '‼'
            | '⁇'
            | '⁈'
            | '⁉'
    )
}

/// Marks that end a sentence if a space or nothing follows: `3.5` and `example.org` go on. The Greek question mark is
/// the one of its own code point; the semicolon, which it looks like, ends nothing.
fn ends_before_a_space(mark: char) -> bool {
    matches!(mark, '.' | '!' | '?' | '…' | '\u{37e}')
}

fn ends(mark: char) -> bool {
    always_ends(mark) || ends_before_a_space(mark)
}

/// What clings to the mark before it.
fn closes(mark: char) -> bool {
    matches!(
        mark,
        '"' | '\''
            | '”'
            | '’'
            | '»'
            | '›'
            | ')'
            | ']'
            | '}'
            | '」'
            | '』'
            | '）'
            | '】'
            | '》'
            | '〉'
            | '］'
            | '｣'
    )
}

/// What may stand between the parts of a sentence.
fn divides(mark: char) -> bool {
    matches!(
        mark,
        ',' | ';' | ':' | '，' | '、' | '；' | '：' | '،' | '؛' | '–' | '—' | '፣' | '፤' | '၊'
    )
}

/// Short forms after which a sentence goes on although a capital letter follows.
const SHORT_FORMS: [&str; 18] = [
    "mr", "mrs", "ms", "dr", "prof", "sr", "sra", "st", "vs", "no", "nr", "jr", "fig", "gen",
    "col", "lt", "rev", "ud",
];

/// Where the first whole sentence of `text` ends, in bytes. `complete` says that nothing follows for now, so that a
/// mark at the very end counts; otherwise what follows it might belong to it.
pub fn sentence_end(text: &str, complete: bool) -> Option<usize> {
    let mut has_words = false;
    let mut rest = text.char_indices().peekable();
    while let Some((at, mark)) = rest.next() {
        has_words |= mark.is_alphanumeric();
        if !ends(mark) || !has_words {
            continue;
        }
        let mut certain = always_ends(mark);
        let mut end = at + mark.len_utf8();
        while let Some(&(next_at, next)) = rest.peek() {
            let clings = closes(next) && !opens_again(text, next_at);
            if !ends(next) && !clings {
                break;
            }
            certain |= always_ends(next);
            end = next_at + next.len_utf8();
            rest.next();
        }
        let behind = &text[end..];
        if behind.is_empty() {
            return complete.then_some(end);
        }
        if certain {
            return Some(end);
        }
        if !behind.starts_with(char::is_whitespace) {
            continue;
        }
        if !matches!(mark, '.' | '…') {
            return Some(end);
        }
        let Some(next) = behind.trim_start().chars().next() else {
            // Only spaces so far: the next word tells whether it was a short form.
            return complete.then_some(end);
        };
        if !next.is_lowercase() && !is_short_form(&text[..at]) {
            return Some(end);
        }
    }
    None
}

/// Whether this straight quote opens what comes rather than closes what was: a letter follows it at once.
fn opens_again(text: &str, at: usize) -> bool {
    let mut from = text[at..].chars();
    matches!(from.next(), Some('"' | '\'')) && from.next().is_some_and(char::is_alphanumeric)
}

/// Whether a stop behind this text belongs to its last word: `Dr`, `J`.
fn is_short_form(before: &str) -> bool {
    let start = before
        .char_indices()
        .rev()
        .find(|(_, letter)| !letter.is_alphanumeric())
        .map_or(0, |(at, letter)| at + letter.len_utf8());
    let word = &before[start..];
    let mut letters = word.chars();
    let initial = letters.next().is_some_and(char::is_uppercase) && letters.next().is_none();
    initial || SHORT_FORMS.contains(&word.to_lowercase().as_str())
}

/// Where text that has grown too long is cut, in bytes: behind the last mark that divides it, else before the last
/// space, in its second half; else between two characters as people see them.
pub fn length_end(text: &str) -> Option<usize> {
    let mut graphemes = text.grapheme_indices(true);
    let (limit, _) = graphemes.nth(LONGEST)?;
    let head = &text[..limit];
    let half = head.len() / 2;
    let in_second_half = |end: &usize| *end > half;
    let marks = head
        .char_indices()
        .filter(|(_, mark)| divides(*mark) || ends(*mark));
    let spaces = head.char_indices().filter(|(_, mark)| mark.is_whitespace());
    let after_mark = marks
        .map(|(at, mark)| at + mark.len_utf8())
        .rfind(|end| in_second_half(end) && !divides_a_number(text, *end));
    let at_space = spaces.map(|(at, _)| at).rfind(in_second_half);
    Some(after_mark.or(at_space).unwrap_or(limit))
}

/// Whether a digit follows, so that the mark may be part of a number: `1,000`.
fn divides_a_number(text: &str, end: usize) -> bool {
    text[end..].starts_with(|next: char| next.is_ascii_digit())
}

/// What is left of the front of a sentence: spaces, and marks that came too late for the sentence before.
pub fn without_late_marks(text: &str) -> &str {
    let late = |mark: char| mark.is_whitespace() || ends(mark) || divides(mark);
    let stripped = text.trim_start_matches(late);
    // The point of a number without an integer part is no late mark.
    let at = text.len() - stripped.len();
    if stripped.starts_with(|digit: char| digit.is_ascii_digit()) && text[..at].ends_with('.') {
        &text[at - 1..]
    } else {
        stripped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(text: &str) -> Vec<&str> {
        let mut rest = text;
        let mut found = Vec::new();
        while let Some(end) = sentence_end(rest, true) {
            found.push(rest[..end].trim());
            rest = &rest[end..];
        }
        if !rest.trim().is_empty() {
            found.push(rest.trim());
        }
        found
    }

    #[test]
    fn sentences_end_at_the_marks_of_many_scripts() {
        for (text, expected) in [
            (
                "Good morning. How are you? Fine!",
                vec!["Good morning.", "How are you?", "Fine!"],
            ),
            (
                "It costs 3.50 at example.org. Really",
                vec!["It costs 3.50 at example.org.", "Really"],
            ),
            (
                "Dr. Smith met J. Doe, e.g. here. Then",
                vec!["Dr. Smith met J. Doe, e.g. here.", "Then"],
            ),
            (
                "He said \"stop.\" Then he left.",
                vec!["He said \"stop.\"", "Then he left."],
            ),
            (
                "Wait... what?! \"Yes.\"",
                vec!["Wait... what?!", "\"Yes.\""],
            ),
            ("¿Qué tal? ¡Bien!", vec!["¿Qué tal?", "¡Bien!"]),
            (
                "こんにちは。元気ですか？はい。」そう",
                vec!["こんにちは。", "元気ですか？", "はい。」", "そう"],
            ),
            ("नमस्ते। आप कैसे हैं?", vec!["नमस्ते।", "आप कैसे हैं?"]),
            ("كيف حالك؟ بخير", vec!["كيف حالك؟", "بخير"]),
            ("Τι κάνεις\u{37e} Καλά.", vec!["Τι κάνεις\u{37e}", "Καλά."]),
            ("ሰላም። እንዴት ነህ፧ ደህና", vec!["ሰላም።", "እንዴት ነህ፧", "ደህና"]),
            ("... and so on", vec!["... and so on"]),
        ] {
            assert_eq!(sentences(text), expected, "{text}");
        }
    }

    #[test]
    fn a_mark_at_the_end_waits_for_what_follows() {
        assert_eq!(sentence_end("It is 3.", false), None);
        assert_eq!(
            sentence_end("It is 3. ", false),
            None,
            "the next word may be lower case"
        );
        assert_eq!(sentence_end("It is 3.", true), Some(8));
        assert_eq!(sentence_end("It is 3. So", false), Some(8));
        assert_eq!(
            sentence_end("你好。", false),
            None,
            "a closing bracket may follow"
        );
        assert_eq!(sentence_end("你好。我", false), Some(9));
    }

    #[test]
    fn long_text_is_cut_at_a_mark_or_a_space_or_between_characters() {
        assert_eq!(length_end(&"short ".repeat(10)), None);
        let clauses = format!("{}, {}", "word ".repeat(30).trim(), "other ".repeat(40));
        let end = length_end(&clauses).unwrap();
        assert!(clauses[..end].ends_with(','), "{}", &clauses[..end]);
        let words = "word ".repeat(100);
        let end = length_end(&words).unwrap();
        assert!(words[..end].ends_with("word"), "{}", &words[..end]);
        let end = length_end(&"字".repeat(300)).unwrap();
        assert_eq!(end, LONGEST * 3);
        let families = "👨‍👩‍👧".repeat(300);
        let end = length_end(&families).unwrap();
        assert_eq!(end, LONGEST * "👨‍👩‍👧".len());
    }

    #[test]
    fn marks_that_come_late_are_left_out() {
        assert_eq!(without_late_marks(". How"), "How");
        assert_eq!(without_late_marks(" ¿Qué"), "¿Qué");
        assert_eq!(without_late_marks(" .5 percent"), ".5 percent");
        assert_eq!(without_late_marks("。"), "");
    }
}
