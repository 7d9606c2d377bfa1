//! Cuts a long text into pieces that one request may carry, at the best place there is, and loses nothing.

/// A piece of a text and whether a blank stood between it and the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its words.
    pub text: String,
    /// Whether the next piece begins after a blank.
    pub blank_after: bool,
}

/// Cuts at the end of a sentence, else between words, else (one endless word) after `limit` characters.
///
/// `text` has single blanks only. Joined again with [`join`], the pieces are the text.
pub fn cut(text: &str, limit: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((end, _)) = rest.char_indices().nth(limit) {
        let window = &rest[..end];
        // The blank after the window's last word may stand right behind the window.
        let reach = if rest[end..].starts_with(' ') {
            end + 1
        } else {
            end
        };
        let blank = sentence_end(&rest[..reach]).or_else(|| rest[..reach].rfind(' '));
        match blank.filter(|&at| at > 0) {
            Some(at) => {
                pieces.push(Piece {
                    text: rest[..at].to_owned(),
                    blank_after: true,
                });
                rest = &rest[at + 1..];
            }
            None => {
                pieces.push(Piece {
                    text: window.to_owned(),
                    blank_after: false,
                });
                rest = &rest[end..];
            }
        }
    }
    if !rest.is_empty() {
        pieces.push(Piece {
            text: rest.to_owned(),
            blank_after: false,
        });
    }
    pieces
}

/// The last blank that follows a sentence's closing mark.
fn sentence_end(window: &str) -> Option<usize> {
    window
        .match_indices(' ')
        .map(|(at, _)| at)
        .rfind(|&at| window[..at].ends_with(['.', '?', '!', '…', '。', '؟', '।']))
}

/// Puts the answers for pieces together as the pieces stood.
pub fn join<'a>(answers: impl IntoIterator<Item = (&'a Piece, String)>) -> String {
    let mut text = String::new();
    let mut blank = false;
    for (piece, answer) in answers {
        if blank && !text.is_empty() && !answer.is_empty() {
            text.push(' ');
        }
        text.push_str(&answer);
        blank = piece.blank_after;
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::plain::clean, *};

    fn texts(pieces: &[Piece]) -> Vec<&str> {
        pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    #[test]
    fn cuts_at_the_best_place() {
        assert_eq!(
            texts(&cut("One two. Three four five", 15)),
            ["One two.", "Three four five"]
        );
        assert_eq!(texts(&cut("one two three", 8)), ["one two", "three"]);
        assert_eq!(texts(&cut("one two three", 7)), ["one two", "three"]);
        assert_eq!(texts(&cut("ööööö", 2)), ["öö", "öö", "ö"]);
        assert!(cut("", 5).is_empty());
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_piece_is_too_long(text in "[a-c. ñ]{0,200}", limit in 1_usize..40) {
            let text = clean(&text);
            let pieces = cut(&text, limit);
            prop_assert!(pieces.iter().all(|piece| piece.text.chars().count() <= limit));
            prop_assert!(pieces.iter().all(|piece| !piece.text.is_empty()));
            let joined = join(pieces.iter().map(|piece| (piece, piece.text.clone())));
            prop_assert_eq!(joined, text);
        }
    }
}
