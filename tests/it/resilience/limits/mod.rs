//! Every limit, reached from outside: each has an answer of its own, and what is within it goes on.

mod connections;
mod rates;
mod requests;
mod sessions;

use crate::support::server::Server;

/// How often the server says that a limit was met.
async fn times_met(server: &Server, limit: &str) -> u64 {
    let answer = server.request("GET", "/metrics").send().await.unwrap();
    let text = answer.text().await.unwrap();
    let name = format!("interpres_limits_met_total{{limit=\"{limit}\"}} ");
    let line = text.lines().find_map(|line| line.strip_prefix(&name));
    line.unwrap_or_else(|| panic!("no {name} in {text}"))
        .parse()
        .unwrap()
}
