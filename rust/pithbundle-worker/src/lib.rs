//! The answers of the conformance worker, by the protocol of `vectors/README.md`.

mod bundle_operations;
mod mirror_operations;
mod operations;
pub mod request;

use pithbundle_core::encoding::output::Json;
use pithbundle_core::error::Fault;

/// What an operation answers.
pub(crate) type Answer = Result<Json, Failure>;

/// Why an operation has no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The input is rejected.
    Rejected(Fault),
    /// The operation is not one of the protocol.
    Unsupported,
    /// The request is faulty: no runner sends one.
    Request(&'static str),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Rejected(fault)
    }
}

/// The answer to the request in a line; an error says why it is no request.
pub fn answer(line: &[u8]) -> Result<Vec<u8>, &'static str> {
    let request = request::parse(line).ok_or("not a JSON text")?;
    let id = request.get("id").and_then(request::Value::int).ok_or("id must be an integer")?;
    let op = request.get("op").and_then(request::Value::text).ok_or("op must be a string")?;
    let args = request.get("args").ok_or("args must be an object")?;
    let id = ("id", Json::Int(id));
    let members = match operations::run(&op, args) {
        Ok(found) => [id, ("ok", found)],
        Err(Failure::Unsupported) => [id, ("unsupported", Json::Bool(true))],
        Err(Failure::Request(detail)) => return Err(detail),
        Err(Failure::Rejected(fault)) => {
            let error = Json::object([
                ("code", Json::from(fault.code)),
                ("pointer", Json::optional(fault.pointer.as_deref())),
                ("offset", fault.offset.map_or(Json::Null, Json::count)),
            ]);
            [id, ("error", error)]
        }
    };
    Ok(Json::object(members).bytes())
}
