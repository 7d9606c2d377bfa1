//! One interpretation: a loop between the caller's two channels and the socket, whatever the dialect.
//!
//! Everything waits at once and nothing holds up anything else: steps are taken as they come, so that audio which the
//! network does not take is left out by the rules of [`super::backlog`]; the socket is read only while all that it
//! brought was taken, so that a slow caller slows the provider down, up to a limit.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until, timeout, timeout_at},
};

use super::{
    opening::{MOST_MALFORMED, no_language, not_begun},
    socket::{Received, Socket, takes_nothing},
    tally::{Tally, one},
    wire::{Malformed, Objection},
};
use crate::domain::{
    engine::{EngineError, Trouble},
    interpretation::{InterpretationInput, InterpretationOutput},
    usage::{Meter, Used},
};

/// How often what was used is counted.
const USAGE_EVERY: Duration = Duration::from_secs(5);

/// How long the caller may take nothing of what comes.
const OUTPUT_LIMIT: Duration = Duration::from_secs(10);

/// A session that ends before this, with no answer, has not reached any limit, whatever the provider says.
const SHORTEST_LIFE: Duration = Duration::from_secs(60);

/// How long a provider is listened to that nobody wants any more, at most.
pub const LONGEST_LEAVE: Duration = Duration::from_secs(5);

/// How a dialect behaves.
pub trait Dialogue: Send {
    /// Takes a step of the caller's.
    fn step(&mut self, step: InterpretationInput, now: Instant, outbox: &mut Outbox);

    /// Takes a message of the provider's.
    ///
    /// # Errors
    /// If it is none.
    fn answer(&mut self, text: &str, now: Instant, outbox: &mut Outbox) -> Result<(), Malformed>;

    /// Whether there is something to be sent.
    fn has_message(&self) -> bool;

    /// What is to be sent next; the network takes it.
    fn message(&mut self, now: Instant, outbox: &mut Outbox) -> Option<String>;

    /// When it wants to be woken.
    fn wake(&self) -> Option<Instant>;

    /// That time has come.
    fn woken(&mut self, now: Instant, outbox: &mut Outbox);

    /// What was used since this was last asked.
    fn used(&mut self) -> Used;

    /// Whether the end was asked for, so that the provider may close.
    fn is_closing(&self) -> bool;

    /// Nobody wants it any more: sends no more audio, asks the provider to end what is under way, and closes once that
    /// has ended. Says until when that may be waited for, at most [`LONGEST_LEAVE`].
    fn leave(&mut self, now: Instant, outbox: &mut Outbox) -> Instant;
}

/// What goes to the caller.
#[derive(Debug, Default)]
pub struct Outbox {
    outputs: VecDeque<InterpretationOutput>,
    /// Whether anything was said, or turned out not to be.
    has_answered: bool,
    verdict: Option<Verdict>,
    /// The last objection, which explains a close.
    objected: Option<Objection>,
}

/// How it ends.
#[derive(Debug)]
enum Verdict {
    /// In order.
    Closed,
    /// Not in order.
    Failed(EngineError),
    /// Nobody wants it any more.
    Abandoned,
}

impl Outbox {
    /// One output more.
    pub fn push(&mut self, output: InterpretationOutput) {
        self.has_answered |= !matches!(output, InterpretationOutput::Objected(_));
        self.outputs.push_back(output);
    }

    /// It is over, in order.
    pub fn close(&mut self) {
        self.verdict.get_or_insert(Verdict::Closed);
    }

    /// It is over, and not in order.
    pub fn fail(&mut self, error: EngineError) {
        self.verdict.get_or_insert(Verdict::Failed(error));
    }

    /// The provider objects; what follows may be explained by it.
    pub fn objected(&mut self, objection: Objection) {
        self.objected = Some(objection);
    }
}

/// The channels of one interpretation.
pub struct Line {
    /// The caller's steps.
    pub input: mpsc::Receiver<InterpretationInput>,
    /// What becomes of them.
    pub output: mpsc::Sender<InterpretationOutput>,
    /// What goes otherwise than it should.
    pub tally: Arc<Tally>,
    /// The engine, for the log.
    pub engine: &'static str,
    /// Where what is billed is counted.
    pub meter: Arc<dyn Meter>,
}

fn count(dialogue: &mut impl Dialogue, meter: &dyn Meter) {
    let used = dialogue.used();
    if used != Used::default() {
        meter.used(&used);
    }
}

