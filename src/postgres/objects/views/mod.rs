//! Views and materialized views, and the refreshing of the latter.

pub mod materialized;
pub mod refresh;
pub mod view;
