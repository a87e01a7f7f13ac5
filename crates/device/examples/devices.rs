//! Lists the output devices, and how the one given (or the default one) would be opened.
//!
//! `cargo run -p sostenuto-device --example devices -- [DEVICE]`

#[cfg(feature = "native")]
fn main() -> Result<(), sostenuto_device::DeviceError> {
    use sostenuto_device::{Devices, Request, prepare};
    for device in Devices::list()? {
        let mark = if device.default { '*' } else { ' ' };
        println!("{mark} {}  {:?} Hz, {:?} channels", device.label(), device.common_rates, device.channels);
    }
    match prepare(&Request { device: std::env::args().nth(1), ..Request::default() }) {
        Ok(prepared) => println!(
            "{}: {} Hz, {} channels, {} frames, {}",
            prepared.device().label(),
            prepared.rate(),
            prepared.channels(),
            prepared.block(),
            prepared.format()
        ),
        Err(error) => println!("{error}"),
    }
    Ok(())
}

#[cfg(not(feature = "native"))]
fn main() {
    println!("built without devices: the feature `native` is off");
}
