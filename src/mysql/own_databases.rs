//! Which databases are users' own, and which come with the server.

/// The condition on `information_schema.schemata s` for users' own. `sys` is the server's only where it has
/// its table of settings: it came late, and users had it first.
pub(in crate::mysql) const OWN: &str = "CAST(s.schema_name AS BINARY) NOT IN \
     ('information_schema', 'performance_schema', 'mysql', 'ndbinfo') \
     AND (s.schema_name <> 'sys' OR NOT EXISTS (SELECT 1 FROM information_schema.tables c \
     WHERE c.table_schema = 'sys' AND c.table_name = 'sys_config'))";
