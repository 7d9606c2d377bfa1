//! The audio floor, measured from outside.

mod resample;
