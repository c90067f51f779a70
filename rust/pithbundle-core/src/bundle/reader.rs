//! Bundles: the frame, the record, the elements (BUN-1 to BUN-6).

use std::sync::Arc;

use super::number::PithNumber;
use super::record::Record;
use crate::encoding::builder::Regions;
use crate::encoding::limits::Limits;
use crate::encoding::tree::{Tree, Value};
use crate::encoding::{read_cbor, read_json};
use crate::error::Fault;

/// The encoding of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// JSON.
    Json,
    /// CBOR.
    Cbor,
}

/// A bundle that is not rejected.
#[derive(Debug)]
pub struct Bundle {
    tree: Tree,
    /// The record.
    pub record: Arc<Record>,
    /// The members that differ from what the record gives (BUN-6).
    pub mismatches: Vec<Fault>,
}

/// An element of `events`: a value, or the fault that makes it unreadable (FAULT-3).
#[derive(Clone, Copy, Debug)]
pub enum Element<'t> {
    /// A value without a value-level fault.
    Value(Value<'t>),
    /// A fault; its pointer begins at the input.
    Unreadable(&'t Fault),
}

impl Bundle {
    /// Read a bundle. Without an encoding it is CBOR by its first byte (BUN-1).
    pub fn read(data: &[u8], limits: &Limits, encoding: Option<Encoding>) -> Result<Self, Fault> {
        let is_map = matches!(data.first(), Some(0xA0..=0xBF));
        let detected = if is_map { Encoding::Cbor } else { Encoding::Json };
        let limits = limits.of_bundles();
        let tree = match encoding.unwrap_or(detected) {
            Encoding::Json => read_json(data, &limits, Regions::Events)?,
            Encoding::Cbor => read_cbor(data, &limits, Regions::Events)?,
        };
        let frame = tree.root();
        check_frame(frame, &limits)?;
        let claimed = frame.get("canonical_record");
        let record = claimed
            .ok_or_else(|| Fault::at("type", "").with("a record must be an object").by("REC-1"))
            .and_then(Record::of)
            .map_err(|fault| fault.below("/canonical_record"))?;
        check_claims(frame, &record)?;
        let mismatches = mismatches(frame, &record);
        Ok(Self { tree, record: Arc::new(record), mismatches })
    }

    /// The elements of `events` in order.
    pub fn elements(&self) -> impl ExactSizeIterator<Item = Element<'_>> {
        let events = self.tree.root().get("events").unwrap_or(self.tree.root());
        events.items().map(|value| match value.fault() {
            Some(fault) => Element::Unreadable(fault),
            None => Element::Value(value),
        })
    }
}

fn check_frame(frame: Value<'_>, limits: &Limits) -> Result<(), Fault> {
    let wrong = |code, name: &str, detail| Err(Fault::at(code, format!("/{name}")).with(detail).by("BUN-2"));
    if !frame.is_object() {
        return Err(Fault::at("type", "").with("a bundle must be an object").by("BUN-1"));
    }
    let text = |name| frame.get(name).and_then(Value::as_str);
    if text("bundle_type") != Some("pith_open_graph_bundle") {
        return wrong("type", "bundle_type", "bundle_type must be \"pith_open_graph_bundle\"");
    }
    match text("bundle_version") {
        Some("1.0") => {}
        other => {
            let code = if other.is_some() { "version" } else { "type" };
            return wrong(code, "bundle_version", "bundle_version must be \"1.0\"");
        }
    }
    let Some(events) = frame.get("events").filter(|events| events.is_array()) else {
        return wrong("type", "events", "events must be an array");
    };
    over("events", "events", events.len(), limits.events, "/events", "LIM-5")?;
    let aliases = frame.get("source_aliases").filter(|aliases| aliases.is_array());
    let count = aliases.map_or(0, Value::len);
    over("size", "aliases", count, limits.aliases, "/source_aliases", "LIM-4")
}

