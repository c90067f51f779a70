//! The verdict of one reading, up to its signature and after it (CHECK-14, FORMAT-5, CHECK-13).

use std::sync::Arc;

use super::agreement::Keys;
use super::flat_reading::OpenFlat;
use super::policy::Policy;
use super::questions::{
    Message, Questions, STEP_ALGORITHM, STEP_ENCODING, STEP_RIGHT, STEP_SIGNATURE, raw_signature,
};
use super::verdicts::{Claim, FormatOf, Status, Step, Verdict};
use crate::bundle::reader::subject_fault_of;
use crate::bundle::record::Record;
use crate::encoding::canonical::Digest;
use crate::encoding::limits::Limits;
use crate::encoding::spellings::{digest_from_hex, event_id_digest, from_base64url, from_hex};
use crate::encoding::tree::Value;
use crate::encoding::{Regions, read_json};
use crate::error::{Code, Fault};
use crate::formats::{
    Content, EventFormat, IdText, Reading, SignatureText, Signs, content_of, meaning_of, payload_hash,
    text_message, time_instant, wrapped_content,
};

const STEP_KEY: Step = 1;
const STEP_FORMAT: Step = 2;
const STEP_SIGNED: Step = 3;
const STEP_FORM: Step = 4;
const STEP_SUBJECT: Step = 5;
const STEP_ID: Step = 9;
const STEP_MEANING: Step = 11;
const STEP_UNBOUND: Step = 12;
const STEP_VALID: Step = 13;

/// The contents of one element that are encoded already, by body (FORMAT-13).
pub(super) type Contents = Vec<(usize, Result<Arc<Content>, Fault>)>;

/// What the checks of one reading came to before any signature was verified.
pub(super) struct Judged<'t> {
    pub reading: Option<Reading<'t>>,
    pub format: FormatOf,
    pub content: Option<Arc<Content>>,
    pub instant: Option<String>,
    pub key: Option<usize>,
    pub claim: Option<Claim>,
    pub state: State,
}

pub(super) enum State {
    Decided(Verdict),
    /// Some candidates, with what is known of each; whether CHECK-13 applies.
    Open(Vec<Candidate>, bool),
    Flat(OpenFlat),
}

/// One candidate of CHECK-5 after the checks 5 to 9.
pub(super) enum Candidate {
    Failed(Verdict),
    Asked {
        key: usize,
        question: usize,
        raw: [u8; 64],
        /// If the claimed id is another one: the question for its digest, where it gives a message (CHECK-3).
        mismatch: Option<Option<usize>>,
    },
}

/// A verdict, and for one that the signature decided the raw signature and its key.
pub(super) struct Decision {
    pub verdict: Verdict,
    pub signed: Option<([u8; 64], usize)>,
}

/// What the elements of one bundle are judged by.
pub(super) struct Judge<'p> {
    pub policy: &'p Policy,
    pub record: &'p Record,
    /// Whether the status of a key has no effect, as in a proof (PROOF-3).
    pub ignores_revocation: bool,
}

