//! The store: folders of archives under one root, written atomically, one run at a time.

pub mod fs;
pub mod layout;
pub mod lock;
