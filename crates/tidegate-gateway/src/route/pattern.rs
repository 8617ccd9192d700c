//! Path patterns and the templates that their captures go into.

use crate::path::{Path, PathError, encode_into, is_name};

/// `/literal/{name}/…`, whole segments, optionally `{*rest}` at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    parts: Vec<PatternPart>,
    trailing_slash: bool,
}

/// One segment of a pattern, the most specific first.
#[derive(Clone, Debug, PartialEq, Eq)]
enum PatternPart {
    Literal(String),
    Capture(String),
    /// One or more segments.
    Rest(String),
}

/// How two patterns stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overlap {
    /// No path matches both.
    Disjoint,
    /// The first is the more specific one wherever they meet.
    First,
    /// The second is.
    Second,
    /// Neither, or they are the same.
    Ambiguous,
}

impl Pattern {
    /// Reads a pattern; the error says what is wrong, for the configuration's author.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let inner = text.strip_prefix('/').ok_or("must start with `/`")?;
        if inner.is_empty() {
            return Ok(Self {
                parts: Vec::new(),
                trailing_slash: false,
            });
        }
        let (inner, trailing_slash) = match inner.strip_suffix('/') {
            Some(inner) => (inner, true),
            None => (inner, false),
        };
        let mut parts: Vec<PatternPart> = Vec::new();
        for segment in inner.split('/') {
            if let Some(PatternPart::Rest(name)) = parts.last() {
                return Err(format!("`{{*{name}}}` must be the last segment"));
            }
            let part = PatternPart::parse(segment)?;
            if let Some(name) = part.name()
                && parts.iter().any(|earlier| earlier.name() == Some(name))
            {
                return Err(format!("`{name}` is captured twice"));
            }
            parts.push(part);
        }
        Ok(Self {
            parts,
            trailing_slash,
        })
    }

    /// The names captured, in order; the last one is told apart when it is `{*rest}`.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, bool)> {
        self.parts.iter().filter_map(|part| match part {
            PatternPart::Literal(_) => None,
            PatternPart::Capture(name) => Some((name.as_str(), false)),
            PatternPart::Rest(name) => Some((name.as_str(), true)),
        })
    }

    /// What the segments of a path that matches are captured as.
    ///
    /// # Errors
    /// The path holds what this route does not let pass.
    pub(crate) fn captures<'p>(
        &self,
        path: &'p Path<'_>,
        encoded_slash: bool,
    ) -> Result<Captures<'p>, PathError> {
        let mut captures = Captures {
            single: Vec::with_capacity(self.parts.len()),
            rest: &[],
        };
        for (index, part) in self.parts.iter().enumerate() {
            match part {
                PatternPart::Literal(_) => {}
                PatternPart::Capture(_) => {
                    let segment = path.segments.get(index).ok_or(PathError::NotAName)?;
                    if segment.holds_slash && !encoded_slash {
                        return Err(PathError::EncodedSlash);
                    }
                    // Where the route lets an encoded slash pass, it is the one exception.
                    if !segment.text.split('/').all(is_name) {
                        return Err(PathError::NotAName);
                    }
                    captures.single.push(&segment.text);
                }
                PatternPart::Rest(_) => {
                    captures.rest = path.segments.get(index..).unwrap_or_default();
                }
            }
        }
        if !encoded_slash && captures.rest.iter().any(|segment| segment.holds_slash) {
            return Err(PathError::EncodedSlash);
        }
        Ok(captures)
    }

    /// Whether the path goes to this pattern, or to one that is more specific.
    pub(crate) fn matches(&self, path: &Path<'_>) -> bool {
        let fits = match self.parts.last() {
            Some(PatternPart::Rest(_)) => path.segments.len() >= self.parts.len(),
            _ => path.segments.len() == self.parts.len(),
        };
        fits && self.trailing_slash == path.trailing_slash
            && self
                .parts
                .iter()
                .zip(&path.segments)
                .all(|(part, segment)| match part {
                    PatternPart::Literal(literal) => *literal == segment.text,
                    PatternPart::Capture(_) | PatternPart::Rest(_) => true,
                })
    }

    /// Which of two patterns a path goes to that matches both.
    pub(crate) fn overlap(&self, other: &Self) -> Overlap {
        if self.trailing_slash != other.trailing_slash {
            return Overlap::Disjoint;
        }
        let (mut first, mut second) = (false, false);
        let mut index = 0;
        loop {
            match (self.parts.get(index), other.parts.get(index)) {
                (None, None) => break,
                (None, Some(_)) | (Some(_), None) => return Overlap::Disjoint,
                (Some(PatternPart::Rest(_)), Some(PatternPart::Rest(_))) => break,
                (Some(PatternPart::Rest(_)), Some(_)) => {
                    second = true;
                    break;
                }
                (Some(_), Some(PatternPart::Rest(_))) => {
                    first = true;
                    break;
                }
                (Some(PatternPart::Literal(a)), Some(PatternPart::Literal(b))) => {
                    if a != b {
                        return Overlap::Disjoint;
                    }
                }
                (Some(PatternPart::Literal(_)), Some(PatternPart::Capture(_))) => first = true,
                (Some(PatternPart::Capture(_)), Some(PatternPart::Literal(_))) => second = true,
                (Some(PatternPart::Capture(_)), Some(PatternPart::Capture(_))) => {}
            }
            index += 1;
        }
        match (first, second) {
            (true, false) => Overlap::First,
            (false, true) => Overlap::Second,
            (true, true) | (false, false) => Overlap::Ambiguous,
        }
    }
}

