//! What can be set about the local engine, with the values that were found to work.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use crate::config;

/// The settings of the local engine.
#[derive(Debug, Clone)]
pub struct LocalSettings {
    /// Folder of the recognizer's libraries; none: where the system's loader finds them.
    pub recognizer_libraries: Option<PathBuf>,
    /// Folder of the recognizer's model.
    pub recognizer_model: PathBuf,
    /// Talkers admitted per core without a look at the lag, 1 or more; each takes about a tenth of a core and 90 MB.
    pub talkers_per_core: usize,
    /// Lag of the slowest decoder from which on no talker beyond these is admitted.
    pub lag_limit: Duration,
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
    /// Characters in one request to a pipeline, 1 or more; a longer text is cut into several.
    pub request_characters: usize,
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
            // What a listener begins to notice.
            lag_limit: Duration::from_millis(300),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            spare_recognizer: true,
            spare_idle: Duration::from_secs(300),
            translator_modes: "/usr/share/apertium/modes".into(),
            routes: BTreeMap::new(),
            // The worst text of this length takes 40 ms; one word of 20,000 characters takes half a second.
            request_characters: 2_000,
            translation_limit: Duration::from_secs(2),
            pipeline_idle: Duration::from_secs(300),
            voice_program: "espeak-ng".into(),
            voices: BTreeMap::new(),
        }
    }
}

impl From<&config::Local> for LocalSettings {
    fn from(settings: &config::Local) -> Self {
        Self {
            talkers_per_core: settings.max_talkers_per_core,
            lag_limit: settings.lag_limit,
            translator_modes: settings.apertium_modes_dir.clone(),
            recognizer_model: settings.pocketsphinx_model_dir.clone(),
            translation_limit: settings.translate_timeout,
            pipeline_idle: settings.pipeline_idle_after,
            request_characters: settings.max_text,
            routes: settings.routes.clone(),
            ..Self::default()
        }
    }
}
