//! Which line of the transcript a sentence of another stream belongs to.
//!
//! Each continuous stream of one speaker is cut by itself, and only one of them writes the transcript. A sentence has to
//! have its name with its first words, so that it can be shown while it changes: all there is to go by is when it began.

use std::{collections::VecDeque, time::Duration};

use crate::domain::{identity::UtteranceId, time::Timestamp};

/// How long after a sentence its translation usually begins: what providers of continuous translation take, 2 to 3 s.
const USUALLY_BEHIND: Duration = Duration::from_millis(2_500);

/// How far from that it may begin and still be the translation of it.
const MOST_OFF: u64 = 2_500;

/// Lines that are remembered: far more than begin within the times above.
const REMEMBERED: usize = 64;

/// The newest lines of a transcript that another stream writes.
#[derive(Debug, Default)]
pub struct Lines {
    lines: VecDeque<Line>,
}

#[derive(Debug)]
struct Line {
    id: UtteranceId,
    at: Timestamp,
    /// Whether it, or one after it, has its translation.
    passed: bool,
}

impl Lines {
    /// Another line of the transcript was begun to be said at this time.
    pub fn begun(&mut self, id: UtteranceId, at: Timestamp) {
        self.lines.push_back(Line {
            id,
            at,
            passed: false,
        });
        if self.lines.len() > REMEMBERED {
            self.lines.pop_front();
        }
    }

    /// The line whose translation begins at this time: the nearest to where it should be, if it is near and neither it nor
    /// a later one has been given yet. None for the second of two sentences made of one: the next line is not theirs.
    pub fn translated(&mut self, began: Timestamp) -> Option<UtteranceId> {
        let expected = began.before(USUALLY_BEHIND).unix_millis();
        let off = |line: &Line| line.at.unix_millis().abs_diff(expected);
        let lines = self.lines.iter().enumerate();
        let (nearest, line) = lines.min_by_key(|(_, line)| off(line))?;
        if line.passed || off(line) > MOST_OFF {
            return None;
        }
        let id = line.id.clone();
        for line in self.lines.iter_mut().take(nearest + 1) {
            line.passed = true;
        }
        Some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64) -> Timestamp {
        Timestamp::from_unix_millis(10_000 + milliseconds)
    }

    fn lines(begun: &[u64]) -> Lines {
        let mut lines = Lines::default();
        for begun in begun {
            lines.begun(format!("at-{begun}").parse().unwrap(), at(*begun));
        }
        lines
    }

    /// The lines of translations that begin at these times.
    fn named(lines: &mut Lines, began: &[u64]) -> Vec<Option<u64>> {
        let number = |id: UtteranceId| id.to_string().trim_start_matches("at-").parse().unwrap();
        let named = began.iter().map(|began| lines.translated(at(*began)));
        named.map(|id| id.map(number)).collect()
    }

    #[test]
    fn sentences_have_the_names_of_what_they_translate_whether_it_takes_long_or_not() {
        for lag in [1_500, 2_500, 3_500] {
            let begun = [0, 3_000, 6_000, 20_000];
            let translated = begun.map(|begun| begun + lag);
            assert_eq!(named(&mut lines(&begun), &translated), begun.map(Some));
        }
    }

    #[test]
    fn two_in_one_and_one_in_two_put_nothing_out_of_step() {
        let begun = [0, 2_000, 4_000, 8_000, 10_000];
        let merged = [2_500, 6_500, 10_500, 12_500];
        assert_eq!(
            named(&mut lines(&begun), &merged),
            [Some(0), Some(4_000), Some(8_000), Some(10_000)]
        );
        let split = [2_500, 3_300, 4_500, 6_500, 8_400, 10_500, 12_500];
        assert_eq!(
            named(&mut lines(&begun), &split),
            [
                Some(0),
                None,
                Some(2_000),
                Some(4_000),
                None,
                Some(8_000),
                Some(10_000)
            ]
        );
    }

    #[test]
    fn what_belongs_to_no_line_has_a_name_of_its_own() {
        assert_eq!(named(&mut lines(&[]), &[1_000]), [None]);
        assert_eq!(named(&mut lines(&[0]), &[9_000]), [None]);
        let mut many = Lines::default();
        for number in 0..1_000 {
            many.begun(format!("at-{number}").parse().unwrap(), at(number));
        }
        assert_eq!(many.lines.len(), REMEMBERED);
    }
}
