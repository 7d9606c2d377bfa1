//! What is wrong with the server now, for people: raised and cleared with hysteresis, so that what wavers about a limit
//! does not cry wolf. The rules are in [`rules`]; time is passed in.

pub mod rules;

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use super::time::Timestamp;

/// Alerts at once, at most: who has this many needs no further one.
pub const MOST: usize = 32;

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; nobody has to do anything.
    Info,
    /// Somebody should look at it, today rather than tomorrow.
    Warning,
    /// Somebody has to look at it now: people are turned away, or what they say is not stored.
    Critical,
}

/// Something that is wrong now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Alert {
    /// What it is about: `connections`, `store`, `engine/local/translator`. There is one alert about a thing at a time.
    pub id: String,
    /// What is wrong with it, a stable word: `connections_high`, `store_slow`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, for people.
    pub message: String,
    /// What to do about it, for people.
    pub remedy: String,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
}

/// How a thing does by its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It calls for an alert.
    Wrong,
    /// Between the limits: an alert stands, with the words of now, and none is raised.
    Between,
    /// It calls for none.
    Well,
}

/// What a rule found out about a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// As [`Alert::id`].
    pub id: String,
    /// How it does.
    pub verdict: Verdict,
    /// How long it must be wrong before it is an alert.
    pub raise_after: Duration,
    /// How long it must be well before the alert is over.
    pub clear_after: Duration,
    /// As [`Alert::code`], for how it does now.
    pub code: &'static str,
    /// As [`Alert::severity`], for how it does now.
    pub severity: Severity,
    /// Whether an alert that stands may become less severe: not where it is still close to what made it so.
    pub may_ease: bool,
    /// As [`Alert::message`], for how it does now: once it is well, that it is.
    pub message: String,
    /// As [`Alert::remedy`]; nothing once it is well.
    pub remedy: String,
    /// Whether other words in the message are worth telling: not where they hold a number that always changes.
    pub words_are_news: bool,
}

/// An alert that began, became another, or is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The alert; of one that is over, the words of its end.
    pub alert: Alert,
    /// Whether it stands.
    pub raised: bool,
}

#[derive(Debug, Clone, Default)]
struct Watched {
    alert: Option<Alert>,
    /// Since when the verdict is another one than the alert.
    differs_since: Option<Duration>,
}

/// The alerts that stand, and what may become one.
#[derive(Debug, Clone, Default)]
pub struct Alerts(BTreeMap<String, Watched>);

impl Alerts {
    /// Takes all that was found at once; what is not among it any more counts as well. `moment` is of a clock that does
    /// not jump, `at` the time of day to show.
    pub fn judge(
        &mut self,
        findings: Vec<Finding>,
        at: Timestamp,
        moment: Duration,
    ) -> Vec<Change> {
        let gone: Vec<Finding> = self
            .0
            .iter()
            .filter(|(id, _)| !findings.iter().any(|finding| finding.id == **id))
            .filter_map(|(_, watched)| watched.alert.as_ref().map(over))
            .collect();
        self.0.retain(|id, _| {
            findings
                .iter()
                .chain(&gone)
                .any(|finding| finding.id == *id)
        });
        let all = findings.into_iter().chain(gone);
        all.filter_map(|finding| self.take(finding, at, moment))
            .collect()
    }

    /// Takes what was found of one thing.
    pub fn take(&mut self, finding: Finding, at: Timestamp, moment: Duration) -> Option<Change> {
        let standing = self.current().count();
        let watched = self.0.entry(finding.id.clone()).or_default();
        let (differs, patience) = match (&watched.alert, finding.verdict) {
            (Some(_), Verdict::Well) => (true, finding.clear_after),
            (None, Verdict::Wrong) => (true, finding.raise_after),
            _ => (false, Duration::ZERO),
        };
        if !differs {
            watched.differs_since = None;
            return match (&mut watched.alert, finding.verdict) {
                (Some(alert), Verdict::Wrong | Verdict::Between) => alert.heed(finding),
                _ => None,
            };
        }
        let since = *watched.differs_since.get_or_insert(moment);
        if moment.saturating_sub(since) < patience {
            return None;
        }
        match watched.alert.take() {
            Some(alert) => {
                self.0.remove(&finding.id);
                Some(Change {
                    alert: alert_of(finding, alert.since),
                    raised: false,
                })
            }
            None if standing >= MOST => None,
            None => {
                let alert = alert_of(finding, at);
                watched.differs_since = None;
                watched.alert = Some(alert.clone());
                Some(Change {
                    alert,
                    raised: true,
                })
            }
        }
    }

