//! Event formats (`spec/formats.md`): where an event has its members, and which bytes are signed.

mod content;
mod document;
mod document_members;
mod document_reader;
mod exported;
mod flat;
mod format;
mod meaning;
mod paths;
mod reading;
mod unsigned;

pub(crate) use content::{Content, content_of, payload_hash, text_message, wrapped_content};
pub(crate) use document::{IdText, SignatureText, Signs};
pub(crate) use exported::{Exported, exported};
pub(crate) use flat::FlatReading;
pub use format::{EventFormat, INTEGRITY_1, PITHBUNDLE_EVENT_1};
pub(crate) use meaning::{meaning_of, signer_bytes};
pub(crate) use reading::{Reading, time_instant};
pub(crate) use unsigned::unsigned;
