//! Sizes as users write them: `512`, `64K`, `1.5G`. Pure.

/// Reads a size; a number without a unit is bytes, units are powers of 1024.
pub fn parse(text: &str) -> Result<u64, String> {
    let wrong = || format!("\"{text}\" is no size such as 512K, 20M or 1.5G");
    let plain = text
        .trim()
        .trim_end_matches(['b', 'B'])
        .trim_end_matches(['i']);
    let digits = plain
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(plain.len());
    let (number, unit) = plain.split_at(digits);
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let shift = match unit.trim() {
        "" => 0,
        "k" | "K" => 10,
        "m" | "M" => 20,
        "g" | "G" => 30,
        "t" | "T" => 40,
        _ => return Err(wrong()),
    };
    let unit = 1_u64 << shift;
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "digits and a point: not negative; a limit need not be exact"
    )]
    let bytes = (number * unit as f64) as u64;
    Ok(bytes)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    #[test]
    fn reads_what_users_write() {
        for (text, bytes) in [
            ("0", 0),
            ("512", 512),
            ("64K", 65_536),
            ("1.5GiB", 1_610_612_736),
        ] {
            assert_eq!(parse(text).unwrap(), bytes, "{text}");
        }
        for text in ["", "K", "1x", "-1", "1.2.3"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
