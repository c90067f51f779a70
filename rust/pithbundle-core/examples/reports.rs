//! For each line `POLICY BUNDLE` of standard input, both in base64, a line with the state and the report in
//! base64, or `rejected` and the code.

use std::io::BufRead;

use pithbundle_core::encoding::limits::Limits;
use pithbundle_core::encoding::spellings::{base64, from_base64};
use pithbundle_core::engine::verify;
use pithbundle_core::verify::Policy;

fn main() {
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line");
        let (policy, bundle) = line.split_once(' ').expect("two words");
        let bytes = |text: &str| from_base64(text).expect("base64");
        let policy = if policy == "-" { Ok(Policy::built_in()) } else { Policy::from_bytes(&bytes(policy)) };
        let found =
            policy.and_then(|policy| verify(&bytes(bundle), "bundle.json", &policy, &Limits::default()));
        match found {
            Ok(found) => println!("{} {}", base64(&found.state.bytes), base64(&found.report)),
            Err(fault) => println!("rejected {}", fault.code),
        }
    }
}
