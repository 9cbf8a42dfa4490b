//! The commented sample of `config init`. A test reads it as the configuration that it shows.

/// The sample: what is commented out shows the default.
pub const SAMPLE: &str = r#"# dumpkeep: what is backed up, where to, and how much of it is kept.
# Every key but a target's url has a default, shown here. ${NAME} in a value is the environment
# variable NAME. Test it with: dumpkeep check -c FILE

# root = "/var/backups/dumpkeep"
# timezone = "UTC"              # of days, weeks and file names; else TZ, else UTC
# run_timeout = "0"             # how long a whole run may take; 0: for ever
# mail = { on = "failure", smtp = "smtps://user@mail.internal", password_file = "/run/secrets/smtp", from = "backup@example.org", to = ["ops@example.org"] }
# webhook = [{ url = "https://ping.example.org/${PING_ID}", on = "success" }]

[retention]                     # backups kept per database
# last = 24                     # the newest, whenever they were made
# days = 14                     # the first of each day that has one
# weeks = 8                     # of each ISO week
# months = 12
# years = 3
# logs = 60                     # logs of runs

[compression]
# method = "zstd"               # zstd, gzip, xz, bzip2, none
# level = 3

[store]
# without_hard_links = "refuse" # or "copy": classes hold copies where links are impossible
# reserve = "0"                 # the space that stays free beside the next backup, such as 2G
# file_mode = "640"
# dir_mode = "750"

[[target]]
# name = "postgresql/HOST"      # the folder in the root
url = "postgres://backup@localhost/"
# password_file = "/run/secrets/db_password"
# password_env = "DB_PASSWORD"
# databases = ["*"]             # patterns: * and ?; template0 is never dumped
# exclude = []                  # patterns
# template = false              # true: patterns take template databases too
# globals = true                # roles, users, tablespaces
# jobs = 1                      # connections for one database
# schedule = "15 2 * * *"       # for dumpkeep schedule
# parallel_databases = 1        # databases that are dumped at once
# retries = 2                   # where the connection is lost, with a growing pause
# keep = [{ databases = ["audit_*"], retention = { days = 90 } }]
# retention = { days = 30 }     # counts that differ for this target
# compression = { level = 9 }

[target.prove]                  # backups are restored into scratch databases and compared
# url = "postgres://prover@localhost/postgres"
# when = "weekly"               # or "always"
# jobs = 1

[target.dump]                   # switches of dumpkeep dump
# exclude_table = []
# exclude_table_data = []       # tables whose rows are left out
# exclude_schema = []
# lock_timeout = "5m"           # 0: wait for ever
# lenient = false               # what dumpkeep does not know is a warning, not an error
# no_owner = false
# no_privileges = false
# no_comments = false
# no_tablespaces = false
# inserts = false               # rows as INSERT, not COPY

[hooks]                         # programs at a run's stages: an argv array or a shell line
# pre_backup = "mountpoint -q /var/backups"
# post_db_backup = ["/etc/dumpkeep/copy-offsite"]
# failure = { command = ["/etc/dumpkeep/alert"], timeout = "1m", on_error = "warn" }
# pass_env = []                 # variables that hooks are given beside the usual ones

[report]                        # written after each run
# html = "/var/www/backups.html"
# prometheus = "/var/lib/node_exporter/dumpkeep.prom"

[scheduler]                     # for dumpkeep schedule
# jitter = "0"
# missed = "run"                # or "skip"
# grace = "10s"
"#;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;
    use crate::config::raw::parse;

    #[test]
    fn the_sample_is_a_configuration() {
        assert_eq!(parse(SAMPLE, "sample").unwrap().target.len(), 1);
    }

    #[test]
    fn what_it_comments_out_is_known() {
        let uncommented: String = SAMPLE
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(rest)
                    if rest
                        .split_once(" = ")
                        .is_some_and(|(key, _)| !key.contains(' ')) =>
                {
                    format!("{rest}\n")
                }
                _ => format!("{line}\n"),
            })
            .collect();
        assert!(uncommented.contains("\nlenient = false"));
        parse(&uncommented, "sample").unwrap();
    }
}
