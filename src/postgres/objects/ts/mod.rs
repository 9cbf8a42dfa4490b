//! Text search: parsers, templates, dictionaries, configurations.

pub mod configuration;
pub mod dictionary;
mod functions;
pub mod parser;
pub mod template;
