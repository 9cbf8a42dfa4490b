//! Logical replication: publications, what they publish, subscriptions.

pub mod member;
pub mod publication;
pub mod subscription;
