//! See the architecture page: retention.
