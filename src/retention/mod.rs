//! Which backups stay, and carrying that out.

pub mod apply;
pub mod policy;
pub mod scan;
