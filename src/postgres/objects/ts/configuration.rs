//! Text search configurations with their mappings. Catalogs: pg_ts_config, pg_ts_config_map.

use std::collections::HashMap;

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::Section;
use crate::postgres::address::class;
use crate::postgres::objects::named::Named;
use crate::postgres::objects::{BuildContext, Kind, Loaded, Reference};
use crate::postgres::quote::{ident, qualified};
use crate::postgres::render::{Sql, cat, join};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new("ts_configuration", queries, build);

/// Token and its dictionaries, in order.
type Mapping = (BString, Vec<BString>);

fn queries(_caps: &Caps) -> Vec<Select> {
    let configurations = Select::from(
        "pg_catalog.pg_ts_config c JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace \
         JOIN pg_catalog.pg_ts_parser p ON p.oid = c.cfgparser \
         JOIN pg_catalog.pg_namespace pn ON pn.oid = p.prsnamespace",
    )
    .col("oid", "c.oid")
    .col("schema", "n.nspname")
    .col("name", "c.cfgname")
    .col("owner", "pg_catalog.pg_get_userbyid(c.cfgowner)")
    .col("parser", "p.prsname")
    .col("parser_schema", "pn.nspname")
    .made_by_users("c.oid", class::PG_TS_CONFIG)
    .in_user_schema("c.cfgnamespace");
    let mappings = Select::from(
        "pg_catalog.pg_ts_config_map m JOIN pg_catalog.pg_ts_config c ON c.oid = m.mapcfg, \
         LATERAL pg_catalog.ts_token_type(c.cfgparser) t",
    )
    .col("oid", "m.mapcfg")
    .col("token", "t.alias")
    .col("dictionary", "m.mapdict::pg_catalog.regdictionary")
    .filter("c.oid >= 16384 AND t.tokid = m.maptokentype")
    .order("m.mapcfg, m.maptokentype, m.mapseqno");
    vec![configurations, mappings]
}

fn build(_context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let [configurations, mappings] = rows else {
        return Ok(Vec::new());
    };
    let mut of: HashMap<u32, Vec<Mapping>> = HashMap::new();
    for row in mappings.iter() {
        let own = of.entry(row.num("oid")?).or_default();
        let (token, dictionary) = (row.owned("token")?, row.owned("dictionary")?);
        match own.last_mut().filter(|(last, _)| *last == token) {
            Some((_, dictionaries)) => dictionaries.push(dictionary),
            None => own.push((token, vec![dictionary])),
        }
    }
    configurations
        .iter()
        .map(|row| loaded(&row, &mut of))
        .collect()
}

fn loaded(row: &Row<'_>, mappings: &mut HashMap<u32, Vec<Mapping>>) -> Result<Loaded> {
    let named = Named::decode(row)?;
    let name = named.quoted();
    let parser = qualified(row.bytes("parser_schema")?, row.bytes("parser")?);
    let mut sql = Sql::default();
    sql.push(cat![
        "CREATE TEXT SEARCH CONFIGURATION ",
        &name,
        " (\n    PARSER = ",
        parser,
        "\n)"
    ]);
    for (token, dictionaries) in mappings.remove(&named.oid).unwrap_or_default() {
        let alter = cat![
            "ALTER TEXT SEARCH CONFIGURATION ",
            &name,
            "\n    ADD MAPPING FOR "
        ];
        sql.push(cat![
            alter,
            ident(token),
            " WITH ",
            join(dictionaries, ", ")
        ]);
    }
    sql.drop_with(cat!["DROP TEXT SEARCH CONFIGURATION ", &name]);
    Ok(Loaded {
        address: Some(named.address(class::PG_TS_CONFIG)),
        reference: Some(Reference::owned("TEXT SEARCH CONFIGURATION", name)),
        ..Loaded::new("ts_configuration", Section::PreData, named.identity(), sql)
    })
}
