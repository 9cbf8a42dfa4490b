//! The switches that restore under other names, or for others.

use crate::pipeline::restore::Names;

/// Under which names, and for whom.
#[derive(Debug, clap::Args)]
pub(super) struct NamesArgs {
    /// PostgreSQL: put what is restored into this schema, which is made where it is missing
    #[arg(long, value_name = "[OLD=]NEW")]
    into_schema: Vec<String>,
    /// Restore a table under another name, with its indexes, sequences and constraints
    #[arg(long, value_name = "OLD=NEW")]
    rename_table: Vec<String>,
    /// With --create: the database's name
    #[arg(long, value_name = "NEW", requires = "create")]
    rename_database: Option<String>,
    /// Make nobody an owner but the user; of MySQL nobody else a definer
    #[arg(short = 'O', long)]
    no_owner: bool,
    /// Leave grants out
    #[arg(short = 'x', long, visible_alias = "no-acl")]
    no_privileges: bool,
    /// PostgreSQL: store everything in the default tablespace
    #[arg(long)]
    no_tablespaces: bool,
    /// PostgreSQL: leave out how columns' long values are compressed
    #[arg(long)]
    no_toast_compression: bool,
    /// Another role for one of the archive; accounts as user@host
    #[arg(long, value_name = "A=B")]
    map_role: Vec<String>,
    /// PostgreSQL: another tablespace for one of the archive
    #[arg(long, value_name = "A=B", conflicts_with = "no_tablespaces")]
    map_tablespace: Vec<String>,
    /// Make roles that the archive names and the server lacks, without a way to log in
    #[arg(long)]
    create_missing_roles: bool,
}

impl NamesArgs {
    pub(super) fn names(&self) -> Names {
        Names {
            into_schema: self.into_schema.clone(),
            tables: self.rename_table.clone(),
            database: self.rename_database.clone(),
            roles: self.map_role.clone(),
            tablespaces: self.map_tablespace.clone(),
            no_owner: self.no_owner,
            no_privileges: self.no_privileges,
            no_tablespaces: self.no_tablespaces,
            no_toast_compression: self.no_toast_compression,
        }
    }

    pub(super) fn creates_roles(&self) -> bool {
        self.create_missing_roles
    }
}
