//! The audio floor, measured from outside.

mod container;
mod resample;
