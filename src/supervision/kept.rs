//! What outlives a crash: a value that is changed only in whole steps.

use std::fmt;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};

/// A value that survives the actor which changes it. Clones share one value: the factory captures one and hands it to
/// every life. A change that panics half-way leaves the value as it was.
pub struct Kept<T>(Arc<Shared<T>>);

struct Shared<T> {
    current: RwLock<Arc<T>>,
    changing: Mutex<()>,
}

impl<T: Clone> Kept<T> {
    /// Keeps `value`.
    pub fn new(value: T) -> Self {
        Kept(Arc::new(Shared {
            current: RwLock::new(Arc::new(value)),
            changing: Mutex::new(()),
        }))
    }

    /// Changes a copy and puts it in place unless `step` panics. One change runs at a time, so `step` must not change
    /// the same value again; reading it, which gives the value before the step, is fine. Costs a clone of `T`.
    pub fn change<R>(&self, step: impl FnOnce(&mut T) -> R) -> R {
        let _one_at_a_time = self.0.changing.lock();
        let mut draft = T::clone(&self.snapshot());
        let result = step(&mut draft);
        let former = std::mem::replace(&mut *self.0.current.write(), Arc::new(draft));
        drop(former);
        result
    }

    /// Looks at the value as it stands, without copying it.
    pub fn read<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        look(&self.snapshot())
    }

    /// A copy of the value as it stands.
    pub fn get(&self) -> T {
        T::clone(&self.snapshot())
    }

    /// The value as it stands, shared.
    pub fn snapshot(&self) -> Arc<T> {
        self.0.current.read().clone()
    }
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Kept(self.0.clone())
    }
}

impl<T: Clone + Default> Default for Kept<T> {
    fn default() -> Self {
        Kept::new(T::default())
    }
}

impl<T: Clone + fmt::Debug> fmt::Debug for Kept<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.read(|value| out.debug_tuple("Kept").field(value).finish())
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn a_change_that_panics_half_way_changes_nothing() {
        let kept = Kept::new(vec![1]);
        let other = kept.clone();
        assert_eq!(
            kept.change(|draft| {
                draft.push(2);
                draft.len()
            }),
            2
        );
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            other.change(|draft| {
                draft.clear();
                panic!("half-way")
            })
        }));
        assert!(outcome.is_err());
        assert_eq!(kept.get(), [1, 2]);
        assert_eq!(
            other.change(|draft| {
                draft.push(3);
                draft.len()
            }),
            3
        );
    }
}
