//! The text of a UUID (RFC 9562 §4): read in each of its forms, and written with hyphens.
//!
//! Ours for its size: that of the `uuid` crate is 1 % of the engine in a browser.

use uuid::Uuid;

/// Where the hyphens are.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

const URN: &[u8] = b"urn:uuid:";

/// With hyphens, then also in braces or as a URN; or without. None of another text.
pub(crate) fn parse(text: &str) -> Option<Uuid> {
    let bytes = text.as_bytes();
    let bare = match bytes {
        [b'{', inner @ .., b'}'] => inner,
        _ => match bytes.split_at_checked(URN.len()) {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case(URN) => rest,
            _ => bytes,
        },
    };
    let has_hyphens = match bare.len() {
        36 => true,
        32 if bare.len() == bytes.len() => false,
        _ => return None,
    };
    let mut number = 0_u128;
    for (at, &byte) in bare.iter().enumerate() {
        if has_hyphens && HYPHENS.contains(&at) {
            if byte != b'-' {
                return None;
            }
        } else {
            let digit = char::from(byte).to_digit(16)?;
            number = number << 4 | u128::from(digit);
        }
    }
    Some(Uuid::from_u128(number))
}

/// With hyphens, in small letters.
pub fn write(uuid: &Uuid) -> String {
    let mut text = String::with_capacity(36);
    for &byte in uuid.as_bytes() {
        if HYPHENS.contains(&text.len()) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(digit.into(), 16));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_read_and_written_as_by_the_crate() {
        let plain = "0190a5c8-5f3e-7abc-9def-0123456789ab";
        let simple = plain.replace('-', "");
        let texts = [
            plain.to_owned(),
            plain.to_uppercase(),
            simple.clone(),
            format!("{{{plain}}}"),
            format!("urn:uuid:{plain}"),
            format!("{{{simple}}}"),
            format!("urn:uuid:{simple}"),
            format!("{{{}}}", simple.get(2..).unwrap_or_default()),
            format!("urn:uuid:{}", simple.get(9..).unwrap_or_default()),
            format!("URN:UUID:{plain}"),
            format!("{{{plain}"),
            format!("{plain}}}"),
            format!("{{urn:uuid:{plain}}}"),
            plain.replace('5', "g"),
            plain.replace('5', "é"),
            plain.replace("-7", "7-"),
            plain.replacen('-', "0", 1),
            simple.replace('0', "-"),
            plain.get(1..).unwrap_or_default().to_owned(),
            format!("{plain}0"),
            format!(" {plain}"),
            format!("+{}", simple.get(1..).unwrap_or_default()),
            String::new(),
        ];
        for text in texts {
            let theirs = Uuid::try_parse(&text).ok();
            assert_eq!(parse(&text), theirs, "{text}");
            if let Some(uuid) = theirs {
                assert_eq!(write(&uuid), uuid.to_string());
            }
        }
        for uuid in [Uuid::nil(), Uuid::max(), Uuid::from_u128(1 << 124)] {
            assert_eq!(write(&uuid), uuid.to_string());
        }
    }
}
