//! PostgreSQL: `Source`, `Snapshot` and `Target` for it. Wiring only.
