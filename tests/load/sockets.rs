//! What an idle connection costs in memory, connected only and with a session in a room of its own.

use std::time::Duration;

use serde_json::json;

use crate::{
    audience::Audience,
    options::option,
    process::resident,
    report::{Goal, Report},
    server::Server,
};

/// How long after the last client did something memory is read: what the server does about it is done by then.
const SETTLING: Duration = Duration::from_secs(3);

/// Connects all clients, then lets them make sessions; and the same of actix-web-actors alone, to compare with.
pub async fn measure(report: &mut Report) -> anyhow::Result<()> {
    let sockets: usize = option("LOAD_SOCKETS", 10_000)?;
    bare(report, sockets).await?;
    let config = json!({"speaks": "en", "hears": ["es"]});
    // One more than it takes by itself: the first client stays.
    let server = Server::interpres(&[("INTERPRES__SERVER__MAX_CONNECTIONS", "12000")])?;
    // What the first client brings into memory, such as code that had not run before, is not each one's.
    let mut first = Audience::connect(server.address(), 1)?;
    first.make_sessions(&config)?;
    tokio::time::sleep(SETTLING).await;
    let idle = resident(server.pid())?;
    let each = |now: u64| now.saturating_sub(idle) as f64 / sockets as f64 / 1024.0;

    let mut audience = Audience::connect(server.address(), sockets)?;
    tokio::time::sleep(SETTLING).await;
    let connected = resident(server.pid())?;
    let name = format!("resident memory per idle connection ({sockets} of them)");
    report.figure(name, each(connected), "KiB", Goal::AtMost(16.0));

    audience.make_sessions(&config)?;
    tokio::time::sleep(SETTLING).await;
    let with_session = resident(server.pid())?;
    report.figure(
        "  with a session in a room of its own",
        each(with_session),
        "KiB",
        Goal::AtMost(26.0),
    );
    report.figure(
        "  all of it, with sessions",
        with_session as f64 / 1e6,
        "MB",
        Goal::None,
    );

    drop((first, audience));
    tokio::time::sleep(SETTLING).await;
    let left = resident(server.pid())? as f64 / 1e6;
    report.figure(
        "  3 s after all clients have gone (kept by the allocator)",
        left,
        "MB",
        Goal::None,
    );
    Ok(())
}

async fn bare(report: &mut Report, sockets: usize) -> anyhow::Result<()> {
    let server = Server::bare()?;
    let _first = Audience::connect(server.address(), 1)?;
    tokio::time::sleep(SETTLING).await;
    let idle = resident(server.pid())?;
    let audience = Audience::connect(server.address(), sockets)?;
    tokio::time::sleep(SETTLING).await;
    let connected = resident(server.pid())?.saturating_sub(idle);
    let each = connected as f64 / sockets as f64 / 1024.0;
    drop(audience);
    report.figure(
        "resident memory per idle connection, actix-web-actors alone",
        each,
        "KiB",
        Goal::None,
    );
    Ok(())
}
