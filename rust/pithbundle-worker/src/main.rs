//! The conformance worker: one JSON request a line on standard input, one JSON answer a line on standard
//! output, by the protocol of `vectors/README.md`.

mod bundle_operations;
mod mirror_operations;
mod operations;
mod request;

use std::io::{BufRead, Write};

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

fn answer(line: &[u8]) -> Result<Vec<u8>, &'static str> {
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

fn main() -> std::process::ExitCode {
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        number += 1;
        match input.read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return std::process::ExitCode::SUCCESS,
            Ok(_) => {}
        }
        let written = match answer(&line) {
            Ok(mut bytes) => {
                bytes.push(b'\n');
                output.write_all(&bytes).and_then(|()| output.flush())
            }
            Err(detail) => {
                eprintln!("line {number}: {detail}");
                return std::process::ExitCode::FAILURE;
            }
        };
        if written.is_err() {
            return std::process::ExitCode::SUCCESS;
        }
    }
}
