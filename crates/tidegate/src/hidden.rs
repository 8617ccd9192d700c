//! Reading what nobody else may see: from a file, from standard input, or typed without echo. Never from
//! the command line, which others on the machine see and the shell keeps.

use std::io::{IsTerminal, Read};
use std::path::Path;

use crate::exit::Failure;

/// Longest text that is read as a secret. Bytes.
const SECRET_LIMIT_BYTES: u64 = 64 * 1024;

/// Reads from `file` where it is given, else from standard input, which is asked by `prompt` where it is
/// a terminal. Without the white space around it.
pub(crate) fn read(file: Option<&Path>, prompt: &str) -> Result<String, Failure> {
    let (text, source) = match file {
        Some(file) => (
            read_file_or_stdin(file, SECRET_LIMIT_BYTES)?,
            file.display().to_string(),
        ),
        None if std::io::stdin().is_terminal() => {
            let typed = rpassword::prompt_password(prompt);
            let typed = typed.map_err(|error| input("the terminal", error))?;
            (typed, "that".to_owned())
        }
        None => (
            read_file_or_stdin(Path::new("-"), SECRET_LIMIT_BYTES)?,
            "standard input".to_owned(),
        ),
    };
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::Usage(format!("{source} holds nothing")));
    }
    Ok(text.to_owned())
}

/// Reads a whole file, or standard input for `-`; a longer one than `limit_bytes` is refused.
pub(crate) fn read_file_or_stdin(path: &Path, limit_bytes: u64) -> Result<String, Failure> {
    let name = match path == Path::new("-") {
        true => "standard input".to_owned(),
        false => path.display().to_string(),
    };
    read_text(path, limit_bytes).map_err(|error| input(&name, error))
}

/// As [`read_file_or_stdin`], for who names the file in a way of their own.
pub(crate) fn read_text(path: &Path, limit_bytes: u64) -> std::io::Result<String> {
    if path == Path::new("-") {
        return bounded(std::io::stdin().lock(), limit_bytes);
    }
    bounded(std::fs::File::open(path)?, limit_bytes)
}

/// Reads all of a source; a longer one than `limit_bytes` is refused.
pub(crate) fn bounded(source: impl Read, limit_bytes: u64) -> std::io::Result<String> {
    let mut text = String::new();
    // One more than the limit, to tell a text of that length from a longer one.
    source.take(limit_bytes + 1).read_to_string(&mut text)?;
    if text.len() as u64 > limit_bytes {
        let message = format!("longer than {limit_bytes} bytes");
        return Err(std::io::Error::new(
            std::io::ErrorKind::FileTooLarge,
            message,
        ));
    }
    Ok(text)
}

fn input(path: &str, error: std::io::Error) -> Failure {
    Failure::File {
        path: path.to_owned(),
        error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_the_limit_is_read_and_a_longer_one_is_refused() {
        assert_eq!(bounded("12345".as_bytes(), 5).unwrap(), "12345");
        assert!(bounded("123456".as_bytes(), 5).is_err());
    }
}
