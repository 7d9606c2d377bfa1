//! SubRip. It has no specification and no escaping; this is what players agree on: a number from 1, a line of times with
//! a comma, lines of text, an empty line. What they would take for a timing line or for markup is written in look-alikes.

use super::{
    captions::{Caption, Style},
    timeline::clock,
};

/// Writes SubRip.
pub(super) struct Srt;

impl Style for Srt {
    fn caption(&self, caption: &Caption<'_>, out: &mut String) {
        out.push_str(&format!(
            "{}\n{} --> {}\n",
            caption.number,
            clock(caption.start, ','),
            clock(caption.end, ',')
        ));
        if !caption.speaker.is_empty() {
            out.push_str(&disarm(caption.speaker));
            out.push_str(": ");
        }
        for line in caption.lines {
            out.push_str(&disarm(line));
            out.push('\n');
        }
        out.push('\n');
    }
}

/// Players look for timing lines anywhere (FFmpeg does), hide what looks like a tag of HTML, and obey `{\…}` as SubStation
/// Alpha does.
fn disarm(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let arrowless = text.replace("-->", "→");
    let mut letters = arrowless.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied();
        out.push(match (letter, next) {
            ('<', Some(next)) if next.is_alphabetic() || next == '/' => '‹',
            ('{', Some('\\')) => '(',
            _ => letter,
        });
    }
    out
}
