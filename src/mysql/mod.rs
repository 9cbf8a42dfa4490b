//! MySQL and MariaDB: `Source`, `Snapshot` and `Target` for them. Wiring only.
