//! How far members' homes and places of work are from the nearest shop.

use crate::columns::fixed_point::FixedPointColumn;
use crate::rule::Fact;
use crate::rule::geo_circle::distance_m;

/// A place on earth, in degrees times 10⁷.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// −180 to 180 degrees, east is positive.
    pub lon_e7: i32,
    /// −90 to 90 degrees, north is positive.
    pub lat_e7: i32,
}

/// No place: no longitude is that.
const UNKNOWN: Place = Place { lon_e7: i32::MIN, lat_e7: 0 };

impl Place {
    /// Longitude and latitude in degrees.
    fn degrees(self) -> (f64, f64) {
        (f64::from(self.lon_e7) / 1e7, f64::from(self.lat_e7) / 1e7)
    }

    /// The point of the unit sphere.
    fn point(self) -> [f64; 3] {
        let (lon, lat) = self.degrees();
        let (lon, lat) = (lon.to_radians(), lat.to_radians());
        [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
    }
}

/// One of the two places of each member, and its distance once that is asked for.
#[derive(Default)]
struct Distance {
    /// By arrival; of members past the end it is unknown.
    places: Vec<Place>,
    /// By row, once it is asked for; of the first `built` members.
    column: Option<FixedPointColumn>,
    built: usize,
}

/// Both places of each member, and the shops.
#[derive(Default)]
pub(super) struct Distances {
    /// With their points of the unit sphere: the nearest of many is found without a sine.
    shops: Vec<(Place, [f64; 3])>,
    home: Distance,
    work: Distance,
}

impl Distances {
    /// Room for this many members in so many rows. Those after the first `known` are new: where they live is unknown.
    pub(super) fn grow(&mut self, members: usize, known: usize, rows: usize) {
        for distance in [&mut self.home, &mut self.work] {
            if let Some(column) = &mut distance.column {
                column.grow(rows);
                if distance.built == known {
                    distance.built = members;
                }
            }
        }
    }

    /// What is held by row.
    pub(super) fn columns_mut(&mut self) -> impl Iterator<Item = &mut FixedPointColumn> {
        [&mut self.home.column, &mut self.work.column].into_iter().flatten()
    }

    /// Sets where a member lives and works.
    pub(super) fn put(&mut self, arrival: usize, row: usize, home: Option<Place>, work: Option<Place>) {
        let shops = &self.shops;
        for (distance, place) in [(&mut self.home, home), (&mut self.work, work)] {
            if place.is_some() && distance.places.len() <= arrival {
                distance.places.resize(arrival + 1, UNKNOWN);
            }
            if let Some(held) = distance.places.get_mut(arrival) {
                *held = place.unwrap_or(UNKNOWN);
            }
            if let Some(column) = &mut distance.column
                && arrival < distance.built
            {
                column.set(row, place.and_then(|place| nearest(shops, place)));
            }
        }
    }

    /// Sets where the shops are. What was built with others must be built again.
    pub(super) fn set_shops(&mut self, shops: &[Place]) {
        self.shops = shops.iter().map(|shop| (*shop, shop.point())).collect();
        for distance in [&mut self.home, &mut self.work] {
            (distance.column, distance.built) = (None, 0);
        }
    }

    /// Has the column of a fact, with up to `most` more of all members; whether it has everybody.
    pub(super) fn build(
        &mut self,
        fact: Fact,
        most: usize,
        (members, rows): (usize, usize),
        row: impl Fn(usize) -> usize,
    ) -> bool {
        let (shops, distance) = (&self.shops, if fact == Fact::HomeDistance { &mut self.home } else { &mut self.work });
        let column = distance.column.get_or_insert_with(FixedPointColumn::of_integers);
        column.grow(rows);
        let next = members.min(distance.built + most);
        for arrival in distance.built..next {
            let place = distance.places.get(arrival).filter(|place| **place != UNKNOWN);
            column.set(row(arrival), place.and_then(|place| nearest(shops, *place)));
        }
        distance.built = next;
        next == members
    }

    /// The column of a fact, once it has everybody.
    pub(super) fn column(&self, fact: Fact, members: usize) -> Option<&FixedPointColumn> {
        let distance = if fact == Fact::HomeDistance { &self.home } else { &self.work };
        distance.column.as_ref().filter(|_| distance.built == members)
    }

    /// Memory held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let of = |distance: &Distance| {
            let column = distance.column.as_ref().map_or(0, FixedPointColumn::bytes);
            distance.places.capacity() * size_of::<Place>() + column
        };
        of(&self.home) + of(&self.work)
    }
}

/// From a place to the nearest shop, in hundredths of a kilometre, rounded half up; `None` where there is no shop.
fn nearest(shops: &[(Place, [f64; 3])], place: Place) -> Option<i64> {
    let here = place.point();
    let chord = |there: &[f64; 3]| here.iter().zip(there).map(|(here, there)| (here - there).powi(2)).sum::<f64>();
    let (shop, _) = shops.iter().min_by(|(_, left), (_, right)| chord(left).total_cmp(&chord(right)))?;
    Some((distance_m(place.degrees(), shop.degrees()) / 10.0 + 0.5).floor() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_found_and_rounded_half_up() {
        let mut rng = fastrand::Rng::with_seed(3);
        let mut place =
            || Place { lon_e7: rng.i32(-1_800_000_000..=1_800_000_000), lat_e7: rng.i32(-900_000_000..=900_000_000) };
        let shops: Vec<_> = (0..50).map(|_| place()).map(|shop| (shop, shop.point())).collect();
        for _ in 0..2000 {
            let place = place();
            let metres = shops.iter().map(|(shop, _)| distance_m(place.degrees(), shop.degrees()));
            let least = metres.fold(f64::INFINITY, f64::min);
            assert_eq!(nearest(&shops, place), Some((least / 10.0).round() as i64));
        }
        assert_eq!(nearest(&[], place()), None);
        assert_eq!(nearest(&shops, shops[7].0), Some(0));
    }
}
