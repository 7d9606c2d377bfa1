//! The owner's side of one recognizer process: audio down, words up, from its start to its end.

use std::{path::PathBuf, process::Stdio, time::Duration};

use bytes::{Buf, BytesMut};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
    sync::mpsc,
    task::JoinHandle,
    time::timeout,
};

use super::{
    super::{
        child::{ChildGroup, complaint},
        truecase,
        worker::{
            NOT_INSTALLED, WorkerConfiguration,
            protocol::{Answer, LONGEST_FRAME, frame},
        },
    },
    ends::Duty,
    gauge::Place,
    utterances::Utterances,
};
use crate::domain::engine::{EngineError, TranscriptionInput, TranscriptionOutput, Trouble};

/// Loading takes 0.3 s on an idle machine and 0.9 s on a busy one.
const LOADING_LIMIT: Duration = Duration::from_secs(15);

/// How long a recognizer that still owes finals after its input was closed may say nothing: it reports its progress
/// every 100 ms of audio, so only one that hangs does.
const DRAINING_LIMIT: Duration = Duration::from_secs(10);

/// Bytes that may wait for the pipe before the speaker's audio is left in the stream's own queue.
const WAITING_BYTES: usize = 64 * 1024;

/// Audio bytes in one frame.
const FRAME_AUDIO: usize = 32 * 1024;

/// What to run.
#[derive(Debug, Clone)]
pub struct WorkerProgram {
    /// This server's own binary.
    pub program: PathBuf,
    /// What it shall load.
    pub configuration: WorkerConfiguration,
}

/// Why a recognizer's life ended early.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecognizerError {
    /// It never became ready.
    #[error("{0}")]
    Start(EngineError),
    /// It died while somebody talked.
    #[error("the recognizer of a speaker died ({0})")]
    Died(String),
}

/// Runs one recognizer for one talker. `spare_idle` is how long it waits to be claimed.
///
/// Dropping the future kills the process; the talker's stream then ends with [`TranscriptionOutput::Failed`].
///
/// # Errors
/// When the process did not start or did not end by itself; the talker was told.
pub async fn run(
    program: &WorkerProgram,
    duty: Duty,
    spare_idle: Duration,
) -> Result<(), RecognizerError> {
    let Duty {
        ready,
        claim,
        steps,
        mut output,
    } = duty;
    let mut process = match Process::start(program).await {
        Ok(process) => process,
        Err(error) => {
            output.closed = true;
            let _ = ready.send(Err(error.clone()));
            return Err(RecognizerError::Start(error));
        }
    };
    if ready.send(Ok(())).is_err() {
        output.closed = true;
        return Ok(());
    }
    let Ok(Ok(place)) = timeout(spare_idle, claim).await else {
        output.closed = true;
        return Ok(());
    };
    match process.hear(steps, &output.sender, &place).await {
        Ok(()) => {
            output.closed = true;
            process.finish().await;
            Ok(())
        }
        Err(error) => {
            let status = process.finish().await;
            output.closed = true;
            let died = RecognizerError::Died(format!("{error}; {status}"));
            let told = EngineError::new(
                Trouble::Failed,
                format!("{died}; open the stream again, the utterance is lost"),
            );
            let _ = output.sender.send(TranscriptionOutput::Failed(told)).await;
            Err(died)
        }
    }
}

struct Process {
    group: ChildGroup,
    stdin: Option<tokio::process::ChildStdin>,
    stdout: tokio::process::ChildStdout,
    complaint: JoinHandle<String>,
    read: BytesMut,
    written: BytesMut,
    utterances: Utterances,
}

impl Process {
    /// Starts the process and waits until its model is loaded.
    async fn start(program: &WorkerProgram) -> Result<Self, EngineError> {
        let unavailable = |what: String| EngineError::new(Trouble::Unavailable, what);
        let mut command = Command::new(&program.program);
        command
            .arg("asr-worker")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut group = ChildGroup::spawn(&mut command).map_err(|error| {
            unavailable(format!(
                "the recognizer {} cannot be started: {error}",
                program.program.display()
            ))
        })?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (group.stdin(), group.stdout(), group.stderr())
        else {
            return Err(unavailable("the recognizer's pipes are missing".to_owned()));
        };
        let configuration = serde_json::to_vec(&program.configuration)
            .map_err(|error| unavailable(format!("the recognizer's configuration: {error}")))?;
        let mut process = Self {
            group,
            stdin: Some(stdin),
            stdout,
            complaint: tokio::spawn(complaint(stderr)),
            read: BytesMut::new(),
            written: BytesMut::from(frame(b'C', &configuration).as_slice()),
            utterances: Utterances::default(),
        };
        match timeout(LOADING_LIMIT, process.loaded()).await {
            Ok(Ok(())) => Ok(process),
            Err(_) => Err(unavailable(format!(
                "the recognizer is not loaded after {LOADING_LIMIT:?}; this machine is too busy"
            ))),
            Ok(Err(broken)) => Err(unavailable(process.why_not(&broken).await)),
        }
    }

    async fn loaded(&mut self) -> Result<(), String> {
        loop {
            if let Some(answer) = self.answer()? {
                return match answer {
                    Answer::Ready => Ok(()),
                    other => Err(format!("it said {other:?} before it was ready")),
                };
            }
            self.exchange().await?;
        }
    }

