//! Which voices espeak-ng has, and which of them speaks a language.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Stdio,
    time::Duration,
};

use tokio::{io::AsyncReadExt, process::Command, time::timeout};

use super::super::child::ChildGroup;
use crate::domain::language::Language;

/// Listing 131 voices takes 10 ms on an idle machine.
const LISTING_LIMIT: Duration = Duration::from_secs(10);

/// Voices for languages that espeak-ng knows only by region or by another code.
const USUAL: &[(&str, &str)] = &[
    ("en", "en-us"),
    ("fr", "fr-fr"),
    ("zh", "cmn"),
    ("no", "nb"),
    ("sh", "hr"),
    ("vi", "vi"),
];

/// The voices by the language codes that select them.
#[derive(Debug, Default, Clone)]
pub struct Voices {
    codes: BTreeSet<String>,
    /// Settings: language tag in lower case → voice.
    chosen: BTreeMap<String, String>,
}

impl Voices {
    /// Asks the voice program what it has.
    ///
    /// # Errors
    /// What went wrong, for people.
    pub async fn discover(
        program: &Path,
        chosen: &BTreeMap<String, String>,
    ) -> Result<Self, String> {
        let mut command = Command::new(program);
        command
            .arg("--voices")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut group = ChildGroup::spawn(&mut command).map_err(|error| error.to_string())?;
        let mut list = Vec::new();
        if let Some(mut stdout) = group.stdout() {
            timeout(LISTING_LIMIT, stdout.read_to_end(&mut list))
                .await
                .map_err(|_| "its list of voices does not end".to_owned())?
                .map_err(|error| error.to_string())?;
        }
        group.end(LISTING_LIMIT).await;
        let voices = Self::parse(&String::from_utf8_lossy(&list), chosen);
        if voices.codes.is_empty() {
            return Err("it lists no voices".to_owned());
        }
        Ok(voices)
    }

    /// Reads the table: a heading, then priority, language, age and gender, name, file, other languages.
    fn parse(list: &str, chosen: &BTreeMap<String, String>) -> Self {
        Self {
            codes: list
                .lines()
                .skip(1)
                .filter_map(|line| line.split_whitespace().nth(1))
                .map(str::to_ascii_lowercase)
                .collect(),
            chosen: chosen
                .iter()
                .map(|(language, voice)| (language.to_ascii_lowercase(), voice.clone()))
                .collect(),
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.codes.len()
    }

    /// The voice for a language: the one set, the exact one, the usual one of the language, any of its regions.
    pub fn voice(&self, language: &Language) -> Option<&str> {
        let tag = language.as_str().to_ascii_lowercase();
        let primary = language.primary();
        if let Some(voice) = self.chosen.get(&tag).or_else(|| self.chosen.get(primary)) {
            return Some(voice);
        }
        let usual = USUAL
            .iter()
            .find(|(known, _)| *known == primary)
            .map(|(_, voice)| *voice);
        [Some(tag.as_str()), usual, Some(primary)]
            .into_iter()
            .flatten()
            .find_map(|code| self.codes.get(code))
            .or_else(|| {
                self.codes
                    .iter()
                    .find(|code| code.split('-').next() == Some(primary))
            })
            .map(String::as_str)
    }

    /// The languages that can be spoken, as tags: each language, and its regions that have voices of their own.
    pub fn languages(&self) -> Vec<String> {
        let mut tags: BTreeSet<String> = USUAL
            .iter()
            .filter(|(_, voice)| self.codes.contains(*voice))
            .map(|(language, _)| (*language).to_owned())
            .collect();
        for code in &self.codes {
            if let Ok(language) = code.parse::<Language>() {
                tags.insert(language.primary().to_owned());
                if code.split('-').count() == 2 {
                    tags.insert(language.as_str().to_owned());
                }
            }
        }
        tags.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str =
        "Pty Language       Age/Gender VoiceName          File                 Other Languages
 5  cmn             --/M      Chinese_(Mandarin) sit/cmn              (zh-cmn 5)(zh 5)
 2  en-gb           --/M      English_(Great_Britain) gmw/en               (en 2)
 2  en-us           --/M      English_(America)  gmw/en-US            (en 3)
 5  es              --/M      Spanish_(Spain)    roa/es
 5  es-419          --/M      Spanish_(Latin_America) roa/es-419           (es-mx 6)(es 6)
 5  pt-br           --/M      Portuguese_(Brazil) roa/pt-BR            (pt 6)
";

    #[test]
    fn every_language_finds_its_voice() {
        let voices = Voices::parse(LIST, &BTreeMap::new());
        let voice = |tag: &str| voices.voice(&tag.parse().unwrap()).map(str::to_owned);
        assert_eq!(voice("en").as_deref(), Some("en-us"));
        assert_eq!(voice("en-GB").as_deref(), Some("en-gb"));
        assert_eq!(voice("en-AU").as_deref(), Some("en-us"));
        assert_eq!(voice("es-MX").as_deref(), Some("es"));
        assert_eq!(voice("pt").as_deref(), Some("pt-br"));
        assert_eq!(voice("zh-Hant-TW").as_deref(), Some("cmn"));
        assert_eq!(voice("de"), None);
        assert_eq!(
            voices.languages(),
            [
                "cmn", "en", "en-GB", "en-US", "es", "es-419", "pt", "pt-BR", "zh"
            ]
        );
    }

    #[test]
    fn a_chosen_voice_wins() {
        let chosen = BTreeMap::from([("en".to_owned(), "en-gb".to_owned())]);
        let voices = Voices::parse(LIST, &chosen);
        assert_eq!(voices.voice(&"en-US".parse().unwrap()), Some("en-gb"));
    }
}
