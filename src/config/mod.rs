//! See the architecture page: config.
