//! Who hears of a run: by mail, and by calls to addresses. What is said is [`render`], pure; how it is
//! sent is [`mail`] and [`call`].

pub mod call;
pub mod mail;
pub mod render;
