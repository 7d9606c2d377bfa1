//! Commands and their options.

mod calls;
mod compose;
mod demo;
mod descriptors;
mod emulate;
mod logs;
mod serve;
mod transcript;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::{Parser, Subcommand};
use interpres::config::{LoadOptions, Loaded};

/// Live interpretation in calls, rooms and meetings.
#[derive(Parser)]
#[command(name = "interpres", version, about, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve people and programs until SIGTERM or Ctrl-C
    Serve(Settings),
    /// Play a recording into a room and show its interpretation live
    Demo(demo::Options),
    /// Play a call between two people who speak different languages, all of it on this machine
    DemoCall(demo::call::Options),
    /// Stand in for a service that the server links to, on loopback, without a key
    Emulate {
        #[command(subcommand)]
        service: EmulatedService,
    },
    /// What was said in a room
    Transcript {
        #[command(subcommand)]
        action: TranscriptAction,
    },
    /// Look at the settings
    Config {
        #[command(subcommand)]
        action: ConfigAction,
    },
    /// Recognise speech on standard input (started by the server itself)
    #[command(name = "asr-worker", hide = true)]
    AsrWorker,
}

#[derive(Subcommand)]
enum EmulatedService {
    /// Azure Communication Services: calls with scripted people, callbacks, media sockets
    Acs(emulate::acs::Options),
    /// OpenAI's and Azure OpenAI's realtime services: translation, conversation, client secrets
    Realtime(emulate::realtime::Options),
}

#[derive(Subcommand)]
enum TranscriptAction {
    /// Write it to a file or standard output, from the store: while the server runs or not
    Export(transcript::Options),
}

#[derive(Subcommand)]
enum ConfigAction {
    /// Say whether the settings are right, and where they are not
    Check(Settings),
    /// Print every setting with its value and where that comes from; secrets are left out
    Show(Settings),
}

/// Where settings come from.
#[derive(clap::Args)]
struct Settings {
    /// The settings file; without it config/interpres.yaml or config/orchestration.yaml, if there is one
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Log what is going on in detail
    #[arg(long)]
    debug: bool,
}

impl Settings {
    fn load(&self) -> anyhow::Result<Loaded> {
        Ok(Loaded::load(LoadOptions::from_process(
            self.config.clone(),
        ))?)
    }
}

/// Does what the command line asks for. Errors are one line on standard error, and exit code 1.
pub fn run() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Serve(settings) => settings
            .load()
            .and_then(|loaded| serve::serve(&loaded, settings.debug)),
        Command::Demo(options) => demo::demo(&options),
        Command::DemoCall(options) => demo::call::demo(&options),
        Command::Emulate {
            service: EmulatedService::Acs(options),
        } => emulate::acs::emulate(options),
        Command::Emulate {
            service: EmulatedService::Realtime(options),
        } => emulate::realtime::emulate(options),
        Command::Transcript {
            action: TranscriptAction::Export(options),
        } => Loaded::load(LoadOptions::from_process(options.config.clone()))
            .map_err(Into::into)
            .and_then(|loaded| transcript::export(&loaded.settings, &options)),
        Command::Config {
            action: ConfigAction::Check(settings),
        } => settings.load().map(|loaded| {
            for notice in &loaded.notices {
                println!("note: {notice}");
            }
            println!("the settings are right");
        }),
        Command::Config {
            action: ConfigAction::Show(settings),
        } => settings.load().map(|loaded| print!("{}", loaded.show())),
        Command::AsrWorker => Err(anyhow::anyhow!("asr-worker is the first word or none")),
    };
    match done.context("interpres") {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
