//! A member as the table has it.

use super::tags::Tags;
use crate::engine::bucket::bucket_of;
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row, Val};

/// A position in degrees times 10⁷.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// East is positive.
    pub lon_e7: i32,
    /// North is positive.
    pub lat_e7: i32,
}

/// A member as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Whose.
    pub user_id: String,
    /// Tag values by code, sorted.
    pub tags: Tags,
    /// Where the member lives.
    pub home: Option<Position>,
    /// Where the member works.
    pub work: Option<Position>,
    /// 1 for a new member, one more with each change.
    pub version: i64,
}

impl Member {
    /// What its row holds, in the order of the table.
    pub(super) fn columns<'a>(&'a self, pid: &'a str) -> [Val<'a>; 9] {
        let Member { user_id, tags, home, work, version } = self;
        let [[home_lon, home_lat], [work_lon, work_lat]] =
            [home, work].map(|place| [place.map(|it| it.lon_e7).into(), place.map(|it| it.lat_e7).into()]);
        let bucket = bucket_of(pid, user_id).into();
        [
            bucket,
            pid.into(),
            user_id.into(),
            tags.as_str().into(),
            home_lon,
            home_lat,
            work_lon,
            work_lat,
            (*version).into(),
        ]
    }
}

impl FromRow for Member {
    fn from_row(row: &dyn Row) -> Result<Member, Fault> {
        type Columns = (String, String, Option<i32>, Option<i32>, Option<i32>, Option<i32>, i64);
        let (user_id, tags, home_lon, home_lat, work_lon, work_lat, version) = Columns::from_row(row)?;
        let (home, work) = (Position::from_columns(home_lon, home_lat), Position::from_columns(work_lon, work_lat));
        Ok(Member { user_id, tags: Tags::from_stored(tags), home, work, version })
    }
}

impl Position {
    /// A position from its two columns.
    pub(crate) fn from_columns(lon_e7: Option<i32>, lat_e7: Option<i32>) -> Option<Position> {
        Some(Position { lon_e7: lon_e7?, lat_e7: lat_e7? })
    }
}
