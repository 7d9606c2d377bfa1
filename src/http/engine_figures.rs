//! What each engine was used for, for Prometheus: read when scraped.

use prometheus::{
    core::Desc,
    proto::{Metric, MetricFamily, MetricType},
};

use super::figures::{counter, describe, family, gauge, labelled};
use crate::actors::engine_board::{EngineBoard, EngineFigures};

type Figure = fn(&EngineFigures) -> f64;

/// Name, help, whether it only rises, value.
const FIGURES: [(&str, &str, bool, Figure); 5] = [
    (
        "interpres_engine_audio_seconds_total",
        "Audio that engines were given, once for each of their streams",
        true,
        |figures| figures.used().audio_ms as f64 / 1_000.0,
    ),
    (
        "interpres_engine_tokens_total",
        "Tokens of all kinds that engines billed",
        true,
        |figures| figures.used().tokens as f64,
    ),
    (
        "interpres_engine_cost_dollars_total",
        "What engines cost by the prices in the settings, in US dollars",
        true,
        |figures| figures.used().cost.usd(),
    ),
    (
        "interpres_engine_translations",
        "Translations that engines serve now",
        false,
        |figures| figures.translations() as f64,
    ),
    (
        "interpres_engine_lag_seconds",
        "How far the most delayed translation was behind on our side when it was last looked",
        false,
        |figures| figures.lag_ms() as f64 / 1_000.0,
    ),
];

/// What [`collect`] gives.
pub(super) fn descriptions() -> impl Iterator<Item = Result<Desc, prometheus::Error>> {
    FIGURES
        .into_iter()
        .map(|(name, help, ..)| describe(name, help, &["engine"]))
}

/// The figures of all engines that were used.
pub(super) fn collect(board: &EngineBoard) -> impl Iterator<Item = MetricFamily> {
    let engines = board.all();
    FIGURES.into_iter().map(move |(name, help, rises, value)| {
        let (kind, make): (_, fn(f64) -> Metric) = if rises {
            (MetricType::COUNTER, counter)
        } else {
            (MetricType::GAUGE, gauge)
        };
        let metrics = engines
            .iter()
            .map(|(engine, figures)| labelled(make(value(figures)), "engine", engine))
            .collect();
        family(name, help, kind, metrics)
    })
}