    /// Reads or writes whatever is possible first.
    async fn exchange(&mut self) -> Result<(), String> {
        tokio::select! {
            biased;
            got = self.stdout.read_buf(&mut self.read) => match got {
                Ok(1..) if self.read.len() <= LONGEST_FRAME => Ok(()),
                Ok(1..) => Err("it writes without an end".to_owned()),
                Ok(0) => Err("its output ended".to_owned()),
                Err(error) => Err(error.to_string()),
            },
            wrote = write(&mut self.stdin, &self.written), if !self.written.is_empty() => match wrote {
                Ok(bytes @ 1..) => {
                    self.written.advance(bytes);
                    Ok(())
                }
                Ok(0) => Err("it does not read".to_owned()),
                Err(error) => Err(error.to_string()),
            },
        }
    }

    /// The next whole line that was read.
    fn answer(&mut self) -> Result<Option<Answer>, String> {
        let Some(end) = self.read.iter().position(|byte| *byte == b'\n') else {
            return Ok(None);
        };
        let line = self.read.split_to(end);
        self.read.advance(1);
        // The line itself may hold what was said, so it is not repeated in the error.
        serde_json::from_slice(&line)
            .map(Some)
            .map_err(|_| "it said what it should not".to_owned())
    }

    /// What a process that never became ready has to say for itself.
    async fn why_not(mut self, broken: &str) -> String {
        self.stdin = None;
        let status = self.group.end(Duration::from_secs(1)).await;
        let complaint = timeout(Duration::from_secs(1), self.complaint)
            .await
            .ok()
            .and_then(Result::ok)
            .unwrap_or_default();
        if status.and_then(|status| status.code()) == Some(NOT_INSTALLED.into()) {
            return complaint;
        }
        let status = status.map_or_else(String::new, |status| status.to_string());
        format!("the recognizer does not start: {broken}; {status}; {complaint}")
    }

    /// Carries audio and words until the talker leaves.
    async fn hear(
        &mut self,
        mut steps: mpsc::Receiver<TranscriptionInput>,
        output: &mpsc::Sender<TranscriptionOutput>,
        place: &Place,
    ) -> Result<(), String> {
        loop {
            while let Some(answer) = self.answer()? {
                self.pass_on(answer, output, place).await;
            }
            tokio::select! {
                biased;
                () = output.closed() => return Ok(()),
                step = steps.recv(), if self.written.len() < WAITING_BYTES => match step {
                    Some(step) => self.order(step, place),
                    None => break,
                },
                exchanged = self.exchange() => exchanged?,
            }
        }
        self.drain(output, place).await
    }

    /// Waits for the finals that are still due.
    async fn drain(
        &mut self,
        output: &mpsc::Sender<TranscriptionOutput>,
        place: &Place,
    ) -> Result<(), String> {
        while self.utterances.is_any_due() && !output.is_closed() {
            timeout(DRAINING_LIMIT, self.exchange())
                .await
                .unwrap_or_else(|_| Err(format!("it said nothing for {DRAINING_LIMIT:?}")))?;
            while let Some(answer) = self.answer()? {
                self.pass_on(answer, output, place).await;
            }
        }
        Ok(())
    }

    fn order(&mut self, step: TranscriptionInput, place: &Place) {
        match step {
            TranscriptionInput::Begin(utterance) => {
                let number = self.utterances.begin(utterance);
                self.write(b'B', &number.to_be_bytes());
            }
            TranscriptionInput::Audio(samples) if self.utterances.open => {
                let whole = &samples[..samples.len() & !1];
                place.lag().receive(whole.len() as u64 / 2);
                for piece in whole.chunks(FRAME_AUDIO) {
                    self.write(b'A', piece);
                }
            }
            TranscriptionInput::End if self.utterances.open => {
                self.utterances.open = false;
                self.write(b'E', &[]);
            }
            TranscriptionInput::Abandon if self.utterances.open => {
                self.utterances.forget();
                self.write(b'X', &[]);
            }
            // Outside an utterance there is nothing to hear, end or forget.
            TranscriptionInput::Audio(_)
            | TranscriptionInput::End
            | TranscriptionInput::Abandon => {}
        }
    }

    fn write(&mut self, kind: u8, payload: &[u8]) {
        self.written.extend_from_slice(&frame(kind, payload));
    }

    async fn pass_on(
        &mut self,
        answer: Answer,
        output: &mpsc::Sender<TranscriptionOutput>,
        place: &Place,
    ) {
        match answer {
            Answer::Ready => {}
            Answer::Progress { samples } => place.lag().decode(samples),
            Answer::Partial { utterance, text } => {
                if let Some(utterance) = self.utterances.named(utterance) {
                    // A guess for which there is no place is worth nothing: the next one is better.
                    let _ = output.try_send(TranscriptionOutput::Partial {
                        utterance,
                        text: truecase::partial(&text),
                    });
                }
            }
            Answer::Final { utterance, text } => {
                if let Some(utterance) = self.utterances.finished(utterance) {
                    // Fails only when nobody reads any more, which ends the loop.
                    let _ = output
                        .send(TranscriptionOutput::Final {
                            utterance,
                            text: truecase::finished(&text),
                            confidence: None,
                        })
                        .await;
                }
            }
        }
    }

    /// Ends the process and tells how it ended; if it died before, that is what is told.
    async fn finish(mut self) -> String {
        self.stdin = None;
        self.complaint.abort();
        // What it may still decode nobody wants any more.
        self.group.kill();
        self.group.end(Duration::from_secs(1)).await.map_or_else(
            || "its end was not seen".to_owned(),
            |status| status.to_string(),
        )
    }
}

async fn write(
    stdin: &mut Option<tokio::process::ChildStdin>,
    bytes: &[u8],
) -> std::io::Result<usize> {
    match stdin {
        Some(stdin) => stdin.write(bytes).await,
        None => Ok(0),
    }
}
