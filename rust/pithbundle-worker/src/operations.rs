//! The operations of the protocol (`vectors/README.md`, section 2).

use pithbundle_core::bundle::number::{PithNumber, parse_short};
use pithbundle_core::bundle::record::Record;
use pithbundle_core::bundle::titles::title_sha256;
use pithbundle_core::encoding::limits::Limits;
use pithbundle_core::encoding::output::Json;
use pithbundle_core::encoding::tree::Tree;
use pithbundle_core::encoding::{
    Regions, canonical, cbor_bytes, read_cbor, read_json, spellings, timestamps,
};
use pithbundle_core::error::Fault;
use pithbundle_core::formats::EventFormat;
use pithbundle_core::signature::{PublicKey, verify_strict};
use pithbundle_core::verify::Policy;

use crate::request::Value;
use crate::{Answer, Failure, bundle_operations, mirror_operations};

/// Run an operation.
pub(crate) fn run(op: &str, args: &Value) -> Answer {
    match op {
        "hello" => Ok(Json::object(
            [("name", "pithbundle-rust"), ("version", env!("CARGO_PKG_VERSION")), ("protocol", "1")]
                .map(|(name, text)| (name, Json::from(text))),
        )),
        "parse_json" => canonical_answer(&json(args)?),
        "parse_cbor" => {
            canonical_answer(&read_cbor(&bytes(args, "data")?, &Limits::default(), Regions::One)?)
        }
        "cbor" => Ok(Json::object([("cbor", base64(&cbor_bytes(json(args)?.root())))])),
        "time" => {
            let found = text(args, "text").and_then(|text| timestamps::instant(&text));
            Ok(Json::object([("instant", Json::from(found.ok_or(Fault::new("time"))?))]))
        }
        "spelling" => spelling(args),
        "number" => number(args),
        "record" => record(args),
        "title" => title(args),
        "verify_signature" => {
            let (key, message) = (bytes(args, "key")?, bytes(args, "message")?);
            let valid = verify_strict(&key, &message, &bytes(args, "signature")?);
            Ok(Json::object([("valid", Json::Bool(valid))]))
        }
        "public_key" => {
            let key = PublicKey::new(&bytes(args, "key")?)?;
            Ok(Json::object([
                ("fingerprint_hex", Json::from(key.fingerprint_hex())),
                ("fingerprint_base32", Json::from(key.fingerprint_base32())),
            ]))
        }
        "policy" => {
            let policy = policy(args, "data")?;
            Ok(Json::object([
                ("effective", base64(&policy.effective)),
                ("policy_sha256", Json::from(policy.sha256.as_str())),
            ]))
        }
        "format" => format(args),
        _ => bundle_operations::run(op, args).or_else(|failure| match failure {
            Failure::Unsupported => mirror_operations::run(op, args),
            other => Err(other),
        }),
    }
}

/// The bytes of an argument.
pub(crate) fn decoded(value: Option<&Value>) -> Result<Vec<u8>, Failure> {
    let text = value.and_then(Value::text);
    text.and_then(|text| spellings::from_base64(&text)).ok_or(Failure::Request("an argument is not base64"))
}

pub(crate) fn bytes(args: &Value, name: &str) -> Result<Vec<u8>, Failure> {
    decoded(args.get(name))
}

pub(crate) fn base64(data: &[u8]) -> Json {
    Json::from(spellings::base64(data))
}

/// The text of an argument; `None` if it has a lone surrogate.
pub(crate) fn text(args: &Value, name: &str) -> Option<String> {
    args.get(name).and_then(Value::text)
}

/// The policy of an argument, the built-in one for `null`.
pub(crate) fn policy(args: &Value, name: &str) -> Result<Policy, Failure> {
    match args.get(name) {
        None => Ok(Policy::built_in()),
        Some(value) if value.is_null() => Ok(Policy::built_in()),
        value => Ok(Policy::from_bytes(&decoded(value)?)?),
    }
}

fn json(args: &Value) -> Result<Tree, Failure> {
    Ok(read_json(&bytes(args, "data")?, &Limits::default(), Regions::One)?)
}

fn canonical_answer(tree: &Tree) -> Answer {
    let canonical = canonical::bytes(tree.root());
    Ok(Json::object([
        ("canonical", base64(&canonical)),
        ("sha256", Json::from(canonical::sha256_hex(&canonical))),
    ]))
}

fn spelling(args: &Value) -> Answer {
    let length = args.get("length").and_then(Value::int).unwrap_or_default() as usize;
    let form = text(args, "form").unwrap_or_default();
    let raw = text(args, "text").and_then(|text| match form.as_str() {
        "hex" => spellings::from_hex(&text).filter(|raw| raw.len() == length),
        "base64" => spellings::from_base64(&text).filter(|raw| raw.len() == length),
        _ => spellings::event_id_digest(&text).map(|digest| digest.to_vec()),
    });
    Ok(Json::object([("bytes", base64(&raw.ok_or(Fault::new("encoding"))?))]))
}

fn number(args: &Value) -> Answer {
    let text = text(args, "text").unwrap_or_default();
    let (form, suffix, year) = match PithNumber::parse(&text) {
        Some(number) => ("full", number.suffix, Json::Int(number.year.into())),
        None => ("short", parse_short(&text).ok_or(Fault::new("suffix"))?.to_owned(), Json::Null),
    };
    Ok(Json::object([("form", Json::from(form)), ("suffix", Json::from(suffix)), ("year", year)]))
}

fn record(args: &Value) -> Answer {
    let record = Record::of(json(args)?.root())?;
    let aliases = record.aliases.iter().map(|(kind, value)| Json::strings([kind, value]));
    Ok(Json::object([
        ("canonical", base64(&record.canonical)),
        ("canonical_sha256", Json::from(record.hex.as_str())),
        ("pith_number", Json::from(record.number.to_string())),
        ("years", Json::array(record.years.iter().map(|&year| Json::Int(year.into())))),
        ("aliases", Json::array(aliases)),
    ]))
}

fn title(args: &Value) -> Answer {
    let Some(text) = text(args, "text") else { return Err(Fault::new("surrogate").into()) };
    let digest = title_sha256(&text).map_err(Fault::new)?;
    Ok(Json::object([("sha256", Json::from(spellings::hex(&digest)))]))
}

fn format(args: &Value) -> Answer {
    let format = EventFormat::from_document(json(args)?.root())?;
    Ok(Json::object([
        ("name", Json::from(format.name.as_str())),
        ("effective", base64(&format.effective)),
        ("format_sha256", Json::from(format.sha256.as_str())),
        ("is_binding", Json::Bool(format.is_binding)),
    ]))
}
