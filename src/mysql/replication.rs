//! Where a replica goes on from: the statements for the binary log's position of a dump, and for its
//! GTIDs. Pure.

use crate::error::{Error, Kind, Result};
use crate::mysql::consistency::position::Position;
use crate::mysql::text::Text;
use crate::mysql::version::Caps;
use crate::plan::entry::{Body, Entry, EntryId, Identity, Section, Statement};
use crate::source::mysql::{MysqlOptions, Said};

/// The statements that were asked for, in their order, with the way in which they are said.
pub fn asked(
    options: &MysqlOptions,
    position: Option<&Position>,
    caps: Caps,
) -> Result<Vec<(Said, Statement)>> {
    if options.source_data.is_none() && options.gtid_purged.is_none() {
        return Ok(Vec::new());
    }
    let Some(position) = position else {
        let error = Error::new(Kind::Unsupported, "the binary log's position is not known");
        return Err(error.hint(
            "Switch the log on (log_bin), grant REPLICATION CLIENT, and let the dump take a lock; \
             or leave --source-data and --gtid-purged out.",
        ));
    };
    let mut all = Vec::new();
    if let Some(said) = options.gtid_purged {
        all.push((said, gtids(position, caps)?));
    }
    if let Some(said) = options.source_data {
        all.push((said, file(position, caps)));
    }
    Ok(all)
}

fn gtids(position: &Position, caps: Caps) -> Result<Statement> {
    let Some(set) = &position.gtid else {
        let error = Error::new(Kind::Unsupported, "the server counts no GTIDs");
        return Err(error.hint("Leave --gtid-purged out, or set gtid_mode = ON."));
    };
    let text = if caps.is_mariadb() {
        Text::new("SET GLOBAL gtid_slave_pos = ").string(set.as_bytes())
    } else {
        // the loading itself may have GTIDs of its own by then
        let added = if caps.adds_to_purged() { "+" } else { "" };
        let set = format!("{added}{set}");
        Text::new("SET GLOBAL gtid_purged = ").string(set.as_bytes())
    };
    Ok(Statement::new(text))
}

fn file(position: &Position, caps: Caps) -> Statement {
    let (change, role) = if caps.replication_source() {
        ("CHANGE REPLICATION SOURCE TO ", "SOURCE")
    } else {
        ("CHANGE MASTER TO ", "MASTER")
    };
    let text = Text::new(change).words(role).words("_LOG_FILE = ");
    let text = text.string(position.file.as_bytes());
    let offset = format!(", {role}_LOG_POS = {}", position.offset);
    Statement::new(text.words(&offset))
}

/// Those that are comments, for the script's head.
#[must_use]
pub fn comments(asked: &[(Said, Statement)]) -> Vec<u8> {
    let said = asked.iter().filter(|(said, _)| *said == Said::Comment);
    let lines = said.map(|(_, statement)| [b"-- ", statement.text.as_slice(), b";\n"].concat());
    lines.collect::<Vec<_>>().concat()
}

/// Those that are run, as the last entry: after everything that is loaded.
#[must_use]
pub fn entry(asked: Vec<(Said, Statement)>, position: &Position, id: EntryId) -> Option<Entry> {
    let run = asked
        .into_iter()
        .filter(|(said, _)| *said == Said::Statement);
    let statements: Vec<Statement> = run.map(|(_, statement)| statement).collect();
    let identity = Identity {
        name: format!("{}:{}", position.file, position.offset).into(),
        ..Identity::default()
    };
    (!statements.is_empty()).then_some(Entry {
        id,
        kind: "replication_position",
        section: Section::PostData,
        rank: u16::MAX,
        identity,
        needs: Vec::new(),
        body: Body::Statements(statements),
        drop: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;
    use crate::mysql::facts::Flavor;

    fn said(flavor: Flavor, number: u32) -> Vec<String> {
        let options = MysqlOptions {
            source_data: Some(Said::Statement),
            gtid_purged: Some(Said::Comment),
            ..MysqlOptions::default()
        };
        let position = Position {
            file: "it's.000002".into(),
            offset: 157,
            gtid: Some("0-1-5".into()),
        };
        let asked = asked(&options, Some(&position), Caps { flavor, number }).unwrap();
        let comments = String::from_utf8(comments(&asked)).unwrap();
        let entry = entry(asked, &position, EntryId(1)).unwrap();
        let Body::Statements(run) = entry.body else {
            return Vec::new();
        };
        vec![comments, run[0].text.to_string()]
    }

    #[test]
    fn each_server_is_told_in_its_own_words() {
        let old = "CHANGE MASTER TO MASTER_LOG_FILE = 'it''s.000002', MASTER_LOG_POS = 157";
        assert_eq!(
            said(Flavor::Mariadb, 101_100),
            ["-- SET GLOBAL gtid_slave_pos = '0-1-5';\n", old]
        );
        assert_eq!(
            said(Flavor::Mysql, 50_600),
            ["-- SET GLOBAL gtid_purged = '0-1-5';\n", old]
        );
        assert_eq!(
            said(Flavor::Mysql, 90_700),
            [
                "-- SET GLOBAL gtid_purged = '+0-1-5';\n",
                "CHANGE REPLICATION SOURCE TO SOURCE_LOG_FILE = 'it''s.000002', SOURCE_LOG_POS = 157"
            ]
        );
    }
}
