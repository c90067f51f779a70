//! Signatures to verify, each once, and what must be so before one is verified (CHECK-6 to CHECK-9).

use std::collections::HashMap;

use super::policy::Policy;
use super::verdicts::Verdict;
use crate::encoding::canonical::Digest;
use crate::encoding::spellings::from_base64;
use crate::encoding::tree::Value;
use crate::error::Fault;
use crate::signature::{Question, verify_all};

pub(crate) const STEP_RIGHT: u8 = 6;
pub(crate) const STEP_ALGORITHM: u8 = 7;
pub(crate) const STEP_ENCODING: u8 = 8;
pub(crate) const STEP_SIGNATURE: u8 = 10;

/// The message of a signature.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Message {
    /// 32 bytes, as most formats sign.
    Digest(Digest),
    /// Any bytes.
    Bytes(Vec<u8>),
}

impl Message {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Digest(digest) => digest,
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// The signatures of one bundle. An answer is known after [`Questions::verify`].
pub(crate) struct Questions<'p> {
    policy: &'p Policy,
    asked: Vec<(usize, Message, [u8; 64])>,
    known: HashMap<(usize, Message, [u8; 64]), usize>,
    answers: Vec<bool>,
}

impl<'p> Questions<'p> {
    pub fn new(policy: &'p Policy) -> Self {
        Self { policy, asked: Vec::new(), known: HashMap::new(), answers: Vec::new() }
    }

    /// Ask whether a key signed a message; equal questions are one (FORMAT-13).
    pub fn ask(&mut self, key: usize, message: Message, signature: [u8; 64]) -> usize {
        let next = self.asked.len();
        let question = (key, message, signature);
        if let Some(&known) = self.known.get(&question) {
            return known;
        }
        self.asked.push(question.clone());
        self.known.insert(question, next);
        next
    }

    /// Verify what was asked since the last call.
    pub fn verify(&mut self) {
        if self.asked.len() == self.answers.len() {
            return;
        }
        let questions: Vec<Question<'_>> = self.asked[self.answers.len()..]
            .iter()
            .map(|(key, message, signature)| Question {
                key: &self.policy.keys[*key].public_key,
                index: *key,
                message: message.bytes(),
                signature,
            })
            .collect();
        let answers = verify_all(&questions, &self.policy.tables);
        self.answers.extend(answers);
    }

    /// The answer to a question; `false` before it was verified.
    pub fn is_valid(&self, question: usize) -> bool {
        self.answers.get(question).copied().unwrap_or(false)
    }
}

/// The 64 bytes of a signature in base64.
pub(crate) fn raw_signature(text: &str) -> Option<[u8; 64]> {
    if text.len() != 88 {
        return None;
    }
    from_base64(text)?.try_into().ok()
}

/// A signature under a `key_id` alone: of a receipt or a flat event (RCPT-2).
pub(crate) struct Claimed<'t> {
    pub key_at: &'static str,
    pub event_type: &'t str,
    /// The algorithm; `None` where there is none to check (EVT-8).
    pub algorithm: Option<Option<Value<'t>>>,
    pub text: &'t str,
}

/// What is left to do for such a signature.
pub(crate) struct Attempt {
    /// The keys that may have made it.
    pub keys: Vec<usize>,
    pub raw: [u8; 64],
    /// The verdict of the key that came furthest of those that cannot have made it.
    pub failed: Option<Verdict>,
}

impl Attempt {
    /// The verdict if no key verifies.
    pub fn failure(&self) -> Verdict {
        match &self.failed {
            Some(failed) if self.keys.is_empty() => failed.clone(),
            // A key that is left came further than any that failed.
            _ => Verdict::invalid(STEP_SIGNATURE, Fault::at("signature_invalid", "/signature_b64")),
        }
    }
}

/// The checks before the signature, for each key. A revoked key accepts no id, because there is none.
pub(crate) fn attempt(policy: &Policy, claimed: &Claimed<'_>, keys: &[usize]) -> Attempt {
    let raw = raw_signature(claimed.text);
    let (mut left, mut failed): (Vec<usize>, Option<Verdict>) = (Vec::new(), None);
    for &key in keys {
        let failure = if let Some(code) = policy.keys[key].right_lacking(claimed.event_type, None) {
            Verdict::invalid(STEP_RIGHT, Fault::at(code, claimed.key_at))
        } else if claimed
            .algorithm
            .is_some_and(|algorithm| algorithm.and_then(Value::as_str) != Some("ed25519"))
        {
            Verdict::invalid(STEP_ALGORITHM, Fault::at("algorithm", "/algorithm"))
        } else if raw.is_none() {
            let detail = "a signature is 64 bytes in padded standard base64, 88 characters";
            Verdict::invalid(STEP_ENCODING, Fault::at("encoding", "/signature_b64").with(detail))
        } else {
            left.push(key);
            continue;
        };
        if failed.as_ref().is_none_or(|furthest| failure.rank() < furthest.rank()) {
            failed = Some(failure);
        }
    }
    Attempt { keys: left, raw: raw.unwrap_or([0; 64]), failed }
}
