//! JSON pointers (RFC 6901, ERR-1).

use std::fmt::Write;

/// Whether a string may not contain a character (DATA-6).
pub fn is_forbidden(c: char) -> bool {
    let code = u32::from(c);
    code == 0 || (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE
}

/// A member name as a token of a pointer; what no string may contain is replaced (ERR-1).
pub fn token(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '~' => out.push_str("~0"),
            '/' => out.push_str("~1"),
            _ if is_forbidden(c) => out.push('\u{FFFD}'),
            _ => out.push(c),
        }
    }
    out
}

/// The pointer of a member.
pub fn member(prefix: &str, name: &str) -> String {
    format!("{prefix}/{}", token(name))
}

/// The pointer of an item.
pub fn item(prefix: &str, index: usize) -> String {
    format!("{prefix}/{index}")
}

/// The tokens of a pointer, unescaped; `None` if it is not one.
pub fn tokens(pointer: &str) -> Option<Vec<String>> {
    let Some(rest) = pointer.strip_prefix('/') else {
        return pointer.is_empty().then(Vec::new);
    };
    rest.split('/').map(unescaped).collect()
}

fn unescaped(token: &str) -> Option<String> {
    let mut out = String::with_capacity(token.len());
    let mut rest = token.chars();
    while let Some(c) = rest.next() {
        out.push(match c {
            '~' => match rest.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            _ => c,
        });
    }
    Some(out)
}

/// The pointer of tokens.
pub fn of_tokens<S: AsRef<str>>(tokens: &[S]) -> String {
    tokens.iter().fold(String::new(), |mut out, each| {
        let _ = write!(out, "/{}", token(each.as_ref()));
        out
    })
}
