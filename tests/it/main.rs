//! What the server does, seen from outside: a module for each capability.

mod engines;
