//! Draws a WAV file: `cargo run -p sostenuto-media --example picture -- sound.wav sound.png`.

use sostenuto_media::{Sound, plot};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(from), Some(to)) = (arguments.next(), arguments.next()) else {
        return Err("usage: picture SOUND.wav PICTURE.png".into());
    };
    let sound = Sound::read_wav(&from)?;
    let options = plot::Options { title: from, ..plot::Options::default() };
    plot::Picture::render(&sound.channels, f64::from(sound.rate), &options)?.save_png(&to)?;
    Ok(())
}
