//! The recipes of `vectors/accumulated.md` and `vectors/titles.md`: one digest over many cases each.

use pithbundle_core::bundle::titles::title_sha256;
use pithbundle_core::encoding::canonical::sha256_hex;
use pithbundle_core::encoding::pointer::is_forbidden;

fn page(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors").join(name);
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn titles_of_all_code_points() {
    let mut hashes = Vec::new();
    let mut count = 0;
    for c in ('\u{1}'..=char::MAX).filter(|&c| !is_forbidden(c)) {
        let title = format!("{c}\n{c}Σ\nA{c}Σ\nAΣ{c}A");
        hashes.extend(title_sha256(&title).unwrap());
        count += 1;
    }
    let page = page("titles.md");
    assert!(page.contains(&format!("count {count}\n")), "{count}");
    assert!(page.contains(&format!("digest {}\n", sha256_hex(&hashes))));
}
