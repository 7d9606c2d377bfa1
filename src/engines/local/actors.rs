//! The supervised actors of the local engine: `engines/local`, and below it one for each child process.
//!
//! An actor here only owns: it starts its driver (the future that runs the process and talks to it) on the I/O
//! runtime, hears of its end, and is restarted or not by the policy it was started with. What goes in and out of a
//! process takes the driver's own channels, so no message of this tree carries audio or text.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use actix::{Actor, Handler, Message};
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio_util::task::AbortOnDropHandle;

use super::{
    apertium::{Line, Lines},
    recognizer::{
        ends::Duty,
        process::{self, WorkerProgram},
    },
    voice::utterance::{self, Utterance},
};
use crate::{
    domain::engine::{EngineError, Trouble},
    supervision::{
        ChildEnd, Ctx, Departure, Node, Ref, Restart, Spec, StartError, Supervised, TellError,
        Verdict,
    },
};

/// `engines/local`: parent of the processes. It holds nothing, so its own restart costs only theirs.
pub struct Local {
    lines: Arc<Lines>,
    staff: Arc<Mutex<Option<Staff>>>,
}

impl Actor for Local {
    type Context = Ctx<Self>;

    /// Texts that waited through a restart wait no longer than they must.
    fn started(&mut self, _ctx: &mut Self::Context) {
        if let Some(staff) = &*self.staff.lock() {
            for line in self.lines.iter().filter(|line| line.is_wanted()) {
                staff.serve(line);
            }
        }
    }
}

impl Supervised for Local {
    const KIND: &'static str = "engine";

    /// A dead process concerns those who use it, and they were told. A direction is looked after here.
    fn child_ended(&mut self, child: &ChildEnd, _ctx: &mut Ctx<Self>) -> Verdict {
        if child.kind == PipelineDriver::KIND
            && let Some(line) = child
                .path
                .as_str()
                .rsplit('/')
                .next()
                .and_then(|mode| self.lines.get(mode))
        {
            match &child.how {
                Departure::Parked(failure) => line.out_of_order(&EngineError::new(
                    Trouble::Unavailable,
                    format!(
                        "the translation {} fails again and again: {}",
                        line.mode(),
                        failure.text
                    ),
                )),
                Departure::Ended(_) => {
                    line.ended();
                    if let Some(staff) = &*self.staff.lock()
                        && line.is_wanted()
                    {
                        staff.serve(line);
                    }
                }
            }
        }
        Verdict::Ignore
    }
}

/// What runs one process from start to end.
pub trait Driver: Unpin + Send + Sync + 'static {
    /// The kind of its actor.
    const KIND: &'static str;

    /// One life. The answer is why it ended well, or what failed.
    fn run(&self) -> impl Future<Output = Result<&'static str, String>> + Send + 'static;
}

/// The actor that owns one process.
pub struct Keeper<D: Driver> {
    driver: Arc<D>,
    io: Handle,
    /// Dropped with the actor, which kills the process.
    running: Option<AbortOnDropHandle<()>>,
}

/// The process's life is over.
#[derive(Message)]
#[rtype(result = "()")]
struct LifeEnded {
    life: u32,
    how: Result<&'static str, String>,
}

/// Somebody uses the process: it is not idle.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Wanted;

impl<D: Driver> Actor for Keeper<D> {
    type Context = Ctx<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        let me = ctx.me();
        let life = ctx.life();
        let run = self.driver.run();
        self.running = Some(AbortOnDropHandle::new(self.io.spawn(async move {
            let how = run.await;
            // An actor that is gone needs no news.
            let _ = me.tell(LifeEnded { life, how });
        })));
    }
}

impl<D: Driver> Supervised for Keeper<D> {
    const KIND: &'static str = D::KIND;
}

impl<D: Driver> Handler<LifeEnded> for Keeper<D> {
    type Result = ();

    fn handle(&mut self, ended: LifeEnded, ctx: &mut Self::Context) {
        if ended.life != ctx.life() {
            return;
        }
        match ended.how {
            Ok(reason) => ctx.end(reason),
            Err(failure) => ctx.fail(failure),
        }
    }
}

impl<D: Driver> Handler<Wanted> for Keeper<D> {
    type Result = ();

    /// Its arrival is all there is to it: every message is activity.
    fn handle(&mut self, _: Wanted, _: &mut Self::Context) {}
}

/// Runs one recognizer.
pub struct WorkerDriver {
    program: Arc<WorkerProgram>,
    spare_idle: std::time::Duration,
    /// Taken by the one life this actor has.
    duty: Mutex<Option<Duty>>,
}

impl Driver for WorkerDriver {
    const KIND: &'static str = "asr-worker";