fn over(
    code: &'static str,
    what: &str,
    found: usize,
    limit: usize,
    pointer: &str,
    clause: &'static str,
) -> Result<(), Fault> {
    if found <= limit {
        return Ok(());
    }
    let detail = format!("{found} {what}, the limit is {limit}");
    Err(Fault::at(code, pointer).with(detail).by(clause))
}

/// The claimed hash and number (BUN-3).
fn check_claims(frame: Value<'_>, record: &Record) -> Result<(), Fault> {
    let claimed = frame.get("canonical_sha256");
    if claimed.and_then(Value::as_str) != Some(&record.hex) {
        let state =
            if claimed.is_some() { "differs from the hash of canonical_record" } else { "is missing" };
        let detail = format!("canonical_sha256 {state}, {}", record.hex);
        return Err(Fault::at("hash_mismatch", "/canonical_sha256").with(detail).by("BUN-3"));
    }
    match subject_fault(frame.get("pith_number"), record) {
        None => Ok(()),
        Some(detail) => {
            let detail = format!("{detail}; the record's is {}", record.number);
            Err(Fault::at("subject", "/pith_number").with(detail).by("BUN-3"))
        }
    }
}

/// Why a claimed number does not name a record (CHECK-4).
fn subject_fault(claimed: Option<Value<'_>>, record: &Record) -> Option<&'static str> {
    match claimed.and_then(Value::as_str) {
        Some(claimed) => subject_fault_of(claimed, record),
        None => Some("the Pith Number is missing or not a string"),
    }
}

/// Why a string does not name a record (CHECK-4).
pub(crate) fn subject_fault_of(claimed: &str, record: &Record) -> Option<&'static str> {
    let Some(number) = PithNumber::parse(claimed) else {
        return Some("the Pith Number is not a full number");
    };
    if number.suffix != record.number.suffix {
        return Some("the Pith Number is another record's");
    }
    (!record.years.contains(&number.year)).then_some("the Pith Number has another year")
}

/// The members that nothing signs, compared with what the record gives (BUN-6).
fn mismatches(frame: Value<'_>, record: &Record) -> Vec<Fault> {
    let mut found = Vec::new();
    let short = format!("pith:{}", &record.number.suffix[..8]);
    if frame.get("short_pith_number").is_some_and(|claimed| claimed.as_str() != Some(&short)) {
        let detail = format!("short_pith_number is not {short}");
        found.push(Fault::at("subject", "/short_pith_number").with(detail));
    }
    let source = frame.get("canonical_record").and_then(|record| record.get("source"));
    if frame.get("source").is_some_and(|claimed| !is_source(claimed, source)) {
        found.push(Fault::at("subject", "/source").with("source differs from the record's"));
    }
    let Some(aliases) = frame.get("source_aliases") else { return found };
    if !aliases.is_array() {
        found.push(Fault::at("type", "/source_aliases").with("source_aliases must be an array"));
    }
    for (index, alias) in aliases.items().enumerate() {
        let pointer = format!("/source_aliases/{index}");
        let text = |name| alias.get(name).and_then(Value::as_str);
        let (Some(kind), Some(value)) = (text("alias_kind"), text("alias_value")) else {
            let detail = "an alias has the strings alias_kind and alias_value";
            found.push(Fault::at("type", pointer).with(detail));
            continue;
        };
        if let Some(derived) = record.alias(kind).filter(|&derived| derived != value) {
            let detail = format!("the {kind} alias of this record is {derived}");
            found.push(Fault::at("subject", pointer).with(detail));
        }
    }
    found
}

/// Whether a claimed source has the id, kind and version of the record.
fn is_source(claimed: Value<'_>, source: Option<Value<'_>>) -> bool {
    let Some(source) = source else { return false };
    let is_same = |name| {
        let (one, other) = (claimed.get(name), source.get(name));
        one.and_then(Value::as_str) == other.and_then(Value::as_str)
            && one.and_then(Value::as_int) == other.and_then(Value::as_int)
    };
    is_same("id") && is_same("kind") && is_same("version")
}