    /// The alerts that stand, in the order of their ids.
    pub fn current(&self) -> impl Iterator<Item = &Alert> {
        self.0.values().filter_map(|watched| watched.alert.as_ref())
    }

    /// The alerts that stand, the worst first, of equals the oldest.
    pub fn worst_first(&self) -> Vec<Alert> {
        let mut all: Vec<Alert> = self.current().cloned().collect();
        all.sort_by(|one, other| {
            let worse = other.severity.cmp(&one.severity);
            worse.then(one.since.cmp(&other.since))
        });
        all
    }
}

impl Alert {
    /// Takes newer words, and tells if the thing is wrong in another way than before.
    fn heed(&mut self, mut finding: Finding) -> Option<Change> {
        if !finding.may_ease {
            finding.severity = finding.severity.max(self.severity);
        }
        let same = (self.code, self.severity) == (finding.code, finding.severity)
            && !(finding.words_are_news && self.message != finding.message);
        *self = alert_of(finding, self.since);
        (!same).then(|| Change {
            alert: self.clone(),
            raised: true,
        })
    }
}

fn alert_of(finding: Finding, since: Timestamp) -> Alert {
    Alert {
        id: finding.id,
        code: finding.code,
        severity: finding.severity,
        message: finding.message,
        remedy: finding.remedy,
        since,
    }
}

