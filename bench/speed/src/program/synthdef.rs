//! Definitions of SuperCollider's synths, in its file format `SCgf`, version 2 (SuperCollider's reference, *Synth Definition File Format*).

/// Once a block, or each frame.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    Control = 1,
    Audio = 2,
}

/// What goes into a unit: a number, or an output of a unit before it.
#[derive(Clone, Copy)]
pub enum From {
    Number(f64),
    Unit(usize, usize),
}

impl std::convert::From<f64> for From {
    fn from(number: f64) -> Self {
        From::Number(number)
    }
}

/// The numbers of operators of `BinaryOpUGen`.
pub const PLUS: i16 = 0;
pub const TIMES: i16 = 2;

/// A definition that grows.
pub struct SynthDef {
    name: String,
    constants: Vec<f32>,
    controls: Vec<(&'static str, f32)>,
    units: Vec<u8>,
    count: u32,
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.push(text.len() as u8);
    bytes.extend(text.as_bytes());
}

impl SynthDef {
    /// With controls by name and first value; they are the outputs of unit 0.
    pub fn new(name: &str, controls: &[(&'static str, f64)]) -> Self {
        let controls: Vec<_> = controls.iter().map(|(name, value)| (*name, *value as f32)).collect();
        let mut new =
            SynthDef { name: name.to_owned(), constants: vec![], controls: vec![], units: vec![], count: 0 };
        if !controls.is_empty() {
            new.unit("Control", Pace::Control, 0, &[], controls.len());
        }
        new.controls = controls;
        new
    }

    /// A control.
    pub fn control(&self, name: &str) -> From {
        let place = self.controls.iter().position(|(control, _)| *control == name).expect("a control");
        From::Unit(0, place)
    }

    fn constant(&mut self, number: f64) -> usize {
        let number = number as f32;
        let found = self.constants.iter().position(|there| *there == number);
        found.unwrap_or_else(|| {
            self.constants.push(number);
            self.constants.len() - 1
        })
    }

    /// Adds a unit and gives its number.
    fn unit(&mut self, kind: &str, pace: Pace, special: i16, inputs: &[From], outputs: usize) -> usize {
        let inputs: Vec<(i32, i32)> = inputs
            .iter()
            .map(|input| match input {
                From::Number(number) => (-1, self.constant(*number) as i32),
                From::Unit(unit, output) => (*unit as i32, *output as i32),
            })
            .collect();
        text(&mut self.units, kind);
        self.units.push(pace as u8);
        self.units.extend((inputs.len() as u32).to_be_bytes());
        self.units.extend((outputs as u32).to_be_bytes());
        self.units.extend(special.to_be_bytes());
        for (unit, output) in inputs {
            self.units.extend(unit.to_be_bytes());
            self.units.extend(output.to_be_bytes());
        }
        self.units.extend(std::iter::repeat_n(pace as u8, outputs));
        self.count += 1;
        self.count as usize - 1
    }

    /// A unit with one output.
    pub fn add(&mut self, kind: &str, pace: Pace, inputs: &[From]) -> From {
        From::Unit(self.unit(kind, pace, 0, inputs, 1), 0)
    }

    /// A unit with two outputs.
    pub fn add_stereo(&mut self, kind: &str, inputs: &[From]) -> [From; 2] {
        let unit = self.unit(kind, Pace::Audio, 0, inputs, 2);
        [From::Unit(unit, 0), From::Unit(unit, 1)]
    }

    /// An operator between two signals.
    pub fn operator(&mut self, special: i16, left: From, right: From) -> From {
        From::Unit(self.unit("BinaryOpUGen", Pace::Audio, special, &[left, right], 1), 0)
    }

    /// Adds signals to a bus and those after it; `ReplaceOut` instead of `Out` puts them in the place of what is there.
    pub fn out(&mut self, kind: &str, bus: From, signals: &[From]) {
        let inputs: Vec<From> = std::iter::once(bus).chain(signals.iter().copied()).collect();
        self.unit(kind, Pace::Audio, 0, &inputs, 0);
    }

    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"SCgf".to_vec();
        bytes.extend(2u32.to_be_bytes());
        bytes.extend(1u16.to_be_bytes());
        text(&mut bytes, &self.name);
        bytes.extend((self.constants.len() as u32).to_be_bytes());
        bytes.extend(self.constants.iter().flat_map(|constant| constant.to_be_bytes()));
        bytes.extend((self.controls.len() as u32).to_be_bytes());
        bytes.extend(self.controls.iter().flat_map(|(_, value)| value.to_be_bytes()));
        bytes.extend((self.controls.len() as u32).to_be_bytes());
        for (place, (name, _)) in self.controls.iter().enumerate() {
            text(&mut bytes, name);
            bytes.extend((place as u32).to_be_bytes());
        }
        bytes.extend(self.count.to_be_bytes());
        bytes.extend(&self.units);
        bytes.extend(0u16.to_be_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_as_the_reference_says() {
        let mut def = SynthDef::new("a", &[("b", 2.0)]);
        let control = def.control("b");
        let tone = def.add("Saw", Pace::Audio, &[control]);
        let half = def.operator(TIMES, tone, 0.5.into());
        def.out("Out", 0.0.into(), &[half]);
        let mut expected = b"SCgf\0\0\0\x02\0\x01\x01a".to_vec();
        // Constants 0.5 and 0, then controls: one value, one name.
        expected.extend(b"\0\0\0\x02\x3f\0\0\0\0\0\0\0");
        expected.extend(b"\0\0\0\x01\x40\0\0\0\0\0\0\x01\x01b\0\0\0\0");
        // Four units: name, pace, inputs, outputs, special; pairs of unit and output; paces of the outputs.
        expected.extend(b"\0\0\0\x04\x07Control\x01\0\0\0\0\0\0\0\x01\0\0\x01");
        expected.extend(b"\x03Saw\x02\0\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\x02");
        expected.extend(b"\x0cBinaryOpUGen\x02\0\0\0\x02\0\0\0\x01\0\x02");
        expected.extend(b"\0\0\0\x01\0\0\0\0\xff\xff\xff\xff\0\0\0\0\x02");
        expected.extend(b"\x03Out\x02\0\0\0\x02\0\0\0\0\0\0");
        expected.extend(b"\xff\xff\xff\xff\0\0\0\x01\0\0\0\x02\0\0\0\0\0\0");
        assert_eq!(def.bytes(), expected);
    }
}