impl<'p> Judge<'p> {
    /// The checks of a reading before its signature.
    pub fn event<'t>(
        &self,
        at: usize,
        element: Value<'t>,
        reading: Reading<'t>,
        contents: &mut Contents,
        questions: &mut Questions<'p>,
    ) -> Judged<'t> {
        let format = &self.policy.formats[at];
        let keys = self.keys(format, &reading);
        let mut judged = Judged {
            reading: None,
            format: FormatOf::Document(at),
            content: None,
            instant: None,
            key: if let [key] = keys.agreeing[..] { Some(key) } else { None },
            claim: None,
            state: State::Decided(Verdict::new(Status::UnknownFormat, STEP_FORMAT)),
        };
        if keys.fault.is_some() || !keys.candidates.is_empty() {
            let content = self.content(format, element, &reading, contents, &mut judged.instant);
            judged.content = content.as_ref().ok().cloned();
            judged.state = self.judge(format, &reading, keys, content, questions);
        }
        if matches!(&judged.state, State::Decided(verdict) if verdict.status == Status::UnknownKey) {
            let key_id = reading.key_ids.iter().flatten().next().copied().unwrap_or_default().to_owned();
            judged.claim = Some(Claim { signer_id: reading.signer_id.to_owned(), key_id });
        }
        judged.reading = Some(reading);
        judged
    }

    fn judge(
        &self,
        format: &EventFormat,
        reading: &Reading<'_>,
        keys: Keys,
        content: Result<Arc<Content>, Fault>,
        questions: &mut Questions<'p>,
    ) -> State {
        if let Some(fault) = keys.fault {
            return State::Decided(Verdict::of(Status::UnknownKey, STEP_KEY, fault));
        }
        let Some(signature) = reading.signature else {
            return State::Decided(Verdict::new(Status::NotSigned, STEP_SIGNED));
        };
        let may_be_unknown = self.may_be_unknown(format, reading, &keys.agreeing);
        let failed = |verdict| State::Decided(self.failed(verdict, may_be_unknown));
        let content = match content {
            Ok(content) => content,
            Err(fault) => return failed(Verdict::invalid(STEP_FORM, fault)),
        };
        let wrong_subject = reading.subject.and_then(|subject| subject_fault_of(subject, self.record));
        if let Some(detail) = wrong_subject {
            let pointer = EventFormat::pointer_of_path(format.body.subject.as_ref());
            return failed(Verdict::invalid(STEP_SUBJECT, Fault::at("subject", pointer).with(detail)));
        }
        // What is well-formed has a string here.
        let text = signature.as_str().unwrap_or_default();
        let candidates = keys.candidates.iter();
        let candidates =
            candidates.map(|&key| self.candidate(format, reading, &content, key, text, questions)).collect();
        State::Open(candidates, may_be_unknown)
    }

    /// What is signed, encoded once for each body, or the fault of EVT-6.
    fn content(
        &self,
        format: &EventFormat,
        element: Value<'_>,
        reading: &Reading<'_>,
        contents: &mut Contents,
        instant: &mut Option<String>,
    ) -> Result<Arc<Content>, Fault> {
        let proof = &format.proof;
        let texts =
            [(proof.event_id.as_ref(), reading.event_id), (proof.fingerprint.as_ref(), reading.fingerprint)];
        let algorithm = (proof.algorithm.as_ref(), reading.algorithm);
        let signature = (Some(&proof.signature), reading.signature);
        for (path, value) in std::iter::once(algorithm).chain(texts).chain([signature]) {
            if value.is_some_and(|value| value.as_str().is_none()) {
                let pointer = EventFormat::pointer_of_path(path);
                return Err(Fault::at("type", pointer).with("must be a string, or absent"));
            }
        }
        if let Some(created_at) = reading.created_at {
            *instant = time_instant(format, created_at);
            if instant.is_none() {
                let pointer = EventFormat::pointer_of_path(format.body.created_at.as_ref());
                return Err(Fault::at("time", pointer).with("not a time of the event format"));
            }
        }
        let known = contents.iter().find(|(body, _)| *body == format.body_index);
        match known {
            Some((_, content)) => content.clone(),
            None => {
                let content = content_of(format, element, reading).map(Arc::new);
                contents.push((format.body_index, content.clone()));
                content
            }
        }
    }

    /// CHECK-13 and FORMAT-14: what a failed check comes to.
    pub fn failed(&self, verdict: Verdict, may_be_unknown: bool) -> Verdict {
        let is_limit =
            verdict.step == STEP_FORM && matches!(verdict.code(), Some("event_size" | "depth" | "nodes"));
        let status = if may_be_unknown {
            Status::Unbound
        } else if is_limit && !self.policy.knows_one_format {
            Status::UnknownFormat
        } else {
            verdict.status
        };
        Verdict { status, ..verdict }
    }

    /// The checks 6 to 9 for one candidate.
    fn candidate(
        &self,
        format: &EventFormat,
        reading: &Reading<'_>,
        content: &Content,
        key: usize,
        text: &str,
        questions: &mut Questions<'p>,
    ) -> Candidate {
        let proof = &format.proof;
        if let Some(failed) = self.right_fault(format, reading, content, key) {
            return Candidate::Failed(failed);
        }
        let encoding = |pointer: String, detail: String| {
            let fault = Fault::at("encoding", pointer).with(detail);
            Candidate::Failed(Verdict::invalid(STEP_ENCODING, fault))
        };
        let claimed = reading.event_id.and_then(Value::as_str);
        let (claimed_digest, form) = match proof.id_text {
            IdText::Prefixed => (claimed.map(event_id_digest), "sha256: and 64 lower-case hex digits"),
            IdText::Hex => (claimed.map(digest_from_hex), "64 lower-case hex digits"),
        };
        if claimed_digest == Some(None) {
            let pointer = EventFormat::pointer_of_path(proof.event_id.as_ref());
            return encoding(pointer, format!("must be {form}"));
        }
        let Some(raw) = signature_bytes(proof.signature_text, text) else {
            let pointer = EventFormat::pointer_of_path(Some(&proof.signature));
            let detail = format!("a signature is 64 bytes in {}", signature_form(proof.signature_text));
            return encoding(pointer, detail);
        };
        if let Some(claimed) = reading.payload_sha256 {
            let pointer = || EventFormat::pointer_of_path(format.body.payload_sha256.as_ref());
            let (given, computed) = payload_hash(format, claimed, content);
            let Some(given) = given else {
                let detail = "must be 64 lower-case hex digits, with or without sha256: before them";
                return encoding(pointer(), detail.to_owned());
            };
            if given != computed {
                let detail = "the payload is not the one whose hash is signed";
                let at = EventFormat::pointer_of_path(Some(&format.body.payload));
                let fault = Fault::at("hash_mismatch", at).with(detail);
                return Candidate::Failed(Verdict::invalid(STEP_ID, fault));
            }
        }
        let message =
            message_of(proof.signs, &content.digest).unwrap_or_else(|| Message::Bytes(content.m().to_vec()));
        let question = questions.ask(key, message, raw);
        let other = claimed_digest.flatten().filter(|claimed| *claimed != content.digest);
        let mismatch = other
            .map(|digest| message_of(proof.signs, &digest).map(|message| questions.ask(key, message, raw)));
        Candidate::Asked { key, question, raw, mismatch }
    }

    /// CHECK-6 and CHECK-7.
    fn right_fault(
        &self,
        format: &EventFormat,
        reading: &Reading<'_>,
        content: &Content,
        key: usize,
    ) -> Option<Verdict> {
        let lacking = self.policy.keys[key].right_lacking(reading.event_type, Some(&content.event_id));
        let is_ignored = |code: &Code| self.ignores_revocation && *code == "key_revoked";
        if let Some(code) = lacking.filter(|code| !is_ignored(code)) {
            let pointer = if code == "key_role" {
                EventFormat::pointer_of(&format.body.event_type)
            } else {
                EventFormat::pointer_of_path(format.proof.key_id.last())
            };
            return Some(Verdict::invalid(STEP_RIGHT, Fault::at(code, pointer)));
        }
        let path = format.proof.algorithm.as_ref()?;
        let is_named = reading.algorithm.and_then(Value::as_str) == Some(&format.proof.algorithm_text);
        let pointer = || EventFormat::pointer_of_path(Some(path));
        (!is_named).then(|| Verdict::invalid(STEP_ALGORITHM, Fault::at("algorithm", pointer())))
    }

    /// The verdict of a reading once the signatures are verified.
    pub fn decide(&self, judged: &Judged<'_>, questions: &Questions<'p>) -> Decision {
        let format = match judged.format {
            FormatOf::Document(at) => &self.policy.formats[at],
            FormatOf::Flat => return self.decide_flat(judged, questions),
        };
        let (candidates, may_be_unknown) = match &judged.state {
            State::Open(candidates, may_be_unknown) => (candidates, *may_be_unknown),
            State::Decided(verdict) => return Decision { verdict: verdict.clone(), signed: None },
            State::Flat(_) => return self.decide_flat(judged, questions),
        };
        let mut furthest: Option<Verdict> = None;
        for candidate in candidates {
            let failed = match candidate {
                Candidate::Failed(verdict) => verdict.clone(),
                Candidate::Asked { key, question, raw, mismatch } => {
                    match (questions.is_valid(*question), mismatch) {
                        (true, None) => {
                            let verdict = self.signed(format, judged);
                            return Decision { verdict, signed: Some((*raw, *key)) };
                        }
                        (false, None) => {
                            let pointer = EventFormat::pointer_of_path(Some(&format.proof.signature));
                            Verdict::invalid(STEP_SIGNATURE, Fault::at("signature_invalid", pointer))
                        }
                        (is_genuine, Some(other)) => {
                            let is_other = other.is_some_and(|question| questions.is_valid(question));
                            mismatch_verdict(format, judged, is_genuine, is_other)
                        }
                    }
                }
            };
            if furthest.as_ref().is_none_or(|other| failed.rank() < other.rank()) {
                furthest = Some(failed);
            }
        }
        // A reading that is not decided has a candidate.
        let verdict = furthest.unwrap_or_else(|| Verdict::new(Status::UnknownFormat, STEP_FORMAT));
        Decision { verdict: self.failed(verdict, may_be_unknown), signed: None }
    }

    /// FORMAT-5 and CHECK-10 for a reading whose signature verifies.
    fn signed(&self, format: &EventFormat, judged: &Judged<'_>) -> Verdict {
        if !format.is_binding {
            return Verdict::new(Status::Unbound, STEP_UNBOUND);
        }
        if judged.content.as_ref().is_some_and(|content| self.is_ambiguous(format, content)) {
            return Verdict::of(Status::Unbound, STEP_MEANING, Fault::at("ambiguous", ""));
        }
        Verdict::new(Status::Verified, STEP_VALID)
    }

    /// Whether formats that bind give one signed value different meanings (FORMAT-5).
    fn is_ambiguous(&self, format: &EventFormat, content: &Content) -> bool {
        if self.policy.meanings.is_empty() {
            return false;
        }
        let bytes = wrapped_content(format, content);
        let limits = Limits { depth: usize::MAX, ..Limits::default() }.of_states();
        // What was read within limits is canonical and can be read again.
        let Ok(tree) = read_json(&bytes, &limits, Regions::One) else { return false };
        let meanings = self.policy.meanings.iter();
        let mut meanings = meanings.filter_map(|&at| meaning_of(&self.policy.formats[at], tree.root()));
        let first = meanings.next();
        meanings.any(|other| Some(&other) != first.as_ref())
    }
}

