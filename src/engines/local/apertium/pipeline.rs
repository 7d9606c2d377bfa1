//! One life of one direction's pipeline: a process group of Apertium's stages that answers text after text.
//!
//! The `apertium` command cannot stream, so the mode's stages are run directly, in null-flush mode. Each request ends
//! with `.[]`, a numbered superblank and a NUL; superblanks pass untouched and in order, so an answer without its own
//! number means that a stage died (a dead stage looks like a few empty answers and then silence, not like an end of
//! file). Then the whole group is killed and this life is over; what was not answered goes back to the queue.

use std::{collections::VecDeque, path::PathBuf, process::Stdio, time::Duration};

use bytes::{Buf, BytesMut};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
    time::{Instant, sleep_until, timeout},
};

use super::{
    super::{
        child::{ChildGroup, complaint},
        plain::clean,
    },
    escape::{escape, unescape},
    queue::{Job, Queue},
};
use crate::domain::engine::{EngineError, Trouble};

/// Requests written before their answers came. Enough to keep every stage busy, few enough that a text whose
/// predecessors are slow still has its own time limit.
const IN_FLIGHT: usize = 16;

/// Loading the largest direction takes 1.4 s on an idle machine; ten times that on a busy one.
const LOADING_LIMIT: Duration = Duration::from_secs(15);

/// An answer is about as long as its request (2,000 characters at most); a megabyte without an end is a runaway.
const LONGEST_ANSWER: usize = 1 << 20;

/// How long the stages may take to end after their input was closed.
const GRACE: Duration = Duration::from_secs(1);

/// What to run and how long it may take.
#[derive(Debug, Clone)]
pub struct PipelineCommand {
    /// Apertium's name for the direction.
    pub mode: String,
    /// The mode file.
    pub file: PathBuf,
    /// A sentence in the source language for the self-test.
    pub known: &'static str,
    /// For one answer, from when it is its turn.
    pub time_limit: Duration,
}

/// Why a pipeline's life ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PipelineError {
    /// It could not be started.
    #[error(
        "the pipeline {mode} could not be started: {cause}; is the package `apertium` complete?"
    )]
    Start {
        /// Which direction.
        mode: String,
        /// What the system said.
        cause: String,
    },
    /// It does not translate a plain sentence.
    #[error("the pipeline {mode} fails its self-test: {cause}; reinstall its language package")]
    SelfTest {
        /// Which direction.
        mode: String,
        /// What went wrong.
        cause: String,
    },
    /// A stage died or lost its place.
    #[error("a stage of the pipeline {mode} died while translating")]
    Died {
        /// Which direction.
        mode: String,
    },
    /// No answer in time.
    #[error("the pipeline {mode} gave no answer within {limit:?}")]
    Slow {
        /// Which direction.
        mode: String,
        /// The time it had.
        limit: Duration,
    },
}

impl PipelineError {
    /// What those who wait are told.
    pub fn for_callers(&self) -> EngineError {
        let trouble = match self {
            Self::Start { .. } | Self::SelfTest { .. } => Trouble::Unavailable,
            Self::Died { .. } | Self::Slow { .. } => Trouble::Failed,
        };
        EngineError::new(trouble, self.to_string())
    }
}

/// Runs the pipeline and works through the queue until something breaks. Dropping the future kills the processes.
///
/// `passed` is called once the self-test is passed.
pub async fn serve(
    command: &PipelineCommand,
    queue: &Queue,
    passed: impl FnOnce(),
) -> PipelineError {
    let mut stages = match Stages::start(command).await {
        Ok(stages) => stages,
        Err(error) => return error,
    };
    if let Err(error) = stages.self_test(command).await {
        return error;
    }
    passed();
    let error = stages.work(command, queue).await;
    stages.group.kill();
    stages.group.end(GRACE).await;
    error
}

/// What the stages were asked and have not answered; whatever ends them, it goes back to the queue.
struct Asked<'q> {
    jobs: VecDeque<Job>,
    queue: &'q Queue,
    why: PipelineError,
}

impl<'q> Asked<'q> {
    fn new(queue: &'q Queue, command: &PipelineCommand) -> Self {
        Self {
            jobs: VecDeque::new(),
            queue,
            why: PipelineError::Died {
                mode: command.mode.clone(),
            },
        }
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        let unanswered = std::mem::take(&mut self.jobs);
        self.queue.give_back(unanswered, &self.why.for_callers());
    }
}

/// The running stages.
struct Stages {
    group: ChildGroup,
    stdin: tokio::process::ChildStdin,
    stdout: tokio::process::ChildStdout,
    written: BytesMut,
    read: BytesMut,
    /// The number of the request that is answered next.
    next_answer: u64,
}

