//! Pith Numbers (NUM-1 to NUM-5) and the years of ids of arXiv (NUM-3).

/// A full number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PithNumber {
    /// The year, 1 to 9999.
    pub year: u16,
    /// 26 characters `A-Z2-7`.
    pub suffix: String,
}

impl PithNumber {
    /// The number that a text is (NUM-4).
    pub fn parse(text: &str) -> Option<Self> {
        let (year, suffix) = text.strip_prefix("pith:")?.split_once(':')?;
        let is_year = year.len() == 4 && year.bytes().all(|c| c.is_ascii_digit());
        let year: u16 = year.parse().ok().filter(|&year| is_year && year > 0)?;
        (suffix.len() == 26 && is_base32(suffix)).then(|| Self { year, suffix: suffix.to_owned() })
    }
}

impl std::fmt::Display for PithNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "pith:{:04}:{}", self.year, self.suffix)
    }
}

/// The characters of a short form (NUM-5).
pub fn parse_short(text: &str) -> Option<&str> {
    text.strip_prefix("pith:").filter(|rest| matches!(rest.len(), 8 | 12 | 16) && is_base32(rest))
}

/// Whether a text has the characters of a suffix alone (NUM-2).
pub fn is_base32(text: &str) -> bool {
    text.bytes().all(|c| matches!(c, b'A'..=b'Z' | b'2'..=b'7'))
}

/// An id of arXiv that has a year (NUM-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArxivId {
    /// The year of the id.
    pub year: u16,
    /// Whether it has a subject class, and so derives no alias (ALIAS-1).
    pub has_class: bool,
}

impl ArxivId {
    /// The id that a text is.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some((month, serial)) = text.split_once('.') {
            if let (Some(year), 4 | 5) = (year_of(month), serial.len()) {
                let is_serial = serial.bytes().all(|c| c.is_ascii_digit());
                return is_serial.then_some(Self { year: 2000 + year, has_class: false });
            }
        }
        let (archive, rest) = text.split_once('/')?;
        let (archive, class) = archive.split_once('.').map_or((archive, None), |(a, b)| (a, Some(b)));
        let is_archive = !archive.is_empty() && archive.bytes().all(|c| c.is_ascii_lowercase() || c == b'-');
        let is_class =
            |class: &str| !class.is_empty() && class.bytes().all(|c| c.is_ascii_alphabetic() || c == b'-');
        let (month, serial) = rest.split_at_checked(4)?;
        let is_serial = serial.len() == 3 && serial.bytes().all(|c| c.is_ascii_digit());
        if !is_archive || !class.is_none_or(is_class) || !is_serial {
            return None;
        }
        let year = year_of(month)?;
        let century = if year >= 91 { 1900 } else { 2000 };
        Some(Self { year: century + year, has_class: class.is_some() })
    }
}

/// The YY of `YYMM`.
fn year_of(text: &str) -> Option<u16> {
    let is_digits = text.len() == 4 && text.bytes().all(|c| c.is_ascii_digit());
    let number: u16 = text.parse().ok().filter(|_| is_digits)?;
    (1..=12).contains(&(number % 100)).then_some(number / 100)
}
