//! Who is being heard at this moment, in the whole server: known without asking anybody.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;

use super::SourceGauge;

/// The gauges of those who are being heard: as many as people speak, however many there are.
#[derive(Debug, Default)]
pub struct Heard {
    now: Mutex<BTreeMap<u64, Arc<SourceGauge>>>,
    number: AtomicU64,
}

impl Heard {
    /// How many are being heard.
    pub fn count(&self) -> usize {
        self.now.lock().len()
    }

    /// How much speech of the one who waits longest the engine has not been given yet.
    pub fn lag(&self) -> Duration {
        let now = self.now.lock();
        let lags = now.values().map(|gauge| gauge.lag_ms());
        Duration::from_millis(lags.max().unwrap_or(0))
    }

    /// Notes one who is being heard, until what this gives is dropped.
    pub(super) fn begin(self: &Arc<Self>, gauge: &Arc<SourceGauge>) -> BeingHeard {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        self.now.lock().insert(number, Arc::clone(gauge));
        BeingHeard {
            heard: Arc::clone(self),
            number,
        }
    }
}

/// One who is being heard.
#[derive(Debug)]
pub(super) struct BeingHeard {
    heard: Arc<Heard>,
    number: u64,
}

impl Drop for BeingHeard {
    fn drop(&mut self) {
        self.heard.now.lock().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::{super::gauge::SourceState, *};

    #[test]
    fn those_count_who_are_heard_and_the_one_furthest_behind() {
        let heard = Arc::new(Heard::default());
        let gauges = [120, 40].map(|lag| {
            let gauge = Arc::new(SourceGauge::default());
            gauge.show(SourceState::Hearing, lag);
            gauge
        });
        let ana = heard.begin(&gauges[0]);
        let berta = heard.begin(&gauges[1]);
        assert_eq!(
            (heard.count(), heard.lag()),
            (2, Duration::from_millis(120))
        );
        drop(ana);
        assert_eq!((heard.count(), heard.lag()), (1, Duration::from_millis(40)));
        drop(berta);
        assert_eq!((heard.count(), heard.lag()), (0, Duration::ZERO));
    }
}
