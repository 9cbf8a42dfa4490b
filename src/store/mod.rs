//! See the architecture page: store.