/// Interprets until it is over.
pub async fn run(mut dialogue: impl Dialogue, mut socket: Socket, mut line: Line) {
    let mut outbox = Outbox::default();
    let began = Instant::now();
    let mut verdict = converse(&mut dialogue, &mut socket, &mut line, &mut outbox).await;
    if let Verdict::Failed(error) = verdict {
        let has_begun = outbox.has_answered || began.elapsed() >= SHORTEST_LIFE;
        verdict = Verdict::Failed(if has_begun { error } else { not_begun(error) });
    }
    count(&mut dialogue, &*line.meter);
    let is_abandoned = matches!(verdict, Verdict::Abandoned);
    match verdict {
        Verdict::Closed | Verdict::Abandoned => outbox.push(InterpretationOutput::Closed),
        Verdict::Failed(error) => {
            one(&line.tally.sessions_broken);
            tracing::warn!(engine = line.engine, %error, "a session with the provider broke");
            outbox.push(InterpretationOutput::Failed(error));
        }
    }
    // The caller is told at once, whatever the provider still has to say.
    let Line {
        input,
        output: told,
        tally,
        meter,
        ..
    } = line;
    drop(input);
    let tell = async move {
        for output in outbox.outputs {
            if told.send(output).await.is_err() {
                return;
            }
        }
    };
    let end = async move {
        if is_abandoned {
            leave(&mut dialogue, &mut socket, &tally).await;
            count(&mut dialogue, &*meter);
        }
        socket.close().await;
    };
    // Who takes nothing any more learns of the end by the channel's.
    let _ = tokio::join!(timeout(OUTPUT_LIMIT, tell), end);
}

/// Lets the provider end what is under way, with nobody listening, so that what it bills for that is counted.
async fn leave(dialogue: &mut impl Dialogue, socket: &mut Socket, tally: &Tally) {
    let outgoing = socket.outgoing().clone();
    let mut unheard = Outbox::default();
    let now = Instant::now();
    let until = dialogue.leave(now, &mut unheard).min(now + LONGEST_LEAVE);
    let ending = async {
        while unheard.verdict.is_none() {
            unheard.outputs.clear();
            tokio::select! {
                permit = outgoing.reserve(), if dialogue.has_message() => {
                    let Ok(permit) = permit else { return };
                    if let Some(message) = dialogue.message(Instant::now(), &mut unheard) {
                        permit.send(message);
                    }
                }
                received = socket.receive() => {
                    let read = match received {
                        Received::Text(text) => dialogue.answer(&text, Instant::now(), &mut unheard),
                        Received::Binary => Err(Malformed::NoEvent),
                        Received::Closed(_) | Received::Broken(_) => return,
                    };
                    if read.is_err() {
                        one(&tally.messages_malformed);
                    }
                }
            }
        }
    };
    // What has not ended by then is counted as far as it came.
    let _ = timeout_at(until, ending).await;
}

async fn converse(
    dialogue: &mut impl Dialogue,
    socket: &mut Socket,
    line: &mut Line,
    outbox: &mut Outbox,
) -> Verdict {
    let outgoing = socket.outgoing().clone();
    let mut is_open = true;
    let mut malformed = 0;
    let mut usage_at = Instant::now() + USAGE_EVERY;
    let mut taken_at = Instant::now();
    loop {
        if let Some(verdict) = outbox.verdict.take() {
            return verdict;
        }
        let mut wake = usage_at;
        if let Some(wanted) = dialogue.wake() {
            wake = wake.min(wanted);
        }
        if outbox.outputs.is_empty() {
            taken_at = Instant::now();
        } else {
            wake = wake.min(taken_at + OUTPUT_LIMIT);
        }
        tokio::select! {
            () = line.output.closed() => return Verdict::Abandoned,
            permit = line.output.reserve(), if !outbox.outputs.is_empty() => {
                let Ok(permit) = permit else { return Verdict::Abandoned };
                if let Some(output) = outbox.outputs.pop_front() {
                    permit.send(output);
                }
                taken_at = Instant::now();
            }
            step = line.input.recv(), if is_open => match step {
                Some(step) => {
                    is_open = !matches!(step, InterpretationInput::Close);
                    dialogue.step(step, Instant::now(), outbox);
                }
                None => return Verdict::Abandoned,
            },
            permit = outgoing.reserve(), if dialogue.has_message() => {
                let Ok(permit) = permit else {
                    return Verdict::Failed(takes_nothing());
                };
                if let Some(message) = dialogue.message(Instant::now(), outbox) {
                    permit.send(message);
                }
            }
            received = socket.receive(), if outbox.outputs.is_empty() => {
                let read = match received {
                    Received::Text(text) => dialogue.answer(&text, Instant::now(), outbox),
                    Received::Binary => Err(Malformed::NoEvent),
                    Received::Closed(ending) => {
                        if dialogue.is_closing() && ending.code == Some(1000) {
                            return Verdict::Closed;
                        }
                        return Verdict::Failed(ending.meaning(outbox.objected.as_ref()));
                    }
                    Received::Broken(error) => return Verdict::Failed(error),
                };
                match read {
                    Ok(()) => malformed = 0,
                    Err(error) => {
                        one(&line.tally.messages_malformed);
                        if malformed == 0 {
                            tracing::warn!(engine = line.engine, %error, "passed over");
                        }
                        malformed += 1;
                        if malformed == MOST_MALFORMED {
                            return Verdict::Failed(no_language());
                        }
                    }
                }
            }
            () = sleep_until(wake) => {
                let now = Instant::now();
                if !outbox.outputs.is_empty() && now >= taken_at + OUTPUT_LIMIT {
                    return Verdict::Failed(EngineError::new(
                        Trouble::Failed,
                        "nobody takes what is interpreted",
                    ));
                }
                if now >= usage_at {
                    usage_at = now + USAGE_EVERY;
                    count(dialogue, &*line.meter);
                }
                dialogue.woken(now, outbox);
            }
        }
    }
}
