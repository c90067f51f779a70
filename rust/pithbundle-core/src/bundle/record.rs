//! The canonical record of a paper (REC-1 to REC-5, NUM-1, NUM-3, ALIAS-1).

use super::number::{ArxivId, PithNumber};
use crate::encoding::canonical::{Digest, sha256};
use crate::encoding::spellings::{base32_prefix, digest_from_hex, hex};
use crate::encoding::tree::Value;
use crate::encoding::{canonical, timestamps};
use crate::error::Fault;

/// A record, with all that follows from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The canonical bytes.
    pub canonical: Vec<u8>,
    /// The canonical hash (REC-5).
    pub sha256: Digest,
    /// The canonical hash in hex.
    pub hex: String,
    /// The Pith Number (NUM-1).
    pub number: PithNumber,
    /// The years that a claimed number may have (NUM-3).
    pub years: Vec<u16>,
    /// The derived aliases, sorted by kind (ALIAS-1).
    pub aliases: Vec<(String, String)>,
    /// `source.id`.
    pub source_id: String,
}

const METADATA: [&str; 6] = [
    "abstract_canon_sha256",
    "cross_cats_sorted",
    "license",
    "primary_cat",
    "submitted_at",
    "title_canon_sha256",
];

impl Record {
    /// The record that a value is. Pointers of a fault begin at the value.
    pub fn of(value: Value<'_>) -> Result<Self, Fault> {
        if !value.is_object() {
            return Err(fault("type", "", "a record must be an object"));
        }
        if value.get("event_type").is_some() {
            return Err(fault("type", "/event_type", "a record must not have a member \"event_type\""));
        }
        let metadata = object_at(value, "metadata")?;
        for name in METADATA {
            check_metadata(metadata, name)?;
        }
        check_version(value)?;
        let source = object_at(value, "source")?;
        for name in ["id", "kind"] {
            string_at(source, name, "/source")?;
        }
        let version = source.get("version").and_then(Value::as_int).filter(|&version| version >= 1);
        let Some(version) = version else {
            return Err(fault("type", "/source/version", "must be an integer of at least 1"));
        };
        if let Some(pointer) = value.first_float() {
            return Err(fault("number_form", &pointer, "a record must not contain a float"));
        }
        Ok(Self::derive(value, metadata, source, version))
    }

    fn derive(value: Value<'_>, metadata: Value<'_>, source: Value<'_>, version: i64) -> Self {
        let text =
            |object: Value<'_>, name| object.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let canonical = canonical::bytes(value);
        let sha256 = sha256(&canonical);
        let suffix = base32_prefix(&sha256, 26);
        let year = text(metadata, "submitted_at")[..4].parse().unwrap_or_default();
        let source_id = text(source, "id");
        let arxiv = (text(source, "kind") == "arxiv").then(|| ArxivId::parse(&source_id)).flatten();
        let mut years = vec![year];
        years.extend(arxiv.map(|id| id.year).filter(|&other| other != year));
        let mut aliases = Vec::new();
        if arxiv.is_some_and(|id| !id.has_class) {
            aliases.push(("arxiv".to_owned(), source_id.clone()));
            aliases.push(("arxiv_version".to_owned(), format!("{source_id}v{version}")));
            aliases.push(("doi".to_owned(), format!("10.48550/arxiv.{source_id}")));
        }
        for length in [12, 16, 8] {
            aliases.push((format!("pith_short_{length}"), suffix[..length].to_owned()));
        }
        let (hex, number) = (hex(&sha256), PithNumber { year, suffix });
        Self { canonical, sha256, hex, number, years, aliases, source_id }
    }

    /// The value of the derived alias of a kind (ALIAS-1).
    pub fn alias(&self, kind: &str) -> Option<&str> {
        self.aliases.iter().find(|(each, _)| each == kind).map(|(_, value)| value.as_str())
    }
}

fn fault(code: &'static str, pointer: &str, detail: &'static str) -> Fault {
    let clause = match code {
        "type" => "REC-1",
        "encoding" | "time" => "REC-2",
        "version" => "REC-3",
        "number_form" => "REC-4",
        _ => "",
    };
    Fault::at(code, pointer).with(detail).by(clause)
}

fn object_at<'t>(value: Value<'t>, name: &str) -> Result<Value<'t>, Fault> {
    let pointer = format!("/{name}");
    value
        .get(name)
        .filter(|found| found.is_object())
        .ok_or_else(|| fault("type", &pointer, "must be an object"))
}

fn string_at<'t>(value: Value<'t>, name: &str, prefix: &str) -> Result<&'t str, Fault> {
    let pointer = format!("{prefix}/{name}");
    value.get(name).and_then(Value::as_str).ok_or_else(|| fault("type", &pointer, "must be a string"))
}

fn check_metadata(metadata: Value<'_>, name: &str) -> Result<(), Fault> {
    let pointer = format!("/metadata/{name}");
    if name == "cross_cats_sorted" {
        let found = metadata.get(name).filter(|found| found.is_array());
        let found = found.ok_or_else(|| fault("type", &pointer, "must be an array of strings"))?;
        let wrong = found.items().position(|item| item.as_str().is_none());
        return match wrong {
            Some(index) => Err(fault("type", &format!("{pointer}/{index}"), "must be a string")),
            None => Ok(()),
        };
    }
    let text = string_at(metadata, name, "/metadata")?;
    match name {
        "abstract_canon_sha256" | "title_canon_sha256" if digest_from_hex(text).is_none() => {
            Err(fault("encoding", &pointer, "must be 64 lower-case hex digits"))
        }
        "submitted_at" if !timestamps::is_utc_second(text) => {
            Err(fault("time", &pointer, "must be YYYY-MM-DDTHH:MM:SSZ"))
        }
        _ => Ok(()),
    }
}

fn check_version(value: Value<'_>) -> Result<(), Fault> {
    match string_at(value, "schema_version", "")? {
        "1.0" => Ok(()),
        _ => Err(fault("version", "/schema_version", "must be \"1.0\"")),
    }
}
