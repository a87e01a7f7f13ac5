//! What can go wrong with a device, and what can be done about it?

use super::search::names;
use crate::host::{Direction, OpenError};
use cpal::ErrorKind;

/// Why there is no device, or no longer. Every text ends with the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// There is no host (sound system) of that name in this build, or on this system.
    #[error("there is no sound system \"{asked}\" here; there is: {}. {remedy}", listed(.available))]
    HostNotFound {
        /// As asked for.
        asked: String,
        /// The hosts that there are.
        available: Vec<String>,
        /// What to do.
        remedy: &'static str,
    },
    /// The host is known and does not answer.
    #[error("the sound system {host} does not answer ({why}). Start its server, or choose another one")]
    HostUnavailable {
        /// The host.
        host: String,
        /// What it said.
        why: String,
    },
    /// There is no such device, or none at all.
    #[error("{}", not_found(.asked.as_deref(), .available))]
    DeviceNotFound {
        /// As asked for; `None` if any would have done.
        asked: Option<String>,
        /// The ids and names of the devices that there are.
        available: Vec<String>,
    },
    /// What was asked for fits several devices.
    #[error("\"{asked}\" may be any of: {}. Give the id of one of them", listed(.matches))]
    DeviceAmbiguous {
        /// As asked for.
        asked: String,
        /// The ids and names that it fits.
        matches: Vec<String>,
    },
    /// The device does not run at that rate.
    #[error(
        "{device} does not run at {asked} Hz; it offers {offered} Hz. Ask for one of these, or leave the rate out"
    )]
    UnsupportedRate {
        /// The device.
        device: String,
        /// Frames per second.
        asked: u32,
        /// What it offers.
        offered: String,
    },
    /// The device does not have so many channels.
    #[error(
        "{device} does not play {asked} channels; it offers {offered}. Ask for one of these, or leave the number out"
    )]
    UnsupportedChannels {
        /// The device.
        device: String,
        /// How many.
        asked: u16,
        /// What it offers.
        offered: String,
    },
    /// The device does not take blocks of that size.
    #[error(
        "{device} does not take blocks of {asked} frames; it offers {offered}. Ask for such a size, or leave it out \
         (JACK's block is set where its server is started)"
    )]
    UnsupportedBlock {
        /// The device.
        device: String,
        /// Frames.
        asked: u32,
        /// What it offers.
        offered: String,
    },
    /// The device takes no format that the engine can convert to.
    #[error("{device} takes {offered} only, which is not supported. Choose another device")]
    UnsupportedFormat {
        /// The device.
        device: String,
        /// Its formats.
        offered: String,
    },
    /// Another program has the device, and does not share it.
    #[error("{device} is in use ({why}). Close the program that uses it, or choose another device: {}", listed(.others))]
    DeviceBusy {
        /// The device.
        device: String,
        /// What the system said.
        why: String,
        /// The ids and names of the other devices.
        others: Vec<String>,
    },
    /// This user may not use the device.
    #[error(
        "this user may not use {device} ({why}). Give access to sound (on Linux: membership of the group audio), or choose another device: {}",
        listed(.others)
    )]
    NoPermission {
        /// The device.
        device: String,
        /// What the system said.
        why: String,
        /// The ids and names of the other devices.
        others: Vec<String>,
    },
    /// The device is there and does not open.
    #[error("{device} could not be opened ({why}). {remedy}")]
    StreamCreationFailed {
        /// The device.
        device: String,
        /// What the system said.
        why: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The device, or the server behind it, went away while it played.
    #[error(
        "{device} has gone ({why}). Plug it in or start its server again and open it anew, or choose another device"
    )]
    DeviceLost {
        /// The device.
        device: String,
        /// What the system said.
        why: String,
    },
    /// The system failed in a way that it does not explain any further.
    #[error(
        "{device}: the sound system reports \"{why}\". Open the device anew; if it happens again, try another one"
    )]
    Backend {
        /// The device, or the host.
        device: String,
        /// What the system said.
        why: String,
    },
}

impl DeviceError {
    /// An error of the system at the opening of a device.
    pub(super) fn at_opening(device: &str, error: &cpal::Error, direction: Direction) -> Self {
        let labels = || names(direction).into_iter().map(|info| info.label());
        let others = || labels().filter(|other| other != device).collect();
        DeviceError::classified(device, error, others)
    }

    fn classified(device: &str, error: &cpal::Error, others: impl Fn() -> Vec<String>) -> Self {
        let (device, why) = (device.to_owned(), error.to_string());
        let remedy = match error.kind() {
            ErrorKind::DeviceBusy => return DeviceError::DeviceBusy { device, why, others: others() },
            ErrorKind::PermissionDenied => {
                return DeviceError::NoPermission { device, why, others: others() };
            }
            ErrorKind::DeviceNotAvailable => {
                "See whether it is plugged in and its server runs, or choose another device"
            }
            ErrorKind::HostUnavailable => "Start the sound server, or choose a device of another one",
            ErrorKind::ResourceExhausted => "Close other programs or streams and try again",
            ErrorKind::UnsupportedConfig | ErrorKind::InvalidInput => {
                "Leave out the rate, block size and number of channels, or ask for other ones"
            }
            _ => "Try again, or choose another device",
        };
        DeviceError::StreamCreationFailed { device, why, remedy }
    }

