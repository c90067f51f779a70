//! Timestamps and instants (TIME-1, TIME-2, FORMAT-11), by the calendar of the specification.

/// The days before a month of a year that is not a leap year.
const DAYS_BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
}

/// Whether 19 characters are an existing `YYYY-MM-DDTHH:MM:SS`.
fn is_moment(text: &[u8]) -> bool {
    let read = || {
        let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
        if separators.iter().any(|&(at, separator)| text[at] != separator) {
            return None;
        }
        let year = number(&text[..4])?;
        let month = number(&text[5..7])?;
        let day = number(&text[8..10])?;
        let (hour, minute, second) = (number(&text[11..13])?, number(&text[14..16])?, number(&text[17..19])?);
        let exists = year >= 1
            && (1..=12).contains(&month)
            && (1..=days_in(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        exists.then_some(())
    };
    text.len() == 19 && read().is_some()
}

/// The instant of a timestamp; `None` if the text is not one (TIME-1, TIME-2).
pub fn instant(text: &str) -> Option<String> {
    let moment = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00"))?;
    let (seconds, fraction) = moment.as_bytes().split_at_checked(19)?;
    let digits = match fraction {
        [] => "",
        [b'.', digits @ ..] if matches!(digits.len(), 3 | 6) && digits.iter().all(u8::is_ascii_digit) => {
            &moment[20..]
        }
        _ => return None,
    };
    is_moment(seconds).then(|| format!("{}.{digits:0<6}", &moment[..19]))
}

/// Whether a text is `YYYY-MM-DDTHH:MM:SSZ` of an existing time (REC-2).
pub fn is_utc_second(text: &str) -> bool {
    text.len() == 20 && text.ends_with('Z') && is_moment(&text.as_bytes()[..19])
}

/// The instant of a number of milliseconds since 1970, of the years 1 to 9999 (FORMAT-11).
pub fn instant_of_milliseconds(milliseconds: i64) -> Option<String> {
    const DAY: i64 = 86_400_000;
    // Days since 0001-01-01.
    let days = milliseconds.div_euclid(DAY) + 719_162;
    let rest = milliseconds.rem_euclid(DAY);
    if !(0..3_652_059).contains(&days) {
        return None;
    }
    let (year, of_year) = year_and_day(days);
    let after_february = |month: usize| i64::from(is_leap(year) && month > 2);
    let month = (1..=12).rev().find(|&month| of_year >= DAYS_BEFORE[month - 1] + after_february(month))?;
    let day = of_year - DAYS_BEFORE[month - 1] - after_february(month) + 1;
    let (second, milli) = (rest / 1000, rest % 1000);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}000"))
}

/// The instant of a number of seconds since 1970 (FORMAT-11).
pub fn instant_of_seconds(seconds: i64) -> Option<String> {
    instant_of_milliseconds(seconds.checked_mul(1000)?)
}

/// The year of a number of days since 0001-01-01, and the days before in this year.
fn year_and_day(days: i64) -> (i64, i64) {
    let (cycles, days) = (days / 146_097, days % 146_097);
    let centuries = (days / 36_524).min(3);
    let days = days - centuries * 36_524;
    let (fours, days) = (days / 1_461, days % 1_461);
    let years = (days / 365).min(3);
    (cycles * 400 + centuries * 100 + fours * 4 + years + 1, days - years * 365)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_those_of_the_proleptic_gregorian_calendar() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (-62_135_596_800, "0001-01-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(instant_of_seconds(seconds), instant(text), "{text}");
        }
        assert_eq!(instant_of_seconds(-62_135_596_801), None);
        assert_eq!(instant_of_seconds(253_402_300_800), None);
    }
}
