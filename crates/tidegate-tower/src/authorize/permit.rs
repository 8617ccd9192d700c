//! The decision, and the value that proves it.

use std::sync::Arc;

use tidegate_policy::{
    Caller, Context, Decision, Denial, Live, Object, OutOfScope, Request, Snapshot, decide,
};
use tidegate_quota::{AccountId, Chain};

use super::Target;
use crate::authenticate::{Identity, Principal};
use crate::clock::Clock;

/// Proof that a request may go on, to exactly one upstream path: only [`Authorizer::authorize`]
/// makes it.
#[derive(Clone, Debug)]
pub struct Permit {
    target: Target,
    identity: Identity,
    chain: Chain,
    revision: u64,
}

impl Permit {
    /// What was permitted.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// To whom.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Who pays.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// On which revision it was decided.
    pub fn revision(&self) -> u64 {
        self.revision
    }
}

/// Decides on the snapshot in force.
#[derive(Clone, Debug)]
pub struct Authorizer {
    live: Arc<Live>,
    max_staleness_s: u64,
    clock: Clock,
}

/// Why a request may not go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizeError {
    /// No snapshot that is fresh enough: 503.
    #[error("no snapshot that can be trusted")]
    NoSnapshot,
    /// The policy denies: 403, or 401 for a caller without a secret.
    #[error("denied: {0}")]
    Denied(Denial),
    /// The principal is another one by now, under the same name: 403.
    #[error("the principal's uid is another one")]
    OtherUid,
    /// The secret was narrowed to something else: 403.
    #[error("denied: {0}")]
    OutOfScope(#[from] OutOfScope),
    /// Nobody is found who pays: 403.
    #[error("nobody is found who pays for this")]
    NoPayer,
}

impl AuthorizeError {
    /// A stable word for log and metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NoSnapshot => "no-snapshot",
            Self::Denied(denial) => denial.kind(),
            Self::OtherUid => "other-uid",
            Self::OutOfScope(out) => out.kind(),
            Self::NoPayer => "no-payer",
        }
    }
}

impl Authorizer {
    /// `max_staleness_s`: seconds that a snapshot may be old.
    pub fn new(live: Arc<Live>, max_staleness_s: u64, clock: Clock) -> Self {
        Self {
            live,
            max_staleness_s,
            clock,
        }
    }

    /// Decides.
    ///
    /// # Errors
    /// See [`AuthorizeError`].
    pub fn authorize(&self, identity: &Identity, target: Target) -> Result<Permit, AuthorizeError> {
        self.live
            .read(self.clock.now_s(), self.max_staleness_s, |snapshot| {
                permit(identity, target, snapshot)
            })
            .ok_or(AuthorizeError::NoSnapshot)?
    }
}

fn permit(
    identity: &Identity,
    target: Target,
    snapshot: &Snapshot,
) -> Result<Permit, AuthorizeError> {
    let caller = match identity {
        Identity::Anonymous => Caller::Anonymous,
        Identity::Principal(principal) => Caller::Principal {
            object: principal.object(),
            kind: principal.kind(),
        },
    };
    let request = Request {
        caller,
        action: &target.action,
        resource: &target.resource,
        contextual_tuples: &[],
        context: Context::EMPTY,
    };
    match decide(&request, snapshot) {
        Decision::Allow => {}
        Decision::Deny(denial) => return Err(AuthorizeError::Denied(denial)),
    }
    // INVARIANT: a narrowed secret does only what its principal may do, and that only within its scope.
    if let Identity::Principal(principal) = identity
        && let Some(scope) = principal.scope()
    {
        scope.check(&target.action, &target.resource, snapshot.profile())?;
    }
    let chain = match identity {
        Identity::Anonymous => chain_of_readers(&target.resource, snapshot)?,
        Identity::Principal(principal) => chain_of(principal, snapshot)?,
    };
    Ok(Permit {
        target,
        identity: identity.clone(),
        chain,
        revision: snapshot.revision(),
    })
}

/// The secret's own budgets, the principal itself, then the organization that pays for it.
fn chain_of(principal: &Principal, snapshot: &Snapshot) -> Result<Chain, AuthorizeError> {
    if let Some(chain) = principal.payers_at(snapshot.revision()) {
        return Ok(chain);
    }
    let chain = work_out_chain(principal, snapshot)?;
    principal.set_payers(snapshot.revision(), &chain);
    Ok(chain)
}

fn work_out_chain(principal: &Principal, snapshot: &Snapshot) -> Result<Chain, AuthorizeError> {
    // INVARIANT: the name may have been given to another since it was authenticated.
    let alive = snapshot
        .standing(principal.object())
        .map(|standing| standing.uid);
    if alive != Some(principal.uid()) {
        return Err(AuthorizeError::OtherUid);
    }
    let own = AccountId::own(principal.uid());
    let mut accounts = principal
        .scope()
        .map_or_else(Vec::new, |scope| scope.budgets().to_vec());
    accounts.push(own);
    if snapshot
        .profile()
        .payer
        .contains_key(principal.object().type_name())
    {
        let payer = AccountId::own(payer_of(principal.object(), snapshot)?);
        if payer != own {
            accounts.push(payer);
        }
    }
    Chain::new(&accounts).map_err(|_| AuthorizeError::NoPayer)
}

/// The anonymous readers of the organization that owns the resource, then that organization.
fn chain_of_readers(resource: &Object, snapshot: &Snapshot) -> Result<Chain, AuthorizeError> {
    let owner = payer_of(resource, snapshot)?;
    Chain::new(&[AccountId::anonymous(owner), AccountId::own(owner)])
        .map_err(|_| AuthorizeError::NoPayer)
}

fn payer_of(object: &Object, snapshot: &Snapshot) -> Result<uuid::Uuid, AuthorizeError> {
    snapshot
        .profile()
        .payer
        .get(object.type_name())
        .and_then(|path| snapshot.follow(object, path))
        .and_then(|payer| snapshot.standing(&payer))
        .map(|standing| standing.uid)
        .ok_or(AuthorizeError::NoPayer)
}