    /// An error of the system in the course of a stream.
    pub(super) fn in_stream(device: &str, error: &cpal::Error) -> Self {
        let (device, why) = (device.into(), error.to_string());
        match error.kind() {
            ErrorKind::DeviceNotAvailable | ErrorKind::StreamInvalidated | ErrorKind::HostUnavailable => {
                DeviceError::DeviceLost { device, why }
            }
            _ => DeviceError::Backend { device, why },
        }
    }
}

/// The same in the words of any host.
impl From<DeviceError> for OpenError {
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::DeviceNotFound { asked, available } => {
                OpenError::DeviceNotFound { asked, available }
            }
            DeviceError::DeviceAmbiguous { asked, matches } => OpenError::DeviceAmbiguous { asked, matches },
            DeviceError::UnsupportedRate { device, asked, offered } => {
                OpenError::UnsupportedRate { device, asked, offered }
            }
            DeviceError::UnsupportedBlock { device, asked, offered } => {
                OpenError::UnsupportedBlock { device, asked, offered }
            }
            DeviceError::DeviceBusy { device, others, .. } => OpenError::Busy { device, others },
            DeviceError::NoPermission { device, others, .. } => OpenError::NoPermission { device, others },
            other => OpenError::Refused { why: other.to_string() },
        }
    }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "nothing".into() } else { names.join(", ") }
}

fn not_found(asked: Option<&str>, available: &[String]) -> String {
    let what = match asked {
        Some(name) => format!("there is no output device \"{name}\""),
        None => "there is no output device".into(),
    };
    if available.is_empty() {
        return format!(
            "{what}: this system has none that works. Plug one in or start the sound server; rendering to a file needs none"
        );
    }
    format!(
        "{what}; there is: {}. Give the id, the name or a part of the name of one of these",
        available.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_name_what_is_there_and_what_to_do() {
        let error = DeviceError::DeviceNotFound { asked: Some("X".into()), available: vec!["a (A)".into()] };
        assert_eq!(
            error.to_string(),
            "there is no output device \"X\"; there is: a (A). Give the id, the name or a part of the name of one of these"
        );
        let error = DeviceError::DeviceNotFound { asked: None, available: vec![] };
        assert!(error.to_string().contains("Plug one in or start the sound server"));
        let error =
            DeviceError::HostNotFound { asked: "x".into(), available: vec![], remedy: "Leave it out" };
        assert_eq!(error.to_string(), "there is no sound system \"x\" here; there is: nothing. Leave it out");
    }

    #[test]
    fn errors_of_the_system_are_classified() {
        let gone = cpal::Error::with_message(ErrorKind::DeviceNotAvailable, "unplugged");
        assert_eq!(
            DeviceError::in_stream("card", &gone),
            DeviceError::DeviceLost { device: "card".into(), why: "unplugged".into() }
        );
        let odd = cpal::Error::new(ErrorKind::BackendError);
        assert!(matches!(DeviceError::in_stream("card", &odd), DeviceError::Backend { .. }));
        let others = || vec!["b (B)".into()];
        let opening = |kind| DeviceError::classified("a (A)", &cpal::Error::with_message(kind, "x"), others);
        for (kind, text) in [
            (ErrorKind::PermissionDenied, "group audio), or choose another device: b (B)"),
            (
                ErrorKind::DeviceBusy,
                "in use (x). Close the program that uses it, or choose another device: b (B)",
            ),
            (ErrorKind::DeviceNotAvailable, "plugged in"),
            (ErrorKind::HostUnavailable, "Start the sound server"),
            (ErrorKind::UnsupportedConfig, "Leave out the rate"),
            (ErrorKind::BackendError, "could not be opened (x). Try again"),
        ] {
            assert!(opening(kind).to_string().contains(text), "{kind:?}: {}", opening(kind));
        }
    }

    #[test]
    fn any_hosts_words_keep_the_class() {
        let others = || vec!["b (B)".to_owned()];
        let opening = |kind| OpenError::from(DeviceError::classified("a", &cpal::Error::new(kind), others));
        let device = || "a".to_owned();
        assert_eq!(opening(ErrorKind::DeviceBusy), OpenError::Busy { device: device(), others: others() });
        let denied = OpenError::NoPermission { device: device(), others: others() };
        assert_eq!(opening(ErrorKind::PermissionDenied), denied);
        assert!(denied.to_string().ends_with("choose another device: b (B)"), "{denied}");
        assert!(matches!(opening(ErrorKind::HostUnavailable), OpenError::Refused { .. }));
        let (asked, offered) = (7, "8 to 9".to_owned());
        assert_eq!(
            OpenError::from(DeviceError::UnsupportedRate {
                device: device(),
                asked,
                offered: offered.clone()
            }),
            OpenError::UnsupportedRate { device: device(), asked, offered: offered.clone() }
        );
        assert_eq!(
            OpenError::from(DeviceError::UnsupportedBlock {
                device: device(),
                asked,
                offered: offered.clone()
            }),
            OpenError::UnsupportedBlock { device: device(), asked, offered }
        );
    }
}
