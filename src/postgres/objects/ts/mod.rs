//! Text search: parsers, templates, dictionaries, configurations.

pub mod configuration;
pub mod dictionary;
pub mod parser;
pub mod template;
