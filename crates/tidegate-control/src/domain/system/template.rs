//! Tuples and objects that the system writes itself, with blanks to fill.

use tidegate_policy::{NameError, Object, Tuple};

use crate::domain::naming;

/// A tuple or an object with blanks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Object,
    Parent,
    Creator,
    Subject,
    Id,
    ParentId,
    Name,
}

/// What goes into the blanks.
#[derive(Clone, Copy, Debug)]
pub struct Blanks<'a> {
    /// The object.
    pub object: &'a Object,
    /// What it lies below.
    pub parent: &'a Object,
    /// Who is written as its creator; or the subject, on acceptance.
    pub subject: &'a Object,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// A text for the author of the file.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (blank, after) = after
                .split_once('}')
                .ok_or_else(|| format!("`{text}` has a blank without an end"))?;
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(match blank {
                "object" => Piece::Object,
                "parent" => Piece::Parent,
                "creator" => Piece::Creator,
                "subject" => Piece::Subject,
                "id" => Piece::Id,
                "parent_id" => Piece::ParentId,
                "name" => Piece::Name,
                other => {
                    return Err(format!(
                        "no blank `{{{other}}}`: there are object, parent, creator, subject, id, parent_id, name"
                    ));
                }
            });
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    /// Whether the creator is named, so that it matters who that is.
    pub fn names_creator(&self) -> bool {
        self.0.contains(&Piece::Creator)
    }

    /// Whether the subject is named, who is known on acceptance alone.
    pub fn names_subject(&self) -> bool {
        self.0.contains(&Piece::Subject)
    }

    /// As a tuple.
    ///
    /// # Errors
    /// [`NameError`] when it is none.
    pub fn tuple(&self, blanks: &Blanks<'_>) -> Result<Tuple, NameError> {
        self.fill(blanks).parse()
    }

    /// As an object.
    ///
    /// # Errors
    /// [`NameError`] when it is none.
    pub fn object(&self, blanks: &Blanks<'_>) -> Result<Object, NameError> {
        self.fill(blanks).parse()
    }

    fn fill(&self, blanks: &Blanks<'_>) -> String {
        let fill = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Object => blanks.object.to_string(),
            Piece::Parent => blanks.parent.to_string(),
            Piece::Creator | Piece::Subject => blanks.subject.to_string(),
            Piece::Id => blanks.object.id().to_owned(),
            Piece::ParentId => blanks.parent.id().to_owned(),
            Piece::Name => naming::split(blanks.object).1.to_owned(),
        };
        self.0.iter().map(fill).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks() {
        assert!(
            Template::parse("{object}#a@{creator}")
                .unwrap()
                .names_creator()
        );
        assert!(
            !Template::parse("{object}#a@{parent}")
                .unwrap()
                .names_creator()
        );
        for bad in ["{object", "{}", "{uid}", "a{objects}"] {
            assert!(Template::parse(bad).is_err(), "{bad:?}");
        }
    }
}
