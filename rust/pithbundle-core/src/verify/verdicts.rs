//! Verdicts and what they are on (CHECK-10, CHECK-11, FORMAT-9, UNV-1).

use std::sync::Arc;

use crate::encoding::canonical::Digest;
use crate::error::{Code, Fault};
use crate::formats::Content;
use crate::merge::classification::Classification;

/// The status of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// A key of the policy signed it, and the merge rules define its event type.
    Verified,
    /// A key of the policy signed it, and the merge rules do not define its event type.
    UnknownType,
    /// The signature does not cover enough, or the format of its key may be another.
    Unbound,
    /// It contradicts a rule under a key that the policy names.
    Invalid,
    /// It has no signature.
    NotSigned,
    /// It names no key of the policy.
    UnknownKey,
    /// No format that the policy has for it reads it.
    UnknownFormat,
    /// A receipt that was not checked (RCPT-4).
    NotChecked,
}

impl Status {
    /// The word of a report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::UnknownType => "unknown_type",
            Self::Unbound => "unbound",
            Self::Invalid => "invalid",
            Self::NotSigned => "not_signed",
            Self::UnknownKey => "unknown_key",
            Self::UnknownFormat => "unknown_format",
            Self::NotChecked => "not_checked",
        }
    }

    /// Whether an event with it is valid.
    pub fn is_valid(self) -> bool {
        matches!(self, Self::Verified | Self::UnknownType)
    }

    /// Whether an element with it is unverified (UNV-1).
    pub fn is_unverified(self) -> bool {
        matches!(self, Self::Unbound | Self::UnknownFormat | Self::UnknownKey | Self::NotSigned)
    }
}

/// The check that decided, by its number in the table of CHECK-14; 0 before any, 13 after all.
pub type Step = u8;

/// A status, how far the element came, and the fault, if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The status.
    pub status: Status,
    /// The check that decided.
    pub step: Step,
    /// What is wrong.
    pub fault: Option<Fault>,
}

impl Verdict {
    pub(crate) fn new(status: Status, step: Step) -> Self {
        Self { status, step, fault: None }
    }

    pub(crate) fn of(status: Status, step: Step, fault: Fault) -> Self {
        Self { status, step, fault: Some(fault) }
    }

    pub(crate) fn invalid(step: Step, fault: Fault) -> Self {
        Self::of(Status::Invalid, step, fault)
    }

    /// The code, `None` if it has none.
    pub fn code(&self) -> Option<Code> {
        self.fault.as_ref().map(|fault| fault.code)
    }

    /// The order of CHECK-11: the smallest decides.
    pub(crate) fn rank(&self) -> (u8, std::cmp::Reverse<Step>, Code) {
        let group = if self.status.is_valid() {
            0
        } else if self.status == Status::Unbound {
            1
        } else {
            2
        };
        (group, std::cmp::Reverse(self.step), self.code().unwrap_or(""))
    }

    /// The order of FORMAT-9: the smallest decides. Both valid statuses are one.
    pub(crate) fn reading_rank(&self) -> (Status, std::cmp::Reverse<Step>, Code) {
        let status = if self.status.is_valid() { Status::Verified } else { self.status };
        (status, std::cmp::Reverse(self.step), self.code().unwrap_or(""))
    }
}

/// A validly signed event: its signed content and the one signature that is kept.
#[derive(Clone, Debug)]
pub struct SignedEvent {
    /// The event id.
    pub event_id: String,
    /// The digest of the id.
    pub digest: Digest,
    /// The event type.
    pub event_type: String,
    /// The target.
    pub target: String,
    /// The canonical bytes of the time as written.
    pub created_at: Vec<u8>,
    /// The instant (TIME-2).
    pub instant: String,
    /// The canonical bytes of the signer object (FORMAT-5).
    pub signer: Vec<u8>,
    /// The canonical bytes of the content (FORMAT-3) and of the payload.
    pub(crate) content: Arc<Content>,
    /// The raw signature.
    pub signature: [u8; 64],
    /// The key of the policy, by its index.
    pub key: usize,
    /// The format, by its index in the policy.
    pub format: usize,
    /// The canonical bytes of the receipt, if it is verified (RCPT-3).
    pub receipt: Option<Vec<u8>>,
    /// What the merge rules make of it (KIND-2).
    pub classification: Classification,
}

impl SignedEvent {
    /// The canonical bytes of the payload.
    pub fn payload(&self) -> &[u8] {
        &self.content.payload
    }
}

/// The format of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatOf {
    /// A document, by its index in the policy.
    Document(usize),
    /// The flat shape.
    Flat,
}

/// The signer and the key that an element names, where the policy has no such key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The claimed signer.
    pub signer_id: String,
    /// The claimed key.
    pub key_id: String,
}

/// One element and its verdict.
#[derive(Clone, Debug)]
pub struct CheckedEvent {
    /// The index in `events`.
    pub index: usize,
    /// The recomputed id, or the one of a flat event; `None` without an id.
    pub event_id: Option<String>,
    /// The event type that it claims.
    pub claimed_type: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// The event, if it is valid.
    pub event: Option<Arc<SignedEvent>>,
    /// The pointers of unsigned members, sorted (EVT-5).
    pub unsigned: Vec<String>,
    /// The key of the policy that it names or that signed it.
    pub key: Option<usize>,
    /// What an element of an unknown key claims.
    pub claim: Option<Claim>,
    /// The id that an element without an id claims.
    pub claimed_id: Option<String>,
    /// The format of the verdict.
    pub format: Option<FormatOf>,
    /// The identity of an unverified element, in hex (UNV-1).
    pub element_sha256: Option<String>,
    /// The faults of other readings that are invalid (FORMAT-9).
    pub remarks: Vec<Fault>,
}

/// The verdict on a receipt, and where it is.
#[derive(Clone, Debug)]
pub struct ReceiptVerdict {
    /// The verdict.
    pub verdict: Verdict,
    /// The id of the element.
    pub event_id: Option<String>,
    /// The index of the element.
    pub element: usize,
    /// The claimed key id.
    pub key_id: Option<String>,
    /// The key of the policy that signed it.
    pub key: Option<usize>,
    /// The pointer in the input.
    pub pointer: String,
    /// The digest of the canonical bytes.
    pub sha256: Digest,
}