impl PatternPart {
    fn parse(segment: &str) -> Result<Self, String> {
        if let Some(name) = segment
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
        {
            return match name.strip_prefix('*') {
                Some(name) => capture_name(name).map(Self::Rest),
                None => capture_name(name).map(Self::Capture),
            };
        }
        if segment.contains(['{', '}']) {
            return Err(format!(
                "`{segment}`: a capture is a whole segment, `{{name}}`"
            ));
        }
        is_literal_segment(segment)?;
        Ok(Self::Literal(segment.to_owned()))
    }

    fn name(&self) -> Option<&str> {
        match self {
            Self::Literal(_) => None,
            Self::Capture(name) | Self::Rest(name) => Some(name),
        }
    }
}

/// Literals are written decoded, and must be able to match.
fn is_literal_segment(segment: &str) -> Result<(), String> {
    if segment.contains(['%', '?', '#', '\\']) {
        return Err(format!(
            "`{segment}`: literal text is written decoded, without `% ? # \\`"
        ));
    }
    crate::path::parse(&format!("/{segment}")).map_err(|error| format!("`{segment}`: {error}"))?;
    if segment.is_empty() {
        return Err("an empty segment never matches".to_owned());
    }
    Ok(())
}

fn capture_name(name: &str) -> Result<String, String> {
    let is_word = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_word {
        Ok(name.to_owned())
    } else {
        Err(format!("`{{{name}}}` is no name for a capture"))
    }
}

/// What a pattern captured of one path.
#[derive(Debug)]
pub(crate) struct Captures<'p> {
    single: Vec<&'p str>,
    rest: &'p [crate::path::Segment<'p>],
}

/// Text with captures in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    parts: Vec<TemplatePart>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum TemplatePart {
    Literal(String),
    /// The capture at this place among the pattern's single captures.
    Capture(usize),
    Rest,
}

impl Template {
    /// Reads a resource: `type:id` with captures in the id.
    pub(crate) fn resource(text: &str, pattern: &Pattern) -> Result<Self, String> {
        let template = Self::parse(text, pattern, str::to_owned)?;
        if template.parts.contains(&TemplatePart::Rest) {
            return Err("a resource cannot be named by `{*…}`".to_owned());
        }
        match template.type_name() {
            Some(name) if !name.is_empty() => Ok(template),
            _ => Err("must start with the object's type and a colon, without captures".to_owned()),
        }
    }

