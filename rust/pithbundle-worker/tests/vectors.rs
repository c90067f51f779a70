//! Every conformance vector, by `vectors/README.md`, section 3.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use pithbundle_core::encoding::canonical::sha256_hex;
use pithbundle_core::encoding::output::Json;
use pithbundle_core::encoding::spellings::{base64, from_base64, from_hex};
use pithbundle_worker::answer;
use pithbundle_worker::request::{Value, parse};

type Parts = HashMap<String, Vec<u8>>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors")
}

/// The vector files: all of each stage, of `real` only those that are named so.
fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for stage in std::fs::read_dir(folder()).unwrap() {
        let stage = stage.unwrap().path();
        if !stage.is_dir() || stage.ends_with("demo") {
            continue;
        }
        let is_real = stage.ends_with("real");
        for file in std::fs::read_dir(&stage).unwrap() {
            let file = file.unwrap().path();
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            if name.ends_with(if is_real { ".vectors.json" } else { ".json" }) {
                found.push(file);
            }
        }
    }
    found.sort();
    found
}

fn text(value: &Value) -> String {
    value.text().expect("a string")
}

/// The bytes of a form, `None` of anything else.
fn bytes(value: &Value, parts: &Parts) -> Option<Vec<u8>> {
    let Value::Object(members) = value else { return None };
    let [(form, content)] = members.as_slice() else { return None };
    let inner = |value: &Value| bytes(value, parts).expect("bytes");
    let items = || content.items().expect("an array");
    Some(match form.as_str() {
        "$text" => text(content).into_bytes(),
        "$hex" => from_hex(&text(content)).expect("hex"),
        "$base64" => from_base64(&text(content)).expect("base64"),
        "$concat" => items().iter().flat_map(inner).collect(),
        "$repeat" => inner(&items()[0]).repeat(items()[1].int().expect("a count") as usize),
        "$part" => parts[&text(content)].clone(),
        "$file" => std::fs::read(folder().join(text(content))).expect("a file"),
        "$bundle" => {
            let names: Vec<&Vec<u8>> = items().iter().map(|name| &parts[&text(name)]).collect();
            let (frame, events) = names.split_first().expect("a frame");
            let events: Vec<&[u8]> = events.iter().map(|event| event.as_slice()).collect();
            [frame.as_slice(), &events.join(&b','), b"]}"].concat()
        }
        _ => return None,
    })
}

/// Whether a form refers to a part.
fn refers(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            members.iter().any(|(name, value)| matches!(name.as_str(), "$part" | "$bundle") || refers(value))
        }
        Value::Array(items) => items.iter().any(refers),
        _ => false,
    }
}

/// A value with each form of bytes as base64.
fn resolved(value: &Value, parts: &Parts) -> Value {
    if let Some(bytes) = bytes(value, parts) {
        return Value::Text(base64(&bytes).chars().map(u32::from).collect());
    }
    match value {
        Value::Array(items) => Value::Array(items.iter().map(|item| resolved(item, parts)).collect()),
        Value::Object(members) => Value::Object(
            members.iter().map(|(name, value)| (name.clone(), resolved(value, parts))).collect(),
        ),
        other => other.clone(),
    }
}

/// JSON of a request; lone surrogates are escaped.
fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend(b"null"),
        Value::Bool(flag) => out.extend(flag.to_string().bytes()),
        Value::Int(number) => out.extend(number.to_string().bytes()),
        Value::Text(points) => {
            out.push(b'"');
            for &point in points {
                match char::from_u32(point) {
                    // Most texts are base64 of megabytes.
                    Some(c) if c.is_ascii_alphanumeric() => out.push(c as u8),
                    Some(c) => {
                        let quoted = Json::from(c.to_string()).bytes();
                        out.extend(&quoted[1..quoted.len() - 1]);
                    }
                    None => out.extend(format!("\\u{point:04x}").bytes()),
                }
            }
            out.push(b'"');
        }
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(item, out);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            out.push(b'{');
            for (index, (name, value)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                out.extend(Json::from(name.as_str()).bytes());
                out.push(b':');
                write(value, out);
            }
            out.push(b'}');
        }
    }
}

