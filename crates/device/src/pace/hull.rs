//! Which line lies below all points, and nearest to them? One along their lower convex hull.

/// Points that are looked at at once.
pub(super) const CAPACITY: usize = 64;
/// Where the chord is taken. Near the ends the hull hangs on single points, and in the middle the chord is short: of 1/16, 1/8, 1/6 and 1/4 this one was
/// nearest to the true slope.
const INSET: f64 = 1.0 / 4.0;

/// A callback: frames before it, and seconds, both counted from another one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Place {
    pub(crate) frames: f64,
    pub(crate) seconds: f64,
}

/// The seconds per frame of the points: the slope of the chord of their lower hull from `INSET` of its width to as far before its end, and the point that
/// lies lowest along that slope. The points come in the order of their frames, and at most [`CAPACITY`] count. `nominal` seconds per frame are taken off
/// while comparing, for the sake of precision. None for fewer than two.
pub(super) fn lower_line(places: impl Iterator<Item = Place>, nominal: f64) -> Option<(f64, Place)> {
    let mut hull = [Place::default(); CAPACITY];
    let mut corners = 0;
    for place in places.take(CAPACITY) {
        let tilted = Place { seconds: place.seconds - place.frames * nominal, ..place };
        // The last corner goes while it lies on or above the line from the one before it to the new place.
        while let [.., a, b] = hull.get(..corners)?
            && is_above(*a, *b, tilted)
        {
            corners -= 1;
        }
        *hull.get_mut(corners)? = tilted;
        corners += 1;
    }
    let hull = hull.get(..corners)?;
    let (first, last) = (hull.first()?, hull.last()?);
    let width = last.frames - first.frames;
    if width <= 0.0 {
        return None;
    }
    let chord = width * (1.0 - 2.0 * INSET);
    let rise = height(hull, last.frames - width * INSET)? - height(hull, first.frames + width * INSET)?;
    let slope = rise / chord;
    let over = |place: &Place| place.seconds - place.frames * slope;
    let lowest = hull.iter().min_by(|a, b| over(a).total_cmp(&over(b)))?;
    let upright = Place { seconds: lowest.seconds + lowest.frames * nominal, ..*lowest };
    Some((slope + nominal, upright))
}

/// How high a hull is at a frame within it.
fn height(hull: &[Place], frames: f64) -> Option<f64> {
    hull.windows(2).find_map(|edge| {
        let [a, b] = edge else { return None };
        let part = (frames - a.frames) / (b.frames - a.frames);
        (frames <= b.frames).then_some(a.seconds + (b.seconds - a.seconds) * part)
    })
}

/// Whether `b` lies on or above the line from `a` to `c`.
fn is_above(a: Place, b: Place, c: Place) -> bool {
    (b.seconds - a.seconds) * (c.frames - a.frames) >= (c.seconds - a.seconds) * (b.frames - a.frames)
}
