//! Foreign data: wrappers, servers, user mappings. Foreign tables are a kind beside tables.

mod options;
pub mod server;
pub mod user_mapping;
pub mod wrapper;
