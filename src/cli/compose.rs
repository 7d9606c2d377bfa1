//! Putting the parts together: threads, tree, engines.

use std::sync::Arc;

use anyhow::Context;
use interpres::{
    actors::{
        clock::Clock,
        environment::{Engines, Environment},
    },
    config::{DefaultEngine, Settings, read_or_create},
    domain::engine::Engine,
    engines::{
        local::{LocalEngine, LocalSettings},
        null::null_engine,
        realtime::{
            Converse, Translate,
            settings::{ConverseSettings, TranslateSettings},
        },
    },
    store::{
        archive::{Archive, Bounds},
        durable_log::Now,
        open::open,
        record::NodeId,
    },
    supervision::{ArbiterPool, Tree, TreeConfig},
};
use secrecy::ExposeSecret;
use tokio::runtime::{Handle, Runtime};

use super::calls;

/// The file in the data folder that holds the key which signs resume tokens.
const SECRET_FILE: &str = "secret.key";

/// The runtime of everything that goes out: child processes, files, other servers.
///
/// # Errors
/// If the system gives no threads.
pub fn outgoing_runtime(settings: &Settings) -> anyhow::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(settings.threads.io_threads)
        .thread_name("outgoing")
        .enable_all()
        .build()
        .context("no threads for outgoing work")
}

/// The whole tree with its engines, which know what they can do when this is done. To be called on a thread with an actix system.
///
/// # Errors
/// If threads, the data folder or this program's own file are not to be had.
pub async fn environment(
    settings: &Arc<Settings>,
    outgoing: &Handle,
) -> anyhow::Result<Arc<Environment>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let arbiters = match settings.threads.room_arbiters {
        0 => cores,
        wanted => wanted,
    };
    let seed = rand::random();
    let placement = Arc::new(ArbiterPool::new(arbiters).context("no threads for rooms")?);
    let tree = Tree::new(TreeConfig { seed, placement });
    let secret = match &settings.auth.secret_key {
        Some(given) => given.clone(),
        None => read_or_create(&settings.data.dir, SECRET_FILE)?.key,
    };
    let program = std::env::current_exe().context("cannot find this program's own file")?;
    let archive = archive(settings, outgoing).await?;
    let mut started = None;
    let environment = Environment::start(
        Arc::clone(settings),
        tree,
        archive,
        Clock::System,
        seed,
        secret.expose_secret().as_bytes(),
        |parent| {
            let wanted = LocalSettings::from(&settings.engines.local);
            let local = LocalEngine::start(parent, &wanted, outgoing.clone(), program)?;
            started = Some(Arc::clone(&local));
            let local: Arc<dyn Engine> = local;
            let null: Arc<dyn Engine> = Arc::new(null_engine(outgoing.clone()));
            let translate: Arc<dyn Engine> = Arc::new(Translate::new(
                TranslateSettings::from(&settings.engines),
                outgoing.clone(),
            ));
            let converse: Arc<dyn Engine> = Arc::new(Converse::new(
                ConverseSettings::from(&settings.engines),
                outgoing.clone(),
            ));
            let engines = match settings.engines.default {
                DefaultEngine::Local => Engines::new(local, vec![translate, converse, null]),
                DefaultEngine::AzureTranslate => {
                    Engines::new(translate, vec![local, converse, null])
                }
                DefaultEngine::AzureRealtime => {
                    Engines::new(converse, vec![local, translate, null])
                }
                DefaultEngine::Null => Engines::new(null, vec![local, translate, converse]),
            };
            Ok(engines.falling_back_to(settings.engines.fallback.clone()))
        },
    )?;
    calls::connect(&environment, outgoing)?;
    // Whoever connects first must find its voices.
    if let Some(local) = started {
        local.ready().await;
    }
    Ok(environment)
}

/// The archive over the database of the settings, which is served by the runtime of what goes out: threads of actors may
/// be held up.
async fn archive(settings: &Arc<Settings>, outgoing: &Handle) -> anyhow::Result<Archive> {
    let node = NodeId::from(uuid::Uuid::now_v7());
    let opening = {
        let (settings, node) = (Arc::clone(settings), node.clone());
        outgoing.spawn(
            async move { open(settings.store.url.as_ref(), &settings.data.dir, &node).await },
        )
    };
    let store = opening.await.context("opening the database broke off")??;
    let now: Now = Arc::new(|| Clock::System.now());
    let archive = Archive::start(store, node, now, Bounds::from(&**settings), outgoing);
    archive.take_stock().await?;
    Ok(archive)
}
