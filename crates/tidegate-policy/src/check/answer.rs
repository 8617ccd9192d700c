//! What a part of a search comes to.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    /// No, because the way here led in a circle: elsewhere the answer may be another.
    Circle,
}

/// Why a part of the search has no answer. Small, as every step hands it on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Halt {
    /// The relation of an object whose type does not have it, by its place in the list of the search.
    Undefined(u32),
    /// The condition of an entry of a row, likewise.
    Condition(u32),
    TooDeep,
    TooMuch,
}

impl From<bool> for Answer {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// What a union comes to.
#[derive(Default)]
pub(super) struct Any {
    error: Option<Halt>,
    circle: bool,
}

impl Any {
    /// Adds an operand: true ends the union; a budget that is used up ends everything.
    #[inline]
    pub(super) fn add(&mut self, operand: Result<Answer, Halt>) -> Result<bool, Halt> {
        match operand {
            Ok(Answer::Yes) => return Ok(true),
            Ok(Answer::No) => {}
            Ok(Answer::Circle) => self.circle = true,
            Err(fatal @ Halt::TooMuch) => return Err(fatal),
            Err(error) => self.error = self.error.or(Some(error)),
        }
        Ok(false)
    }

    #[inline]
    pub(super) fn end(self) -> Result<Answer, Halt> {
        match self.error {
            Some(error) => Err(error),
            None if self.circle => Ok(Answer::Circle),
            None => Ok(Answer::No),
        }
    }
}
