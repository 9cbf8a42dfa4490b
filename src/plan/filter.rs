//! Selection: psql-style patterns over schemas and tables.

/// Which objects and rows a dump carries.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only tables that match (`--table`), with what belongs to them.
    pub tables: Vec<String>,
    /// Not those (`--exclude-table`).
    pub exclude_tables: Vec<String>,
    /// Their definition without their rows (`--exclude-table-data`).
    pub exclude_table_data: Vec<String>,
    /// Only schemas that match (`--schema`).
    pub schemas: Vec<String>,
    /// Not those (`--exclude-schema`).
    pub exclude_schemas: Vec<String>,
    /// Definitions, no rows.
    pub schema_only: bool,
    /// Rows, no definitions.
    pub data_only: bool,
    /// Conditions on rows (`--where TABLE=EXPR`).
    pub conditions: Vec<(String, String)>,
}
