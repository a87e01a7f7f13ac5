//! `devices`: which sound devices there are.

use anyhow::Result;
use sostenuto_device::Devices;
use std::process::ExitCode;

pub fn devices() -> Result<ExitCode> {
    let devices = Devices::list()?;
    if devices.is_empty() {
        println!(
            "There is no sound device. Patches can still be rendered: sostenuto render PATCH -o FILE.wav"
        );
    }
    for device in devices {
        let default = if device.default { "  (default)" } else { "" };
        let channels: Vec<String> = device.channels.iter().map(u16::to_string).collect();
        let rates: Vec<String> = device.common_rates.iter().map(u32::to_string).collect();
        println!("{}{default}", device.name);
        println!("    id {}", device.id);
        println!("    {} channels, {} Hz", channels.join("/"), rates.join("/"));
    }
    Ok(ExitCode::SUCCESS)
}
