//! Laying the layers over each other, checking every value, and telling where each came from.

use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};

use config::{Config, Value, ValueKind};
use serde_json::Value as Json;

use super::error::SettingsError;
use super::key::{KEYS, Key};
use super::layer::{Layer, described, one_line};
use super::settings::Settings;

/// Looked for in the working directory, in this order, when no file is named.
const FILES: [&str; 2] = ["config/interpres.yaml", "config/orchestration.yaml"];

/// Where settings are looked for.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// The file of `--config`: it must exist. `None`: `config/interpres.yaml`, else `config/orchestration.yaml`, else none.
    pub file: Option<PathBuf>,
    /// Environment variables by name.
    pub environment: Vec<(String, String)>,
    /// What relative file names are relative to.
    pub working_dir: PathBuf,
}

impl LoadOptions {
    /// The environment and the working directory of this process. Variables that are not Unicode are passed over.
    pub fn from_process(file: Option<PathBuf>) -> Self {
        let unicode = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self {
            file,
            environment: std::env::vars_os().filter_map(unicode).collect(),
            working_dir: PathBuf::new(),
        }
    }
}

/// Settings together with where each value came from: what `interpres config check|show` prints.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// Lines for the log: keys that were taken and have no effect in this version.
    pub notices: Vec<String>,
    entries: Vec<Entry>,
}

#[derive(Clone)]
struct Entry {
    key: &'static Key,
    /// As the typed settings take it; null if not set.
    value: Json,
    /// `default`, a file path or an environment variable.
    origin: String,
}

impl Loaded {
    /// Reads and checks all layers.
    ///
    /// # Errors
    /// The first thing that is wrong, as one line.
    pub fn load(options: LoadOptions) -> Result<Self, SettingsError> {
        let (file, notices) = match settings_file(&options)? {
            Some((origin, text)) => Layer::from_yaml(&origin, &text)?,
            None => Default::default(),
        };
        let [plain, own] = Layer::from_environment(options.environment)?;
        Self::from_layers([Layer::defaults(), file, plain, own], notices)
    }

    /// What no file and no environment give.
    pub(super) fn defaults() -> Self {
        Self::from_layers([Layer::defaults()], Vec::new()).expect(
            "the key table's defaults fit the typed settings: tests/it/config.rs loads them",
        )
    }

    fn from_layers(
        layers: impl IntoIterator<Item = Layer>,
        notices: Vec<String>,
    ) -> Result<Self, SettingsError> {
        let merged = layers
            .into_iter()
            .fold(Config::builder(), |builder, layer| {
                builder.add_source(layer)
            })
            .build()
            .map_err(|error| unfit("settings", "", one_line(&error.to_string())))?;
        let entries = KEYS
            .iter()
            .map(|key| Entry::read(key, find(&merged.cache, key.name)))
            .collect::<Result<Vec<_>, _>>()?;
        let settings = typed(&entries)?;
        let loaded = Self {
            settings,
            notices,
            entries,
        };
        loaded.check_together()?;
        Ok(loaded)
    }

    /// Where a value came from: `default`, a file path or an environment variable. `None` for an unknown key.
    pub fn origin(&self, key: &str) -> Option<&str> {
        self.entry(key).map(|entry| entry.origin.as_str())
    }

    /// What was set of these sections (`engines.local`) and is not just the default, as environment variables that say
    /// the same: for a process that is to have some settings of this one and not all.
    pub fn chosen(&self, sections: &[&str]) -> Vec<(String, String)> {
        let is_in = |key: &Key, section: &&str| {
            let rest = key.name.strip_prefix(*section);
            rest.is_some_and(|rest| rest.starts_with('.'))
        };
        self.entries
            .iter()
            .filter(|entry| entry.origin != "default" && !entry.value.is_null())
            .filter(|entry| sections.iter().any(|section| is_in(entry.key, section)))
            .map(|entry| {
                let text = match &entry.value {
                    Json::String(text) => text.clone(),
                    other => other.to_string(),
                };
                (entry.key.variable(), text)
            })
            .collect()
    }

    /// All settings as YAML, each with where it came from; secrets are not shown.
    pub fn show(&self) -> String {
        let mut yaml = String::new();
        let mut open: Vec<&str> = Vec::new();
        for entry in &self.entries {
            let mut sections: Vec<&str> = entry.key.name.split('.').collect();
            let word = sections.pop().unwrap_or_default();
            let shared = open
                .iter()
                .zip(&sections)
                .take_while(|(one, other)| one == other)
                .count();
            for (depth, section) in sections.iter().enumerate().skip(shared) {
                let _ = writeln!(yaml, "{:indent$}{section}:", "", indent = depth * 2);
            }
            let _ = writeln!(
                yaml,
                "{:indent$}{word}: {}  # {}",
                "",
                entry.shown(),
                entry.origin,
                indent = sections.len() * 2
            );
            open = sections;
        }
        yaml
    }

    fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key.name == key)
    }

    /// Rules that two settings have together.
    fn check_together(&self) -> Result<(), SettingsError> {
        let tls = &self.settings.server.tls;
        let halves = match (&tls.cert, &tls.key) {
            (Some(_), None) => Err((
                "server.tls.key",
                "the private key's file, beside server.tls.cert".to_owned(),
            )),
            (None, Some(_)) => Err((
                "server.tls.cert",
                "the certificate's file, beside server.tls.key".to_owned(),
            )),
            _ => Ok(()),
        };
        halves
            .and_then(|()| self.settings.auth.check())
            .and_then(|()| self.settings.engines.azure_openai.check())
            .and_then(|()| {
                let public_url = self.settings.server.public_url.as_deref();
                self.settings.acs.check(public_url)
            })
            .map_err(|(key, expected)| SettingsError::Value {
                origin: self.origin(key).unwrap_or_default().to_owned(),
                key: key.to_owned(),
                expected,
                found: match self.entry(key) {
                    Some(entry) if entry.value != Json::Null => "a value that is not shown",
                    _ => "nothing",
                }
                .into(),
            })?;
        let socket = &self.settings.websocket;
        if socket.client_timeout > socket.heartbeat_interval {
            return Ok(());
        }
        // The one that somebody set is the one to mend.
        let (key, relation, other) = match self.origin("websocket.client_timeout") {
            Some("default") => (
                "websocket.heartbeat_interval",
                "shorter",
                "websocket.client_timeout",
            ),
            _ => (
                "websocket.client_timeout",
                "longer",
                "websocket.heartbeat_interval",
            ),
        };
        let shown = |name| self.entry(name).map(Entry::shown).unwrap_or_default();
        Err(SettingsError::Value {
            origin: self.origin(key).unwrap_or_default().to_owned(),
            key: key.to_owned(),
            expected: format!("a duration {relation} than {other} ({})", shown(other)),
            found: shown(key),
        })
    }
}

impl fmt::Debug for Entry {
    /// As shown: a secret stays one.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}: {}  # {}",
            self.key.name,
            self.shown(),
            self.origin
        )
    }
}

impl Entry {
    fn read(key: &'static Key, value: Option<&Value>) -> Result<Self, SettingsError> {
        let origin = value
            .and_then(Value::origin)
            .unwrap_or("default")
            .to_owned();
        let kind = value.map_or(&ValueKind::Nil, |value| &value.kind);
        let value = match kind {
            ValueKind::Nil if key.default.is_none() => Json::Null,
            found => key.kind.read(found).ok_or_else(|| {
                let fault = key.kind.fault(found);
                SettingsError::Value {
                    origin: origin.clone(),
                    key: format!("{}{}", key.name, fault.place),
                    expected: fault.expected,
                    found: if key.kind.is_secret() {
                        "a value that is not shown".into()
                    } else {
                        described(found)
                    },
                }
            })?,
        };
        Ok(Self { key, value, origin })
    }

    fn shown(&self) -> String {
        match (self.key.kind, &self.value) {
            (_, Json::Null) => "null".into(),
            (kind, value) => kind.written(value),
        }
    }
}

fn settings_file(options: &LoadOptions) -> Result<Option<(String, String)>, SettingsError> {
    let read = |name: &Path| match std::fs::read_to_string(options.working_dir.join(name)) {
        Ok(text) => Ok(Some((name.display().to_string(), text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && options.file.is_none() => {
            Ok(None)
        }
        Err(error) => Err(SettingsError::File {
            path: name.to_owned(),
            reason: format!("cannot be read: {error}"),
        }),
    };
    match &options.file {
        Some(named) => read(named),
        None => FILES
            .iter()
            .map(|name| read(Path::new(name)))
            .find(|found| !matches!(found, Ok(None)))
            .unwrap_or(Ok(None)),
    }
}

fn find<'a>(root: &'a Value, name: &str) -> Option<&'a Value> {
    name.split('.')
        .try_fold(root, |value, word| match &value.kind {
            ValueKind::Table(table) => table.get(word),
            _ => None,
        })
}

fn typed(entries: &[Entry]) -> Result<Settings, SettingsError> {
    let mut tree = Json::Object(serde_json::Map::new());
    for entry in entries {
        let place = entry
            .key
            .name
            .split('.')
            .fold(&mut tree, |place, word| &mut place[word]);
        *place = entry.value.clone();
    }
    serde_path_to_error::deserialize(tree).map_err(|error| {
        let key = error.path().to_string();
        let origin = entries
            .iter()
            .find(|entry| entry.key.name == key)
            .map_or("settings", |entry| &entry.origin);
        unfit(origin, &key, one_line(&error.inner().to_string()))
    })
}

/// A value that passed its kind and that the typed settings refuse all the same.
fn unfit(origin: &str, key: &str, reason: String) -> SettingsError {
    SettingsError::Value {
        origin: origin.to_owned(),
        key: key.to_owned(),
        expected: "a value that fits the typed settings".into(),
        found: reason,
    }
}
