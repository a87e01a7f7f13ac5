//! What keeps alsa-lib from printing about devices that are not there? A handler of its own, for this thread.

/// From here on, what alsa-lib has to say on this thread goes into a buffer instead of the terminal; each call empties it. What
/// matters of it comes back as an error of cpal's as well. `[control]`
#[cfg(any(target_os = "linux", target_os = "dragonfly", target_os = "freebsd", target_os = "netbsd"))]
pub(super) fn silence_alsa() {
    // Without memory for a buffer alsa-lib goes on printing, which is no reason to fail.
    let _ = alsa::Output::local_error_handler();
}

/// Other systems do not print.
#[cfg(not(any(target_os = "linux", target_os = "dragonfly", target_os = "freebsd", target_os = "netbsd")))]
pub(super) fn silence_alsa() {}
