//! A JSON document of any content is read or refused, and survives printing.
#![no_main]

#[path = "../../crates/patch/tests/suite/kinds/mod.rs"]
mod kinds;

libfuzzer_sys::fuzz_target!(|text: &str| kinds::rounds::json(text));
