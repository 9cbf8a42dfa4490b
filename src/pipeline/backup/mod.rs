//! A whole run: every target's globals and databases into the store, each for itself: what fails
//! stops nothing else, and nothing of it is pruned.

mod keep;

pub use keep::{Kept, keep, prune};
