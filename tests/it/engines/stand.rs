//! A local engine in a tree of its own, and the recorded and made voices that talk to it.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, mpsc},
    thread::JoinHandle,
    time::Duration,
};

use actix::{Actor, System};
use interpres::{
    domain::{
        engine::{
            Engine, TranscriptionInput, TranscriptionOutput, TranscriptionRequest,
            TranscriptionStream,
        },
        language::Language,
    },
    engines::local::{LocalEngine, LocalSettings},
    supervision::{ArbiterPool, ChildEnd, Ctx, Spec, Supervised, Tree, TreeConfig, Verdict},
};
use rustix::process::{Pid, Signal, kill_process};
use tokio::runtime::Runtime;

/// Time after which a test is stuck, not slow.
pub const STUCK: Duration = Duration::from_secs(60);

/// Where Debian's `pocketsphinx-testdata` keeps its recordings.
const RECORDINGS: &str = "/usr/share/pocketsphinx/test/data";

/// The server's own binary, which is also the recognizer's worker.
pub fn interpres() -> PathBuf {
    env!("CARGO_BIN_EXE_interpres").into()
}

struct Engines;

impl Actor for Engines {
    type Context = Ctx<Self>;
}

impl Supervised for Engines {
    const KIND: &'static str = "engines";

    fn child_ended(&mut self, _: &ChildEnd, _: &mut Ctx<Self>) -> Verdict {
        Verdict::Ignore
    }
}

/// A running local engine.
pub struct Stand {
    pub engine: Arc<LocalEngine>,
    tree: Tree,
    pub runtime: Runtime,
    system: System,
    thread: Option<JoinHandle<()>>,
}

impl Stand {
    /// With the settings that users have.
    pub fn new() -> Self {
        Self::with(LocalSettings::default(), interpres())
    }

    pub fn with(settings: LocalSettings, worker: PathBuf) -> Self {
        let (send, receive) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let system = System::new();
            system.block_on(async {
                let tree = Tree::new(TreeConfig {
                    seed: 1,
                    placement: Arc::new(ArbiterPool::new(1).unwrap()),
                });
                let root = tree.start_root("engines", Spec::new(), || Engines).unwrap();
                send.send((tree, root, System::current())).unwrap();
            });
            system.run().unwrap();
        });
        let (tree, root, system) = receive.recv().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let engine =
            LocalEngine::start(root.node(), &settings, runtime.handle().clone(), worker).unwrap();
        runtime.block_on(engine.ready());
        Self {
            engine,
            tree,
            runtime,
            system,
            thread: Some(thread),
        }
    }

    /// Translates one text.
    pub fn translate(&self, text: &str, source: &str, target: &str) -> String {
        self.runtime
            .block_on(
                self.engine
                    .translate(text, &language(source), &language(target)),
            )
            .unwrap_or_else(|error| panic!("{source} to {target}: {error}: {text:?}"))
            .text
    }

    /// Opens the ear of an English speaker.
    pub fn listen(&self, speaker: &str) -> TranscriptionStream {
        self.runtime.block_on(self.try_listen(speaker)).unwrap()
    }

    pub async fn try_listen(
        &self,
        speaker: &str,
    ) -> Result<TranscriptionStream, interpres::domain::engine::EngineError> {
        self.engine
            .open_transcription(TranscriptionRequest {
                speaker: speaker.to_owned(),
                language: language("en-US"),
            })
            .await
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        self.runtime.block_on(self.tree.shutdown(STUCK));
        self.system.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

pub fn language(tag: &str) -> Language {
    tag.parse().unwrap()
}

/// A recording of a person, as samples.
pub fn recording(name: &str) -> Vec<u8> {
    let file = Path::new(RECORDINGS).join(name);
    std::fs::read(&file).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; apt-get install -y pocketsphinx-testdata",
            file.display()
        )
    })
}

/// A sentence read by flite, as samples.
pub fn read_aloud(sentence: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sentence.wav");
    let status = Command::new("flite")
        .args(["-voice", "slt", "-t", sentence, "-o"])
        .arg(&file)
        .status()
        .unwrap_or_else(|error| panic!("flite: {error}; apt-get install -y flite"));
    assert!(status.success());
    let mut wav = hound::WavReader::open(file).unwrap();
    assert_eq!(wav.spec().sample_rate, 16_000);
    wav.samples::<i16>()
        .flat_map(|sample| sample.unwrap().to_le_bytes())
        .collect()
}

/// Says an utterance in pieces of 20 ms.
pub async fn say(stream: &TranscriptionStream, utterance: &str, samples: &[u8]) {
    let begin = TranscriptionInput::Begin(utterance.parse().unwrap());
    stream.input.send(begin).await.unwrap();
    for piece in samples.chunks(640) {
        let audio = TranscriptionInput::Audio(bytes::Bytes::copy_from_slice(piece));
        stream.input.send(audio).await.unwrap();
    }
}

/// Says an utterance, ends it, and returns the guesses and the final.
pub async fn hear(
    stream: &mut TranscriptionStream,
    utterance: &str,
    samples: &[u8],
) -> (Vec<String>, String) {
    say(stream, utterance, samples).await;
    stream.input.send(TranscriptionInput::End).await.unwrap();
    answer(stream, utterance).await
}

/// The guesses and the final of an utterance.
pub async fn answer(stream: &mut TranscriptionStream, expected: &str) -> (Vec<String>, String) {
    let mut guesses = Vec::new();
    loop {
        let output = tokio::time::timeout(STUCK, stream.output.recv())
            .await
            .unwrap();
        match output {
            Some(TranscriptionOutput::Partial { utterance, text }) => {
                assert_eq!(utterance.as_str(), expected);
                guesses.push(text);
            }
            Some(TranscriptionOutput::Final {
                utterance, text, ..
            }) => {
                assert_eq!(utterance.as_str(), expected);
                return (guesses, text);
            }
            other => panic!("{other:?}"),
        }
    }
}

/// The processes whose command line names `mark`, with their states.
pub fn processes(mark: &Path) -> Vec<(Pid, char)> {
    let mark = mark.to_str().unwrap();
    std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| {
            let folder = entry.ok()?.path();
            let id: i32 = folder.file_name()?.to_str()?.parse().ok()?;
            let line = std::fs::read(folder.join("cmdline")).ok()?;
            if !String::from_utf8_lossy(&line).contains(mark) {
                return None;
            }
            let status = std::fs::read_to_string(folder.join("stat")).ok()?;
            let state = status.rsplit(") ").next()?.chars().next()?;
            Some((Pid::from_raw(id)?, state))
        })
        .collect()
}

/// The state letter of a process, none when it is gone.
pub fn state(process: Pid) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero())).ok()?;
    stat.rsplit(") ").next()?.chars().next()
}

pub fn signal(process: Pid, signal: Signal) {
    kill_process(process, signal).unwrap();
}

/// Waits until something is so.
pub fn until(what: &str, so: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !so() {
        assert!(begun.elapsed() < STUCK, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
