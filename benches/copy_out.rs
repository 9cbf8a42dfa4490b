//! See docs/benchmarks.md.

fn main() {}
