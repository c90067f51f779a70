//! Rounds of a benchmark: verifies a bundle COUNT times for each line COUNT of standard input, and prints
//! the processor time of a round in nanoseconds. `POLICY BUNDLE [--state-and-report]`
//!
//! With the option it prints the bytes of state and report instead, a line each.

use std::io::{BufRead, Write};

use pithbundle_core::encoding::limits::Limits;
use pithbundle_core::engine::verify;
use pithbundle_core::verify::Policy;

fn processor_time() -> u64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or_default()
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let read = |index: usize| std::fs::read(&arguments[index]).expect("a file that can be read");
    let policy = Policy::from_bytes(&read(0)).expect("a policy");
    let data = read(1);
    let limits = Limits::default();
    let once = || verify(&data, "bundle.json", &policy, &limits);
    if arguments.len() > 2 {
        let found = once().expect("a bundle");
        let mut out = std::io::stdout().lock();
        for line in [found.state.bytes, found.report] {
            out.write_all(&line).and_then(|()| out.write_all(b"\n")).expect("standard output");
        }
        return;
    }
    for line in std::io::stdin().lock().lines() {
        let count: u64 = line.expect("a line").trim().parse().expect("a count");
        let start = processor_time();
        for _ in 0..count {
            std::hint::black_box(once().expect("a bundle"));
        }
        println!("{}", (processor_time() - start) / count);
    }
}
