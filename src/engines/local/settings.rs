//! What can be set about the local engine, with the values that were found to work.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

/// The settings of the local engine.
#[derive(Debug, Clone)]
pub struct LocalSettings {
    /// Folder of the recognizer's libraries; none: where the system's loader finds them.
    pub recognizer_libraries: Option<PathBuf>,
    /// Folder of the recognizer's model.
    pub recognizer_model: PathBuf,
    /// Talkers admitted per core without a look at the lag, 1 or more; each takes about a tenth of a core and 90 MB.
    pub talkers_per_core: usize,
    /// Cores that talkers are counted for.
    pub cores: usize,
    /// Whether one recognizer is kept loaded for the next talker once somebody has talked (90 MB).
    pub spare_recognizer: bool,
    /// How long an unused spare is kept.
    pub spare_idle: Duration,
    /// Folder of Apertium's mode files.
    pub translator_modes: PathBuf,
    /// Routes that are preferred to those found: `"en-fr"` → `["eng-cat", "cat-fra"]`.
    pub routes: BTreeMap<String, Vec<String>>,
    /// Time one text may take in one direction; then its pipeline is killed and the text tried once more.
    pub translation_limit: Duration,
    /// Time after which an unused pipeline is ended.
    pub pipeline_idle: Duration,
    /// The voice program, by name or path.
    pub voice_program: PathBuf,
    /// Voices that are preferred to those found: `"en"` → `"en-gb"`.
    pub voices: BTreeMap<String, String>,
}

impl Default for LocalSettings {
    fn default() -> Self {
        Self {
            recognizer_libraries: None,
            recognizer_model: "/usr/share/pocketsphinx/model/en-us".into(),
            // Eight on two cores were heard without delay beside as much foreign load; twelve were not.
            talkers_per_core: 4,
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            spare_recognizer: true,
            spare_idle: Duration::from_secs(300),
            translator_modes: "/usr/share/apertium/modes".into(),
            routes: BTreeMap::new(),
            translation_limit: Duration::from_secs(2),
            pipeline_idle: Duration::from_secs(300),
            voice_program: "espeak-ng".into(),
            voices: BTreeMap::new(),
        }
    }
}
