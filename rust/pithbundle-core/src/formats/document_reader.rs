//! The strict reading of a format document (FORMAT-1, FORMAT-2).

use super::document::{Body, Escape, IdText, JsonType, Proof, SignatureText, Signs, TimeForm, effective};
use super::document_members::{
    body_roles, by_path, check_members, key_ids, object, path, paths, proof_roles, reject, scalar, text,
    word, wrapper,
};
use super::paths::{Path, Region, overlap, region};
use crate::encoding::canonical;
use crate::encoding::pointer::{member, of_tokens};
use crate::encoding::tree::Value;
use crate::error::Fault;

/// The most canonical bytes of a document, and the most pointers in it.
const MAX_BYTES: usize = 16_384;
const MAX_POINTERS: usize = 32;

/// Read a format document, or find the first fault in the order of FORMAT-2.
pub(crate) fn read(value: Value<'_>) -> Result<(String, Body, Proof), Fault> {
    if !value.is_object() {
        return reject("", "a format is an object with format_type, format_version, name, body and proof");
    }
    if canonical::bytes(value).len() > MAX_BYTES {
        return reject("", format!("a format has at most {MAX_BYTES} canonical bytes"));
    }
    let text_at = |name| value.get(name).and_then(Value::as_str);
    if text_at("format_type") != Some("pithbundle_event_format") {
        return reject("/format_type", "must be \"pithbundle_event_format\"");
    }
    if text_at("format_version") != Some("1") {
        return reject("/format_version", "must be \"1\", the only version that this reader knows");
    }
    check_members(value, &["format_type", "format_version", "name", "body", "proof"], "")?;
    let name = text_at("name").filter(|name| is_name(name));
    let Some(name) = name else {
        let detail = "must be 1 to 64 of a-z 0-9 . _ -, first a-z or 0-9, and not unknown or integrity-1";
        return reject("/name", detail);
    };
    let (body, excluded) = read_body(object(value.get("body"), "/body")?)?;
    let (proof, key_ids) = read_proof(object(value.get("proof"), "/proof")?)?;
    let pointers = count_pointers(&body, &proof);
    if pointers > MAX_POINTERS {
        return reject("", format!("{pointers} pointers; a format has at most {MAX_POINTERS}"));
    }
    let size = effective(Some(name), &body, &proof).bytes().len();
    if size > MAX_BYTES {
        let detail = format!(
            "{size} canonical bytes with every default written out; a format has at most {MAX_BYTES}"
        );
        return reject("", detail);
    }
    check_content(&body, &excluded)?;
    check_proof(&body, &proof, &key_ids)?;
    Ok((name.to_owned(), body, proof))
}

fn is_name(name: &str) -> bool {
    let is_first = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let has_form = name.len() <= 64
        && name.bytes().next().is_some_and(is_first)
        && name.bytes().all(|c| is_first(c) || matches!(c, b'.' | b'_' | b'-'));
    has_form && !matches!(name, "unknown" | "integrity-1")
}

fn count_pointers(body: &Body, proof: &Proof) -> usize {
    let roles = [&body.event_type, &body.target, &body.signer_id];
    let optional = [
        &body.subject,
        &body.payload_sha256,
        &body.created_at,
        &proof.event_id,
        &proof.fingerprint,
        &proof.algorithm,
    ];
    let lists = body.excluded.len()
        + body.required.len()
        + body.constants.len()
        + proof.constants.len()
        + proof.key_id.len();
    // base, payload, signature
    3 + lists
        + roles.iter().filter(|role| role.path().is_some()).count()
        + optional.iter().filter(|path| path.is_some()).count()
}

/// Read `body`; also the excluded paths in the order of the document, to which locations refer.
fn read_body(body: Value<'_>) -> Result<(Body, Vec<Path>), Fault> {
    const MEMBERS: [&str; 9] = [
        "base",
        "excluded",
        "required",
        "wrapper",
        "escape",
        "payload_wrapper",
        "roles",
        "constants",
        "time",
    ];
    check_members(body, &MEMBERS, "/body")?;
    let base = body.get("base").map_or(Ok(Vec::new()), |value| path(value, "/body/base"))?;
    let excluded = body.get("excluded").map_or(Ok(Vec::new()), |value| paths(value, "/body/excluded"))?;
    let required = by_path(body.get("required"), "/body/required", |value, at| {
        word(Some(value), JsonType::WORDS, JsonType::ALL, None, at)
    })?;
    let wrapped_in = wrapper(body.get("wrapper"), "/body/wrapper")?;
    let escape = word(body.get("escape"), Escape::WORDS, Escape::ALL, Some(Escape::None), "/body/escape")?;
    let payload_wrapper = wrapper(body.get("payload_wrapper"), "/body/payload_wrapper")?;
    let roles = body_roles(body.get("roles"), "/body/roles")?;
    let constants = by_path(body.get("constants"), "/body/constants", scalar)?;
    let time = word(body.get("time"), TimeForm::WORDS, TimeForm::ALL, Some(TimeForm::Rfc3339), "/body/time")?;
    let mut sorted = excluded.clone();
    sorted.sort_by_key(|path| of_tokens(path));
    let read = Body {
        base,
        excluded: sorted,
        required,
        wrapper: wrapped_in,
        payload_wrapper,
        escape,
        event_type: roles.event_type,
        subject: roles.subject,
        target: roles.target,
        payload: roles.payload,
        payload_sha256: roles.payload_sha256,
        created_at: roles.created_at,
        signer_id: roles.signer_id,
        constants,
        time,
    };
    Ok((read, excluded))
}

