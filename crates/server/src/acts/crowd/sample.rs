//! Some members of a crowd, to look at: the same ones for the same seed, while the members stay as they are.

use crate::index::{self, column};
use domain::condition::Condition;
use domain::tag::Tag;
use store::member::{self, Cursor, Member};
use store::{Fault, Tx};

/// Places of the members from which some are read first, spread over all of them.
const PLACES: u64 = 40;
/// Members read from each place.
const AT_A_PLACE: usize = 256;
/// The most of one place that are taken, so that those who came together are not all of the sample.
const OF_A_PLACE_MAX: usize = 2;
/// Members read at once where that has not found enough.
const READ_TOGETHER: usize = 4_096;
/// The most members that are read in all: a crowd of very few may have members that are not found.
const READ_MAX: usize = 400_000;

/// Members of a crowd.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// In no order.
    pub members: Vec<Member>,
    /// How many of the merchant's members were looked at, some of them twice.
    pub looked_at: usize,
}

/// Up to `wanted` members of the merchant who meet all conditions at `now`, UTC milliseconds. `seed` says where the
/// search begins.
pub fn sample(
    tx: &mut Tx,
    pid: &str,
    conditions: &[Condition],
    tags: &[Tag],
    seed: u64,
    wanted: usize,
    now: i64,
) -> Result<Sample, Fault> {
    let columns: Vec<_> = tags.iter().map(column).collect();
    let mut sample = Sample::default();
    let Some(expr) = index::expr(conditions.to_vec(), &columns) else { return Ok(sample) };
    let mut random = fastrand::Rng::with_seed(seed);
    let mut take = |rows: Vec<Member>, most: usize, sample: &mut Sample| {
        sample.looked_at += rows.len();
        let taken: Vec<String> =
            index::select(columns.clone(), &expr, &rows, now).into_iter().map(str::to_owned).collect();
        let is_new = |row: &Member| sample.members.iter().all(|known| known.user_id != row.user_id);
        let mut new: Vec<Member> = rows.into_iter().filter(|row| taken.contains(&row.user_id) && is_new(row)).collect();
        random.shuffle(&mut new);
        new.truncate(most.min(wanted - sample.members.len()));
        sample.members.extend(new);
    };
    let mut places = fastrand::Rng::with_seed(seed);
    for _ in 0..PLACES {
        if sample.members.len() == wanted {
            return Ok(sample);
        }
        let Some(place) = member::place(tx, pid, places.u64(..))? else { return Ok(sample) };
        let (rows, _) = member::scan(tx, pid, &place, AT_A_PLACE)?;
        take(rows, OF_A_PLACE_MAX, &mut sample);
    }
    let mut cursor = Some(Cursor::default());
    while let Some(after) = cursor {
        if sample.members.len() == wanted || READ_MAX <= sample.looked_at {
            break;
        }
        let (rows, next) = member::scan(tx, pid, &after, READ_TOGETHER)?;
        take(rows, usize::MAX, &mut sample);
        cursor = next;
    }
    Ok(sample)
}
