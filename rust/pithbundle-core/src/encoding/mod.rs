//! Bytes to values and back (`spec/encoding.md`). Nothing here knows what a bundle is.

pub(crate) mod builder;
pub use builder::Regions;
pub mod canonical;
mod cbor_floats;
mod cbor_reader;
mod cbor_writer;
mod floats;
mod json_numbers;
mod json_reader;
mod json_scan;
mod json_strings;
pub mod limits;
pub mod output;
pub mod pointer;
pub mod spellings;
pub mod timestamps;
pub mod tree;
pub(crate) mod writer;

pub use cbor_reader::read_cbor;
pub use cbor_writer::cbor_bytes;
pub use json_reader::read_json;

/// The code of what no string may contain (DATA-6), if a text has it.
pub fn text_fault(text: &str) -> Option<crate::error::Code> {
    json_strings::fault_of(text, false, false)
}
