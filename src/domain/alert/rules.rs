//! When something is wrong with the server. Each rule takes numbers and gives a [`Finding`]; what lies between
//! two limits neither raises an alert nor ends one.

use std::time::Duration;

use super::{Finding, Severity, Verdict};
use crate::domain::engine::EnginePart;

/// How long something must be well before its alert is over.
pub const CALM: Duration = Duration::from_secs(10);

/// How long something that wavers must be wrong before it is an alert: at the usual interval, three samples.
pub const WAVERING: Duration = Duration::from_secs(4);

/// The share of a limit in percent from which on it is an alert, and below which it is over.
const NEARLY_ALL: (u64, u64) = (90, 80);

/// The share of a limit in percent below which an alert about all of it being used becomes a lesser one.
const ALL: u64 = 98;

/// The time in which failures are counted.
pub const FAILURES_WITHIN: Duration = Duration::from_secs(60);

/// More failures than this within [`FAILURES_WITHIN`] are an alert: as many park an actor if they are its own
/// (DESIGN.md, supervision).
const MOST_FAILURES: u64 = 10;

/// So many failures or fewer and the alert is over.
const FEW_FAILURES: u64 = 3;

/// Something of which there may be so many.
#[derive(Debug, Clone, Copy)]
pub struct Limited {
    /// As [`Finding::id`].
    pub id: &'static str,
    /// As [`Finding::code`].
    pub code: &'static str,
    /// What there are so many of, as the subject of a sentence in the plural: "connections are open".
    pub what: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

/// WebSocket connections.
pub const CONNECTIONS: Limited = Limited {
    id: "connections",
    code: "connections_high",
    what: "connections are open",
    remedy: "raise server.max_connections (WEBSOCKET_MAX_CONNECTIONS), or start another server; beyond the limit people \
             are turned away",
};

/// Rooms.
pub const ROOMS: Limited = Limited {
    id: "rooms",
    code: "rooms_high",
    what: "rooms run",
    remedy: "raise room.max_rooms, or close rooms that nobody needs; beyond the limit no room can be opened",
};

/// Files and sockets that the process has open.
pub const OPEN_FILES: Limited = Limited {
    id: "open_files",
    code: "open_files_high",
    what: "files and sockets are open",
    remedy: "allow this process more (ulimit -n, or LimitNOFILE in its systemd unit) and start it again",
};

/// How much of a limit is used.
pub fn limited(what: &Limited, used: u64, most: u64) -> Finding {
    let share = used.saturating_mul(100) / most.max(1);
    let verdict = match share {
        share if share >= NEARLY_ALL.0 => Verdict::Wrong,
        share if share >= NEARLY_ALL.1 => Verdict::Between,
        _ => Verdict::Well,
    };
    let severity = match verdict {
        Verdict::Well => Severity::Info,
        _ if used >= most => Severity::Critical,
        _ => Severity::Warning,
    };
    Finding {
        id: what.id.to_owned(),
        verdict,
        raise_after: Duration::ZERO,
        clear_after: CALM,
        code: what.code,
        severity,
        may_ease: share < ALL,
        message: format!("{used} of {most} {}", what.what),
        remedy: remedy(verdict, what.remedy),
        words_are_news: false,
    }
}

/// How far recognition is behind, in milliseconds.
pub fn speech_lag(lag_ms: u64, limit_ms: u64) -> Finding {
    let verdict = match lag_ms {
        lag if lag > limit_ms => Verdict::Wrong,
        lag if lag > limit_ms / 2 => Verdict::Between,
        _ => Verdict::Well,
    };
    Finding {
        id: "speech_lag".to_owned(),
        verdict,
        raise_after: WAVERING,
        clear_after: CALM,
        code: "speech_lag_high",
        severity: severity(verdict, Severity::Warning),
        may_ease: true,
        message: format!("recognition is {lag_ms} ms behind what is being said"),
        remedy: remedy(
            verdict,
            "more people speak than this machine understands in time: let some of them type, lower \
             engines.local.max_talkers_per_core, or use a machine with more cores",
        ),
        words_are_news: false,
    }
}

/// Failures of actors within [`FAILURES_WITHIN`].
pub fn failures(count: u64) -> Finding {
    let verdict = match count {
        count if count > MOST_FAILURES => Verdict::Wrong,
        count if count > FEW_FAILURES => Verdict::Between,
        _ => Verdict::Well,
    };
    Finding {
        id: "failures".to_owned(),
        verdict,
        raise_after: Duration::ZERO,
        clear_after: Duration::ZERO,
        code: "actors_failing",
        severity: severity(verdict, Severity::Warning),
        may_ease: true,
        message: format!(
            "parts of the server failed {count} times in {} s; those that can were started again",
            FAILURES_WITHIN.as_secs()
        ),
        remedy: remedy(
            verdict,
            "the log names each failure and where it happened; GET /admin/actors shows which parts they are",
        ),
        words_are_news: false,
    }
}

/// A part of an engine: a recogniser, a translator, a voice.
pub fn engine_part(engine: &str, part: &EnginePart) -> Finding {
    let verdict = match part.available {
        true => Verdict::Well,
        false => Verdict::Wrong,
    };
    let (name, role) = (&part.name, &part.role);
    Finding {
        id: format!("engine/{engine}/{role}"),
        verdict,
        raise_after: WAVERING,
        clear_after: Duration::ZERO,
        code: "engine_part_unavailable",
        severity: severity(verdict, Severity::Warning),
        may_ease: true,
        message: match part.available {
            true => format!("{name}, the {role} of the engine {engine}, works"),
            false => format!("{name}, the {role} of the engine {engine}, does not work"),
        },
        remedy: remedy(verdict, &part.detail),
        words_are_news: true,
    }
}

/// A process of an engine that failed again and again and is left alone for a while, such as one direction of
/// translation.
pub fn engine_process(path: &str, name: &str) -> Finding {
    Finding {
        id: path.to_owned(),
        verdict: Verdict::Wrong,
        raise_after: Duration::ZERO,
        clear_after: CALM,
        code: "engine_process_failing",
        severity: Severity::Warning,
        may_ease: true,
        message: format!("{name} fails again and again; what needs it goes without for now"),
        remedy: format!(
            "it is tried again with a growing pause; if that does not help, install its package anew. GET \
             /admin/actors?path={path} shows its last failure"
        ),
        words_are_news: true,
    }
}

fn severity(verdict: Verdict, wrong: Severity) -> Severity {
    match verdict {
        Verdict::Well => Severity::Info,
        Verdict::Between | Verdict::Wrong => wrong,
    }
}

fn remedy(verdict: Verdict, wrong: &str) -> String {
    match verdict {
        Verdict::Well => String::new(),
        Verdict::Between | Verdict::Wrong => wrong.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::engine::PartRole;
    use Verdict::{Between, Well, Wrong};

    #[test]
    fn a_limit_is_near_from_ninety_percent_on_and_far_below_eighty() {
        for (used, most, verdict, how_bad) in [
            (0, 1_000, Well, Severity::Info),
            (799, 1_000, Well, Severity::Info),
            (800, 1_000, Between, Severity::Warning),
            (899, 1_000, Between, Severity::Warning),
            (900, 1_000, Wrong, Severity::Warning),
            (999, 1_000, Wrong, Severity::Warning),
            (1_000, 1_000, Wrong, Severity::Critical),
            (1, 1, Wrong, Severity::Critical),
        ] {
            let finding = limited(&CONNECTIONS, used, most);
            assert_eq!(
                (finding.verdict, finding.severity),
                (verdict, how_bad),
                "{used} of {most}"
            );
            assert!(finding.message.contains("connections are open"));
        }
        assert!(limited(&ROOMS, 9, 10).remedy.contains("room.max_rooms"));
        assert_eq!(limited(&ROOMS, 1, 10).remedy, "");
    }

    #[test]
    fn recognition_is_late_beyond_its_limit_and_in_time_within_half_of_it() {
        for (lag, verdict) in [
            (0, Well),
            (150, Well),
            (151, Between),
            (300, Between),
            (301, Wrong),
        ] {
            assert_eq!(speech_lag(lag, 300).verdict, verdict, "{lag} ms");
        }
    }

    #[test]
    fn more_than_ten_failures_are_too_many_and_three_are_few() {
        for (count, verdict) in [
            (0, Well),
            (3, Well),
            (4, Between),
            (10, Between),
            (11, Wrong),
        ] {
            assert_eq!(failures(count).verdict, verdict, "{count} failures");
        }
    }

    #[test]
    fn a_part_that_is_missing_says_what_to_install() {
        let mut part = EnginePart {
            name: "apertium".to_owned(),
            role: PartRole::Translator,
            available: false,
            detail: "apt-get install apertium".to_owned(),
        };
        let missing = engine_part("local", &part);
        assert_eq!(missing.id, "engine/local/translator");
        assert_eq!(missing.verdict, Wrong);
        assert_eq!(missing.remedy, "apt-get install apertium");
        part.available = true;
        let there = engine_part("local", &part);
        assert_eq!((there.verdict, there.remedy.as_str()), (Well, ""));
    }
}
