//! Faults and their codes (ERR-1, ERR-2).

use std::borrow::Cow;

/// A stable code of ERR-2.
pub type Code = &'static str;

/// The meaning of each code and the clause that defines it (ERR-2).
#[rustfmt::skip]
const CODES: &[(Code, &str, &str)] = &[
    ("size", "larger than the limit", "LIM-1"),
    ("utf8", "not valid UTF-8", "JSON-2"),
    ("bom", "starts with a byte order mark", "JSON-3"),
    ("depth", "nested too deeply", "LIM-2"),
    ("nodes", "too many values", "LIM-3"),
    ("events", "too many events in one bundle", "LIM-5"),
    ("syntax", "not JSON (RFC 8259)", "JSON-6"),
    ("cbor_nonminimal", "a head or float is not in its shortest form", "CBOR-4"),
    ("cbor_indefinite", "an item of indefinite length", "CBOR-3"),
    ("cbor_tag", "a tag", "CBOR-5"),
    ("cbor_type", "a CBOR type outside the data model", "CBOR-6"),
    ("cbor_key_type", "a map key that is not a text string", "CBOR-7"),
    ("cbor_key_order", "map keys out of bytewise order", "CBOR-8"),
    ("cbor_reserved", "reserved additional information", "CBOR-3"),
    ("cbor_truncated", "ends inside an item", "CBOR-3"),
    ("trailing", "bytes after the end of the item", "CBOR-9"),
    ("number_range", "a number beyond what every reader represents", "DATA-2"),
    ("number_form", "a number in a form that readers print differently", "DATA-3"),
    ("number_nonfinite", "NaN or an infinity", "DATA-4"),
    ("surrogate", "a lone surrogate", "DATA-5"),
    ("string", "U+0000 or a non-character in a string", "DATA-6"),
    ("key", "a member name over 256 bytes or with a character from U+D800 up", "DATA-7"),
    ("duplicate_key", "an object has two members of one name", "DATA-8"),
    ("type", "a member is missing or has the wrong type", "EVT-1"),
    ("encoding", "base64, hex or an id is not in its one accepted spelling", "TEXT-1"),
    ("time", "not a time of the accepted grammar", "TIME-1"),
    ("suffix", "not a Pith Number", "NUM-2"),
    ("version", "a version that this reader does not know", "BUN-2"),
    ("event_size", "an event over 262144 canonical bytes", "LIM-6"),
    ("format", "not an event format that this reader can apply", "FORMAT-1"),
    ("hash_mismatch", "a claimed digest or id differs from the recomputed one", "CHECK-3"),
    ("subject", "belongs to another record", "CHECK-4"),
    ("key_unknown", "no key of the policy made this", "CHECK-5"),
    ("key_role", "the key may not sign this event type", "CHECK-6"),
    ("key_revoked", "the key is revoked and does not accept this id", "CHECK-6"),
    ("algorithm", "the algorithm is not the one of the event format", "CHECK-7"),
    ("signature_invalid", "the signature does not verify", "CHECK-9"),
    ("ambiguous", "formats of the policy read the signed value as different events", "FORMAT-5"),
    ("key_invalid", "an invalid public key", "KEY-2"),
    ("policy", "not a policy that this reader can apply", "POL-1"),
    ("collision", "two records have one Pith Number", "MERGE-2"),
    (
        "digest_invalid",
        "a file of a mirror's digests is not in its form, or not the one of its name",
        "MIRROR-3",
    ),
];

/// What is wrong, where, and which clause rejects it (ERR-1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The stable code.
    pub code: Code,
    /// What is wrong, where more is known than the meaning of the code. It may quote the input.
    pub detail: Cow<'static, str>,
    /// The JSON pointer of the value at fault.
    pub pointer: Option<String>,
    /// The offset of the token or item at fault, in bytes.
    pub offset: Option<usize>,
    /// The clause, where it is another than the one that defines the code.
    pub ruled_by: &'static str,
}

impl Fault {
    /// A fault without a location.
    pub const fn new(code: Code) -> Self {
        Self { code, detail: Cow::Borrowed(""), pointer: None, offset: None, ruled_by: "" }
    }

    /// A fault at a pointer.
    pub fn at(code: Code, pointer: impl Into<String>) -> Self {
        Self { pointer: Some(pointer.into()), ..Self::new(code) }
    }

    /// A fault at an offset.
    pub fn at_offset(code: Code, offset: usize) -> Self {
        Self { offset: Some(offset), ..Self::new(code) }
    }

    /// The same fault with a detail.
    #[must_use]
    pub fn with(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = detail.into();
        self
    }

    /// The same fault, rejected by another clause than the one of its code.
    #[must_use]
    pub fn by(mut self, clause: &'static str) -> Self {
        self.ruled_by = clause;
        self
    }

    /// The same fault in a value that is inside another one.
    #[must_use]
    pub fn below(mut self, prefix: &str) -> Self {
        self.pointer = Some(format!("{prefix}{}", self.pointer.as_deref().unwrap_or("")));
        self
    }

    /// The clause that rejects the input.
    pub fn clause(&self) -> &'static str {
        if self.ruled_by.is_empty() { meaning_of(self.code).2 } else { self.ruled_by }
    }

    /// One line for people; it may quote the input, unescaped.
    pub fn message(&self) -> &str {
        if self.detail.is_empty() { meaning_of(self.code).1 } else { &self.detail }
    }
}

fn meaning_of(code: Code) -> (Code, &'static str, &'static str) {
    CODES.iter().copied().find(|entry| entry.0 == code).unwrap_or((code, "", ""))
}
