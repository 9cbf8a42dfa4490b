//! Spatial reference systems that users made. Those of the server are told by their organisation
//! and numbers; one of these that a user replaced can't be told. Catalog:
//! `information_schema.st_spatial_reference_systems`.

use bstr::BString;

use crate::error::Result;
use crate::mysql::objects::{Found, Object, Rendered};
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::Row;

/// The server's own: EPSG's under EPSG's number, and the plane, 0. The ranges are those that the
/// manual keeps for them.
const OWN: &str = "srs_id = 0 OR (organization = 'EPSG' AND organization_coordsys_id = srs_id \
                   AND (srs_id <= 32767 OR srs_id BETWEEN 60000000 AND 69999999))";

/// A spatial reference system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpatialReferenceSystem {
    id: u32,
    name: BString,
    organization: Option<(BString, u32)>,
    definition: BString,
    description: Option<BString>,
}

impl Object for SpatialReferenceSystem {
    const NAME: &'static str = "spatial_reference_system";
    const SECTION: Section = Section::Globals;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        if !scope.caps.data_dictionary() {
            return Found::Nothing;
        }
        Found::Query(
            Select::from("information_schema.st_spatial_reference_systems")
                .cols(&["srs_id", "srs_name", "definition", "description"])
                .cols(&["organization", "organization_coordsys_id"])
                .filter(&format!("({OWN}) IS NOT TRUE"))
                .order("srs_id"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let organization = row.opt_owned("organization")?;
        let number = row.opt_num("organization_coordsys_id")?;
        Ok(Self {
            id: row.num("srs_id")?,
            name: row.owned("srs_name")?,
            organization: organization.zip(number),
            definition: row.owned("definition")?,
            description: row.opt_owned("description")?,
        })
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.id.to_string().into(),
            ..Identity::default()
        }
    }

    fn render(&self, _scope: &Scope<'_>) -> Result<Rendered> {
        let head = format!(
            "CREATE SPATIAL REFERENCE SYSTEM IF NOT EXISTS {} NAME ",
            self.id
        );
        let mut text = Text::new(&head).string(&self.name);
        if let Some((name, number)) = &self.organization {
            text = text.words(" ORGANIZATION ").string(name);
            text = text.words(&format!(" IDENTIFIED BY {number}"));
        }
        text = text.words(" DEFINITION ").string(&self.definition);
        if let Some(description) = &self.description {
            text = text.words(" DESCRIPTION ").string(description);
        }
        let mut sql = Sql::default();
        sql.push(text);
        sql.drop_with(format!(
            "DROP SPATIAL REFERENCE SYSTEM IF EXISTS {}",
            self.id
        ));
        Ok(Rendered::Sql(sql))
    }
}
