//! Options of a run, from the environment.

use std::str::FromStr;

use anyhow::Context;

/// The variable of this name, or what it is without one.
pub fn option<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    name: &str,
    default: T,
) -> anyhow::Result<T> {
    match std::env::var(name) {
        Ok(given) => given.parse().with_context(|| format!("{name}={given}")),
        Err(_) => Ok(default),
    }
}

/// The numbers of this variable, separated by commas, or these.
pub fn numbers(name: &str, default: &[usize]) -> anyhow::Result<Vec<usize>> {
    match std::env::var(name) {
        Ok(given) => given
            .split(',')
            .map(|number| {
                number
                    .trim()
                    .parse()
                    .with_context(|| format!("{name}={given}"))
            })
            .collect(),
        Err(_) => Ok(default.to_vec()),
    }
}
