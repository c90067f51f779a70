//! Receipts: signatures over the record itself (RCPT-1 to RCPT-4).

use std::collections::BTreeSet;

use super::policy::Policy;
use super::questions::{Attempt, Claimed, Message, Questions, attempt};
use super::verdicts::{ReceiptVerdict, Status, Verdict};
use crate::bundle::record::Record;
use crate::encoding::canonical::{self, sha256};
use crate::encoding::tree::Value;
use crate::error::Fault;

/// The event type whose payload has a receipt by its kind (KIND-3).
pub(crate) const CARRIER: &str = "record_created";
/// The pairs that are checked of elements that are not a valid `record_created` (RCPT-4).
const MAX_UNVERIFIED: usize = 16;

/// The receipt in a payload, if there is one (RCPT-4).
pub(crate) fn receipt_in<'t>(event_type: Option<&str>, payload: Option<Value<'t>>) -> Option<Value<'t>> {
    let receipt = payload?.get("receipt")?;
    let is_receipt = || receipt.get("kind").and_then(Value::as_str) == Some("pith_receipt");
    (event_type == Some(CARRIER) || is_receipt()).then_some(receipt)
}

/// A receipt whose verdict needs a signature check.
struct Open {
    /// The `key_id` and the text of the signature.
    pair: (String, String),
    attempt: Attempt,
    questions: Vec<usize>,
    /// Whether it is that of a valid `record_created`.
    always: bool,
}

struct Found {
    made: ReceiptVerdict,
    open: Option<Open>,
}

/// The receipts of one bundle, in the order of its elements.
pub(crate) struct Receipts<'p> {
    policy: &'p Policy,
    record: &'p Record,
    found: Vec<Found>,
}

impl<'p> Receipts<'p> {
    pub fn new(policy: &'p Policy, record: &'p Record) -> Self {
        Self { policy, record, found: Vec::new() }
    }

    /// Take up a receipt; `always` if its element is a valid `record_created`. Its place is returned.
    pub fn collect(
        &mut self,
        receipt: Value<'_>,
        pointer: String,
        element: usize,
        event_id: Option<String>,
        always: bool,
    ) -> usize {
        let (verdict, open) = match self.read(receipt, always) {
            Ok(open) => (Verdict::new(Status::NotChecked, 10), Some(open)),
            Err(verdict) => (verdict, None),
        };
        let key_id = receipt.get("key_id").and_then(Value::as_str);
        let is_kind = receipt.get("kind").and_then(Value::as_str) == Some("pith_receipt");
        let made = ReceiptVerdict {
            verdict,
            event_id,
            element,
            key_id: key_id.filter(|_| is_kind).map(str::to_owned),
            key: None,
            pointer,
            sha256: sha256(&canonical::bytes(receipt)),
        };
        self.found.push(Found { made, open });
        self.found.len() - 1
    }

    /// Ask already for the signatures of a receipt whose event is probably valid, so that one call verifies
    /// both. The answers are the same as later.
    pub fn foresee(&self, receipt: Value<'_>, questions: &mut Questions<'p>) {
        if let Ok(open) = self.read(receipt, true) {
            for &key in &open.attempt.keys {
                questions.ask(key, Message::Digest(self.record.sha256), open.attempt.raw);
            }
        }
    }

    /// RCPT-2 up to CHECK-8.
    fn read(&self, receipt: Value<'_>, always: bool) -> Result<Open, Verdict> {
        let wrong = |pointer: &str, detail| Verdict::invalid(4, Fault::at("type", pointer).with(detail));
        if !receipt.is_object() {
            return Err(wrong("", "a receipt must be an object"));
        }
        if receipt.get("kind").and_then(Value::as_str) != Some("pith_receipt") {
            return Err(wrong("/kind", "must be \"pith_receipt\""));
        }
        let Some(key_id) = receipt.get("key_id").and_then(Value::as_str) else {
            return Err(wrong("/key_id", "must be a string"));
        };
        let keys = self.policy.keys_with_id(key_id);
        if keys.is_empty() {
            let fault = Fault::at("key_unknown", "/key_id").with("the policy has no key of this key_id");
            return Err(Verdict::of(Status::UnknownKey, 1, fault));
        }
        let signature = receipt.get("signature_b64").filter(|value| !value.is_null());
        let Some(signature) = signature else { return Err(Verdict::new(Status::NotSigned, 3)) };
        let Some(text) = signature.as_str() else {
            return Err(wrong("/signature_b64", "must be a string"));
        };
        let claimed = Claimed {
            key_at: "/key_id",
            event_type: CARRIER,
            algorithm: Some(receipt.get("algorithm")),
            text,
        };
        let attempt = attempt(self.policy, &claimed, keys);
        if attempt.keys.is_empty() {
            return Err(attempt.failure());
        }
        let pair = (key_id.to_owned(), text.to_owned());
        Ok(Open { pair, attempt, questions: Vec::new(), always })
    }

    /// Ask for the signatures that are checked (RCPT-4).
    pub fn ask(&mut self, questions: &mut Questions<'p>) {
        let open = self.found.iter().filter_map(|found| found.open.as_ref());
        let pairs: BTreeSet<&(String, String)> =
            open.filter(|open| !open.always).map(|open| &open.pair).collect();
        let chosen: BTreeSet<(String, String)> = pairs.into_iter().take(MAX_UNVERIFIED).cloned().collect();
        for open in self.found.iter_mut().filter_map(|found| found.open.as_mut()) {
            if open.always || chosen.contains(&open.pair) {
                let message = self.record.sha256;
                let raw = open.attempt.raw;
                open.questions = open
                    .attempt
                    .keys
                    .iter()
                    .map(|&key| questions.ask(key, Message::Digest(message), raw))
                    .collect();
            }
        }
    }

    /// The verdicts, once the signatures are verified.
    pub fn verdicts(self, questions: &Questions<'p>) -> Vec<ReceiptVerdict> {
        let decided = self.found.into_iter().map(|Found { mut made, open }| {
            let Some(open) = open.filter(|open| !open.questions.is_empty()) else { return made };
            let signed = open.questions.iter().position(|&question| questions.is_valid(question));
            made.verdict = match signed {
                Some(_) => Verdict::new(Status::Verified, 13),
                None => open.attempt.failure(),
            };
            made.key = signed.map(|index| open.attempt.keys[index]);
            made
        });
        decided.collect()
    }
}
