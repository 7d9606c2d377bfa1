//! The contract of a store, on each of the three: what is promised in `src/store/contract.rs` and `src/store/record.rs`.

mod bounds;
mod contention;
mod erasure;
mod faults;
mod holdings;
mod leases;
mod material;
mod money;
mod nodes;
mod opening;
mod place;
mod random;
mod reading;
mod sessions;

/// Makes a test of each of these functions on each kind of store, new and empty.
macro_rules! on_every_store {
    ($($test:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::store::place::Place::memory()).await;
            })+
        }
        crate::store::on_every_database!($($test),+);
    };
}
use on_every_store;

/// The same, on those that outlive a process.
macro_rules! on_every_database {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::store::place::Place::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::store::place::Place::postgres().await).await;
            })+
        }
    };
}
use on_every_database;
