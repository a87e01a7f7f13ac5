//! System calls on platforms where nothing watches them.

use std::sync::atomic::AtomicU8;

pub(crate) fn available() -> bool {
    false
}

pub(crate) fn watch(_selector: &AtomicU8) {}

pub(crate) fn unwatch() {}

pub(crate) fn name(number: u32) -> String {
    number.to_string()
}
