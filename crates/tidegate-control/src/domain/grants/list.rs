//! Grants, for reading.

use tidegate_policy::Tuple;

use crate::domain::caller::Actor;
use crate::domain::system::Operation;
use crate::domain::{Administration, Fault, named};

/// A page of grants.
#[derive(Debug)]
pub struct Granted {
    /// In order of relation and subject.
    pub grants: Vec<Tuple>,
    /// Where the next page starts; none at the end.
    pub next: Option<String>,
}

impl Administration {
    /// Grants on an object: not what the system writes itself.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn grants(
        &self,
        actor: &Actor,
        text: &str,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Granted, Fault> {
        let snapshot = self.snapshot_for(actor)?;
        let object = named(text, "object")?;
        self.visible(actor, &snapshot, &object, "object")?;
        self.guard(actor, &snapshot, &object, Operation::ViewGrants)?;
        let rules = self.system.rules(object.type_name());
        // As it is called, not as it is stored.
        let granted = |tuple: Tuple| {
            let word = rules?.word(&tuple.relation)?;
            Some(Tuple {
                relation: word.into(),
                ..tuple
            })
        };
        let place = |tuple: &Tuple| format!("{}@{}", tuple.relation, tuple.subject);
        let tuples = snapshot.tuples_on(&object).into_iter();
        let mut grants: Vec<Tuple> = tuples.filter_map(granted).collect();
        grants.retain(|tuple| cursor.is_none_or(|cursor| place(tuple).as_str() > cursor));
        grants.sort_by_cached_key(place);
        let more = grants.len() > limit;
        grants.truncate(limit);
        let next = grants.last().filter(|_| more).map(place);
        Ok(Granted { grants, next })
    }
}
