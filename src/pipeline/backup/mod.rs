//! A whole run: every target's globals and databases into the store, each for itself: what fails
//! stops nothing else, and nothing of it is pruned.

mod connect;
mod keep;
mod made;
mod names;
mod pages;
mod programs;
mod run;
mod save;
mod stages;
mod target;
mod tell;
mod work;

pub use keep::{Kept, keep, prune};
pub use programs::offered;
pub use run::{Surroundings, rehearse, run};
pub use target::{Offer, nothing, offer};