impl Stages {
    async fn start(command: &PipelineCommand) -> Result<Self, PipelineError> {
        let failed = |cause: String| PipelineError::Start {
            mode: command.mode.clone(),
            cause,
        };
        let script = script(command).await.map_err(failed)?;
        let mut group = ChildGroup::spawn_pipeline(&script, |shell| {
            // `$1` is the marking of unknown words (`-n`: none), `$2` an option of the tagger.
            shell
                .args(["apertium", "-n", ""])
                .env("LC_ALL", "C.UTF-8")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
        })
        .map_err(|error| failed(error.to_string()))?;
        let (Some(stdin), Some(stdout)) = (group.stdin(), group.stdout()) else {
            return Err(failed("its pipes are missing".to_owned()));
        };
        Ok(Self {
            group,
            stdin,
            stdout,
            written: BytesMut::new(),
            read: BytesMut::new(),
            next_answer: 0,
        })
    }

    /// Waits until the stages are loaded and translate a plain sentence.
    async fn self_test(&mut self, command: &PipelineCommand) -> Result<(), PipelineError> {
        let failed = |cause: &str| PipelineError::SelfTest {
            mode: command.mode.clone(),
            cause: cause.to_owned(),
        };
        let test = Queue::default();
        let mut answer = test
            .add(escape(&clean(command.known)))
            .map_err(|error| failed(&error.message))?;
        let patient = PipelineCommand {
            time_limit: LOADING_LIMIT,
            ..command.clone()
        };
        tokio::select! {
            biased;
            answer = &mut answer => match answer {
                Ok(Ok(text)) if !text.is_empty() => Ok(()),
                _ => Err(failed("a plain sentence gets no translation")),
            },
            error = self.work(&patient, &test) => Err(failed(&error.to_string())),
        }
    }

    /// Asks and answers until something breaks.
    async fn work(&mut self, command: &PipelineCommand, queue: &Queue) -> PipelineError {
        let mut asked = Asked::new(queue, command);
        let error = self.exchange(command, queue, &mut asked).await;
        asked.why = error.clone();
        error
    }

    async fn exchange(
        &mut self,
        command: &PipelineCommand,
        queue: &Queue,
        asked: &mut Asked<'_>,
    ) -> PipelineError {
        let died = || PipelineError::Died {
            mode: command.mode.clone(),
        };
        let mut turn_ends = Instant::now() + command.time_limit;
        loop {
            tokio::select! {
                biased;
                got = self.stdout.read_buf(&mut self.read) => {
                    if !matches!(got, Ok(1..)) || self.read.len() > LONGEST_ANSWER {
                        return died();
                    }
                    while let Some(end) = self.read.iter().position(|byte| *byte == 0) {
                        let answer = self.read.split_to(end);
                        self.read.advance(1);
                        if !self.answered(&answer, &mut asked.jobs) {
                            return died();
                        }
                        turn_ends = Instant::now() + command.time_limit;
                    }
                }
                wrote = self.stdin.write(&self.written), if !self.written.is_empty() => {
                    match wrote {
                        Ok(bytes @ 1..) => self.written.advance(bytes),
                        _ => return died(),
                    }
                }
                () = sleep_until(turn_ends), if !asked.jobs.is_empty() => {
                    return PipelineError::Slow { mode: command.mode.clone(), limit: command.time_limit };
                }
                job = queue.next(), if asked.jobs.len() < IN_FLIGHT => {
                    if asked.jobs.is_empty() {
                        turn_ends = Instant::now() + command.time_limit;
                    }
                    let number = self.next_answer + asked.jobs.len() as u64;
                    self.written.extend_from_slice(job.request.as_bytes());
                    self.written.extend_from_slice(format!(".[][#{number}]\0").as_bytes());
                    asked.jobs.push_back(job);
                }
            }
        }
    }

    /// Takes one answer; false when it is not the one that is due.
    fn answered(&mut self, answer: &[u8], asked: &mut VecDeque<Job>) -> bool {
        let sentinel = format!("[][#{}]", self.next_answer);
        let Some(text) = std::str::from_utf8(answer)
            .ok()
            .and_then(|answer| answer.strip_suffix(sentinel.as_str()))
        else {
            return false;
        };
        let Some(job) = asked.pop_front() else {
            return false;
        };
        self.next_answer += 1;
        // The full stop is ours; an abbreviation at the end may have swallowed it.
        let text = text.strip_suffix('.').unwrap_or(text);
        job.finish(Ok(unescape(text)));
        true
    }
}

/// The mode's command line in null-flush mode, made by Apertium's own tool.
async fn script(command: &PipelineCommand) -> Result<String, String> {
    let mut tool = Command::new("apertium-wblank-mode");
    tool.arg("-z")
        .arg(&command.file)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut group =
        ChildGroup::spawn(&mut tool).map_err(|error| format!("apertium-wblank-mode: {error}"))?;
    let (Some(mut stdout), Some(stderr)) = (group.stdout(), group.stderr()) else {
        return Err("apertium-wblank-mode: its pipes are missing".to_owned());
    };
    let mut script = String::new();
    let read = timeout(LOADING_LIMIT, async {
        tokio::join!(stdout.read_to_string(&mut script), complaint(stderr))
    });
    let (read, complaint) = read
        .await
        .map_err(|_| "apertium-wblank-mode does not end".to_owned())?;
    let status = group.end(GRACE).await;
    if read.is_err() || script.trim().is_empty() || !status.is_some_and(|status| status.success()) {
        return Err(format!("apertium-wblank-mode: {complaint}"));
    }
    Ok(script.trim().to_owned())
}
