//! Exchanges a secret for a narrower, short-lived one (RFC 8693).
//!
//! The only way to one: the secret of a holder who still stands, whatever it is for, and a wish that lies
//! within it. What comes out may do nothing that the secret could not do: the same principal and kind, its
//! audiences or some of them, its actions or some of them, its objects or what lies below them, its budgets
//! and perhaps one more, and an end no later than its own and at most [`EXCHANGED_LIFE_MAX_S`] away. It names
//! every secret that it comes from, and dies with each of them.
//!
//! It is kept nowhere: no row, so no revision and no audit entry; the log says who exchanged what for what.
//! What it does is in the audit log under its `jti`. To revoke it is to revoke the secret that it comes from. A
//! budget is a limit in the ledger, like any other quota. Under an idempotency key the answer is kept for a day,
//! without the secret: whoever repeats the request learns its `jti`.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use tidegate_client::wire;
use tidegate_policy::{Model, Object, Profile};
use tidegate_quota::AccountId;
use tidegate_token::{
    Budget, Claims, KeyError, MAX_BUDGETS, MAX_NARROW, MAX_NUMBER, MAX_PARENTS, Narrow, Secret,
};
use tidegate_tower::{AuthenticateError, Authenticator, Principal, Scope};
use uuid::Uuid;

use super::repeats::Keyed;
use super::{Administration, Fault, fold};
use crate::time::uuid_timestamp;

/// Longest life of an exchanged secret, and its life when the request does not say. Seconds.
pub const EXCHANGED_LIFE_MAX_S: u64 = 3600;

/// Most exchanges of one principal within [`EXCHANGED_LIFE_MAX_S`] of which something is kept: a budget, by the
/// ledger, or the answer to an idempotency key.
pub const KEPT_MAX: u32 = 1000;

/// Longest word of a request that a refusal repeats. Characters: less than any secret's header has.
const SHOWN_MAX: usize = 64;

/// Principals whose exchanges are counted before those are forgotten whose time is over.
const COUNTED_MAX: usize = 10_000;

/// What is asked for; what is left out stays as it is in the secret.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Wish {
    /// What the secret is called in the answer.
    pub token_type: String,
    /// Audiences, each of them one of the secret's.
    pub audiences: Option<Vec<String>>,
    /// Actions, by their relations' names.
    pub actions: Option<Vec<String>>,
    /// Objects, `type:id`.
    pub objects: Option<Vec<String>>,
    /// Bytes of reads, and as many of writes.
    pub budget_bytes: Option<u64>,
    /// Seconds.
    pub life_s: Option<u64>,
}

