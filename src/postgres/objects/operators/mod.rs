//! Operators, their classes and their families.

mod member;
pub mod operator;
pub mod operator_class;
pub mod operator_family;
