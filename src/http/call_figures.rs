//! What came to the webhooks of calls, for Prometheus.

use prometheus::{
    core::Desc,
    proto::{LabelPair, Metric, MetricFamily, MetricType},
};

use super::figures::{counter, describe, family};
use crate::actors::call::tally::{Fate, Post, Tally};

const NAME: &str = "interpres_acs_posts_total";
const HELP: &str = "Events and callbacks of calls, by what became of them";

pub(super) fn description() -> Result<Desc, prometheus::Error> {
    describe(NAME, HELP, &["post", "fate"])
}

pub(super) fn collect(tally: &Tally) -> MetricFamily {
    let labelled = |post: Post, fate: Fate| {
        let mut metric: Metric = counter(tally.times(post, fate) as f64);
        // Prometheus wants them in the order of their names.
        let labels = [("fate", fate.name()), ("post", post.name())].map(|(name, value)| {
            let mut label = LabelPair::default();
            label.set_name(name.to_owned());
            label.set_value(value.to_owned());
            label
        });
        metric.set_label(labels.into());
        metric
    };
    let all = Post::ALL
        .into_iter()
        .flat_map(|post| Fate::ALL.map(|fate| labelled(post, fate)));
    family(NAME, HELP, MetricType::COUNTER, all.collect())
}
