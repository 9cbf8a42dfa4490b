//! See the architecture page: pipeline.
