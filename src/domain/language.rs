//! Languages by their BCP 47 tags, in one spelling so that `PT-br` and `pt-BR` are the same language.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest tag accepted, in bytes: what RFC 5646 section 4.4.1 asks implementations to support.
pub const LONGEST_TAG: usize = 35;

/// A language tag: lower-case language, title-case script, upper-case region (`en`, `pt-BR`, `zh-Hant-TW`).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, utoipa::ToSchema)]
#[schema(value_type = String, max_length = 35, pattern = "^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$", examples("en", "pt-BR"))]
pub struct Language(Arc<str>);

/// Why a text is not a language tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a language tag; use BCP 47 such as \"en\", \"es\" or \"pt-BR\"")]
pub struct LanguageError(pub String);

impl Language {
    /// The tag, in its one spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language without script and region: `pt` of `pt-BR`.
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }

    /// Whether a listener of `self` understands `other` untranslated: the same language, whatever its region.
    ///
    /// Two tags that both name a region or script, and different ones, are different languages here, because
    /// an engine may well translate between `pt-PT` and `pt-BR`.
    pub fn same_speech(&self, other: &Self) -> bool {
        self == other
            || (self.primary() == other.primary() && (self.is_primary() || other.is_primary()))
    }

    /// The name for people, in English: `Portuguese (BR)`; the tag itself where no name is known.
    pub fn english_name(&self) -> String {
        let primary = self.primary();
        let known = isolang::Language::from_639_1(primary)
            .or_else(|| isolang::Language::from_639_3(primary));
        match (known, self.0.split_once('-')) {
            (Some(language), None) => language.to_name().to_owned(),
            (Some(language), Some((_, variant))) => format!("{} ({variant})", language.to_name()),
            (None, _) => self.0.to_string(),
        }
    }

    fn is_primary(&self) -> bool {
        !self.0.contains('-')
    }
}

impl FromStr for Language {
    type Err = LanguageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || LanguageError(text.chars().take(40).collect());
        if text.is_empty() || text.len() > LONGEST_TAG {
            return Err(wrong());
        }
        let mut tag = String::with_capacity(text.len());
        for (position, part) in text.split(['-', '_']).enumerate() {
            if !part.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return Err(wrong());
            }
            match (position, part.len()) {
                (0, 2..=3) if part.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                    tag.push_str(&part.to_ascii_lowercase());
                }
                (0, _) | (_, 0) | (_, 9..) => return Err(wrong()),
                (_, length) => {
                    tag.push('-');
                    match length {
                        2 => tag.push_str(&part.to_ascii_uppercase()),
                        4 => {
                            tag.push_str(&part[..1].to_ascii_uppercase());
                            tag.push_str(&part[1..].to_ascii_lowercase());
                        }
                        _ => tag.push_str(&part.to_ascii_lowercase()),
                    }
                }
            }
        }
        Ok(Self(tag.into()))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(tag: &str) -> Language {
        tag.parse().unwrap()
    }

    #[test]
    fn one_spelling() {
        assert_eq!(language("PT-br").as_str(), "pt-BR");
        assert_eq!(language("zh_hant_tw").as_str(), "zh-Hant-TW");
        for wrong in ["", "e", "12", "en-", "en us", "../en", "en-\u{0}"] {
            assert!(wrong.parse::<Language>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn names_for_people() {
        assert_eq!(language("pt-BR").english_name(), "Portuguese (BR)");
        assert_eq!(language("cat").english_name(), "Catalan");
        assert_eq!(language("qqq").english_name(), "qqq");
    }

    #[test]
    fn regions_of_one_language_understand_each_other_unless_both_are_named() {
        assert!(language("en").same_speech(&language("en-US")));
        assert!(!language("pt-PT").same_speech(&language("pt-BR")));
        assert!(!language("en").same_speech(&language("es")));
    }
}
