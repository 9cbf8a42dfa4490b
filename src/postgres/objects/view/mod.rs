//! Views and materialized views. Catalogs: pg_class, pg_rewrite (the query), pg_attribute,
//! pg_attrdef (a view's column can have a default for `INSERT`).

mod materialized;
mod plain;
mod refresh;

pub use materialized::MATERIALIZED_VIEW;
pub use plain::VIEW;
pub use refresh::MATVIEW_REFRESH;
