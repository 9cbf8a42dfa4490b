//! Which switches were given, as the command line had them: what an archive's table of contents
//! says of how it was made, and what is checked against the engine. So no list of switches has to
//! be kept in step with clap's.

use clap::parser::ValueSource;
use clap::{ArgMatches, Command, FromArgMatches};

use super::{Args, Parsed};

/// A switch and its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    /// The long name without its dashes.
    pub(super) name: String,
    values: Vec<String>,
}

/// Where it goes and how fast says nothing of what an archive holds; the codec has a place of its own.
const ELSEWHERE: &[&str] = &[
    "output",
    "force",
    "jobs",
    "frame-size",
    "slice-size",
    "max-rate",
    "nice",
    "nice-sessions",
    "nice-lag",
    "consistency",
    "long-queries",
    "long-query-time",
    "compress",
    "lock-timeout",
];

impl Given {
    /// As the user would write it; nothing for what does not shape the archive.
    pub(super) fn words(&self) -> Vec<String> {
        if ELSEWHERE.contains(&self.name.as_str()) {
            return Vec::new();
        }
        let name = &self.name;
        match self.values.as_slice() {
            [] => vec![format!("--{name}")],
            values => values.iter().map(|v| format!("--{name}={v}")).collect(),
        }
    }
}

fn given(matches: &ArgMatches) -> Vec<Given> {
    let command = <Parsed as clap::Args>::augment_args(Command::new("dump"));
    let own = |argument: &&clap::Arg| {
        matches.value_source(argument.get_id().as_str()) == Some(ValueSource::CommandLine)
    };
    let switch = |argument: &clap::Arg| {
        let name = argument.get_long()?.to_owned();
        let raw = matches.get_raw(argument.get_id().as_str());
        let raw = raw.filter(|_| argument.get_action().takes_values());
        let values = raw.into_iter().flatten();
        let values = values.map(|value| value.to_string_lossy().into_owned());
        Some(Given {
            name,
            values: values.collect(),
        })
    };
    command
        .get_arguments()
        .filter(own)
        .filter_map(switch)
        .collect()
}

impl FromArgMatches for Args {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self {
            given: given(matches),
            parsed: Box::new(Parsed::from_arg_matches(matches)?),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.given = given(matches);
        self.parsed.update_from_arg_matches(matches)
    }
}

impl clap::Args for Args {
    fn augment_args(command: Command) -> Command {
        Parsed::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Parsed::augment_args_for_update(command)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    fn words(arguments: &[&str]) -> Vec<String> {
        let command = <Args as clap::Args>::augment_args(Command::new("dump"));
        let matches = command.get_matches_from([&["dump", "URL"], arguments].concat());
        let args = Args::from_arg_matches(&matches).unwrap();
        args.given.iter().flat_map(Given::words).collect()
    }

    #[test]
    fn what_shapes_an_archive_is_kept_as_written() {
        let found = words(&[
            "-t",
            "a",
            "--table=b",
            "--where",
            "t=x > 1",
            "-s",
            "-j",
            "3",
            "-o",
            "f",
            "-Z",
            "none",
        ]);
        assert_eq!(
            found,
            ["--table=a", "--table=b", "--where=t=x > 1", "--schema-only"]
        );
        assert_eq!(words(&[]), Vec::<String>::new());
        // Two names of one switch are one.
        assert_eq!(words(&["--no-data"]), ["--schema-only"]);
        assert_eq!(words(&["--no-schema"]), ["--data-only"]);
    }
}
