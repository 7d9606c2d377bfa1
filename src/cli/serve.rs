//! `interpres serve`: from the settings to a server that listens, and down again in order.

use std::{io::Write, sync::Arc, time::Duration};

use anyhow::Context;
use interpres::{
    actors::{call::inheriting::inherit, draining::drain, environment::Environment},
    config::{Loaded, Settings},
    http::{
        access::AccessPolicy,
        figures::Figures,
        metrics::Metrics,
        routes::{TreeHealth, routes},
        server::{Bound, Parts, bind},
        store_figures::StoreFigures,
        system::Missing,
    },
    supervision::Watchdog,
};
use secrecy::ExposeSecret;
use tokio::{
    runtime::Handle,
    signal::unix::{SignalKind, signal},
    time::Instant,
};

use super::{compose, descriptors, logs};

/// How long the store is given at the end even if everything else took too long.
const LEAST_FLUSH: Duration = Duration::from_secs(1);

/// Serves until a signal.
///
/// # Errors
/// What keeps it from starting, in words for people.
pub fn serve(loaded: &Loaded, debug: bool) -> anyhow::Result<()> {
    let mut settings = loaded.settings.clone();
    logs::start(&settings.log, debug);
    for notice in &loaded.notices {
        tracing::warn!("{notice}");
    }
    let shortage = descriptors::fit(&mut settings.server.max_connections, descriptors::raise());
    if let Some(Missing { what, remedy }) = &shortage {
        tracing::warn!("{what}: {remedy}");
    }
    let settings = Arc::new(settings);
    let outgoing = compose::outgoing_runtime(&settings)?;
    let handle = outgoing.handle().clone();
    let served = actix_rt::System::new().block_on(async move {
        let environment = compose::environment(&settings, &handle).await?;
        let _watchdog = Watchdog::start(environment.tree.clone()).context("no watchdog")?;
        let bound = listen(&settings, &environment, &handle, shortage)?;
        inherit(&environment);
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
    shortage: Option<Missing>,
) -> anyhow::Result<Bound> {
    let (access, key) = AccessPolicy::from_settings(settings, outgoing)?;
    let metrics = Metrics::new()?;
    metrics
        .registry()
        .register(Box::new(Figures::new(Arc::clone(environment))?))?;
    metrics
        .registry()
        .register(Box::new(StoreFigures::new(Arc::clone(environment))?))?;
    let parts = Parts {
        settings: Arc::clone(settings),
        access,
        metrics,
        health: Arc::new(TreeHealth {
            environment: Arc::clone(environment),
            warnings: shortage.into_iter().collect(),
        }),
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
    let rate = settings.server.drain_rate;
    Ok(actix_rt::spawn(async move {
        tokio::select! {
            biased;
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        let deadline = Instant::now() + limit;
        tracing::info!("shutting down");
        environment.begin_stopping();
        drain(&environment, rate, deadline).await;
        environment
            .tree
            .shutdown(deadline.saturating_duration_since(Instant::now()))
            .await;
        if !environment.calls.settled(deadline).await {
            tracing::error!("not all calls could be hung up in time");
        }
        let stopped = tokio::time::timeout_at(deadline, server.stop(true)).await;
        if stopped.is_err() {
            tracing::warn!("requests did not end in time and were cut off");
            server.stop(false).await;
        }
        // Last: what the tree said on its way down is stored, and its rooms are free.
        let stored = environment
            .archive
            .close(deadline.max(Instant::now() + LEAST_FLUSH))
            .await;
        if !stored {
            tracing::error!(
                "the store did not take everything in time; what it lacks was marked durable:false"
            );
        }
        tracing::info!("down");
    }))
}
