//! Hooks: the user's programs, at a run's stages. What they are told is [`facts`], how they are run
//! and held in check is [`process`].

pub mod facts;
pub mod process;

pub use facts::{Facts, RunName};
pub use process::run;
