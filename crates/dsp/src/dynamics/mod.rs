//! Loud made less loud: a compressor and a brick-wall limiter.

mod compressor;
mod limiter;
mod window;

pub use compressor::{Compressor, CompressorParams};
pub use limiter::{Limiter, LimiterParams};
