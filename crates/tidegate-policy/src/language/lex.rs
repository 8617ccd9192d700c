//! Text to tokens. A `#` starts a comment at the start of a line or after white space.

use super::{Place, Word};

#[derive(Clone, Debug)]
pub(super) enum Token {
    Word(Word),
    Sign(char, Place),
}

impl Token {
    pub(super) fn place(&self) -> Place {
        match self {
            Self::Word(word) => word.place,
            Self::Sign(_, place) => *place,
        }
    }

    pub(super) fn describe(&self) -> String {
        match self {
            Self::Word(word) => format!("`{}`", word.text),
            Self::Sign(sign, _) => format!("`{sign}`"),
        }
    }
}

/// Every character becomes part of a token: what is not a word or a known sign is a sign that the
/// parser does not expect.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        scan_line(line, number, &mut tokens);
    }
    tokens
}

fn scan_line(line: &str, number: u32, tokens: &mut Vec<Token>) {
    let mut after_space = true;
    let mut word: Option<Word> = None;
    for (character, column) in line.chars().zip(1..) {
        let place = Place {
            line: number,
            column,
        };
        if is_part_of_word(character) {
            word.get_or_insert_with(|| Word {
                text: String::new(),
                place,
            })
            .text
            .push(character);
            after_space = false;
            continue;
        }
        tokens.extend(word.take().map(Token::Word));
        if character == '#' && after_space {
            return;
        }
        after_space = character.is_whitespace();
        if !after_space {
            tokens.push(Token::Sign(character, place));
        }
    }
    tokens.extend(word.map(Token::Word));
}

fn is_part_of_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | '/')
}
