//! Which backups stay, and carrying that out.

pub mod policy;
