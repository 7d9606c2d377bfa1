//! A child process that leads its own process group, so that it and all it started end together.

use std::{io, process::ExitStatus, time::Duration};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    time::timeout,
};

/// What is kept of a child's complaints, in bytes: the first lines name the cause.
const KEPT_COMPLAINT: usize = 2_048;

/// A running process group; dropping it ends every process of it.
#[derive(Debug)]
pub struct ChildGroup {
    child: Child,
    leader: Leader,
}

/// What leads a group, which decides how the group is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leader {
    /// A program without children: killed at once.
    Program,
    /// A shell with a pipeline. It must outlive its stages to reap them: orphans would become zombies wherever
    /// process 1 reaps nothing, as in many containers. So the stages are terminated, and it ends with them.
    Shell,
}

impl ChildGroup {
    /// Starts the command as the leader of a new group.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        let child = command.process_group(0).kill_on_drop(true).spawn()?;
        Ok(Self {
            child,
            leader: Leader::Program,
        })
    }

    /// Starts a pipeline below a shell that survives the signal which ends the stages. `configure` sets the rest.
    ///
    /// # Errors
    /// When the shell cannot be started.
    pub fn spawn_pipeline(
        script: &str,
        configure: impl FnOnce(&mut Command) -> &mut Command,
    ) -> io::Result<Self> {
        let mut shell = Command::new("sh");
        // A caught signal is at its default again in the stages, so only the shell outlives it.
        shell.arg("-c").arg(format!("trap : TERM\n{script}"));
        let child = configure(&mut shell).process_group(0).spawn()?;
        Ok(Self {
            child,
            leader: Leader::Shell,
        })
    }

    /// The pipe to the child, once.
    pub fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// The pipe from the child, once.
    pub fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// The pipe of the child's complaints, once.
    pub fn stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    /// Ends the whole group now. Does nothing when the leader was waited for: its number may be somebody else's.
    pub fn kill(&mut self) {
        match self.leader {
            Leader::Program => self.signal(&[Signal::KILL]),
            // A stopped stage ends only when it goes on.
            Leader::Shell => self.signal(&[Signal::TERM, Signal::CONT]),
        }
    }

    fn signal(&self, signals: &[Signal]) {
        let leader = self
            .child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        if let Some(leader) = leader {
            for signal in signals {
                // The group may just have ended by itself, which is what is wanted.
                let _ = kill_process_group(leader, *signal);
            }
        }
    }

    /// Waits for a child whose input was closed; kills the group if it takes longer than `grace`.
    pub async fn end(mut self, grace: Duration) -> Option<ExitStatus> {
        match timeout(grace, self.child.wait()).await {
            Ok(status) => status.ok(),
            Err(_) => {
                self.signal(&[Signal::KILL]);
                self.child.wait().await.ok()
            }
        }
    }
}

impl Drop for ChildGroup {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Reads a child's complaints to the end and keeps the beginning.
pub async fn complaint(mut from: impl AsyncRead + Unpin) -> String {
    let mut kept = Vec::new();
    let mut buffer = [0; 1_024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let place = KEPT_COMPLAINT.saturating_sub(kept.len());
        kept.extend_from_slice(&buffer[..read.min(place)]);
    }
    String::from_utf8_lossy(&kept).trim().to_owned()
}
