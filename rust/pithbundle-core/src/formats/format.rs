//! An event format, compiled (FORMAT-1, FORMAT-4).

use super::document::{
    Body, Escape, IdText, JsonType, Proof, Role, Scalar, SignatureText, Signs, TimeForm, effective,
};
use super::document_reader;
use super::paths::{Path, Region, region};
use crate::encoding::canonical::{Excluded, sha256_hex};
use crate::encoding::pointer::of_tokens;
use crate::encoding::tree::Value;
use crate::error::Fault;

/// The name of the built-in format that is a document.
pub const PITHBUNDLE_EVENT_1: &str = "pithbundle-event-1";
/// The name of the built-in format that is not one (EVT-7).
pub const INTEGRITY_1: &str = "integrity-1";

/// An event format that is a document.
#[derive(Debug)]
pub struct EventFormat {
    /// Its name, a label.
    pub name: String,
    /// The digest of the effective document without its name.
    pub sha256: String,
    /// The canonical bytes of that document.
    pub effective: Vec<u8>,
    /// Whether it binds (FORMAT-4).
    pub is_binding: bool,
    pub(crate) body: Body,
    pub(crate) proof: Proof,
    /// The canonical bytes of the body: formats with one body encode an element once (FORMAT-13).
    pub(crate) body_bytes: Vec<u8>,
    /// The index of the body among those of the policy.
    pub(crate) body_index: usize,
    /// What the content leaves out.
    pub(crate) excluded: Excluded,
    pub(crate) covers_payload: bool,
    /// Of each path of `key_id`, whether it is outside the content.
    pub(crate) key_id_outside: Vec<bool>,
    /// Of each of `constants` of `proof`, whether it is outside the content.
    pub(crate) constant_outside: Vec<bool>,
}

impl EventFormat {
    /// The format that a document is (FORMAT-1, FORMAT-2).
    pub fn from_document(value: Value<'_>) -> Result<Self, Fault> {
        let (name, body, proof) = document_reader::read(value)?;
        let compiled = Self::compile(name, body, proof);
        if compiled.name == PITHBUNDLE_EVENT_1 && compiled.sha256 != Self::built_in().sha256 {
            let detail = "the name of a built-in format, and not its document";
            return Err(Fault::at("format", "/name").with(detail));
        }
        Ok(compiled)
    }

    fn compile(name: String, body: Body, proof: Proof) -> Self {
        let effective = effective(None, &body, &proof).bytes();
        let mut excluded = Excluded::default();
        for path in &body.excluded {
            excluded.add(&path[body.base.len()..]);
        }
        let is_outside = |path: &Path| region(path, &body.base, &body.excluded) == Region::Outside;
        let covers = |path: &Option<Path>| path.as_ref().is_some_and(|path| body.covers(path));
        let covers_payload = body.covers(&body.payload);
        let is_binding = (covers_payload || body.payload_sha256.is_some())
            && covers(&body.subject)
            && covers(&body.created_at)
            && [&body.event_type, &body.target, &body.signer_id].iter().all(|role| body.covers_role(role));
        Self {
            sha256: sha256_hex(&effective),
            effective,
            is_binding,
            body_bytes: body.to_json().bytes(),
            body_index: 0,
            excluded,
            covers_payload,
            key_id_outside: proof.key_id.iter().map(is_outside).collect(),
            constant_outside: proof.constants.iter().map(|(path, _)| is_outside(path)).collect(),
            name,
            body,
            proof,
        }
    }

    /// `pithbundle-event-1` (EVT-1).
    pub fn built_in() -> Self {
        let path = |text: &str| text.split('/').skip(1).map(str::to_owned).collect::<Path>();
        let body = Body {
            base: Vec::new(),
            excluded: vec![path("/event_id"), path("/signature")],
            required: vec![
                (path("/signer"), JsonType::Object),
                (path("/signer/public_key_fingerprint"), JsonType::String),
                (path("/signer/signer_type"), JsonType::String),
            ],
            wrapper: None,
            payload_wrapper: None,
            escape: Escape::None,
            event_type: Role::At(path("/event_type")),
            subject: Some(path("/subject_pith_number")),
            target: Role::At(path("/target")),
            payload: path("/payload"),
            payload_sha256: None,
            created_at: Some(path("/created_at")),
            signer_id: Role::At(path("/signer/signer_id")),
            constants: Vec::new(),
            time: TimeForm::Rfc3339,
        };
        let proof = Proof {
            signature: path("/signature/signature_b64"),
            event_id: Some(path("/event_id")),
            key_id: vec![path("/signature/key_id"), path("/signer/key_id")],
            key_id_constant: None,
            fingerprint: Some(path("/signer/public_key_fingerprint")),
            algorithm: Some(path("/signature/algorithm")),
            constants: vec![(path("/signature/kind"), Scalar::Str("pith_event_signature".to_owned()))],
            algorithm_text: "ed25519".to_owned(),
            signs: Signs::Digest,
            signature_text: SignatureText::Base64,
            id_text: IdText::Prefixed,
        };
        Self::compile(PITHBUNDLE_EVENT_1.to_owned(), body, proof)
    }

    /// Whether the signer or the key of every event is a constant (FORMAT-6, CHECK-13).
    pub fn has_constant_signer(&self) -> bool {
        self.body.signer_id.constant().is_some()
    }

    /// The pointer of a role, for faults; that of a constant is empty.
    pub(crate) fn pointer_of(role: &Role) -> String {
        role.path().map_or_else(String::new, |path| of_tokens(path))
    }

    pub(crate) fn pointer_of_path(path: Option<&Path>) -> String {
        path.map_or_else(String::new, |path| of_tokens(path))
    }
}
