//! Facets: owner, grants, comments and labels. They apply to every kind and are written once,
//! against an object's [`Reference`](crate::postgres::objects::Reference).

pub mod acl;
pub mod comment;
pub mod extension_member;
pub mod owner;
pub mod security_label;