fn mismatch_verdict(format: &EventFormat, judged: &Judged<'_>, is_genuine: bool, is_other: bool) -> Verdict {
    let id = judged.content.as_ref().map(|content| content.event_id.as_str()).unwrap_or_default();
    let detail = if is_genuine {
        format!("the content is genuine; the claimed id is not its id, {id}")
    } else if is_other {
        format!("the signature is genuine, but for other content: this element was altered; its id is {id}")
    } else {
        format!("no genuine signature, neither for this content nor for the claimed id; its id is {id}")
    };
    let pointer = EventFormat::pointer_of_path(format.proof.event_id.as_ref());
    Verdict::invalid(STEP_ID, Fault::at("hash_mismatch", pointer).with(detail))
}

/// The message of a signature for a digest; `None` if the message is M, which a digest does not give.
fn message_of(signs: Signs, digest: &Digest) -> Option<Message> {
    match signs {
        Signs::Digest => Some(Message::Digest(*digest)),
        Signs::Bytes => None,
        _ => text_message(signs, digest).map(|text| Message::Bytes(text.into_bytes())),
    }
}

fn signature_bytes(form: SignatureText, text: &str) -> Option<[u8; 64]> {
    match form {
        SignatureText::Base64 => raw_signature(text),
        SignatureText::Base64Url => from_base64url(text)?.try_into().ok(),
        SignatureText::Hex => from_hex(text)?.try_into().ok(),
    }
}

fn signature_form(form: SignatureText) -> &'static str {
    match form {
        SignatureText::Base64 => "padded standard base64, 88 characters",
        SignatureText::Base64Url => "base64url without padding, 86 characters",
        SignatureText::Hex => "128 lower-case hex digits",
    }
}
