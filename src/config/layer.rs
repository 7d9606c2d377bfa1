//! One layer of settings: values by dotted key, each with the place it came from.
//!
//! A layer holds known keys only: what nobody knows is refused here, with the nearest known name.

use std::collections::BTreeMap;

use config::{ConfigError, File, FileFormat, Map, Source, Value, ValueKind};

use super::error::SettingsError;
use super::key::{KEYS, Key, PREFIX};
use super::names::{PLAIN_NAMES, SPECIFICATION_NAMES, WITHOUT_EFFECT};

/// Known keys and their values.
#[derive(Debug, Clone, Default)]
pub(super) struct Layer {
    values: BTreeMap<&'static str, Value>,
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        Ok(self
            .values
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect())
    }
}

impl Layer {
    /// What every setting is when nobody says anything.
    pub(super) fn defaults() -> Self {
        let default = |key: &'static Key| {
            key.default
                .map(|text| (key.name, from("default", ValueKind::from(text))))
        };
        Self {
            values: KEYS.iter().filter_map(default).collect(),
        }
    }

    /// Reads a YAML file of either shape: sections at the top, or under `orchestration`, which then win.
    /// Gives the layer and a line for each key that is taken and has no effect.
    ///
    /// # Errors
    /// [`SettingsError::File`] for what is no YAML, [`SettingsError::UnknownKey`], and [`SettingsError::Value`] for a
    /// plain value where a section must be.
    pub(super) fn from_yaml(
        origin: &str,
        text: &str,
    ) -> Result<(Self, Vec<String>), SettingsError> {
        let mut flat = File::from_str(text, FileFormat::Yaml)
            .collect()
            .map_err(|error| SettingsError::File {
                path: origin.into(),
                reason: format!("is not valid YAML: {}", one_line(&error.to_string())),
            })?;
        let nested = flat.remove("orchestration").map(|section| section.kind);
        let nested = match nested {
            Some(ValueKind::Table(table)) => table,
            None | Some(ValueKind::Nil) => Map::new(),
            Some(other) => return Err(no_section(origin, "orchestration", &other)),
        };
        let mut reader = FileReader {
            origin,
            found: Vec::new(),
            notices: Vec::new(),
        };
        reader.section("", nested)?;
        reader.section("", flat)?;
        // Of several names for one setting ours comes first; then what was read first.
        reader
            .found
            .sort_by_key(|(_, by_other_name, _)| *by_other_name);
        let mut layer = Self::default();
        for (key, _, value) in reader.found {
            layer.values.entry(key).or_insert(value);
        }
        Ok((layer, reader.notices))
    }

    /// Reads the plain names of the public contract (`PORT`) and then our own (`INTERPRES__SERVER__PORT`), which win.
    /// An empty variable counts as not set, as compose files leave them. Other names are not ours to judge.
    ///
    /// # Errors
    /// [`SettingsError::UnknownKey`] for a variable of ours that matches no key.
    pub(super) fn from_environment(
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<[Self; 2], SettingsError> {
        let (mut plain, mut own) = (Self::default(), Self::default());
        for (variable, text) in environment {
            let named = |key: &'static str| (key, from(&variable, ValueKind::from(text.as_str())));
            if let Some(name) = variable.strip_prefix(PREFIX) {
                let name = name.to_ascii_lowercase().replace("__", ".");
                let key = Key::find(&name).ok_or_else(|| unknown(&variable, &name))?;
                own.values
                    .extend((!text.is_empty()).then(|| named(key.name)));
            } else if let Some((_, key)) = PLAIN_NAMES.iter().find(|(name, _)| *name == variable) {
                plain.values.extend((!text.is_empty()).then(|| named(key)));
            }
        }
        Ok([plain, own])
    }
}

struct FileReader<'a> {
    origin: &'a str,
    /// Key, whether it was named by the specification's word, value.
    found: Vec<(&'static str, bool, Value)>,
    notices: Vec<String>,
}

