//! The operations on the digests of a mirror.

use std::collections::HashMap;

use pithbundle_core::digests::contradiction::{evidence, verify};
use pithbundle_core::digests::delta::{delta_bytes, follow};
use pithbundle_core::digests::head::Head;
use pithbundle_core::digests::lines::{LeafLine, lines_bytes, parse_lines};
use pithbundle_core::digests::tree::{build, depth_of, read_tree};
use pithbundle_core::encoding::output::Json;
use pithbundle_core::signature::PublicKey;

use crate::operations::{base64, bytes, decoded, text};
use crate::request::Value;
use crate::{Answer, Failure};

/// Run an operation on digests.
pub(crate) fn run(op: &str, args: &Value) -> Answer {
    match op {
        "digest_depth" => Ok(Json::object([("depth", Json::count(depth_of(records(args))))])),
        "digest_tree" => {
            let lines = lines(args, "lines")?;
            let tree = build(&lines)?;
            Ok(Json::object([
                ("root", Json::from(tree.root)),
                ("depth", Json::count(tree.depth)),
                ("records", Json::count(lines.len())),
                ("files", Json::strings(tree.files)),
            ]))
        }
        "read_tree" => {
            let files = files(args)?;
            let root = text(args, "root").unwrap_or_default();
            let lines = read_tree(&root, records(args), &|name| files.get(name).cloned())?;
            Ok(Json::object([("lines", base64(&lines_bytes(&lines)))]))
        }
        "mirror_head" => {
            let head = Head::from_bytes(&bytes(args, "data")?)?;
            Ok(Json::object([
                ("content", base64(&head.content)),
                ("sha256", Json::from(head.sha256.as_str())),
                ("message", base64(&head.message())),
                ("signature", Json::from(head.signature_status(&pinned(args)?))),
            ]))
        }
        "mirror_delta" => {
            let previous = text(args, "previous");
            let delta = delta_bytes(&lines(args, "before")?, &lines(args, "after")?, previous.as_deref())?;
            Ok(Json::object([("delta", delta.map_or(Json::Null, |bytes| base64(&bytes)))]))
        }
        "follow_deltas" => {
            let (head, files) = (Head::from_bytes(&bytes(args, "head")?)?, files(args)?);
            let found = follow(&lines(args, "lines")?, &head, &|name| files.get(name).cloned())?;
            let lines = found.map_or(Json::Null, |lines| base64(&lines_bytes(&lines)));
            Ok(Json::object([("lines", lines)]))
        }
        "contradiction" => {
            let heads = args.get("heads").and_then(Value::items).unwrap_or_default();
            let [one, other] = heads else { return Err(Failure::Request("heads must be two")) };
            let one = Head::from_bytes(&decoded(Some(one))?)?;
            let other = Head::from_bytes(&decoded(Some(other))?)?;
            let found = evidence(&one, &other, &pinned(args)?);
            Ok(Json::object([("evidence", found.map_or(Json::Null, |bytes| base64(&bytes)))]))
        }
        "verify_contradiction" => {
            let reason = verify(&bytes(args, "data")?, &pinned(args)?)?;
            Ok(Json::object([("reason", Json::from(reason))]))
        }
        _ => Err(Failure::Unsupported),
    }
}

fn records(args: &Value) -> u64 {
    args.get("records").and_then(Value::int).and_then(|count| u64::try_from(count).ok()).unwrap_or_default()
}

fn lines(args: &Value, name: &str) -> Result<Vec<LeafLine>, Failure> {
    Ok(parse_lines(&bytes(args, name)?)?)
}

fn pinned(args: &Value) -> Result<PublicKey, Failure> {
    Ok(PublicKey::new(&bytes(args, "key")?)?)
}

fn files(args: &Value) -> Result<HashMap<String, Vec<u8>>, Failure> {
    let items = args.get("files").and_then(Value::items).unwrap_or_default();
    let mut found = HashMap::new();
    for item in items {
        let [name, content] = item.items().unwrap_or_default() else {
            return Err(Failure::Request("a file is a name and its bytes"));
        };
        found.insert(name.text().unwrap_or_default(), decoded(Some(content))?);
    }
    Ok(found)
}
