//! The lists of claims: `* **BN-01** text [M][A]`, one or more lines each.

use std::collections::BTreeMap;
use std::path::Path;

use crate::Failure;

/// What a claim can be tagged as.
const TAGS: [&str; 8] = ["M", "A", "C", "Q", "B", "L", "U", "ADV"];

/// One sentence that must be true.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Claim {
    /// For example `BN-01`.
    pub(super) id: String,
    tags: Vec<String>,
}

impl Claim {
    /// Whether a test must hold it: advice and surfaces are documented.
    pub(super) fn needs_test(&self) -> bool {
        self.tags.iter().any(|tag| tag != "U" && tag != "ADV")
    }

    /// As they are written.
    pub(super) fn tags(&self) -> String {
        self.tags.iter().map(|tag| format!("[{tag}]")).collect()
    }

    /// Whether a test, by its path, is named by it.
    pub(super) fn is_held_by(&self, test: &str) -> bool {
        let name = self.id.to_lowercase().replace('-', "_");
        let rest = super::last(test).strip_prefix(&name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    }
}

/// Every system's claims, from `FOLDER/SYSTEM.md`.
pub(super) fn read(folder: &Path) -> Result<BTreeMap<String, Vec<Claim>>, Failure> {
    let cannot = |error: std::io::Error| Failure::failed(format!("{}: {error}", folder.display()));
    let mut lists = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let claims = parse(&std::fs::read_to_string(&path).map_err(cannot)?);
        // The README has none.
        if let (false, Some(system)) = (claims.is_empty(), path.file_stem()) {
            lists.insert(system.to_string_lossy().into_owned(), claims);
        }
    }
    Ok(lists)
}

/// The claims of a list, in order.
pub(super) fn parse(text: &str) -> Vec<Claim> {
    let mut claims: Vec<Claim> = Vec::new();
    for line in text.lines() {
        let start = line
            .strip_prefix("* **")
            .and_then(|rest| rest.split_once("**"));
        if let Some((id, _)) = start {
            claims.push(Claim {
                id: id.to_owned(),
                tags: Vec::new(),
            });
        } else if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(claim) = claims.last_mut() {
            claim.tags.extend(tags(line));
        }
    }
    claims
}

/// The tags that a line ends in.
fn tags(line: &str) -> Vec<String> {
    let mut rest = line.trim_end();
    let mut tags = Vec::new();
    while let Some((before, tag)) = rest
        .strip_suffix(']')
        .and_then(|rest| rest.rsplit_once('['))
    {
        if !TAGS.contains(&tag) {
            break;
        }
        tags.insert(0, tag.to_owned());
        rest = before.trim_end();
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_tags() {
        let text = "# List\n\nWords [M].\n\n* **BN-01** (a) text [not a tag] here. [M][A]\n* **BN-02** long\n  text. [ADV]\n\n## Part\n* **BN-03** none\n";
        let claims = parse(text);
        let seen: Vec<(&str, String, bool)> = claims
            .iter()
            .map(|claim| (claim.id.as_str(), claim.tags(), claim.needs_test()))
            .collect();
        assert_eq!(
            seen,
            [
                ("BN-01", "[M][A]".to_owned(), true),
                ("BN-02", "[ADV]".to_owned(), false),
                ("BN-03", String::new(), false),
            ]
        );
    }
}
