//! Which query parameters pass.
//!
//! A query passes byte for byte as it came, or the request is refused. In a list, names are compared
//! exactly, after they are decoded once; anything that another reader could split or name otherwise is
//! refused. Whatever the route says, no query passes that carries a secret.

use std::borrow::Cow;

use percent_encoding::percent_decode;

use crate::path::is_well_encoded;
use crate::sanitize::holds_secret;

/// The parameters that a route lets pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum QueryRule {
    /// All.
    Any,
    /// These, compared exactly.
    Only(Vec<String>),
}

/// Why a query is refused. Names no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum QueryError {
    #[error("a query parameter that the route does not list")]
    NotListed {
        /// Its name, where that is a plain word.
        name: Option<String>,
    },
    #[error("a query that can be split in more than one way")]
    Separator,
    #[error("a query that is not well encoded")]
    BadEncoding,
    #[error("a secret in the query")]
    Secret,
}

impl QueryError {
    /// A stable word for log and metrics.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::NotListed { .. } => "query-not-listed",
            Self::Separator => "query-separator",
            Self::BadEncoding => "query-encoding",
            Self::Secret => "query-secret",
        }
    }
}

/// RFC 6750 §2.3: where a secret would stand in a query.
const ACCESS_TOKEN: &str = "access_token";

impl QueryRule {
    /// Whether the query passes as it is.
    pub(crate) fn check(&self, query: &str) -> Result<(), QueryError> {
        if !query.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(QueryError::BadEncoding);
        }
        let decoded: Cow<'_, [u8]> = percent_decode(query.as_bytes()).into();
        if holds_secret(query.as_bytes()) || holds_secret(&decoded) {
            return Err(QueryError::Secret);
        }
        for parameter in query.split('&') {
            let raw = parameter.split('=').next().unwrap_or_default();
            let name = decode_name(raw);
            if let Some(name) = &name
                && name.eq_ignore_ascii_case(ACCESS_TOKEN)
            {
                return Err(QueryError::Secret);
            }
            if let Self::Only(names) = self {
                if parameter.contains(';') {
                    return Err(QueryError::Separator);
                }
                let name = name.ok_or(QueryError::BadEncoding)?;
                if !names.iter().any(|listed| *listed == name) {
                    return Err(QueryError::NotListed {
                        name: is_plain(&name).then(|| name.into()),
                    });
                }
            }
        }
        Ok(())
    }
}

fn decode_name(raw: &str) -> Option<Cow<'_, str>> {
    if !raw.contains(['%', '+']) {
        return Some(Cow::Borrowed(raw));
    }
    if !is_well_encoded(raw) {
        return None;
    }
    let spaced = raw.replace('+', " ");
    let decoded = percent_decode(spaced.as_bytes()).decode_utf8().ok()?;
    Some(Cow::Owned(decoded.into_owned()))
}

/// Whether a name can be said back to the caller and written to a log.
pub(crate) fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 64
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sanitize::SECRET_PREFIX;

    fn list(names: &[&str]) -> QueryRule {
        QueryRule::Only(names.iter().map(|&name| name.to_owned()).collect())
    }

    #[test]
    fn a_list_lets_its_names_pass() {
        let rule = list(&["limit", "cursor", "a b"]);
        for query in [
            "limit=1",
            "limit",
            "limit=",
            "limit=1&cursor=x%3Bz%26",
            "limit=1&limit=2",
            "%6Cimit=1",
            "a+b=1",
            "a%20b=1",
            "cursor=a=b",
        ] {
            assert_eq!(rule.check(query), Ok(()), "{query}");
        }
    }

    #[test]
    fn a_list_refuses_the_rest() {
        let rule = list(&["limit", "cursor"]);
        let other = |name: &str| QueryError::NotListed {
            name: Some(name.to_owned()),
        };
        let unnamed = || QueryError::NotListed { name: None };
        for (query, error) in [
            ("sql=drop", other("sql")),
            ("limit=1&sql=x", other("sql")),
            ("Limit=1", other("Limit")),
            ("limit[]=1", unnamed()),
            ("=1", unnamed()),
            ("limit=1&", unnamed()),
            ("&limit=1", unnamed()),
            ("limit=1&&cursor=2", unnamed()),
            ("lim%69t%00=1", unnamed()),
            ("limit%2520=1", unnamed()),
            ("+limit=1", unnamed()),
            ("limit=1;sql=x", QueryError::Separator),
            ("limit;sql", QueryError::Separator),
            ("l%=1", QueryError::BadEncoding),
            ("l%ff=1", QueryError::BadEncoding),
            ("limit=\u{e9}", QueryError::BadEncoding),
        ] {
            assert_eq!(rule.check(query), Err(error), "{query}");
        }
    }

    #[test]
    fn no_secret_passes_anywhere() {
        let spelled = SECRET_PREFIX.replacen('e', "%65", 1);
        for rule in [QueryRule::Any, list(&["limit", "access_token"])] {
            for query in [
                "access_token=x".to_owned(),
                "limit=1&Access_Token=x".to_owned(),
                "access%5Ftoken=x".to_owned(),
                format!("limit={SECRET_PREFIX}abc"),
                format!("limit={spelled}abc"),
            ] {
                assert_eq!(rule.check(&query), Err(QueryError::Secret), "{query}");
            }
        }
        assert_eq!(QueryRule::Any.check("a=1;b=2&&%zz&limit[]=1"), Ok(()));
    }
}
