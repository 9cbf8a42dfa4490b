//! Files that other dumpers wrote: what they are, and how they are read. No servers, no SQL of our
//! own. What stands in such a file is not believed: every length has a bound.

pub mod compressed;
pub mod ending;
pub mod pgdump;
pub mod sort;
mod window;
