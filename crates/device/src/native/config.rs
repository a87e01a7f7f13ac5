//! At which rate, block size, format and number of channels will a device run? As asked, else as the device prefers.

use super::error::DeviceError;
use super::prepare::Request;
use cpal::{SampleFormat, SupportedBufferSize, SupportedStreamConfig, SupportedStreamConfigRange};
use std::collections::BTreeSet;

/// Frames in a block unless asked otherwise: 10.7 ms at 48 kHz, which shared and busy machines keep up with.
pub const DEFAULT_BLOCK: u32 = 512;

/// Rates that are worth a name in a list; a device that offers a range offers those inside it.
pub(super) const COMMON_RATES: [u32; 12] =
    [8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000, 384_000];

/// What a stream will be opened with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub rate: u32,
    pub channels: u16,
    pub block: u32,
    pub format: SampleFormat,
}

/// Formats in order of preference; what is not here is not supported. `f32` is the engine's own; then whatever keeps most of it.
const PREFERENCE: [SampleFormat; 12] = [
    SampleFormat::F32,
    SampleFormat::F64,
    SampleFormat::I32,
    SampleFormat::I24,
    SampleFormat::U32,
    SampleFormat::U24,
    SampleFormat::I64,
    SampleFormat::U64,
    SampleFormat::I16,
    SampleFormat::U16,
    SampleFormat::I8,
    SampleFormat::U8,
];

/// Chooses among what a device offers. `preferred` is its own choice, if it has one.
pub(super) fn choose(
    device: &str,
    offers: &[SupportedStreamConfigRange],
    preferred: Option<SupportedStreamConfig>,
    request: &Request,
) -> Result<Choice, DeviceError> {
    let usable: Vec<_> = offers.iter().filter(|offer| PREFERENCE.contains(&offer.sample_format())).collect();
    if usable.is_empty() {
        let formats: BTreeSet<String> =
            offers.iter().map(|offer| offer.sample_format().to_string()).collect();
        let offered = if formats.is_empty() { "no format".into() } else { join(formats) };
        return Err(DeviceError::UnsupportedFormat { device: device.into(), offered });
    }
    let channels = channels(device, &usable, preferred, request.channels)?;
    let of_width: Vec<_> = usable.into_iter().filter(|offer| offer.channels() == channels).collect();
    let rate = rate(device, &of_width, preferred, request.rate)?;
    let offer = of_width
        .into_iter()
        .filter(|offer| offer.contains_rate(rate))
        .min_by_key(|offer| PREFERENCE.iter().position(|format| *format == offer.sample_format()));
    // `rate` is within one of them.
    let Some(offer) = offer else {
        return Err(DeviceError::UnsupportedRate {
            device: device.into(),
            asked: rate,
            offered: "none".into(),
        });
    };
    let block = block(device, offer.buffer_size(), request.block)?;
    Ok(Choice { rate, channels, block, format: offer.sample_format() })
}

fn channels(
    device: &str,
    offers: &[&SupportedStreamConfigRange],
    preferred: Option<SupportedStreamConfig>,
    asked: Option<u16>,
) -> Result<u16, DeviceError> {
    let there: BTreeSet<u16> = offers.iter().map(|offer| offer.channels()).collect();
    if let Some(asked) = asked {
        return if there.contains(&asked) {
            Ok(asked)
        } else {
            Err(DeviceError::UnsupportedChannels { device: device.into(), asked, offered: join(there) })
        };
    }
    let wish = preferred.map_or(2, |config| config.channels());
    let nearest = there.iter().min_by_key(|channels| (channels.abs_diff(wish), **channels));
    Ok(nearest.copied().unwrap_or(wish))
}

fn rate(
    device: &str,
    offers: &[&SupportedStreamConfigRange],
    preferred: Option<SupportedStreamConfig>,
    asked: Option<u32>,
) -> Result<u32, DeviceError> {
    let there = |rate: u32| rate > 0 && offers.iter().any(|offer| offer.contains_rate(rate));
    if let Some(asked) = asked {
        return if there(asked) {
            Ok(asked)
        } else {
            Err(DeviceError::UnsupportedRate { device: device.into(), asked, offered: rates_text(offers) })
        };
    }
    let highest = offers.iter().map(|offer| offer.max_sample_rate()).max();
    let wishes =
        preferred.map(|config| config.sample_rate()).into_iter().chain([48_000, 44_100]).chain(highest);
    Ok(wishes.into_iter().find(|rate| there(*rate)).unwrap_or(48_000))
}

