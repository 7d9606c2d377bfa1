//! `interpres serve`: from the settings to a server that listens, and down again in order.

use std::{io::Write, sync::Arc, time::Duration};

use anyhow::Context;
use interpres::{
    actors::{
        environment::Environment,
        outbox::Closing,
        socket::{Close, Socket},
    },
    config::{Loaded, Settings},
    http::{
        access::AccessPolicy,
        figures::Figures,
        metrics::Metrics,
        routes::{TreeHealth, routes},
        server::{Bound, Parts, bind},
    },
    supervision::{Filter, Supervised, Watchdog},
};
use secrecy::ExposeSecret;
use tokio::{
    runtime::Handle,
    signal::unix::{SignalKind, signal},
    time::Instant,
};

use super::{compose, logs};

/// How long clients may take to close after they were told that the server goes down. It is a part of the whole
/// deadline (`server.shutdown_deadline`).
const CLOSE_PATIENCE: Duration = Duration::from_secs(2);

/// Serves until a signal.
///
/// # Errors
/// What keeps it from starting, in words for people.
pub fn serve(loaded: &Loaded, debug: bool) -> anyhow::Result<()> {
    let settings = Arc::new(loaded.settings.clone());
    logs::start(&settings.log, debug);
    for notice in &loaded.notices {
        tracing::warn!("{notice}");
    }
    raise_descriptor_limit();
    let outgoing = compose::outgoing_runtime(&settings)?;
    let handle = outgoing.handle().clone();
    let served = actix_rt::System::new().block_on(async move {
        let environment = compose::environment(&settings, &handle).await?;
        let _watchdog = Watchdog::start(environment.tree.clone()).context("no watchdog")?;
        let bound = listen(&settings, &environment, &handle)?;
        let stopping = stop_on_signal(Arc::clone(&environment), bound.handle(), &settings)?;
        bound.run().await.context("the server stopped listening")?;
        stopping.await.context("the shutdown broke off")
    });
    outgoing.shutdown_timeout(Duration::from_millis(500));
    served
}

fn listen(
    settings: &Arc<Settings>,
    environment: &Arc<Environment>,
    outgoing: &Handle,
) -> anyhow::Result<Bound> {
    let (access, key) = AccessPolicy::from_settings(settings, outgoing)?;
    let metrics = Metrics::new()?;
    metrics
        .registry()
        .register(Box::new(Figures::new(Arc::clone(environment))?))?;
    let parts = Parts {
        settings: Arc::clone(settings),
        access,
        metrics,
        health: Arc::new(TreeHealth(Arc::clone(environment))),
    };
    let bound = bind(parts, routes(environment))?;
    let mut out = std::io::stdout().lock();
    if let Some(key) = key.filter(|key| key.made) {
        writeln!(
            out,
            "admin key (shown this once; kept in {}): {}",
            key.path.display(),
            key.key.expose_secret()
        )?;
    }
    for address in bound.addresses() {
        writeln!(out, "listening on {}://{address}", bound.scheme())?;
    }
    out.flush()?;
    Ok(bound)
}

/// Takes SIGTERM and Ctrl-C, and then everything down in order: clients are told, the tree ends, the server stops.
fn stop_on_signal(
    environment: Arc<Environment>,
    server: actix_web::dev::ServerHandle,
    settings: &Settings,
) -> anyhow::Result<tokio::task::JoinHandle<()>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot take SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot take Ctrl-C")?;
    let limit = settings.server.shutdown_deadline;
    Ok(actix_rt::spawn(async move {
        tokio::select! {
            biased;
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        let deadline = Instant::now() + limit;
        tracing::info!("shutting down");
        environment.begin_stopping();
        close_sockets(&environment, deadline).await;
        environment
            .tree
            .shutdown(deadline.saturating_duration_since(Instant::now()))
            .await;
        let stopped = tokio::time::timeout_at(deadline, server.stop(true)).await;
        if stopped.is_err() {
            tracing::warn!("requests did not end in time and were cut off");
            server.stop(false).await;
        }
        tracing::info!("down");
    }))
}

/// Tells every client (1012), and waits a little for them to close.
async fn close_sockets(environment: &Environment, deadline: Instant) {
    let sockets = environment
        .tree
        .snapshot(&Filter::all().kind(<Socket as Supervised>::KIND));
    let mut ends = Vec::with_capacity(sockets.len());
    for row in sockets {
        if let Some(socket) = environment.tree.lookup::<Socket>(row.path.as_str()) {
            if socket.tell(Close(Closing::RESTARTING)).is_err() {
                socket.stop("server restarts");
            }
            ends.push(socket);
        }
    }
    let patience = deadline.min(Instant::now() + CLOSE_PATIENCE);
    let all = futures_util::future::join_all(ends.iter().map(|socket| socket.ended()));
    // Whoever has not closed by then is closed with the tree.
    let _ = tokio::time::timeout_at(patience, all).await;
}

/// Lets the process open as many files as the system allows it: each client is one.
fn raise_descriptor_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
}