/// The end of an alert about what is not there any more.
fn over(alert: &Alert) -> Finding {
    Finding {
        id: alert.id.clone(),
        verdict: Verdict::Well,
        raise_after: Duration::ZERO,
        clear_after: rules::CALM,
        code: alert.code,
        severity: Severity::Info,
        may_ease: true,
        message: format!("over: {}", alert.message),
        remedy: String::new(),
        words_are_news: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(id: &str, verdict: Verdict) -> Finding {
        Finding {
            id: id.to_owned(),
            verdict,
            raise_after: Duration::from_secs(4),
            clear_after: Duration::from_secs(10),
            code: "code",
            severity: Severity::Warning,
            may_ease: true,
            message: format!("{verdict:?}"),
            remedy: "do something".to_owned(),
            words_are_news: false,
        }
    }

    fn second(second: u64) -> (Timestamp, Duration) {
        (
            Timestamp::from_unix_millis(second * 1_000),
            Duration::from_secs(second),
        )
    }

    /// The seconds at which an alert about one thing was raised (`true`) or cleared by these verdicts, one a second.
    fn changes(verdicts: &[Verdict]) -> Vec<(u64, bool)> {
        let mut alerts = Alerts::default();
        let mut seen = Vec::new();
        for (number, verdict) in verdicts.iter().enumerate() {
            let (at, moment) = second(number as u64);
            for change in alerts.judge(vec![finding("a", *verdict)], at, moment) {
                seen.push((number as u64, change.raised));
            }
        }
        seen
    }

    #[test]
    fn it_is_raised_when_it_has_been_wrong_for_long_and_cleared_when_well_for_long() {
        use Verdict::{Between, Well, Wrong};
        let mut verdicts = vec![Wrong; 5];
        verdicts.extend([Well; 11]);
        assert_eq!(changes(&verdicts), [(4, true), (15, false)]);
        assert_eq!(
            changes(&[Wrong, Wrong, Well, Wrong, Wrong, Well, Wrong]),
            [],
            "a moment"
        );
        let mut wavering = vec![Wrong; 5];
        for _ in 0..10 {
            wavering.extend([Well, Between, Well, Wrong]);
        }
        assert_eq!(changes(&wavering), [(4, true)], "once, and not over");
        assert_eq!(
            changes(&[Between; 60]),
            [],
            "between the limits nothing is raised"
        );
        let mut between = vec![Wrong; 5];
        between.extend([Between; 60]);
        assert_eq!(changes(&between), [(4, true)], "nor cleared");
    }

    #[test]
    fn one_that_gets_worse_is_told_again_and_keeps_its_beginning() {
        let mut alerts = Alerts::default();
        let mut bad = finding("a", Verdict::Wrong);
        bad.raise_after = Duration::ZERO;
        let (at, moment) = second(1);
        assert!(alerts.take(bad.clone(), at, moment).unwrap().raised);
        assert_eq!(alerts.take(bad.clone(), second(2).0, second(2).1), None);
        bad.message = "other words".to_owned();
        assert_eq!(alerts.take(bad.clone(), second(3).0, second(3).1), None);
        assert_eq!(alerts.worst_first()[0].message, "other words");
        bad.words_are_news = true;
        bad.message = "another cause".to_owned();
        let (later, moment) = second(3);
        assert!(alerts.take(bad.clone(), later, moment).is_some());
        assert_eq!(alerts.take(bad.clone(), later, moment), None);
        bad.severity = Severity::Critical;
        let worse = alerts.take(bad, second(4).0, second(4).1).unwrap();
        assert!(worse.raised && worse.alert.since == at, "{worse:?}");
    }

    #[test]
    fn between_the_limits_an_alert_says_how_it_is_now() {
        let mut alerts = Alerts::default();
        let connections = |used| rules::limited(&rules::CONNECTIONS, used, 1_000);
        alerts.take(connections(1_000), second(0).0, second(0).1);
        let eased = alerts.take(connections(850), second(1).0, second(1).1);
        assert!(eased.unwrap().raised);
        let standing = &alerts.worst_first()[0];
        assert!(standing.message.starts_with("850 of"), "{standing:?}");
        assert_eq!(standing.severity, Severity::Warning);
        assert_eq!(
            alerts.take(connections(840), second(2).0, second(2).1),
            None
        );
        assert!(alerts.worst_first()[0].message.starts_with("840 of"));
    }

    #[test]
    fn what_wavers_about_a_full_limit_stays_critical() {
        let mut alerts = Alerts::default();
        let mut told = Vec::new();
        for (number, used) in [999, 1_000, 999, 1_000, 980, 1_000, 979, 980]
            .iter()
            .enumerate()
        {
            let (at, moment) = second(number as u64);
            let finding = rules::limited(&rules::CONNECTIONS, *used, 1_000);
            let change = alerts.take(finding, at, moment);
            told.extend(change.map(|change| (*used, change.alert.severity)));
        }
        let (warning, critical) = (Severity::Warning, Severity::Critical);
        assert_eq!(told, [(999, warning), (1_000, critical), (979, warning)]);
    }

    #[test]
    fn what_is_not_looked_at_any_more_is_over_after_a_calm_time() {
        let mut alerts = Alerts::default();
        let mut bad = finding("gone", Verdict::Wrong);
        bad.raise_after = Duration::ZERO;
        assert_eq!(alerts.judge(vec![bad], second(0).0, second(0).1).len(), 1);
        assert_eq!(alerts.judge(Vec::new(), second(1).0, second(1).1), []);
        assert_eq!(alerts.current().count(), 1, "it may come back");
        let calm = 1 + rules::CALM.as_secs();
        let (at, moment) = second(calm);
        let ended = alerts.judge(Vec::new(), at, moment);
        assert!(ended.len() == 1 && !ended[0].raised, "{ended:?}");
        assert_eq!(ended[0].alert.since, second(0).0);
        assert_eq!(alerts.current().count(), 0);
    }

    #[test]
    fn there_are_only_so_many_and_the_worst_comes_first() {
        let mut alerts = Alerts::default();
        for number in 0..MOST as u64 * 2 {
            let mut bad = finding(&format!("{number:03}"), Verdict::Wrong);
            bad.raise_after = Duration::ZERO;
            if number == 7 {
                bad.severity = Severity::Critical;
            }
            let (at, moment) = second(number);
            alerts.take(bad, at, moment);
        }
        let all = alerts.worst_first();
        assert_eq!(all.len(), MOST);
        let ids: Vec<&str> = all.iter().map(|alert| alert.id.as_str()).collect();
        assert_eq!(ids[..3], ["007", "000", "001"]);
    }
}
