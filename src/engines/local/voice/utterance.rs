//! One utterance spoken by one process after the other, a sentence each: text in, samples out as they are made.

use std::{path::PathBuf, process::Stdio, time::Duration};

use bytes::{Buf, BytesMut};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
    sync::mpsc,
    time::timeout,
};

use super::super::child::{ChildGroup, complaint};
use crate::domain::engine::{EngineError, Trouble};

/// What espeak-ng always makes, in Hz.
pub const VOICE_RATE: u32 = 22_050;

/// The WAV header before the samples, in bytes; its lengths are invented, so it is only skipped.
const HEADER_BYTES: usize = 44;

/// The largest piece of samples passed on, in bytes: 100 ms.
const PIECE_BYTES: usize = VOICE_RATE as usize / 10 * 2;

/// A healthy voice has its first samples after 10 ms.
const STALL_LIMIT: Duration = Duration::from_secs(5);

/// What is to be said, and where the samples go.
#[derive(Debug)]
pub struct Utterance {
    /// The voice program.
    pub program: PathBuf,
    /// The voice's name.
    pub voice: String,
    /// Sentences, cleaned, each short enough for one process.
    pub sentences: Vec<String>,
    /// Where the samples go; when nobody takes them the voice falls silent.
    pub samples: mpsc::Sender<Result<bytes::Bytes, EngineError>>,
}

/// Speaks the sentences in order. Dropping the future kills the process.
///
/// # Errors
/// When a process did not speak; whoever listens was told.
pub async fn run(utterance: Utterance) -> Result<(), EngineError> {
    for sentence in &utterance.sentences {
        let said = tokio::select! {
            biased;
            () = utterance.samples.closed() => return Ok(()),
            said = say(&utterance, sentence) => said,
        };
        if let Err(error) = said {
            // Fails only when nobody listens any more.
            let _ = utterance.samples.send(Err(error.clone())).await;
            return Err(error);
        }
    }
    Ok(())
}

async fn say(utterance: &Utterance, sentence: &str) -> Result<(), EngineError> {
    let failed = |what: String| {
        EngineError::new(
            Trouble::Failed,
            format!("the voice {} did not speak: {what}", utterance.voice),
        )
    };
    let mut command = Command::new(&utterance.program);
    // The text goes through stdin because as an argument it could look like an option; `-z` leaves out the pause
    // at the end.
    command
        .args(["-v", &utterance.voice, "-z", "--stdout", "--stdin"])
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut group = ChildGroup::spawn(&mut command).map_err(|error| {
        EngineError::new(
            Trouble::Unavailable,
            format!("{} cannot be started: {error}", utterance.program.display()),
        )
    })?;
    let (Some(mut stdin), Some(mut stdout), Some(stderr)) =
        (group.stdin(), group.stdout(), group.stderr())
    else {
        return Err(failed("its pipes are missing".to_owned()));
    };
    // A sentence is shorter than a pipe, so this does not wait for the reader. A voice that refuses its name closes
    // its input early; its exit code tells that better than the broken pipe.
    let _ = stdin.write_all(sentence.as_bytes()).await;
    drop(stdin);
    let mut read = BytesMut::with_capacity(HEADER_BYTES + PIECE_BYTES);
    let mut header = HEADER_BYTES;
    loop {
        let got = timeout(STALL_LIMIT, stdout.read_buf(&mut read))
            .await
            .map_err(|_| {
                EngineError::new(
                    Trouble::Timeout,
                    format!(
                        "the voice {} fell silent for {STALL_LIMIT:?}",
                        utterance.voice
                    ),
                )
            })?
            .map_err(|error| failed(error.to_string()))?;
        let skipped = header.min(read.len());
        read.advance(skipped);
        header -= skipped;
        while read.len() >= 2 {
            let piece = read.split_to(PIECE_BYTES.min(read.len() & !1)).freeze();
            if utterance.samples.send(Ok(piece)).await.is_err() {
                return Ok(());
            }
        }
        if got == 0 {
            break;
        }
        read.reserve(PIECE_BYTES);
    }
    let complaint = timeout(STALL_LIMIT, complaint(stderr))
        .await
        .unwrap_or_default();
    match group.end(STALL_LIMIT).await {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(failed(format!("{status}; {complaint}"))),
        None => Err(failed("its end was not seen".to_owned())),
    }
}