/// Read `proof`; also the paths of `key_id` with their locations.
fn read_proof(proof: Value<'_>) -> Result<(Proof, Vec<(Path, String)>), Fault> {
    const MEMBERS: [&str; 6] = ["roles", "constants", "algorithm_text", "signs", "signature_text", "id_text"];
    check_members(proof, &MEMBERS, "/proof")?;
    let roles = proof_roles(proof.get("roles"), "/proof/roles")?;
    let (mut key_id, constant, located) = key_ids(roles.key_id, "/proof/roles/key_id")?;
    let fingerprint = roles.fingerprint.map(|value| path(value, "/proof/roles/fingerprint")).transpose()?;
    let algorithm = roles.algorithm.map(|value| path(value, "/proof/roles/algorithm")).transpose()?;
    let constants = by_path(proof.get("constants"), "/proof/constants", scalar)?;
    let algorithm_text = match proof.get("algorithm_text") {
        None => "ed25519".to_owned(),
        Some(value) => text(value, "/proof/algorithm_text")?,
    };
    let signs = word(proof.get("signs"), Signs::WORDS, Signs::ALL, Some(Signs::Digest), "/proof/signs")?;
    let signature_text = word(
        proof.get("signature_text"),
        SignatureText::WORDS,
        SignatureText::ALL,
        Some(SignatureText::Base64),
        "/proof/signature_text",
    )?;
    let id_text =
        word(proof.get("id_text"), IdText::WORDS, IdText::ALL, Some(IdText::Prefixed), "/proof/id_text")?;
    key_id.sort_by_key(|path| of_tokens(path));
    let read = Proof {
        signature: roles.signature,
        event_id: roles.event_id,
        key_id,
        key_id_constant: constant,
        fingerprint,
        algorithm,
        constants,
        algorithm_text,
        signs,
        signature_text,
        id_text,
    };
    Ok((read, located))
}

/// The requirements 1 to 3 of FORMAT-2.
fn check_content(body: &Body, excluded: &[Path]) -> Result<(), Fault> {
    for (index, path) in excluded.iter().enumerate() {
        let at = format!("/body/excluded/{index}");
        if *path == body.base || !path.starts_with(&body.base) {
            return reject(&at, "must lie below base: only a part of what is signed can be excluded");
        }
        if excluded[..index].iter().any(|earlier| overlap(path, earlier)) {
            return reject(&at, "is equal to an excluded pointer before it, above it or below it");
        }
    }
    let required = body.required.iter().map(|(path, _)| ("required", path));
    let constants = body.constants.iter().map(|(path, _)| ("constants", path));
    for (name, path) in required.chain(constants) {
        if region(path, &body.base, excluded) != Region::Inside {
            let at = member(&format!("/body/{name}"), &of_tokens(path));
            return reject(&at, "must lie inside the signed content");
        }
    }
    for (name, path) in [("target", body.target.path()), ("payload_sha256", body.payload_sha256.as_ref())] {
        if path.is_some_and(|path| !body.covers(path)) {
            let detail = "the signed content does not contain it: no signature would cover it";
            return reject(&format!("/body/roles/{name}"), detail);
        }
    }
    Ok(())
}

/// The requirements 4 to 6 of FORMAT-2.
fn check_proof(body: &Body, proof: &Proof, key_ids: &[(Path, String)]) -> Result<(), Fault> {
    let region_of = |path: &Path| region(path, &body.base, &body.excluded);
    let role = |name: &str| format!("/proof/roles/{name}");
    let mut located = vec![(&proof.signature, role("signature"))];
    located.extend(proof.event_id.iter().map(|path| (path, role("event_id"))));
    for (path, at) in &located {
        if region_of(path) != Region::Outside {
            let detail = "must lie outside the signed content, excluded for example: it cannot sign itself";
            return reject(at, detail);
        }
    }
    let mut others: Vec<(&Path, String)> = key_ids.iter().map(|(path, at)| (path, at.clone())).collect();
    others.extend(proof.fingerprint.iter().map(|path| (path, role("fingerprint"))));
    others.extend(proof.algorithm.iter().map(|path| (path, role("algorithm"))));
    others
        .extend(proof.constants.iter().map(|(path, _)| (path, member("/proof/constants", &of_tokens(path)))));
    for (path, at) in &others {
        if region_of(path) == Region::Above {
            return reject(at, "must not lie above the signed content");
        }
    }
    let mut before: Vec<&Path> = Vec::new();
    if !body.covers(&body.payload) {
        before.push(&body.payload);
    }
    for (path, at) in located.iter().chain(&others) {
        if region_of(path) == Region::Outside {
            if before.iter().any(|earlier| overlap(path, earlier)) {
                let detail = "is equal to another pointer outside the signed content, above it or below it";
                return reject(at, detail);
            }
            before.push(path);
        }
    }
    Ok(())
}
