//! Explanations of checks: each allow has a proof, each deny every remedy.

use tidegate_policy::{Budget, CheckError, CheckRequest, Explanation, Snapshot};

use crate::{is_full_scale, remedy};

/// Most remedies of one question that are tried, from the first to the last; at full scale it is all of them.
const JUDGED: usize = 8;

/// How checks were explained.
#[derive(Debug, Default)]
pub(crate) struct Explained {
    proofs: usize,
    denials: usize,
    remedies: usize,
    errors: usize,
}

impl Explained {
    /// Explains a check under the budget that is the default, and judges what is said.
    ///
    /// # Errors
    /// What is wrong with the explanation, in words.
    pub(crate) fn explain(
        &mut self,
        snapshot: &Snapshot,
        request: &CheckRequest<'_>,
    ) -> Result<(), String> {
        let explained = snapshot.explain(request, &Budget::DEFAULT);
        match (explained, snapshot.check(request)) {
            (
                Ok(Explanation::Allowed {
                    proof: Some(proof),
                    complete: true,
                }),
                Ok(true),
            ) => {
                self.proofs += 1;
                let verified = proof.verify(snapshot, request);
                verified.map_err(|flaw| format!("{flaw}:\n{proof}"))
            }
            (
                Ok(Explanation::Denied {
                    remedies,
                    complete: true,
                    ..
                }),
                Ok(false) | Err(CheckError::Condition(_)),
            ) => {
                self.denials += 1;
                self.remedies += remedies.len();
                let step = if is_full_scale() {
                    1
                } else {
                    remedies.len().div_ceil(JUDGED).max(1)
                };
                let mut judged = remedies.iter().step_by(step);
                judged.try_for_each(|found| remedy::judge(found, snapshot, request))
            }
            (Err(one), Err(other)) if one == other => {
                self.errors += 1;
                Ok(())
            }
            (explained, checked) => Err(format!("{checked:?}, and {explained:?}")),
        }
    }
}
