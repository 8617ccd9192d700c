//! Base64url without padding (RFC 4648 §5), strictly: one text for each list of bytes. Of bundles' heads and of secrets.
//!
//! Ours for its size: it is read in a browser.

/// By six bits.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// None unless it is the text that [`encode`] writes.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for character in text.bytes() {
        let value = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
            held &= (1 << bits) - 1;
        }
    }
    // A whole character too many, or bits that are no byte's.
    (bits < 6 && held == 0).then_some(bytes)
}

/// Its text.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    let (mut held, mut bits) = (0_u32, 0_u32);
    let mut push = |six: u32| {
        let letter = ALPHABET.get(six as usize & 63).copied();
        text.push(letter.unwrap_or_default().into());
    };
    for &byte in bytes {
        held = held << 8 | u32::from(byte);
        bits += 8;
        while bits >= 6 {
            bits -= 6;
            push(held >> bits);
        }
    }
    if bits > 0 {
        push(held << (6 - bits));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::URL_SAFE_NO_PAD;

    /// Against another implementation: every text of up to three characters, and bytes of each length.
    #[test]
    fn reads_and_writes_what_others_do() {
        let letters: Vec<char> = ALPHABET.iter().map(|&byte| byte.into()).collect();
        let others = ['+', '/', '=', ' ', '\n', '.', 'é', '\0'];
        let mut texts = vec![String::new()];
        let mut start = 0;
        for _ in 0..3 {
            let end = texts.len();
            for at in start..end {
                for letter in letters.iter().chain(&others) {
                    texts.push(format!("{}{letter}", texts[at]));
                }
            }
            start = end;
        }
        for text in &texts {
            assert_eq!(decode(text), URL_SAFE_NO_PAD.decode(text).ok(), "{text:?}");
        }
        let bytes: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
        for length in 0..bytes.len() {
            let text = encode(&bytes[..length]);
            assert_eq!(text, URL_SAFE_NO_PAD.encode(&bytes[..length]));
            assert_eq!(decode(&text).as_deref(), Some(&bytes[..length]));
        }
    }
}
