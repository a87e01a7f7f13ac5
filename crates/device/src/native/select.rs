//! Which device is meant? By id, by exact name, or by a part of either that fits one device only.

use super::devices::DeviceInfo;
use super::error::DeviceError;
use crate::names::{Named, meant};

impl Named for DeviceInfo {
    fn id(&self) -> &str {
        &self.id
    }
    fn name(&self) -> &str {
        &self.name
    }
}

/// The place in the list of the device that `asked` names; see [`meant`]. What begins with a host's name is an id, and no part of one.
pub(super) fn select(devices: &[DeviceInfo], asked: &str) -> Result<usize, DeviceError> {
    let label = |at: &usize| devices.get(*at).map(DeviceInfo::label);
    match meant(devices, asked, asked.parse::<cpal::DeviceId>().is_ok()).as_slice() {
        [only] => Ok(*only),
        [] => {
            let available = devices.iter().map(DeviceInfo::label).collect();
            Err(DeviceError::DeviceNotFound { asked: Some(asked.into()), available })
        }
        several => {
            let matches = several.iter().filter_map(label).collect();
            Err(DeviceError::DeviceAmbiguous { asked: asked.into(), matches })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(id: &str, name: &str) -> DeviceInfo {
        DeviceInfo { id: id.into(), name: name.into(), ..DeviceInfo::default() }
    }

    fn house() -> Vec<DeviceInfo> {
        vec![
            device("pulseaudio:null_1", "Null Output"),
            device("pulseaudio:null_2", "Null Output"),
            device("alsa:hw:CARD=0,DEV=0", "HDA Intel, ALC892"),
            device("alsa:hw:CARD=1,DEV=0", "Scarlett 2i2 USB"),
            device("jack:output", "JACK Output"),
            device("alsa:output", "Scarlett"),
        ]
    }

    #[track_caller]
    fn finds(asked: &str, at: usize) {
        assert_eq!(select(&house(), asked), Ok(at), "{asked}");
    }

    #[track_caller]
    fn is_ambiguous(asked: &str, ids: &[&str]) {
        match select(&house(), asked) {
            Err(DeviceError::DeviceAmbiguous { matches, .. }) => {
                let found: Vec<&str> = matches.iter().filter_map(|label| label.split(" (").next()).collect();
                assert_eq!(found, ids);
            }
            other => panic!("{asked}: {other:?}"),
        }
    }

    #[test]
    fn by_id_with_and_without_its_host() {
        finds("pulseaudio:null_2", 1);
        finds("null_1", 0);
        finds("hw:CARD=1,DEV=0", 3);
        is_ambiguous("output", &["jack:output", "alsa:output"]);
    }

    #[test]
    fn by_name_where_it_is_the_only_one() {
        finds("HDA Intel, ALC892", 2);
        // The whole name of one wins over being a part of another's.
        finds("Scarlett", 5);
        finds("scarlett", 5);
        is_ambiguous("Null Output", &["pulseaudio:null_1", "pulseaudio:null_2"]);
    }

    #[test]
    fn by_a_part_without_regard_to_case() {
        finds("alc892", 2);
        finds("2I2", 3);
        finds("card=1", 3);
        is_ambiguous("scarl", &["alsa:hw:CARD=1,DEV=0", "alsa:output"]);
    }

    #[test]
    fn nothing_fits() {
        // The last begins as an id does, and so is not taken for a part of one.
        for asked in ["Focusrite", "", "alsa:hw:CARD=0"] {
            match select(&house(), asked) {
                Err(DeviceError::DeviceNotFound { asked: Some(name), available }) => {
                    assert_eq!((name.as_str(), available.len()), (asked, 6));
                    assert_eq!(available[4], "jack:output (JACK Output)");
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(
            matches!(select(&[], "x"), Err(DeviceError::DeviceNotFound { available, .. }) if available.is_empty())
        );
    }
}
