//! Which device is meant? By id, by exact name, or by a part of either.

/// What a device is called.
pub(crate) trait Named {
    /// No other device has it.
    fn id(&self) -> &str;
    /// Others may have the same.
    fn name(&self) -> &str;
}

/// The places in the list of the devices that `asked` may mean. With `whole`, a part of an id or name is not enough: what is known
/// to be an id must not find another device when its own is gone.
///
/// The first rule that finds anything decides: the id; the id without regard to case; the name; the id without its host; either of
/// these without regard to case; a part of the id or name without regard to case.
pub(crate) fn meant<T: Named>(devices: &[T], asked: &str, whole: bool) -> Vec<usize> {
    let folded = asked.to_lowercase();
    let same = |text: &str| text.to_lowercase() == folded;
    let part = |text: &str| text.to_lowercase().contains(&folded);
    let wholes: [&dyn Fn(&T) -> bool; 3] =
        [&|device| device.id() == asked, &|device| same(device.id()), &|device| device.name() == asked];
    let parts: [&dyn Fn(&T) -> bool; 3] = [
        &|device| id_at_host(device.id()) == asked,
        &|device| same(id_at_host(device.id())) || same(device.name()),
        &|device| !folded.is_empty() && (part(device.id()) || part(device.name())),
    ];
    let rules = wholes.into_iter().chain(parts.into_iter().filter(|_| !whole));
    let fitting = |rule: &dyn Fn(&T) -> bool| -> Vec<usize> {
        devices.iter().enumerate().filter(|(_, device)| rule(device)).map(|(at, _)| at).collect()
    };
    rules.map(fitting).find(|found| !found.is_empty()).unwrap_or_default()
}

/// The id without the host's name.
fn id_at_host(id: &str) -> &str {
    id.split_once(':').map_or("", |(_, id)| id)
}