/// Whether an answer has what is expected: members of objects in any order.
fn equal(expected: &Value, found: &Value) -> bool {
    if let Some(digest) = expected.get("$sha256") {
        let bytes = found.text().and_then(|text| from_base64(&text));
        return bytes.is_some_and(|bytes| sha256_hex(&bytes) == text(digest));
    }
    match (expected, found) {
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let has =
                |(name, value): &(String, Value)| found.get(name).is_some_and(|other| equal(value, other));
            one.len() == other.len() && one.iter().all(has)
        }
        (one, other) => one == other,
    }
}

fn passes(expected: &Value, found: &Value) -> bool {
    if let (Some(Value::Object(members)), Some(found)) = (expected.get("ok"), found.get("ok")) {
        return members.iter().all(|(name, value)| found.get(name).is_some_and(|other| equal(value, other)));
    }
    let (Some(expected), Some(found)) = (expected.get("error"), found.get("error")) else { return false };
    let is_same = |name: &str| match (expected.get(name), found.get(name)) {
        (None, _) | (_, None | Some(Value::Null)) => true,
        (one, other) => one == other,
    };
    expected.get("code") == found.get("code") && is_same("pointer") && is_same("offset")
}

/// The members of one object, replaced by those of another.
fn replaced(value: &Value, by: Option<&Value>) -> Value {
    let (Value::Object(members), Some(Value::Object(others))) = (value, by) else { return value.clone() };
    let mut members = members.clone();
    for (name, value) in others {
        members.retain(|(each, _)| each != name);
        members.push((name.clone(), value.clone()));
    }
    Value::Object(members)
}

fn ask(op: &Value, args: &Value) -> Value {
    let members = vec![
        ("id".to_owned(), Value::Int(1)),
        ("op".to_owned(), op.clone()),
        ("args".to_owned(), args.clone()),
    ];
    let mut line = Vec::new();
    write(&Value::Object(members), &mut line);
    parse(&answer(&line).expect("a request")).expect("an answer")
}

/// The requests of a vector, its variants included, each with its expectation.
fn requests(vector: &Value, parts: &Parts) -> Vec<(String, Value, Value)> {
    let get = |name: &str| vector.get(name).expect("a member");
    let id = text(get("id"));
    let mut found = vec![(id.clone(), resolved(get("args"), parts), resolved(get("expect"), parts))];
    for variant in vector.get("variants").and_then(Value::items).unwrap_or_default() {
        let args = replaced(get("args"), variant.get("args"));
        let mut expect = get("expect").clone();
        if let Some(ok) = variant.get("expect").and_then(|expect| expect.get("ok")) {
            let all = replaced(expect.get("ok").expect("ok"), Some(ok));
            expect = Value::Object(vec![("ok".to_owned(), all)]);
        }
        let name = format!("{id} {}", text(variant.get("name").expect("a name")));
        found.push((name, resolved(&args, parts), resolved(&expect, parts)));
    }
    found
}

#[test]
fn every_vector_passes() {
    let (mut count, mut failed) = (0, Vec::new());
    for file in files() {
        let read = parse(&std::fs::read(&file).unwrap()).unwrap_or_else(|| panic!("{}", file.display()));
        let mut parts = Parts::new();
        if let Some(Value::Object(members)) = read.get("parts") {
            // A part may refer to parts before it in the file.
            let mut left: Vec<&(String, Value)> = members.iter().collect();
            left.sort_by_key(|(_, value)| refers(value));
            for (name, value) in left {
                let found = bytes(value, &parts).expect("a part");
                parts.insert(name.clone(), found);
            }
        }
        for vector in read.get("vectors").and_then(Value::items).unwrap() {
            count += 1;
            for (name, args, expect) in requests(vector, &parts) {
                let found = ask(vector.get("op").unwrap(), &args);
                if !passes(&expect, &found) {
                    failed.push(name);
                }
            }
        }
    }
    assert!(failed.is_empty(), "{} failed: {:?}", failed.len(), &failed[..failed.len().min(20)]);
    assert!(count > 5_000, "{count} vectors: the folder is not complete");
}
