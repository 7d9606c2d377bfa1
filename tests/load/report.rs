//! What was measured, against what was wanted.

use std::time::Duration;

/// All rows of a run, printed once as they come and once more together.
#[derive(Default)]
pub struct Report {
    rows: Vec<Row>,
    part: String,
}

struct Row {
    part: String,
    what: String,
    figure: String,
    verdict: String,
}

/// What a figure may be at most.
#[derive(Clone, Copy)]
pub enum Goal {
    /// It is told for what it is.
    None,
    /// At most this, in the unit of the figure.
    AtMost(f64),
}

impl Report {
    /// Begins a part.
    pub fn begin(&mut self, part: &str) {
        part.clone_into(&mut self.part);
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load: Vec<&str> = load.split(' ').take(3).collect();
        println!("\n== {part} (load average {})", load.join(" "));
    }

    /// A number with its unit.
    pub fn figure(&mut self, what: impl Into<String>, value: f64, unit: &str, goal: Goal) {
        let verdict = match goal {
            Goal::None => String::new(),
            Goal::AtMost(limit) if value <= limit => format!("≤ {limit} {unit}: reached"),
            Goal::AtMost(limit) => format!("≤ {limit} {unit}: MISSED"),
        };
        self.row(what.into(), format!("{value:.2} {unit}"), verdict);
    }

    /// Median, a high percentile and the worst of these, in milliseconds, with goals for the first two.
    pub fn times(&mut self, what: &str, times: &[Duration], high: f64, median: Goal, tail: Goal) {
        if times.is_empty() {
            return self.row(
                what.to_owned(),
                "nothing measured".to_owned(),
                String::new(),
            );
        }
        let name = format!("{what}: p50 (n = {})", times.len());
        self.figure(name, percentile(times, 0.5), "ms", median);
        let name = format!("{what}: p{:.0}", high * 100.0);
        self.figure(name, percentile(times, high), "ms", tail);
        self.figure(
            format!("{what}: worst"),
            percentile(times, 1.0),
            "ms",
            Goal::None,
        );
    }

    /// Something that is not a number to compare.
    pub fn note(&mut self, what: impl Into<String>, figure: impl Into<String>) {
        self.row(what.into(), figure.into(), String::new());
    }

    fn row(&mut self, what: String, figure: String, verdict: String) {
        println!("{what:<66} {figure:>18}  {verdict}");
        self.rows.push(Row {
            part: self.part.clone(),
            what,
            figure,
            verdict,
        });
    }

    /// Prints all rows.
    pub fn print(&self) {
        println!("\n{:<10} {:<66} {:>18}  goal", "part", "measured", "figure");
        for row in &self.rows {
            println!(
                "{:<10} {:<66} {:>18}  {}",
                row.part, row.what, row.figure, row.verdict
            );
        }
    }
}

/// The value that this share of `times` does not exceed, in milliseconds; nearest rank.
pub fn percentile(times: &[Duration], share: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1].as_secs_f64() * 1_000.0
}
