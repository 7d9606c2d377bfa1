//! What came to the webhooks of calls, what audits of them found and what is done for them just now, for Prometheus.

use prometheus::{
    core::Desc,
    proto::{LabelPair, Metric, MetricFamily, MetricType},
};

use super::figures::{counter, describe, family, gauge, labelled};
use crate::actors::call::{
    auditing::found::Finding,
    registry::Calls,
    tally::{Fate, Post, Tally},
};

const NAME: &str = "interpres_acs_posts_total";
const HELP: &str = "Events and callbacks of calls, by what became of them";

const AUDITED: &str = "interpres_acs_audited_total";
const AUDITED_HELP: &str = "Legs of calls that were compared with the service, by what was found";
const WAITING: &str = "interpres_acs_audits_waiting";
const WAITING_HELP: &str = "Legs of calls that are over and are to be looked at once more";
const NAMES: &str = "interpres_acs_call_names";
const NAMES_HELP: &str =
    "Names under which calls are found, those of the last that are over among them";
const TASKS: &str = "interpres_outgoing_tasks";
const TASKS_HELP: &str = "Tasks of the runtime of everything that goes out, where there are calls";

pub(super) fn descriptions() -> impl Iterator<Item = Result<Desc, prometheus::Error>> {
    [
        describe(NAME, HELP, &["post", "fate"]),
        describe(AUDITED, AUDITED_HELP, &["finding"]),
        describe(WAITING, WAITING_HELP, &[]),
        describe(NAMES, NAMES_HELP, &[]),
        describe(TASKS, TASKS_HELP, &[]),
    ]
    .into_iter()
}

pub(super) fn collect(calls: &Calls) -> impl Iterator<Item = MetricFamily> {
    let audited = Finding::ALL.map(|finding| {
        let times = counter(calls.found.times(finding) as f64);
        labelled(times, "finding", finding.name())
    });
    let waiting = vec![gauge(calls.ended_legs.count() as f64)];
    let names = vec![gauge(calls.names() as f64)];
    let tasks = calls
        .link()
        .map_or(0, |link| link.outgoing.metrics().num_alive_tasks());
    let tasks = vec![gauge(tasks as f64)];
    [
        posts(&calls.tally),
        family(AUDITED, AUDITED_HELP, MetricType::COUNTER, audited.into()),
        family(WAITING, WAITING_HELP, MetricType::GAUGE, waiting),
        family(NAMES, NAMES_HELP, MetricType::GAUGE, names),
        family(TASKS, TASKS_HELP, MetricType::GAUGE, tasks),
    ]
    .into_iter()
}

fn posts(tally: &Tally) -> MetricFamily {
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
