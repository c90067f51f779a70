//! What the merge rules make of one valid event by itself (KIND-2, MERGE-5, MERGE-8).

use super::event_types::{ALIAS_ADDED, CHECKPOINT, EVENT_RETRACTED, EVENT_TYPES, Selecting};
use super::schema::{claimed_id, schema_code};
use crate::bundle::record::Record;
use crate::encoding::canonical::{write, write_string};
use crate::encoding::tree::Value;
use crate::error::Code;

/// What an event refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refers {
    /// Nothing.
    Nothing,
    /// An alias by kind and value.
    Alias(String, String),
    /// The id of the event that it retracts.
    Retracts(String),
    /// The ids that a checkpoint lists.
    Lists(Vec<String>),
}

/// What the merge rules make of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classification {
    /// The index of its event type, `None` if the rules do not define it.
    pub event_type: Option<usize>,
    /// Why it is unrecognised, if it is (MERGE-6).
    pub code: Option<Code>,
    /// The canonical bytes of its slot (MERGE-5).
    pub slot: Vec<u8>,
    /// The canonical bytes of the deciding members as an array (MERGE-8).
    pub deciding: Vec<u8>,
    /// What it refers to.
    pub refers: Refers,
}

fn array_of(payload: Value<'_>, first: Option<&str>, names: &[&str]) -> Vec<u8> {
    let mut out = vec![b'['];
    if let Some(text) = first {
        write_string(text, &mut out);
    }
    for name in names {
        if out.len() > 1 {
            out.push(b',');
        }
        match payload.get(name) {
            Some(value) => {
                write(value, &mut out);
            }
            None => out.extend_from_slice(b"null"),
        }
    }
    out.push(b']');
    out
}

/// Classify a valid event.
pub(crate) fn classify(
    event_type: &str,
    target: &str,
    payload: Value<'_>,
    signer: &str,
    record: &Record,
) -> Classification {
    let mut made = Classification {
        event_type: EVENT_TYPES.iter().position(|each| each.name == event_type),
        code: None,
        slot: Vec::new(),
        deciding: Vec::new(),
        refers: Refers::Nothing,
    };
    let Some(index) = made.event_type else {
        made.code = Some("unknown_type");
        return made;
    };
    let of = &EVENT_TYPES[index];
    made.code = schema_code(of, target, payload, record);
    if made.code.is_some() {
        return made;
    }
    if of.selecting == Selecting::Latest {
        made.slot = array_of(payload, Some(signer), of.slot);
        made.deciding = array_of(payload, None, of.deciding);
    }
    let text = |name| payload.get(name).and_then(Value::as_str).unwrap_or_default();
    made.refers = match index {
        ALIAS_ADDED => Refers::Alias(text("alias_kind").to_owned(), text("alias_value").to_owned()),
        EVENT_RETRACTED => Refers::Retracts(claimed_id(text("event_id")).unwrap_or_default()),
        CHECKPOINT => {
            let ids = payload.get("event_ids").into_iter().flat_map(Value::items);
            Refers::Lists(ids.filter_map(|id| claimed_id(id.as_str()?)).collect())
        }
        _ => Refers::Nothing,
    };
    made
}
