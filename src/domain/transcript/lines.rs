//! What people type and are called, made fit to stand in a document of lines: no text may forge a line, a caption or a
//! name of its own.

/// Characters that end a line somewhere: in Unicode, in editors, in programs that read these files.
fn ends_line(letter: char) -> bool {
    matches!(
        letter,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Characters that turn the direction of what follows. In a text they hold to the end of its line; a name stands
/// before the words of somebody, and must leave them alone.
fn turns_direction(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The lines of a text that have something in them, without control characters.
pub(super) fn lines(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(ends_line)
        .map(|line| {
            let kept: String = line.chars().filter(|letter| !letter.is_control()).collect();
            kept.trim().to_owned()
        })
        .filter(|line| !line.is_empty())
}

/// A name on one line; empty if there is nothing in it.
pub(super) fn name(name: &str) -> String {
    let kept = name.chars().filter(|letter| !turns_direction(*letter));
    let kept: String = kept.collect();
    let parts: Vec<String> = lines(&kept).collect();
    parts.join(" ")
}
