//! The child side of the recognizer: what `interpres asr-worker` does.
//!
//! A recognizer is native code that may crash, so it runs in a process of its own, one for each talker. It is told
//! over stdin what to load and what to hear, and answers over stdout ([`protocol`]). It ends with its input.

mod decoder;
pub mod protocol;

use std::{
    fs::File,
    io::{BufReader, BufWriter, Read, Write},
    process::ExitCode,
};

use decoder::{Decoder, DecoderError};
use protocol::{Answer, Configuration, Order, PROTOCOL_ERROR};

use crate::domain::engine::TRANSCRIPTION_RATE;

/// Samples between two looks at the guess: 200 ms, the pace at which words become known.
const PARTIAL_SAMPLES: u64 = TRANSCRIPTION_RATE as u64 / 5;

/// Samples between two reports of progress: 100 ms, a third of the lag that closes the door to new talkers.
const PROGRESS_SAMPLES: u64 = TRANSCRIPTION_RATE as u64 / 10;

/// Exit code when the recognizer or its model is not there (`EX_USAGE` of sysexits is 64).
pub const NOT_INSTALLED: u8 = 64;

/// Exit code when the other side does not speak the protocol (`EX_PROTOCOL` of sysexits).
const NOT_UNDERSTOOD: u8 = 76;

/// Runs the worker until its input ends.
pub fn asr_worker_main() -> ExitCode {
    let answers = match private_stdout() {
        Ok(answers) => answers,
        Err(error) => {
            eprintln!("asr-worker: stdout cannot be set apart: {error}");
            return ExitCode::from(NOT_UNDERSTOOD);
        }
    };
    match run(std::io::stdin().lock(), answers) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}

/// Sets the real stdout apart for answers and points descriptor 1 at stderr: native code prints where it likes.
fn private_stdout() -> std::io::Result<File> {
    let answers = rustix::io::fcntl_dupfd_cloexec(std::io::stdout(), 3)?;
    rustix::stdio::dup2_stdout(std::io::stderr())?;
    Ok(File::from(answers))
}

struct Failure {
    code: u8,
    message: String,
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self {
            code: NOT_UNDERSTOOD,
            message: format!("asr-worker: {error}"),
        }
    }
}

impl From<DecoderError> for Failure {
    fn from(error: DecoderError) -> Self {
        Self {
            code: NOT_INSTALLED,
            message: error.to_string(),
        }
    }
}

fn run(orders: impl Read, answers: impl Write) -> Result<(), Failure> {
    let mut orders = BufReader::with_capacity(64 * 1024, orders);
    let mut answers = BufWriter::new(answers);
    let configuration = match protocol::read_order(&mut orders)? {
        Some(Order::Configure(configuration)) => configuration,
        Some(_) => {
            return Err(Failure {
                code: NOT_UNDERSTOOD,
                message: format!("asr-worker: {PROTOCOL_ERROR}: the first frame must be `C`"),
            });
        }
        None => return Ok(()),
    };
    let decoder = Decoder::load(&configuration)?;
    say(&mut answers, &Answer::Ready)?;
    let mut hearing = Hearing::new(decoder);
    while let Some(order) = protocol::read_order(&mut orders)? {
        hearing.obey(order, &mut answers)?;
    }
    Ok(())
}

fn say(answers: &mut impl Write, answer: &Answer) -> std::io::Result<()> {
    protocol::write_answer(answers, answer)?;
    answers.flush()
}

/// One warm decoder and the utterance it hears.
struct Hearing {
    decoder: Decoder,
    utterance: Option<u32>,
    /// Samples of this worker's life, and where the next look and report are due.
    heard: u64,
    look_at: u64,
    report_at: u64,
    guess: String,
}

impl Hearing {
    fn new(decoder: Decoder) -> Self {
        Self {
            decoder,
            utterance: None,
            heard: 0,
            look_at: PARTIAL_SAMPLES,
            report_at: PROGRESS_SAMPLES,
            guess: String::new(),
        }
    }

    fn obey(&mut self, order: Order, answers: &mut impl Write) -> Result<(), Failure> {
        match order {
            Order::Configure(_) => {}
            Order::Begin(utterance) => {
                if self.utterance.replace(utterance).is_some() {
                    self.decoder.end()?;
                }
                self.guess.clear();
                self.look_at = self.heard + PARTIAL_SAMPLES;
                self.decoder.begin()?;
            }
            Order::Audio(samples) => self.hear(&samples, answers)?,
            Order::End => {
                if let Some(utterance) = self.utterance.take() {
                    let text = self.decoder.end()?;
                    say(answers, &Answer::Final { utterance, text })?;
                }
                self.report(answers)?;
            }
            Order::Abandon => {
                if self.utterance.take().is_some() {
                    self.decoder.end()?;
                }
                self.report(answers)?;
            }
        }
        Ok(())
    }

    fn hear(&mut self, samples: &[i16], answers: &mut impl Write) -> Result<(), Failure> {
        self.heard += samples.len() as u64;
        if let Some(utterance) = self.utterance {
            self.decoder.hear(samples)?;
            if self.heard >= self.look_at {
                self.look_at = self.heard + PARTIAL_SAMPLES;
                let text = self.decoder.guess();
                if !text.is_empty() && text != self.guess {
                    self.guess.clone_from(&text);
                    say(answers, &Answer::Partial { utterance, text })?;
                }
            }
        }
        if self.heard >= self.report_at {
            self.report(answers)?;
        }
        Ok(())
    }

    fn report(&mut self, answers: &mut impl Write) -> Result<(), Failure> {
        self.report_at = self.heard + PROGRESS_SAMPLES;
        say(
            answers,
            &Answer::Progress {
                samples: self.heard,
            },
        )?;
        Ok(())
    }
}

/// What the worker is told to load, for those who start one.
pub type WorkerConfiguration = Configuration;