/// Why a secret is not exchanged; the words are those of RFC 8693 §2.2.2 and RFC 6749 §5.2.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// The secret does not hold: one answer for every cause.
    #[error("the subject_token does not hold")]
    Secret,
    /// The request is wrong: which parameter, and how.
    #[error("{0}: {1}")]
    Request(&'static str, String),
    /// More than the secret has, or what nobody has: which parameter asks for it, and what.
    #[error("{0}: {1}")]
    Scope(&'static str, String),
    /// An audience that the secret is not for.
    #[error("audience: the secret is not for {0}")]
    Target(String),
    /// Not an exchange's own.
    #[error(transparent)]
    Other(#[from] Fault),
}

/// What exchanges need beside the rules.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) authenticator: Authenticator,
    /// One at a time of those with an idempotency key, so that of two repeats one is the first.
    turn: tokio::sync::Mutex<()>,
    made: Mutex<HashMap<Uuid, (u64, u32)>>,
}

impl Exchange {
    pub(super) fn new(authenticator: Authenticator) -> Self {
        Self {
            authenticator,
            turn: tokio::sync::Mutex::default(),
            made: Mutex::default(),
        }
    }

    /// Counts what is kept of a principal's exchange; false when that is too much.
    fn count(&self, principal: Uuid, now_s: u64) -> bool {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = |since_s: u64| now_s.saturating_sub(since_s) < EXCHANGED_LIFE_MAX_S;
        if made.len() >= COUNTED_MAX {
            made.retain(|_, (since_s, _)| recent(*since_s));
        }
        let (since_s, count) = made.entry(principal).or_insert((now_s, 0));
        if !recent(*since_s) {
            (*since_s, *count) = (now_s, 0);
        }
        *count = count.saturating_add(1);
        *count <= KEPT_MAX
    }
}

impl Administration {
    /// Exchanges a secret for a narrower one. `key`: a repeat of the request under the same idempotency key is
    /// answered as the first was, but for the secret.
    ///
    /// # Errors
    /// See [`ExchangeError`].
    pub async fn exchange(
        &self,
        secret: &str,
        wish: &Wish,
        key: Option<&str>,
    ) -> Result<wire::TokenAnswer, ExchangeError> {
        let holder = self.exchange.authenticator.authenticate_secret(secret);
        let holder = holder.map_err(|error| {
            tracing::info!(%error, "not exchanged");
            match error {
                AuthenticateError::NoSnapshot => Fault::Unavailable.into(),
                AuthenticateError::Refused(_) => ExchangeError::Secret,
            }
        })?;
        let asked = ("exchangeToken", holder.claims().jti, wish);
        let Some(keyed) = Keyed::new(holder.uid(), key, &asked)? else {
            return self.narrow(&holder, wish, false).await;
        };
        let _turn = self.exchange.turn.lock().await;
        if let Some(kept) = keyed.answered(self).await? {
            return Ok(kept);
        }
        let answer = self.narrow(&holder, wish, true).await?;
        let kept = wire::TokenAnswer {
            access_token: None,
            ..answer.clone()
        };
        let repeat = keyed.answer(&kept, self.clock.now_s())?;
        self.store.remember(&repeat).await.map_err(Fault::from)?;
        Ok(answer)
    }

    /// `is_kept`: the answer will be.
    async fn narrow(
        &self,
        holder: &Principal,
        wish: &Wish,
        is_kept: bool,
    ) -> Result<wire::TokenAnswer, ExchangeError> {
        let parent = holder.claims();
        let jti = Uuid::new_v7(uuid_timestamp(&self.clock));
        let now_s = self.clock.now_s();
        let system = &self.system;
        let mut claims = narrowed(parent, wish, (jti, now_s), system.model(), system.profile())?;
        let charged = claims
            .narrow
            .as_ref()
            .is_some_and(|narrow| !narrow.budgets.is_empty());
        if charged {
            // A budget is counted in a window, as every account is: the next one would begin it anew.
            let end_s = self.calendar.window_at(now_s).end_s;
            claims.exp = claims.exp.map(|exp| exp.min(end_s));
        }
        let life_s = claims.exp.unwrap_or(now_s).saturating_sub(now_s);
        let secret = self.sign(&claims, now_s)?;
        if (is_kept || wish.budget_bytes.is_some()) && !self.exchange.count(holder.uid(), now_s) {
            let field = match wish.budget_bytes {
                Some(_) => "budget_bytes",
                None => "Idempotency-Key",
            };
            let detail =
                format!("more than {KEPT_MAX} exchanges with a budget or a key in an hour");
            return Err(ExchangeError::Request(field, detail));
        }
        if let Some(bytes) = wish.budget_bytes {
            // INVARIANT: the limit is in force before anybody holds the secret.
            self.store
                .open_budget(AccountId::budget(jti), bytes)
                .await
                .map_err(Fault::from)?;
        }
        tracing::info!(%jti, parent = %parent.jti, subject = %parent.sub, kind = parent.kind, life_s, "exchanged");
        Ok(wire::TokenAnswer {
            access_token: Some(secret.expose().to_owned()),
            issued_token_type: wish.token_type.clone(),
            token_type: "Bearer".to_owned(),
            expires_in: life_s,
            scope: claims.narrow.as_ref().and_then(scope_of),
            jti: jti.to_string(),
        })
    }

    fn sign(&self, claims: &Claims, now_s: u64) -> Result<Secret, ExchangeError> {
        let keyring = self.keyring();
        let key = keyring
            .secrets(now_s)
            .ok_or_else(|| Fault::internal("a secret cannot be signed", &"no key signs secrets"))?;
        key.mint(claims).map_err(|error| match error {
            KeyError::Claims => {
                let detail = "more than fits into a secret: name less".to_owned();
                ExchangeError::Scope("scope", detail)
            }
            error => Fault::internal("a secret cannot be signed", &error).into(),
        })
    }
}

/// What it is narrowed to, as a request says it.
fn scope_of(narrow: &Narrow) -> Option<String> {
    let lists = [&narrow.actions, &narrow.objects];
    let words: Vec<&str> = lists
        .into_iter()
        .flatten()
        .flatten()
        .map(String::as_str)
        .collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// A word of a request, as a refusal tells it: not a secret that came in the wrong place, and not without end.
fn shown(word: &str) -> String {
    match word.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}…", word.get(..end).unwrap_or_default()),
        None => word.to_owned(),
    }
}

