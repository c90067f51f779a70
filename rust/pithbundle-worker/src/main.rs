//! The conformance worker: one JSON request a line on standard input, one JSON answer a line on standard
//! output, by the protocol of `vectors/README.md`.

use std::io::{BufRead, Write};

use pithbundle_worker::answer;

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
