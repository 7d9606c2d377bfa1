//! Which directions of translation are installed: Apertium's mode files, read as language tags.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// ISO 639-3 codes that Apertium's packages use, and the ISO 639-1 codes by which the rest of the world knows the
/// same languages (both from the ISO 639-3 code tables).
#[rustfmt::skip]
const SHORT_CODES: &[(&str, &str)] = &[
    ("afr", "af"), ("ara", "ar"), ("arg", "an"), ("bak", "ba"), ("bel", "be"), ("ben", "bn"),
    ("bre", "br"), ("bul", "bg"), ("cat", "ca"), ("ces", "cs"), ("chv", "cv"), ("cor", "kw"),
    ("cos", "co"), ("cym", "cy"), ("dan", "da"), ("deu", "de"), ("ell", "el"), ("eng", "en"),
    ("epo", "eo"), ("est", "et"), ("eus", "eu"), ("fao", "fo"), ("fas", "fa"), ("fin", "fi"),
    ("fra", "fr"), ("gle", "ga"), ("glg", "gl"), ("glv", "gv"), ("guj", "gu"), ("heb", "he"),
    ("hin", "hi"), ("hbs", "sh"), ("hrv", "hr"), ("hun", "hu"), ("ind", "id"), ("isl", "is"),
    ("ita", "it"), ("kat", "ka"), ("kaz", "kk"), ("kir", "ky"), ("kur", "ku"), ("lat", "la"),
    ("lav", "lv"), ("lit", "lt"), ("ltz", "lb"), ("mal", "ml"), ("mar", "mr"), ("mkd", "mk"),
    ("mlt", "mt"), ("nld", "nl"), ("nno", "nn"), ("nob", "nb"), ("nor", "no"), ("oci", "oc"),
    ("pan", "pa"), ("pol", "pl"), ("por", "pt"), ("ron", "ro"), ("rus", "ru"), ("slk", "sk"),
    ("slv", "sl"), ("sme", "se"), ("spa", "es"), ("sqi", "sq"), ("srd", "sc"), ("srp", "sr"),
    ("swe", "sv"), ("tat", "tt"), ("tel", "te"), ("tgk", "tg"), ("tgl", "tl"), ("tuk", "tk"),
    ("tur", "tr"), ("uig", "ug"), ("ukr", "uk"), ("urd", "ur"), ("uzb", "uz"), ("vie", "vi"),
    ("zho", "zh"), ("zlm", "ms"),
];

/// Languages whose directions are poor or unstable: Serbo-Croatian is unusable in quality, and the Russian-Ukrainian
/// tagger crashes on everyday sentences. Offered, but marked, and never used as a step on the way.
const EXPERIMENTAL: &[(&str, &str)] = &[("en", "sh"), ("sh", "en"), ("ru", "uk"), ("uk", "ru")];

/// One installed direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Direction {
    /// Apertium's name for it: `eng-cat`.
    pub mode: String,
    /// The language it reads, as a BCP 47 tag.
    pub source: String,
    /// The language it writes, as a BCP 47 tag.
    pub target: String,
    /// Its mode file.
    pub file: PathBuf,
    /// Known to be poor or unstable.
    pub experimental: bool,
}

/// The directions in a folder of mode files, by mode name. A folder that is not there holds none.
pub fn installed(folder: &Path) -> BTreeMap<String, Direction> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return BTreeMap::new();
    };
    entries
        .filter_map(|entry| {
            let file = entry.ok()?.path();
            let mode = file
                .file_name()?
                .to_str()?
                .strip_suffix(".mode")?
                .to_owned();
            let (source, target) = languages(&mode)?;
            let experimental = EXPERIMENTAL.contains(&(source.as_str(), target.as_str()));
            Some((
                mode.clone(),
                Direction {
                    mode,
                    source,
                    target,
                    file,
                    experimental,
                },
            ))
        })
        .collect()
}

/// The two languages of a mode name; none for what is not a plain direction (`eco-es-fr`, `eng-cat_valencia`,
/// `Cyrl-Latn`, `kaz-tat-bytecode`).
fn languages(mode: &str) -> Option<(String, String)> {
    let (source, target) = mode.split_once('-')?;
    Some((tag(source)?, tag(target)?))
}

/// `eng` → `en`, `pt_BR` → `pt-BR`, `szl` → `szl`; none for other variants.
fn tag(code: &str) -> Option<String> {
    let (language, region) = match code.split_once('_') {
        Some((language, region)) => (language, Some(region)),
        None => (code, None),
    };
    if !(2..=3).contains(&language.len()) || !language.bytes().all(|byte| byte.is_ascii_lowercase())
    {
        return None;
    }
    let short = SHORT_CODES
        .iter()
        .find(|(long, _)| *long == language)
        .map_or(language, |(_, short)| short);
    match region {
        None => Some(short.to_owned()),
        Some(region)
            if region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_uppercase()) =>
        {
            Some(format!("{short}-{region}"))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_directions_count() {
        let pair = |source: &str, target: &str| Some((source.to_owned(), target.to_owned()));
        assert_eq!(languages("eng-spa"), pair("en", "es"));
        assert_eq!(languages("es-pt_BR"), pair("es", "pt-BR"));
        assert_eq!(languages("szl-pol"), pair("szl", "pl"));
        for other in [
            "eco-es-fr",
            "eng-cat_valencia",
            "eng-cat_iec2017",
            "Cyrl-Latn",
            "kaz-tat-bytecode",
            "apertium",
            "en-es_pre2017",
        ] {
            assert_eq!(languages(other), None, "{other}");
        }
    }
}
