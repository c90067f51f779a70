//! The verdict of an element of the flat shape (EVT-8).

use super::questions::{Attempt, Claimed, Message, Questions, STEP_ENCODING, attempt};
use super::readings::{Decision, Judge, Judged, State};
use super::verdicts::{Claim, FormatOf, Status, Verdict};
use crate::encoding::spellings::digest_from_hex;
use crate::encoding::tree::Value;
use crate::error::Fault;
use crate::formats::FlatReading;

/// A flat element whose verdict needs a signature check.
pub(super) struct OpenFlat {
    attempt: Attempt,
    questions: Vec<(usize, usize)>,
    may_be_unknown: bool,
}

impl<'p> Judge<'p> {
    /// The checks of a flat element before its signature.
    pub fn flat<'t>(&self, reading: FlatReading<'t>, questions: &mut Questions<'p>) -> Judged<'t> {
        let mut judged = Judged {
            reading: None,
            format: FormatOf::Flat,
            content: None,
            instant: None,
            key: None,
            claim: None,
            state: State::Decided(Verdict::new(Status::UnknownFormat, 2)),
        };
        let keys = self.policy.keys_with_id(reading.signing_key_id);
        if keys.is_empty() {
            let key_id = reading.signing_key_id.to_owned();
            judged.claim = Some(Claim { signer_id: String::new(), key_id });
            let detail = "the policy has no key of this key_id";
            let fault = Fault::at("key_unknown", "/signing_key_id").with(detail);
            judged.state = State::Decided(Verdict::of(Status::UnknownKey, 1, fault));
            return judged;
        }
        let lists_flat = |key: &&usize| self.policy.keys[**key].lists_flat;
        let candidates: Vec<usize> = keys.iter().filter(lists_flat).copied().collect();
        if candidates.is_empty() {
            return judged;
        }
        judged.state = match reading.signature {
            None => State::Decided(Verdict::new(Status::NotSigned, 3)),
            Some(signature) => self.signed_flat(reading, signature, keys, &candidates, questions),
        };
        judged
    }

    /// EVT-8, 4 to 7.
    fn signed_flat(
        &self,
        reading: FlatReading<'_>,
        signature: Value<'_>,
        keys: &[usize],
        candidates: &[usize],
        questions: &mut Questions<'p>,
    ) -> State {
        let may_be_unknown = keys.iter().any(|&key| self.policy.keys[key].lists_unknown);
        let failed = |step, fault| State::Decided(self.failed(Verdict::invalid(step, fault), may_be_unknown));
        if let Some(fault) = reading.fault() {
            return failed(4, fault);
        }
        let arxiv_id = reading.payload.get("arxiv_id").and_then(Value::as_str);
        if arxiv_id != Some(&self.record.source_id) {
            let detail = "arxiv_id is not the record's source.id";
            return failed(5, Fault::at("subject", "/payload/arxiv_id").with(detail));
        }
        let Some(digest) = digest_from_hex(reading.payload_sha256) else {
            let detail = "must be 64 lower-case hex digits";
            return failed(STEP_ENCODING, Fault::at("encoding", "/payload_sha256").with(detail));
        };
        let claimed = Claimed {
            key_at: "/signing_key_id",
            event_type: reading.event_type,
            algorithm: None,
            text: signature.as_str().unwrap_or_default(),
        };
        let attempt = attempt(self.policy, &claimed, candidates);
        let asked = attempt.keys.iter();
        let questions =
            asked.map(|&key| (key, questions.ask(key, Message::Digest(digest), attempt.raw))).collect();
        State::Flat(OpenFlat { attempt, questions, may_be_unknown })
    }

    /// The verdict of a flat element: `unbound` at best.
    pub fn decide_flat(&self, judged: &Judged<'_>, questions: &Questions<'p>) -> Decision {
        let open = match &judged.state {
            State::Flat(open) => open,
            State::Decided(verdict) => return Decision { verdict: verdict.clone(), signed: None },
            State::Open(..) => {
                return Decision { verdict: Verdict::new(Status::UnknownFormat, 2), signed: None };
            }
        };
        let signed = open.questions.iter().find(|(_, question)| questions.is_valid(*question));
        match signed {
            Some(&(key, _)) => {
                Decision { verdict: Verdict::new(Status::Unbound, 12), signed: Some((open.attempt.raw, key)) }
            }
            None => {
                let verdict = self.failed(open.attempt.failure(), open.may_be_unknown);
                Decision { verdict, signed: None }
            }
        }
    }
}
