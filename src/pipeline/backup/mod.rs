//! A whole run: every target's globals and databases into the store, each for itself: what fails
//! stops nothing else, and nothing of it is pruned.

mod connect;
mod keep;
mod names;
mod run;
mod save;
mod stages;
mod target;

pub use keep::{Kept, keep, prune};
pub use run::{Surroundings, rehearse, run};
pub use target::{Offer, offer};