fn block(device: &str, offer: &SupportedBufferSize, asked: Option<u32>) -> Result<u32, DeviceError> {
    // A range whose ends are the wrong way round, or at zero, has been seen from drivers: it says nothing.
    let (min, max) = match *offer {
        SupportedBufferSize::Range { min, max } if min <= max && max > 0 => (min.max(1), max),
        _ => (1, u32::MAX),
    };
    match asked {
        Some(asked) if (min..=max).contains(&asked) => Ok(asked),
        Some(asked) => {
            let offered = if min == max { format!("{min} frames") } else { format!("{min} to {max} frames") };
            Err(DeviceError::UnsupportedBlock { device: device.into(), asked, offered })
        }
        None => Ok(DEFAULT_BLOCK.clamp(min, max)),
    }
}

fn rates_text(offers: &[&SupportedStreamConfigRange]) -> String {
    let ranges: BTreeSet<(u32, u32)> =
        offers.iter().map(|offer| (offer.min_sample_rate(), offer.max_sample_rate())).collect();
    join(
        ranges
            .into_iter()
            .map(|(min, max)| if min == max { min.to_string() } else { format!("{min} to {max}") }),
    )
}

fn join(items: impl IntoIterator<Item = impl ToString>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: SupportedBufferSize = SupportedBufferSize::Range { min: 64, max: 4096 };

    fn offer(channels: u16, rates: (u32, u32), format: SampleFormat) -> SupportedStreamConfigRange {
        SupportedStreamConfigRange::new(channels, rates.0, rates.1, ANY, format)
    }

    fn card() -> Vec<SupportedStreamConfigRange> {
        vec![
            offer(2, (44_100, 48_000), SampleFormat::I16),
            offer(2, (44_100, 48_000), SampleFormat::F32),
            offer(2, (96_000, 96_000), SampleFormat::I32),
            offer(2, (96_000, 96_000), SampleFormat::DsdU32),
            offer(6, (48_000, 48_000), SampleFormat::U16),
        ]
    }

    fn asked(rate: Option<u32>, channels: Option<u16>, block: Option<u32>) -> Result<Choice, DeviceError> {
        choose("card", &card(), None, &Request { rate, channels, block, ..Request::default() })
    }

    #[test]
    fn prefers_stereo_48_khz_float_and_512_frames() {
        let choice = Choice { rate: 48_000, channels: 2, block: 512, format: SampleFormat::F32 };
        assert_eq!(asked(None, None, None), Ok(choice));
        let sixteen_bits = SupportedStreamConfig::new(2, 44_100, ANY, SampleFormat::I16);
        let choice = Choice { rate: 44_100, ..choice };
        assert_eq!(choose("card", &card(), Some(sixteen_bits), &Request::default()), Ok(choice));
    }

    #[test]
    fn takes_what_was_asked_for() {
        let choice = Choice { rate: 96_000, channels: 2, block: 64, format: SampleFormat::I32 };
        assert_eq!(asked(Some(96_000), None, Some(64)), Ok(choice));
        let choice = Choice { rate: 48_000, channels: 6, block: 512, format: SampleFormat::U16 };
        assert_eq!(asked(None, Some(6), None), Ok(choice));
    }

    #[test]
    fn refuses_with_what_there_is() {
        let texts = [
            (asked(Some(22_050), None, None), "it offers 44100 to 48000, 96000 Hz"),
            (asked(Some(0), None, None), "does not run at 0 Hz"),
            (asked(Some(44_100), Some(6), None), "it offers 48000 Hz"),
            (asked(None, Some(5), None), "does not play 5 channels; it offers 2, 6."),
            (asked(None, None, Some(32)), "does not take blocks of 32 frames; it offers 64 to 4096 frames"),
            (choose("card", &[], None, &Request::default()), "takes no format only"),
            (choose("card", &card()[3..4], None, &Request::default()), "card takes dsdu32 only"),
        ];
        for (refusal, text) in texts {
            let message = refusal.expect_err("it is not on offer").to_string();
            assert!(message.contains(text), "{message}");
        }
    }

    #[test]
    fn the_default_block_fits_what_the_device_takes() {
        for (min, max, block) in
            [(1024, 1024, 1024), (16, 256, 256), (1, 9999, 512), (9, 8, 512), (0, 0, 512)]
        {
            let sizes = SupportedBufferSize::Range { min, max };
            assert_eq!(super::block("card", &sizes, None), Ok(block), "{min} to {max}");
        }
        assert_eq!(super::block("card", &SupportedBufferSize::Unknown, Some(100)), Ok(100));
        assert!(super::block("card", &SupportedBufferSize::Unknown, Some(0)).is_err());
    }
}
