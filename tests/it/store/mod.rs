//! The contract of a store, on each of the three: what is promised in `src/store/contract.rs` and `src/store/record.rs`.

//M bounds
//M durability
//M erasure
mod leases;
mod material;
//M opening
mod place;
//M random
//M reading
//M servers
mod sessions;
//M speed

/// Makes three tests of each of these functions: one on each kind of store, new and empty.
macro_rules! on_every_store {
    ($($test:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::store::place::Place::memory()).await;
            })+
        }
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
use on_every_store;
