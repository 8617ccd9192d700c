//! `[gateway.upstream.NAME]`

use std::path::PathBuf;

use http::HeaderName;
use http::uri::{Authority, Scheme, Uri};

use super::read::{Located, Place, Section};
use crate::sanitize::may_hold_credential;

/// Where permitted requests go.
#[derive(Clone, Debug)]
pub(crate) struct UpstreamConfig {
    pub(crate) name: String,
    pub(crate) scheme: Scheme,
    pub(crate) authority: Authority,
    pub(crate) ca_file: Option<Located<PathBuf>>,
    pub(crate) credential: Option<Credential>,
    pub(crate) at: Place,
}

/// A header that the gateway adds for the upstream.
#[derive(Clone, Debug)]
pub(crate) struct Credential {
    pub(crate) header: HeaderName,
    pub(crate) source: CredentialSource,
    pub(crate) at: Place,
}

/// Where a credential is read from, when the gateway is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CredentialSource {
    /// An environment variable.
    Env(String),
    /// A file; white space at its end does not count.
    File(PathBuf),
}

pub(super) fn read(section: &mut Section<'_, '_>) -> Vec<UpstreamConfig> {
    let mut upstreams = Vec::new();
    for (name, value) in section.entries("upstream") {
        let Some(table) = section.as_section(value.get_ref(), name.at) else {
            continue;
        };
        upstreams.push(upstream(name.value, table));
    }
    upstreams
}

fn upstream(name: &str, mut table: Section<'_, '_>) -> UpstreamConfig {
    let url = table.needed_text("url");
    let parsed = url.as_ref().and_then(|url| match base(url.value) {
        Ok(base) => Some(base),
        Err(message) => {
            table.error(&url.at, message);
            None
        }
    });
    let ca_file = table.text("ca_file").map(|text| Located {
        value: PathBuf::from(text.value),
        at: text.at,
    });
    if let (Some(ca_file), Some((scheme, _))) = (&ca_file, &parsed)
        && *scheme != Scheme::HTTPS
    {
        table.error(&ca_file.at, "goes with an https:// url only");
    }
    let credential = table.section("credential").and_then(credential);
    let at = table.at().clone();
    table.finish();
    // Routes may name it though it is wrong; a configuration with an error goes no further.
    let (scheme, authority) =
        parsed.unwrap_or((Scheme::HTTP, Authority::from_static("invalid.invalid")));
    UpstreamConfig {
        name: name.to_owned(),
        scheme,
        authority,
        ca_file,
        credential,
        at,
    }
}

/// `http://host:port` or `https://host:port`, and nothing else.
fn base(url: &str) -> Result<(Scheme, Authority), String> {
    let parts = url
        .parse::<Uri>()
        .map_err(|error| format!("is no URL: {error}"))?
        .into_parts();
    let scheme = match parts.scheme {
        Some(scheme) if scheme == Scheme::HTTP || scheme == Scheme::HTTPS => scheme,
        _ => return Err("must start with http:// or https://".to_owned()),
    };
    let Some(authority) = parts
        .authority
        .filter(|authority| !authority.host().is_empty())
    else {
        return Err("names no host".to_owned());
    };
    if authority.as_str().contains('@') {
        return Err("must not hold a user: a credential has a key of its own".to_owned());
    }
    match parts.path_and_query {
        Some(path) if path.as_str() != "/" => {
            Err("must not hold a path: each route has its `upstream_path`".to_owned())
        }
        _ => Ok((scheme, authority)),
    }
}

fn credential(mut table: Section<'_, '_>) -> Option<Credential> {
    let header = table.needed_text("header").and_then(|text| {
        let name = HeaderName::from_bytes(text.value.as_bytes())
            .ok()
            .filter(may_hold_credential);
        if name.is_none() {
            table.error(
                &text.at,
                format!("`{}` is no header for a credential", text.value),
            );
        }
        name
    });
    let env = table
        .text("env")
        .map(|text| CredentialSource::Env(text.value.to_owned()));
    let file = table
        .text("file")
        .map(|text| CredentialSource::File(PathBuf::from(text.value)));
    let source = match (env, file) {
        (Some(source), None) | (None, Some(source)) => Some(source),
        _ => {
            let at = table.at().clone();
            table.error(&at, "needs one of `env` and `file`");
            None
        }
    };
    let at = table.at().clone();
    table.finish();
    Some(Credential {
        header: header?,
        source: source?,
        at,
    })
}
