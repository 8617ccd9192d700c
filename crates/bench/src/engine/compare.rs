//! Before anything is timed: all engines answer all questions, and must agree.

use super::engines::{Engine, Kind};
use super::workload::World;
use crate::error::{Error, Result};

/// An engine with the world loaded.
pub(super) struct Loaded {
    /// Which.
    pub(super) kind: Kind,
    /// The engine.
    pub(super) engine: Box<dyn Engine>,
}

/// How many of the questions are allowed.
///
/// # Errors
/// When an engine has no answer, or another one than the first engine: the error names the question.
pub(super) fn agree(world: &World, engines: &mut [Loaded]) -> Result<usize> {
    let mut allowed = 0;
    for question in &world.questions {
        let mut first: Option<(Kind, bool)> = None;
        for Loaded { kind, engine } in &mut *engines {
            let answer = engine.ask(question)?;
            match first {
                None => {
                    first = Some((*kind, answer));
                    allowed += usize::from(answer);
                }
                Some((_, right)) if right == answer => {}
                Some((before, right)) => {
                    return Err(Error::new(format!(
                        "{} with {} of each type, question {} ({question}): {} says {right}, {} says {answer}",
                        world.app.name(),
                        world.size,
                        question.number,
                        before.name(),
                        kind.name(),
                    )));
                }
            }
        }
    }
    Ok(allowed)
}

#[cfg(test)]
mod tests {
    use super::super::random::Random;
    use super::super::workload::{App, Question, World};
    use super::*;

    /// Says the same to every question but one.
    struct Stubborn {
        wrong_at: usize,
    }

    impl Engine for Stubborn {
        fn ask(&mut self, question: &Question) -> Result<bool> {
            Ok(question.number.is_multiple_of(2) != (question.number == self.wrong_at))
        }
    }

    fn asked(wrong_at: [usize; 2]) -> Result<usize> {
        let world = World::generate(App::Gdrive, 3, 10, Random::new(1));
        let engine = |kind, wrong_at| Loaded {
            kind,
            engine: Box::new(Stubborn { wrong_at }),
        };
        let [first, second] = wrong_at;
        let mut engines = [engine(Kind::Tidegate, first), engine(Kind::Casbin, second)];
        agree(&world, &mut engines)
    }

    #[test]
    fn a_difference_is_named() {
        assert_eq!(asked([99, 99]).unwrap(), 5);
        assert_eq!(asked([3, 3]).unwrap(), 6);
        for wrong_at in [[99, 7], [7, 99], [0, 7]] {
            let error = asked(wrong_at).unwrap_err().to_string();
            let question = wrong_at.into_iter().min().unwrap();
            assert!(
                error.contains(&format!("question {question} (user:")),
                "{error}"
            );
            assert!(error.contains("casbin says"), "{error}");
        }
    }
}
