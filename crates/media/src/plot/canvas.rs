//! A rectangle of pixels, and the few ways of drawing on it that a picture needs.

use super::colour::Rgb;
use super::font;

/// A part of the canvas, in pixels from the top left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Canvas {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) bytes: Vec<u8>,
}

impl Canvas {
    pub(super) fn new(width: u32, height: u32, Rgb(r, g, b): Rgb) -> Self {
        Canvas { width, height, bytes: [r, g, b].repeat(width as usize * height as usize) }
    }

    /// Sets a pixel; outside of the canvas it does nothing.
    pub(super) fn set(&mut self, x: u32, y: u32, Rgb(r, g, b): Rgb) {
        if x < self.width && y < self.height {
            let at = (y as usize * self.width as usize + x as usize) * 3;
            self.bytes[at..at + 3].copy_from_slice(&[r, g, b]);
        }
    }

    fn get(&self, x: u32, y: u32) -> Rgb {
        let at = (y as usize * self.width as usize + x as usize) * 3;
        match self.bytes.get(at..at + 3) {
            Some(&[r, g, b]) => Rgb(r, g, b),
            _ => Rgb(0, 0, 0),
        }
    }

    pub(super) fn fill(&mut self, area: Area, colour: Rgb) {
        for y in area.y..area.y + area.height {
            for x in area.x..area.x + area.width {
                self.set(x, y, colour);
            }
        }
    }

    /// Mixes `colour` into the pixel; `share` of 255 covers it.
    pub(super) fn blend(&mut self, x: u32, y: u32, colour: Rgb, share: u8) {
        if x < self.width && y < self.height {
            self.set(x, y, self.get(x, y).mixed(colour, share));
        }
    }

    /// Mixes `colour` into the column `x` of `area`.
    pub(super) fn blend_column(&mut self, x: u32, area: Area, colour: Rgb, share: u8) {
        for y in area.y..area.y + area.height {
            self.blend(x, y, colour, share);
        }
    }

    /// Mixes `colour` into the row `y` of `area`.
    pub(super) fn blend_row(&mut self, y: u32, area: Area, colour: Rgb, share: u8) {
        for x in area.x..area.x + area.width {
            self.blend(x, y, colour, share);
        }
    }

    /// Writes one line of text with its top left corner at `x`, `y`.
    pub(super) fn text(&mut self, x: u32, y: u32, text: &str, colour: Rgb) {
        let mut left = x;
        for letter in text.chars() {
            for (column, row) in font::dots(letter) {
                let dot = Area {
                    x: left + column * font::DOT,
                    y: y + row * font::DOT,
                    width: font::DOT,
                    height: font::DOT,
                };
                self.fill(dot, colour);
            }
            left += font::ADVANCE;
        }
    }

    /// Writes one line of text that ends before `right`, with its middle at the height `y`.
    pub(super) fn label(&mut self, right: u32, y: u32, text: &str, colour: Rgb) {
        self.text(right.saturating_sub(font::width(text)), y.saturating_sub(font::HEIGHT / 2), text, colour);
    }
}
