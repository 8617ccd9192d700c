//! The configuration file of a gateway alone: the table `[gateway]`, and nothing beside it.

use std::io::Read;
use std::path::Path;

use tidegate_gateway::Config;
use toml::de::DeTable;

/// Longest configuration file that is read. Bytes.
const LIMIT_BYTES: u64 = 16 * 1024 * 1024;

/// Reads a file.
///
/// # Errors
/// Everything that is wrong, each with its key and line.
pub(super) fn read(path: &Path) -> Result<Config, String> {
    let cannot = |error| format!("cannot read the configuration {}: {error}", path.display());
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(cannot)?;
    file.take(LIMIT_BYTES)
        .read_to_string(&mut text)
        .map_err(cannot)?;
    parse(&text).map_err(|errors| wrong(path, &errors))
}

/// How an error of the configuration is said.
pub(super) fn wrong(path: &Path, errors: &dyn std::fmt::Display) -> String {
    format!("the configuration {} is wrong:\n{errors}", path.display())
}

fn parse(text: &str) -> Result<Config, String> {
    let mut errors = beside(text);
    let config = Config::parse(text).map_err(|found| {
        errors.extend(found.0.iter().map(|error| (error.line, error.to_string())));
    });
    match config {
        Ok(config) if errors.is_empty() => Ok(config),
        _ => {
            errors.sort_by_key(|(line, _)| *line);
            let lines: Vec<String> = errors.into_iter().map(|(_, error)| error).collect();
            Err(lines.join("\n"))
        }
    }
}

/// What stands beside the table.
fn beside(text: &str) -> Vec<(usize, String)> {
    let Ok(document) = DeTable::parse(text) else {
        // The gateway's reader reports it.
        return Vec::new();
    };
    let others = document
        .get_ref()
        .iter()
        .filter(|(key, _)| key.get_ref() != "gateway");
    let error = |(key, _): (&toml::Spanned<std::borrow::Cow<'_, str>>, _)| {
        let before = text.get(..key.span().start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let key = key.get_ref();
        let message = if key == "control" {
            "a gateway alone has none: it follows the control plane of --control"
        } else {
            "unknown; it may be gateway"
        };
        (line, format!("line {line}: {key}: {message}"))
    };
    others.map(error).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_wrong_is_said_at_once_in_the_order_of_the_lines() {
        let text = "[control]\nlisten = \"127.0.0.1:1\"\n[gateway]\nlisten = []\n[other]\n";
        let errors = parse(text).unwrap_err();
        let starts: Vec<&str> = errors
            .lines()
            .map(|line| line.split(": ").next().unwrap())
            .collect();
        assert!(starts.is_sorted(), "{errors}");
        assert!(
            errors.starts_with("line 1: control: a gateway alone has none"),
            "{errors}"
        );
        assert!(
            errors.contains("gateway: `admin_listen` is missing"),
            "{errors}"
        );
        assert!(
            errors.ends_with("line 5: other: unknown; it may be gateway"),
            "{errors}"
        );
    }

    #[test]
    fn the_table_alone_is_what_it_takes() {
        let text = "[gateway]\nlisten = [\"127.0.0.1:0\"]\nadmin_listen = \"127.0.0.1:0\"\n\
                    [gateway.upstream.data]\nurl = \"http://127.0.0.1:8001\"\n\
                    [[gateway.route]]\npath = \"/{a}\"\nresource = \"stream:{a}\"\nupstream = \"data\"\n\
                    actions = { GET = \"can_read\" }\nquery = []\n";
        assert!(parse(text).is_ok(), "{:?}", parse(text).err());
        assert!(parse(&format!("top = 1\n{text}")).is_err());
    }
}