impl FileReader<'_> {
    fn section(&mut self, prefix: &str, table: Map<String, Value>) -> Result<(), SettingsError> {
        // In the order of the names, so that of several faults the same one is told each time.
        let table: BTreeMap<_, _> = table.into_iter().collect();
        for (word, value) in table {
            let name = if prefix.is_empty() {
                word
            } else {
                format!("{prefix}.{word}")
            };
            self.entry(&name, value.kind)?;
        }
        Ok(())
    }

    fn entry(&mut self, name: &str, value: ValueKind) -> Result<(), SettingsError> {
        if WITHOUT_EFFECT.contains(&name) {
            self.notices.push(format!(
                "{}: {name}: taken, without effect in this version",
                self.origin
            ));
        } else if let Some(key) = Key::find(name) {
            self.found.push((key.name, false, from(self.origin, value)));
        } else if let Some((_, key)) = SPECIFICATION_NAMES
            .iter()
            .find(|(theirs, _)| *theirs == name)
        {
            self.found.push((key, true, from(self.origin, value)));
        } else if is_section(name) {
            match value {
                ValueKind::Table(table) => self.section(name, table)?,
                ValueKind::Nil => {}
                other => return Err(no_section(self.origin, name, &other)),
            }
        } else {
            return Err(unknown(self.origin, name));
        }
        Ok(())
    }
}

fn from(origin: &str, kind: ValueKind) -> Value {
    let kind = match kind {
        // The layers would merge a map entry by entry; as text a stronger layer replaces it whole.
        ValueKind::Table(table) => ValueKind::String(as_json(table)),
        other => other,
    };
    Value::new(Some(&origin.to_owned()), kind)
}

fn as_json(table: Map<String, Value>) -> String {
    let value = Value::new(None, ValueKind::Table(table)).try_deserialize::<serde_json::Value>();
    value.map(|json| json.to_string()).unwrap_or_default()
}

fn known_names() -> impl Iterator<Item = &'static str> {
    KEYS.iter()
        .map(|key| key.name)
        .chain(SPECIFICATION_NAMES.iter().map(|(theirs, _)| *theirs))
}

fn is_section(name: &str) -> bool {
    known_names().any(|known| {
        known
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('.'))
    })
}

fn no_section(origin: &str, key: &str, found: &ValueKind) -> SettingsError {
    SettingsError::Value {
        origin: origin.to_owned(),
        key: key.to_owned(),
        expected: "a section with keys under it".into(),
        // Not the value itself: under `auth` it may be a key.
        found: if matches!(found, ValueKind::Array(_)) {
            "a list"
        } else {
            "a plain value"
        }
        .into(),
    }
}

fn unknown(origin: &str, name: &str) -> SettingsError {
    SettingsError::UnknownKey {
        origin: origin.to_owned(),
        key: name.to_owned(),
        suggestion: nearest(name),
    }
}

/// The known key or section a mistyped name most likely means, if one is near enough to be worth a guess.
fn nearest(name: &str) -> Option<String> {
    /// Below this share of equal letters a guess misleads more than it helps.
    const NEAR_ENOUGH: f64 = 0.7;
    let word = name.rsplit('.').next().unwrap_or(name);
    let same_word = KEYS
        .iter()
        .find(|key| key.name.rsplit('.').next() == Some(word));
    let sections = KEYS
        .iter()
        .filter_map(|key| key.name.rsplit_once('.').map(|(section, _)| section));
    let near = KEYS
        .iter()
        .map(|key| key.name)
        .chain(sections)
        .map(|known| (strsim::normalized_damerau_levenshtein(name, known), known))
        .filter(|(likeness, _)| *likeness >= NEAR_ENOUGH)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, known)| known);
    near.or(same_word.map(|key| key.name)).map(str::to_owned)
}

/// A value as an error message shows it.
pub(super) fn described(value: &ValueKind) -> String {
    match value {
        ValueKind::Nil => "nothing".into(),
        ValueKind::String(text) => format!("{text:?}"),
        ValueKind::Table(_) => "a section".into(),
        ValueKind::Array(_) => "a list".into(),
        other => other.to_string(),
    }
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
