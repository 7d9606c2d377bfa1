//! The recognizer of this machine: PocketSphinx in worker processes, one for each talker.
//!
//! A decoder adapts to its speaker, so a process is never passed on: it is loaded, claimed once, and ended. One spare
//! may wait loaded, so that the next talker's first words are not late.

pub mod ends;
mod gauge;
pub mod process;
mod utterances;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use parking_lot::Mutex;

use self::{
    ends::{Recognizer, recognizer},
    gauge::Admission,
    process::WorkerProgram,
};
use super::{actors::Staff, settings::LocalSettings, worker::WorkerConfiguration};
use crate::{
    domain::{
        engine::{
            EngineError, EnginePart, PartRole, TranscriptionRequest, TranscriptionStream, Trouble,
        },
        language::Language,
    },
    engines::parts::Transcriber,
};

/// The one language for which Debian has a model.
const LANGUAGE: &str = "en";

/// The library that the worker loads.
const LIBRARY: &str = "libpocketsphinx.so.3";

/// A file without which the model is not there.
const MODEL_FILE: &str = "en-us.lm.bin";

/// What to install, for people.
const INSTALL: &str =
    "apt-get install -y --no-install-recommends libpocketsphinx3 pocketsphinx-en-us";

/// The transcriber.
pub struct PocketSphinx {
    program: Arc<WorkerProgram>,
    found: Result<String, String>,
    admission: Arc<Admission>,
    keeps_spare: bool,
    spare_idle: Duration,
    spare: Mutex<Option<Recognizer>>,
    staff: Staff,
}

impl PocketSphinx {
    /// Looks for library and model; loads nothing.
    pub fn new(settings: &LocalSettings, program: PathBuf, staff: Staff) -> Self {
        let limit = settings.talkers_per_core.max(1) * settings.cores.max(1);
        Self {
            program: Arc::new(WorkerProgram {
                program,
                configuration: WorkerConfiguration {
                    libraries: settings.recognizer_libraries.clone(),
                    model: settings.recognizer_model.clone(),
                },
            }),
            found: look(settings),
            admission: Admission::new(limit, settings.lag_limit),
            keeps_spare: settings.spare_recognizer,
            spare_idle: settings.spare_idle,
            spare: Mutex::default(),
            staff,
        }
    }

    fn start(&self) -> Result<Recognizer, EngineError> {
        let (recognizer, duty) = recognizer();
        self.staff.recognize(&self.program, duty, self.spare_idle)?;
        Ok(recognizer)
    }

    /// The spare, if there is one that still waits.
    fn take_spare(&self) -> Option<Recognizer> {
        self.spare
            .lock()
            .take()
            .filter(|spare| !spare.claim.is_closed())
    }

    fn keep_spare(&self) {
        if !self.keeps_spare {
            return;
        }
        let mut spare = self.spare.lock();
        if spare.as_ref().is_none_or(|spare| spare.claim.is_closed()) {
            // Without a spare the next talker waits for the loading, which is no error.
            *spare = self.start().ok();
        }
    }
}

#[async_trait]
impl Transcriber for PocketSphinx {
    fn part(&self) -> EnginePart {
        let (available, detail) = match &self.found {
            Ok(found) => (true, found.clone()),
            Err(missing) => (false, missing.clone()),
        };
        EnginePart {
            name: "pocketsphinx".to_owned(),
            role: PartRole::Transcriber,
            available,
            detail,
        }
    }

    fn languages(&self) -> Vec<String> {
        match self.found {
            Ok(_) => vec![LANGUAGE.to_owned()],
            Err(_) => Vec::new(),
        }
    }

    fn transcribes(&self, language: &Language) -> bool {
        self.found.is_ok() && language.primary() == LANGUAGE
    }

    fn lag(&self) -> Duration {
        self.admission.worst_lag()
    }

    fn talkers(&self) -> usize {
        self.admission.talkers()
    }

    fn talker_limit(&self) -> usize {
        self.admission.limit()
    }

    async fn open(
        &self,
        request: TranscriptionRequest,
    ) -> Result<TranscriptionStream, EngineError> {
        if request.language.primary() != LANGUAGE {
            return Err(EngineError::new(
                Trouble::Unsupported,
                format!(
                    "speech in {} cannot be written down here, only English; typed text works, or set another engine",
                    request.language
                ),
            ));
        }
        if let Err(missing) = &self.found {
            return Err(EngineError::new(Trouble::Unavailable, missing.clone()));
        }
        let place = self.admission.admit()?;
        let recognizer = match self.take_spare() {
            Some(spare) => spare,
            None => self.start()?,
        };
        let stopped = || {
            EngineError::new(
                Trouble::Unavailable,
                "the recognizer was stopped while it was loading; try again",
            )
        };
        recognizer.ready.await.map_err(|_| stopped())??;
        recognizer.claim.send(place).map_err(|_| stopped())?;
        self.keep_spare();
        Ok(TranscriptionStream {
            input: recognizer.input,
            output: recognizer.output,
        })
    }
}

/// What was found, or what is missing and how to get it.
fn look(settings: &LocalSettings) -> Result<String, String> {
    let library = library_folders(settings)
        .into_iter()
        .map(|folder| folder.join(LIBRARY))
        .find(|file| file.exists())
        .ok_or_else(|| format!("{LIBRARY} is not installed; {INSTALL}"))?;
    let model = &settings.recognizer_model;
    if !model.join(MODEL_FILE).exists() {
        return Err(format!("no model in {}; {INSTALL}", model.display()));
    }
    Ok(format!("{} with {}", library.display(), model.display()))
}

/// Where the system's loader looks: the set folder alone, or Debian's folders and `LD_LIBRARY_PATH`.
fn library_folders(settings: &LocalSettings) -> Vec<PathBuf> {
    if let Some(folder) = &settings.recognizer_libraries {
        return vec![folder.clone()];
    }
    let mut folders: Vec<PathBuf> = std::env::var_os("LD_LIBRARY_PATH")
        .map(|paths| std::env::split_paths(&paths).collect())
        .unwrap_or_default();
    for root in ["/usr/lib", "/usr/local/lib", "/lib"] {
        folders.push(root.into());
        folders.push(Path::new(root).join(format!("{}-linux-gnu", std::env::consts::ARCH)));
    }
    folders
}
