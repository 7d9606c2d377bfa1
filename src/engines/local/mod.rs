//! The engine of this machine: PocketSphinx hears, Apertium translates, espeak-ng speaks, each in child processes.
//!
//! Everything native runs outside the server's process: a crash ends one recognizer, one direction or one sentence.
//! What is installed is found by looking at folders; no process is started before somebody needs it, except one that
//! lists the voices.

mod actors;
mod apertium;
mod child;
mod cut;
mod plain;
mod recognizer;
mod settings;
mod truecase;
mod voice;
mod worker;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use tokio::runtime::Handle;

use self::{
    actors::Staff,
    apertium::{Apertium, Installed},
    recognizer::PocketSphinx,
    voice::Voice,
};
pub use self::{settings::LocalSettings, worker::asr_worker_main};
use super::cascade::Cascade;
use crate::{
    domain::{
        engine::{
            Engine, EngineError, EnginePart, EngineReport, TranscriptionRequest,
            TranscriptionStream, Translated, TranslationRequest, TranslationStream,
        },
        language::Language,
    },
    supervision::{Node, StartError},
};

/// The name of this engine in settings and events.
pub const NAME: &str = "local";

/// The engine of this machine.
pub struct LocalEngine {
    cascade: Cascade,
    translator: Arc<Apertium>,
    voice: Arc<Voice>,
}

impl LocalEngine {
    /// Finds out what is installed and starts the actor `local` below `parent`, under which the processes will be.
    ///
    /// `io` runs the children's pipes; `worker_program` is the binary that understands `asr-worker`, normally
    /// `std::env::current_exe()`. Takes a few milliseconds and starts one short process, to list the voices.
    ///
    /// # Errors
    /// When the tree does not take the actor.
    pub fn start(
        parent: &Arc<Node>,
        settings: &LocalSettings,
        io: Handle,
        worker_program: PathBuf,
    ) -> Result<Arc<Self>, StartError> {
        let installed = Installed::discover(settings);
        let staff = Staff::start(parent, installed.lines(), io.clone())?;
        let transcriber = Arc::new(PocketSphinx::new(settings, worker_program, staff.clone()));
        let translator = Arc::new(Apertium::new(installed, staff.clone()));
        let voice = Arc::new(Voice::new(settings, staff, &io));
        Ok(Arc::new(Self {
            cascade: Cascade::new(NAME, transcriber, translator.clone(), voice.clone(), io),
            translator,
            voice,
        }))
    }

    /// Waits until the voices are known (some 40 ms after the start); before, no language counts as spoken.
    pub async fn ready(&self) {
        self.voice.discovered().await;
    }

    /// Tries every installed direction on a plain sentence and tells what came of each: by mode, the translation or
    /// what is wrong. Loads all of them, so it is for checks, not for the start.
    pub async fn test_directions(&self) -> Vec<(String, Result<String, EngineError>)> {
        self.translator.test_directions().await
    }
}

#[async_trait]
impl Engine for LocalEngine {
    fn name(&self) -> &'static str {
        self.cascade.name()
    }

    fn report(&self) -> EngineReport {
        self.cascade.report()
    }

    fn parts(&self) -> Vec<EnginePart> {
        self.cascade.parts()
    }

    fn lag(&self) -> Duration {
        self.cascade.lag()
    }

    fn transcribes(&self, language: &Language) -> bool {
        self.cascade.transcribes(language)
    }

    fn translates(&self, source: &Language, target: &Language) -> bool {
        self.cascade.translates(source, target)
    }

    fn speaks(&self, language: &Language) -> bool {
        self.cascade.speaks(language)
    }

    async fn open_transcription(
        &self,
        request: TranscriptionRequest,
    ) -> Result<TranscriptionStream, EngineError> {
        self.cascade.open_transcription(request).await
    }

    async fn open_translation(
        &self,
        request: TranslationRequest,
    ) -> Result<TranslationStream, EngineError> {
        self.cascade.open_translation(request).await
    }

    async fn translate(
        &self,
        text: &str,
        source: &Language,
        target: &Language,
    ) -> Result<Translated, EngineError> {
        self.cascade.translate(text, source, target).await
    }
}

/// The file that a program's name stands for: itself when it is a path, else the first found along `PATH`.
fn program(name: &Path) -> Option<PathBuf> {
    if name.components().count() > 1 {
        return name.is_file().then(|| name.to_owned());
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}
