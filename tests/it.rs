//! The integration tests, one binary. What a server needs to be here is put in place by
//! `scripts/install-servers.sh`.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests start servers and spoil files"
)]

#[expect(
    dead_code,
    reason = "what a coming test needs is there before the test"
)]
mod support;

#[path = "it/archive.rs"]
mod archive;
#[path = "it/backup.rs"]
mod backup;
#[path = "it/bench.rs"]
mod bench;
#[path = "it/cli.rs"]
mod cli;
#[path = "it/coming_over.rs"]
mod coming_over;
#[path = "it/commands.rs"]
mod commands;
#[path = "it/commands_postgres.rs"]
mod commands_postgres;
#[path = "it/config.rs"]
mod config;
#[path = "it/examples.rs"]
mod examples;
#[path = "it/faults.rs"]
mod faults;
#[path = "it/fixtures_mysql.rs"]
mod fixtures_mysql;
#[path = "it/fixtures_postgres.rs"]
mod fixtures_postgres;
#[path = "it/foreign_mysql.rs"]
mod foreign_mysql;
#[path = "it/foreign_postgres.rs"]
mod foreign_postgres;
#[path = "it/fuzz.rs"]
mod fuzz;
#[path = "it/generated_mysql.rs"]
mod generated_mysql;
#[path = "it/generated_postgres.rs"]
mod generated_postgres;
#[path = "it/hooks.rs"]
mod hooks;
#[path = "it/hostile.rs"]
mod hostile;
#[path = "it/interrupted.rs"]
mod interrupted;
#[path = "it/layering.rs"]
mod layering;
#[path = "it/lexers.rs"]
mod lexers;
#[path = "it/mail.rs"]
mod mail;
#[path = "it/mysql_accounts.rs"]
mod mysql_accounts;
#[path = "it/mysql_connect.rs"]
mod mysql_connect;
#[path = "it/mysql_consistency.rs"]
mod mysql_consistency;
#[path = "it/mysql_data.rs"]
mod mysql_data;
#[path = "it/mysql_infile.rs"]
mod mysql_infile;
#[path = "it/mysql_objects.rs"]
mod mysql_objects;
#[path = "it/mysql_rights.rs"]
mod mysql_rights;
#[path = "it/mysql_settings.rs"]
mod mysql_settings;
#[path = "it/mysql_swap.rs"]
mod mysql_swap;
#[path = "it/mysql_switches.rs"]
mod mysql_switches;
#[path = "it/mysql_target.rs"]
mod mysql_target;
#[path = "it/mysql_together.rs"]
mod mysql_together;
#[path = "it/nice.rs"]
mod nice;
#[path = "it/packaging.rs"]
mod packaging;
#[path = "it/page.rs"]
mod page;
#[path = "it/parts_postgres.rs"]
mod parts_postgres;
#[path = "it/postgres_binary.rs"]
mod postgres_binary;
#[path = "it/postgres_connect.rs"]
mod postgres_connect;
#[path = "it/postgres_damaged.rs"]
mod postgres_damaged;
#[path = "it/postgres_data.rs"]
mod postgres_data;
#[path = "it/postgres_extensions.rs"]
mod postgres_extensions;
#[path = "it/postgres_labels.rs"]
mod postgres_labels;
#[path = "it/postgres_locks.rs"]
mod postgres_locks;
#[path = "it/postgres_old.rs"]
mod postgres_old;
#[path = "it/postgres_owner.rs"]
mod postgres_owner;
#[path = "it/postgres_standby.rs"]
mod postgres_standby;
#[path = "it/postgres_statistics.rs"]
mod postgres_statistics;
#[path = "it/postgres_temporary.rs"]
mod postgres_temporary;
#[path = "it/programs.rs"]
mod programs;
#[path = "it/proof.rs"]
mod proof;
#[path = "it/proof_of_backups.rs"]
mod proof_of_backups;
#[path = "it/restore_choice.rs"]
mod restore_choice;
#[path = "it/restore_loading.rs"]
mod restore_loading;
#[path = "it/restore_names.rs"]
mod restore_names;
#[path = "it/restore_refusals.rs"]
mod restore_refusals;
#[path = "it/restore_resume.rs"]
mod restore_resume;
#[path = "it/restore_together.rs"]
mod restore_together;
#[path = "it/retention.rs"]
mod retention;
#[path = "it/sample.rs"]
mod sample;
#[path = "it/schedule.rs"]
mod schedule;
#[path = "it/secrets.rs"]
mod secrets;
#[path = "it/selection_mysql.rs"]
mod selection_mysql;
#[path = "it/selection_postgres.rs"]
mod selection_postgres;
#[path = "it/slices.rs"]
mod slices;
#[path = "it/static_binary.rs"]
mod static_binary;
#[path = "it/store.rs"]
mod store;
#[path = "it/support_servers.rs"]
mod support_servers;
