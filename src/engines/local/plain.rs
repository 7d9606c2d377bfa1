//! Any text as one plain line: what every engine of this machine is given.
//!
//! A NUL shifts every later answer of a translator by one and cuts a voice short, and two thousand dots cost a
//! translator more than a second; U+FFFF ends its process.

/// Repeats of one punctuation mark that are kept: what people write ("...", "!!!").
const KEPT_REPEATS: usize = 3;

/// The text in one line: control characters and line separators become spaces, noncharacters U+FFFD, runs of blanks one
/// blank, long runs of one punctuation mark three of it. Nothing at either end.
pub fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut previous = ' ';
    let mut repeats = 0;
    for character in text.chars() {
        let character = if character.is_control() || character.is_whitespace() {
            ' '
        } else if is_noncharacter(character) {
            char::REPLACEMENT_CHARACTER
        } else {
            character
        };
        repeats = if character == previous {
            repeats + 1
        } else {
            1
        };
        let too_often = if character == ' ' {
            previous == ' '
        } else {
            repeats > KEPT_REPEATS && is_punctuation(character)
        };
        previous = character;
        if !too_often {
            clean.push(character);
        }
    }
    clean.truncate(clean.trim_end().len());
    clean
}

/// Code points that stand for no character, ever (Unicode 16, section 23.7); U+FFFF is a translator's own mark for the
/// end of its input, and kills it.
fn is_noncharacter(character: char) -> bool {
    u32::from(character) & 0xfffe == 0xfffe || matches!(character, '\u{fdd0}'..='\u{fdef}')
}

fn is_punctuation(character: char) -> bool {
    character.is_ascii_punctuation()
        || matches!(
            character,
            '\u{a1}' | '\u{ab}' | '\u{b7}' | '\u{bb}' | '\u{bf}' | '\u{2010}'..='\u{2027}'
            | '\u{2030}'..='\u{205e}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}'
            | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_clean_line() {
        assert_eq!(clean(" a\u{0}b\n\tc\u{2028}\u{a0} d "), "a b c d");
        assert_eq!(clean("wait......... what?!?!"), "wait... what?!?!");
        assert_eq!(clean(&".".repeat(2_000)), "...");
        assert_eq!(clean("\u{0}\n"), "");
        assert_eq!(
            clean("a\u{ffff}b\u{1fffe}c\u{fdd0}d\u{fffd}"),
            "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}"
        );
        assert_eq!(clean("hmmmmm 10000"), "hmmmmm 10000");
    }
}
