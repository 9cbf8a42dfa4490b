//! Lengths of time as users write them: `26h`, `90s`, `1d12h`. Pure.

use std::time::Duration;

/// Reads a length of time; a number without a unit is seconds.
pub fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || format!("\"{text}\" is no length of time such as 90s, 15m, 26h or 1d12h");
    if let Ok(seconds) = text.parse::<u64>() {
        return Ok(Duration::from_secs(seconds));
    }
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (number, after) = rest.split_at(digits);
        let letters = after
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let part = milliseconds(unit)
            .and_then(|unit| unit.checked_mul(number))
            .map(Duration::from_millis);
        total = part
            .and_then(|part| total.checked_add(part))
            .ok_or_else(wrong)?;
        rest = after;
    }
    if text.is_empty() {
        Err(wrong())
    } else {
        Ok(total)
    }
}

fn milliseconds(unit: &str) -> Option<u64> {
    Some(match unit {
        "ms" => 1,
        "s" => 1000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    })
}

/// Writes a length of time for people: two units at most.
#[must_use]
pub fn show(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) if seconds < 10 => format!("{:.1}s", duration.as_secs_f64()),
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m{}s", seconds % 60),
        (0, _, _) => format!("{hours}h{minutes}m"),
        _ => format!("{days}d{hours}h"),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    #[test]
    fn reads_what_users_write() {
        for (text, seconds) in [("90", 90), ("26h", 93_600), ("1d12h", 129_600), ("2m", 120)] {
            assert_eq!(parse(text).unwrap(), Duration::from_secs(seconds));
        }
        assert_eq!(parse("250ms").unwrap(), Duration::from_millis(250));
        for text in ["", "h", "3x", "3h2", "-1s", "99999999999999999999d"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn shows_two_units() {
        assert_eq!(show(Duration::from_secs(93_600)), "1d2h");
        assert_eq!(show(Duration::from_millis(1250)), "1.2s");
        assert_eq!(show(Duration::from_secs(61)), "1m1s");
    }
}
