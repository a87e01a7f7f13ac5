//! Messages of Open Sound Control 1.0, and scores of them as scsynth reads them when it renders into a file.

/// An argument of a message.
pub enum Argument {
    Int(i32),
    Float(f32),
    Text(String),
    Blob(Vec<u8>),
}

impl From<i32> for Argument {
    fn from(value: i32) -> Self {
        Argument::Int(value)
    }
}

impl From<f64> for Argument {
    fn from(value: f64) -> Self {
        Argument::Float(value as f32)
    }
}

impl From<&str> for Argument {
    fn from(value: &str) -> Self {
        Argument::Text(value.to_owned())
    }
}

/// Text ends with a zero and fills up four bytes.
fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend(text.as_bytes());
    bytes.push(0);
    fill(bytes);
}

fn fill(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

/// A message.
pub fn message(address: &str, arguments: &[Argument]) -> Vec<u8> {
    let mut bytes = Vec::new();
    text(&mut bytes, address);
    let types: String = arguments
        .iter()
        .map(|argument| match argument {
            Argument::Int(_) => 'i',
            Argument::Float(_) => 'f',
            Argument::Text(_) => 's',
            Argument::Blob(_) => 'b',
        })
        .collect();
    text(&mut bytes, &format!(",{types}"));
    for argument in arguments {
        match argument {
            Argument::Int(value) => bytes.extend(value.to_be_bytes()),
            Argument::Float(value) => bytes.extend(value.to_be_bytes()),
            Argument::Text(value) => text(&mut bytes, value),
            Argument::Blob(blob) => {
                bytes.extend((blob.len() as u32).to_be_bytes());
                bytes.extend(blob);
                fill(&mut bytes);
            }
        }
    }
    bytes
}

/// A score: bundles of one message each, in the order of their times in seconds, each with its length before it.
pub fn score(messages: &[(f64, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (time, message) in messages {
        let mut bundle = b"#bundle\0".to_vec();
        bundle.extend(((time * 4_294_967_296.0) as u64).to_be_bytes());
        bundle.extend((message.len() as u32).to_be_bytes());
        bundle.extend(message);
        bytes.extend((bundle.len() as u32).to_be_bytes());
        bytes.extend(bundle);
    }
    bytes
}