/// The claims of a narrower secret. Pure: everything that must never be wider is decided here.
fn narrowed(
    parent: &Claims,
    wish: &Wish,
    (jti, now_s): (Uuid, u64),
    model: &Model,
    profile: &Profile,
) -> Result<Claims, ExchangeError> {
    // Every claim is named: a new one must say what becomes of it.
    let Claims {
        iss,
        aud,
        sub,
        uid,
        jti: parent_jti,
        iat: _,
        nbf: _,
        exp,
        kind,
        narrow,
    } = parent;
    let before = narrow.clone().unwrap_or_default();
    let scope = Scope::read(&before).ok_or(ExchangeError::Secret)?;
    let mut parents = before.parents.clone();
    parents.push(*parent_jti);
    if parents.len() > MAX_PARENTS {
        let detail = format!("the secret was exchanged {MAX_PARENTS} times already");
        return Err(ExchangeError::Request("subject_token", detail));
    }
    let life_s = match wish.life_s {
        Some(0) => {
            let detail = "at least 1 second".to_owned();
            return Err(ExchangeError::Request("expires_in", detail));
        }
        asked => asked
            .unwrap_or(EXCHANGED_LIFE_MAX_S)
            .min(EXCHANGED_LIFE_MAX_S),
    };
    let end_s = now_s.saturating_add(life_s);
    Ok(Claims {
        iss: iss.clone(),
        aud: audiences(aud, wish.audiences.as_deref())?,
        sub: sub.clone(),
        uid: *uid,
        jti,
        iat: now_s,
        nbf: None,
        exp: Some(exp.map_or(end_s, |exp| exp.min(end_s))),
        kind: kind.clone(),
        narrow: Some(Narrow {
            parents,
            actions: match &wish.actions {
                None => before.actions,
                Some(asked) => Some(actions(asked, &scope, model)?),
            },
            objects: match &wish.objects {
                None => before.objects,
                Some(asked) => Some(objects(asked, &scope, model, profile)?),
            },
            budgets: budgets(before.budgets, wish.budget_bytes, jti)?,
        }),
    })
}

fn audiences(held: &[String], asked: Option<&[String]>) -> Result<Vec<String>, ExchangeError> {
    let Some(asked) = asked else {
        return Ok(held.to_vec());
    };
    match asked.iter().find(|audience| !held.contains(audience)) {
        Some(other) => Err(ExchangeError::Target(shown(other))),
        None if asked.is_empty() => Err(ExchangeError::Request("audience", "name one".to_owned())),
        None => Ok(held
            .iter()
            .filter(|audience| asked.contains(audience))
            .cloned()
            .collect()),
    }
}

fn actions(asked: &[String], scope: &Scope, model: &Model) -> Result<Vec<String>, ExchangeError> {
    let asked: BTreeSet<&String> = asked.iter().collect();
    check_count(asked.len())?;
    for action in &asked {
        let mut types = model.type_names();
        if !types.any(|type_name| model.has_relation(type_name, action)) {
            let detail = format!("no action `{}`", shown(action));
            return Err(ExchangeError::Scope("scope", detail));
        }
        if !scope.has_action(action) {
            let detail = format!("the secret was narrowed to other actions than `{action}`");
            return Err(ExchangeError::Scope("scope", detail));
        }
    }
    Ok(asked.into_iter().cloned().collect())
}

/// Whether they exist is not asked: the decision asks it each time, and nobody learns it here.
fn objects(
    asked: &[String],
    scope: &Scope,
    model: &Model,
    profile: &Profile,
) -> Result<Vec<String>, ExchangeError> {
    let asked: BTreeSet<String> = asked.iter().map(|text| fold(text)).collect();
    check_count(asked.len())?;
    for text in &asked {
        let object: Object = text.parse().map_err(|error| {
            let detail = format!("`{}` is no object: {error}", shown(text));
            ExchangeError::Scope("scope", detail)
        })?;
        if !model.has_type(object.type_name()) {
            let detail = format!("no type `{}`", shown(object.type_name()));
            return Err(ExchangeError::Scope("scope", detail));
        }
        if !scope.has_object(&object, profile) {
            let detail = format!("the secret was narrowed to other objects than {object}");
            return Err(ExchangeError::Scope("scope", detail));
        }
    }
    Ok(asked.into_iter().collect())
}

fn check_count(count: usize) -> Result<(), ExchangeError> {
    if count > MAX_NARROW {
        let detail = format!("at most {MAX_NARROW} actions and {MAX_NARROW} objects");
        return Err(ExchangeError::Scope("scope", detail));
    }
    Ok(())
}

/// A budget within a budget is charged to both: many children spend no more than their parent may.
fn budgets(
    mut held: Vec<Budget>,
    asked: Option<u64>,
    jti: Uuid,
) -> Result<Vec<Budget>, ExchangeError> {
    let Some(bytes) = asked else {
        return Ok(held);
    };
    let wrong = |detail: String| Err(ExchangeError::Scope("budget_bytes", detail));
    if bytes == 0 || bytes > MAX_NUMBER {
        return wrong(format!("a budget is between 1 and {MAX_NUMBER} bytes"));
    }
    if let Some(tightest) = held.first()
        && bytes > tightest.bytes
    {
        return wrong(format!("the secret's budget is {} bytes", tightest.bytes));
    }
    if held.len() >= MAX_BUDGETS {
        return wrong(format!(
            "a secret is charged to at most {MAX_BUDGETS} budgets"
        ));
    }
    held.insert(0, Budget { jti, bytes });
    Ok(held)
}

#[cfg(test)]
mod tests;
