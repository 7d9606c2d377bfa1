//! The audio floor, measured from outside.

mod container;
mod endpoint;
mod resample;
