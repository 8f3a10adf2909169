//! A circle on the earth: who is within so many metres of a place.

/// The earth as a sphere of its mean radius.
const EARTH_RADIUS_M: f64 = 6_371_008.8;
/// Widens the box, so that rounding never shuts out a place on the circle's edge.
const SLACK_DEG: f64 = 1e-9;

/// All places at most `radius_m` metres away from a centre, along the great circle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct GeoCircle {
    lon: f64,
    lat: f64,
    radius_m: f64,
    lon_reach: f64,
    lat_reach: f64,
}

impl GeoCircle {
    pub(crate) fn new(lon: f64, lat: f64, radius_m: f64) -> GeoCircle {
        let angle = radius_m / EARTH_RADIUS_M;
        let lat_reach = angle.to_degrees() + SLACK_DEG;
        // A circle that holds a pole spans every longitude; else its widest point is where a meridian touches it.
        let lon_reach = if lat.abs() + lat_reach < 90.0 {
            (angle.sin() / lat.to_radians().cos()).asin().to_degrees() + SLACK_DEG
        } else {
            360.0
        };
        GeoCircle { lon, lat, radius_m, lon_reach, lat_reach }
    }

    /// Whether a place lies in the box around the circle: cheap, and never false for a place in the circle. An unknown
    /// place (NaN) lies in no box.
    pub(crate) fn may_contain(&self, lon: f64, lat: f64) -> bool {
        ((lat - self.lat).abs() <= self.lat_reach) & (lon_between(self.lon, lon) <= self.lon_reach)
    }

    pub(crate) fn contains(&self, lon: f64, lat: f64) -> bool {
        self.may_contain(lon, lat) && distance_m((self.lon, self.lat), (lon, lat)) <= self.radius_m
    }
}

/// The metres between two places (longitude and latitude in degrees), along the great circle. The haversine form, which
/// keeps its precision for places close by.
pub(crate) fn distance_m((lon, lat): (f64, f64), (other_lon, other_lat): (f64, f64)) -> f64 {
    let (here, there) = (lat.to_radians(), other_lat.to_radians());
    let lat_part = ((there - here) / 2.0).sin().powi(2);
    let lon_part = (lon_between(lon, other_lon).to_radians() / 2.0).sin().powi(2);
    let half_chord = (lat_part + here.cos() * there.cos() * lon_part).sqrt().min(1.0);
    2.0 * EARTH_RADIUS_M * half_chord.asin()
}

/// Degrees of longitude between, the short way round.
fn lon_between(lon: f64, other: f64) -> f64 {
    let away = (other - lon).abs();
    away.min(360.0 - away)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edge_belongs_to_the_circle() {
        const DEGREE_M: f64 = EARTH_RADIUS_M * std::f64::consts::PI / 180.0;
        let check = |centre: (f64, f64), radius_m, place: (f64, f64), expect| {
            let circle = GeoCircle::new(centre.0, centre.1, radius_m);
            assert_eq!(circle.contains(place.0, place.1), expect, "{centre:?} {radius_m} {place:?}");
        };
        let (just_less, just_more) = (DEGREE_M - 1e-6, DEGREE_M + 1e-6);
        for (centre, place) in [
            ((120.0, 30.0), (120.0, 31.0)),
            ((120.0, 30.0), (120.0, 29.0)),
            ((-0.5, 0.0), (0.5, 0.0)),
            ((179.5, 0.0), (-179.5, 0.0)),
            ((-180.0, 0.0), (179.0, 0.0)),
            ((10.0, 89.5), (-170.0, 89.5)),
            ((10.0, -89.5), (-170.0, -89.5)),
            ((77.0, 90.0), (-5.0, 89.0)),
        ] {
            check(centre, just_less, place, false);
            check(centre, just_more, place, true);
        }
        check((120.0, 30.0), 0.0, (120.0, 30.0), true);
        check((120.0, 30.0), 0.0, (120.0, 30.000_001), false);
        check((180.0, 10.0), 0.0, (-180.0, 10.0), true);
        check((0.0, 0.0), 20_015_114.5, (180.0, 0.0), true);
        check((0.0, 0.0), 1e12, (180.0, 0.0), true);
        check((0.0, 0.0), 1e12, (f64::NAN, f64::NAN), false);
    }

    #[test]
    fn a_known_distance() {
        // Hangzhou to Beijing, about 1,124 km.
        let distance_m = distance_m((120.1551, 30.2741), (116.4074, 39.9042));
        assert!((distance_m - 1_124_000.0).abs() < 10_000.0);
    }

    #[test]
    fn the_box_never_shuts_out_the_circle() {
        for lat in [-89.0, -45.0, 0.0, 30.0, 60.0, 85.0] {
            for radius_m in [1.0, 1e3, 1e5, 5e5] {
                let circle = GeoCircle::new(100.0, lat, radius_m);
                for step in 0..3600 {
                    let bearing = f64::from(step).to_radians() / 10.0;
                    let (angle, from) = (radius_m * (1.0 - 1e-12) / EARTH_RADIUS_M, lat.to_radians());
                    let to = (from.sin() * angle.cos() + from.cos() * angle.sin() * bearing.cos()).asin();
                    let turn = (bearing.sin() * angle.sin() * from.cos()).atan2(angle.cos() - from.sin() * to.sin());
                    let lon = (100.0 + turn.to_degrees() + 540.0) % 360.0 - 180.0;
                    assert!(circle.may_contain(lon, to.to_degrees()), "{lat} {radius_m} {bearing}");
                }
            }
        }
    }
}
