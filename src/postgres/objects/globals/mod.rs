//! What belongs to the server: roles, their memberships and settings, tablespaces, privileges on
//! parameters.

pub mod membership;
pub mod parameter_grant;
pub mod role;
pub mod setting;
pub mod tablespace;