    /// Reads an upstream path; literal text is written decoded.
    pub(crate) fn upstream_path(text: &str, pattern: &Pattern) -> Result<Self, String> {
        if !text.starts_with('/') {
            return Err("must start with `/`".to_owned());
        }
        if text.contains(['?', '#', '%', '\\']) {
            return Err("is a path written decoded, without `? # % \\`".to_owned());
        }
        let template = Self::parse(text, pattern, |literal| {
            literal
                .split('/')
                .map(encoded)
                .collect::<Vec<_>>()
                .join("/")
        })?;
        // Any name stands in for the captures: dots and empty segments come from literal text alone.
        let mut example = String::new();
        for part in &template.parts {
            match part {
                TemplatePart::Literal(literal) => example.push_str(literal),
                TemplatePart::Capture(_) | TemplatePart::Rest => example.push('x'),
            }
        }
        crate::path::parse(&example).map_err(|error| error.to_string())?;
        let braced = format!(
            "{{*{}}}",
            pattern
                .names()
                .find(|name| name.1)
                .map_or("", |name| name.0)
        );
        if text
            .split('/')
            .any(|segment| segment.contains(&braced) && segment != braced)
        {
            return Err(format!("`{braced}` must be a whole segment"));
        }
        Ok(template)
    }

    fn parse(
        text: &str,
        pattern: &Pattern,
        write: impl Fn(&str) -> String,
    ) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut left = text;
        while let Some((literal, after)) = left.split_once('{') {
            let (name, after) = after.split_once('}').ok_or("a `{` without `}`")?;
            push_literal(&mut parts, literal, &write)?;
            parts.push(capture(name, pattern)?);
            left = after;
        }
        push_literal(&mut parts, left, &write)?;
        Ok(Self { parts })
    }

    /// What stands before the first colon, when that is literal.
    pub(crate) fn type_name(&self) -> Option<&str> {
        match self.parts.first() {
            Some(TemplatePart::Literal(text)) => text.split_once(':').map(|(name, _)| name),
            _ => None,
        }
    }

    /// Puts the captures in as they are: for a resource.
    ///
    /// # Errors
    /// A capture that holds a slash, which would name another resource.
    pub(crate) fn name(&self, captures: &Captures<'_>) -> Result<String, PathError> {
        let mut out = String::with_capacity(64);
        for part in &self.parts {
            match part {
                TemplatePart::Literal(text) => out.push_str(text),
                TemplatePart::Capture(place) => {
                    let text = captures.single.get(*place).ok_or(PathError::NotAName)?;
                    if !is_name(text) {
                        return Err(PathError::EncodedSlash);
                    }
                    out.push_str(text);
                }
                TemplatePart::Rest => return Err(PathError::NotAName),
            }
        }
        Ok(out)
    }

    /// Puts the captures in, each in its one spelling: for the upstream.
    pub(crate) fn write_path(
        &self,
        captures: &Captures<'_>,
        out: &mut String,
    ) -> Result<(), PathError> {
        for part in &self.parts {
            match part {
                TemplatePart::Literal(text) => out.push_str(text),
                TemplatePart::Capture(place) => {
                    encode_into(captures.single.get(*place).ok_or(PathError::NotAName)?, out);
                }
                TemplatePart::Rest => {
                    for (index, segment) in captures.rest.iter().enumerate() {
                        if index > 0 {
                            out.push('/');
                        }
                        encode_into(&segment.text, out);
                    }
                }
            }
        }
        Ok(())
    }
}

fn push_literal(
    parts: &mut Vec<TemplatePart>,
    literal: &str,
    write: impl Fn(&str) -> String,
) -> Result<(), String> {
    if literal.contains('}') {
        return Err("a `}` without `{`".to_owned());
    }
    if !literal.is_empty() {
        parts.push(TemplatePart::Literal(write(literal)));
    }
    Ok(())
}

fn capture(name: &str, pattern: &Pattern) -> Result<TemplatePart, String> {
    let (bare, is_rest) = match name.strip_prefix('*') {
        Some(bare) => (bare, true),
        None => (name, false),
    };
    let place = pattern
        .names()
        .position(|(captured, rest)| captured == bare && rest == is_rest)
        .ok_or_else(|| format!("`{{{name}}}` is not captured by `path`"))?;
    Ok(if is_rest {
        TemplatePart::Rest
    } else {
        TemplatePart::Capture(place)
    })
}

fn encoded(segment: &str) -> String {
    let mut out = String::new();
    encode_into(segment, &mut out);
    out
}