    fn run(&self) -> impl Future<Output = Result<&'static str, String>> + Send + 'static {
        let duty = self.duty.lock().take();
        let program = self.program.clone();
        let spare_idle = self.spare_idle;
        async move {
            let duty = duty.ok_or("a recognizer has one life only")?;
            process::run(&program, duty, spare_idle)
                .await
                .map(|()| "closed")
                .map_err(|error| error.to_string())
        }
    }
}

/// Speaks one utterance.
pub struct VoiceDriver(Mutex<Option<Utterance>>);

impl Driver for VoiceDriver {
    const KIND: &'static str = "espeak";

    fn run(&self) -> impl Future<Output = Result<&'static str, String>> + Send + 'static {
        let utterance = self.0.lock().take();
        async move {
            let utterance = utterance.ok_or("an utterance is spoken only once")?;
            utterance::run(utterance)
                .await
                .map(|()| "spoken")
                .map_err(|error| error.to_string())
        }
    }
}

/// Runs the pipeline of one direction, life after life.
pub struct PipelineDriver(Arc<Line>);

impl Driver for PipelineDriver {
    const KIND: &'static str = "apertium";

    fn run(&self) -> impl Future<Output = Result<&'static str, String>> + Send + 'static {
        let line = self.0.clone();
        async move { Err(line.live().await.to_string()) }
    }
}

/// Starts the actors of the processes, from any thread.
#[derive(Clone)]
pub struct Staff {
    local: Ref<Local>,
    io: Handle,
    count: Arc<AtomicU64>,
}

impl Staff {
    /// Starts `engines/local` below `parent`.
    ///
    /// # Errors
    /// When the tree does not take it.
    pub fn start(parent: &Arc<Node>, lines: Arc<Lines>, io: Handle) -> Result<Self, StartError> {
        let staff = Arc::new(Mutex::new(None));
        let known = staff.clone();
        let local = parent.start_child("engines/local", Spec::new(), move || Local {
            lines: lines.clone(),
            staff: known.clone(),
        })?;
        let started = Self {
            local,
            io,
            count: Arc::default(),
        };
        *staff.lock() = Some(started.clone());
        Ok(started)
    }

    /// Starts a recognizer.
    pub fn recognize(
        &self,
        program: &Arc<WorkerProgram>,
        duty: Duty,
        spare_idle: std::time::Duration,
    ) -> Result<(), EngineError> {
        let driver = WorkerDriver {
            program: program.clone(),
            spare_idle,
            duty: Mutex::new(Some(duty)),
        };
        self.start_once(driver)
    }

    /// Starts to speak.
    pub fn speak(&self, utterance: Utterance) -> Result<(), EngineError> {
        self.start_once(VoiceDriver(Mutex::new(Some(utterance))))
    }

    fn start_once<D: Driver>(&self, driver: D) -> Result<(), EngineError> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{number}", D::KIND);
        let driver = Arc::new(driver);
        let io = self.io.clone();
        let spec = Spec::new().restart(Restart::Temporary);
        self.local
            .node()
            .start_child(&name, spec, move || Keeper {
                driver: driver.clone(),
                io: io.clone(),
                running: None,
            })
            .map(drop)
            .map_err(|error| refused(&error))
    }

    /// Makes sure that somebody works on a direction's queue.
    pub fn serve(&self, line: &Arc<Line>) {
        let keeper = line.keeper();
        match keeper.map(|keeper| keeper.tell(Wanted)) {
            // A full mailbox belongs to an actor that lives.
            Some(Ok(()) | Err(TellError::Full(_))) => return,
            Some(Err(TellError::Unavailable(_))) => {
                line.out_of_order(&EngineError::new(
                    Trouble::Unavailable,
                    format!(
                        "the translation {} failed too often; it is tried again soon",
                        line.mode()
                    ),
                ));
                return;
            }
            Some(Err(TellError::Gone(_))) | None => {}
        }
        let driver = Arc::new(PipelineDriver(line.clone()));
        let io = self.io.clone();
        let spec = Spec::new().idle_after(line.idle_after());
        let started = self
            .local
            .node()
            .start_child(line.mode(), spec, move || Keeper {
                driver: driver.clone(),
                io: io.clone(),
                running: None,
            });
        match started {
            Ok(keeper) => line.kept_by(keeper),
            // Somebody else started it just now, or its end is about to be told, which looks at the queue again.
            Err(StartError::NameTaken { .. }) => {}
            Err(error) => line.out_of_order(&refused(&error)),
        }
    }
}

fn refused(error: &StartError) -> EngineError {
    EngineError::new(
        Trouble::Unavailable,
        format!("the local engine cannot start a process: {error}"),
    )
}
