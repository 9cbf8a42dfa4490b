//! Views that only a connection with their own collation can open (MariaDB): a function of theirs gives
//! text in the connection's character set, which another literal of theirs does not meet
//! (`LPAD(HEX(a), 4, '0')` made under UCS-2).

use bstr::BString;

use crate::error::Result;
use crate::mysql::inventory::{Relation, columns_of};
use crate::mysql::quote;
use crate::mysql::select::Select;
use crate::mysql::session::Session;
use crate::mysql::text::Text;

/// What puts the session back.
pub(super) const BACK: &str = "SET NAMES utf8mb4";

/// What makes the connection one with this collation.
#[must_use]
pub(super) fn set(collation: &[u8]) -> BString {
    let set = Text::new("SET collation_connection = ");
    set.raw(&quote::string(collation)).into()
}

/// Opens a view without columns as its maker's connection would.
pub(super) async fn open(
    session: &mut Session,
    database: &[u8],
    view: &mut Relation,
) -> Result<()> {
    let closed = view.table_type == "VIEW" && view.columns.is_empty();
    if !(closed && session.caps().is_mariadb()) {
        return Ok(());
    }
    let query = Select::from("information_schema.views")
        .cols(&["collation_connection"])
        .equals("table_schema", database)
        .equals("table_name", &view.name);
    let rows = session.query(query.sql()).await?;
    let Some(row) = rows.first() else {
        return Ok(());
    };
    let collation = row.owned("collation_connection")?;
    session.execute(set(&collation)).await?;
    let columns = columns_of(session, database, &view.name).await;
    session.execute(BACK).await?;
    // a view that is broken for whoever asks stays one without columns
    if let Ok(columns) = columns
        && !columns.is_empty()
    {
        view.columns = columns;
        view.own_collation = Some(collation);
    }
    Ok(())
}
