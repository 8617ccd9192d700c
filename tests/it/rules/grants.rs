//! What may be granted, accepted and ended, and what that does.

use tidegate_client::wire::{GrantRequest, InvitationId};

use super::book::{Texts, Type};
use super::land::{Actor, Invitation, Land, SITE, fill, parts};
use super::operations::{Refused, must};

impl<'b> Land<'b> {
    pub(super) fn grant(&mut self, who: &Actor, request: &GrantRequest) -> Result<(), Refused> {
        let (rules, words) = self.grantable(who, request)?;
        must(
            words.iter().filter(|word| rules.levels.has(word)).count() < 2,
            "two levels",
        )?;
        let mut removed = Vec::new();
        if words.iter().any(|word| rules.levels.has(word)) {
            for fact in self.granted(&request.object, &request.subject) {
                let word = rules.word(parts(&fact).1).map(|(word, _)| word);
                if word.is_some_and(|word| rules.levels.has(word) && !words.contains(word)) {
                    must(
                        self.may_take(who, rules, &request.object, &fact),
                        "may not revoke",
                    )?;
                    removed.push(fact);
                }
            }
        }
        self.give(who, request, rules, &words, &removed)
    }

    pub(super) fn change(&mut self, who: &Actor, request: &GrantRequest) -> Result<(), Refused> {
        let (rules, words) = self.grantable(who, request)?;
        must(
            words.iter().filter(|word| rules.levels.has(word)).count() < 2,
            "two levels",
        )?;
        let held = self.granted(&request.object, &request.subject);
        let mut removed = Vec::new();
        for fact in &held {
            let (word, _) = rules.word(parts(fact).1).ok_or("no such grant")?;
            if !words.contains(word) {
                must(
                    self.may_take(who, rules, &request.object, fact),
                    "may not revoke",
                )?;
                removed.push(fact.clone());
            }
        }
        must(!held.is_empty(), "nothing to change")?;
        self.give(who, request, rules, &words, &removed)
    }

    fn give(
        &mut self,
        who: &Actor,
        request: &GrantRequest,
        rules: &Type,
        words: &[String],
        removed: &[String],
    ) -> Result<(), Refused> {
        let GrantRequest {
            object, subject, ..
        } = request;
        for word in words {
            let grant = &rules.grant[word];
            must(
                self.may(who, &grant.guard, object, whom(subject)),
                "may not grant",
            )?;
        }
        must(
            whom(subject).is_none_or(|who| self.exists(who)),
            "no such subject",
        )?;
        for word in words {
            if let Some(needs) = &rules.grant[word].needs {
                must(
                    whom(subject).is_some() && self.meets(subject, needs, object),
                    "lacks something",
                )?;
            }
        }
        for fact in removed {
            self.erase(fact);
        }
        for word in words {
            self.write(&format!(
                "{object}#{}@{subject}",
                Type::stored(word, &rules.grant[word])
            ));
        }
        if !removed.is_empty() {
            self.end_below(object, subject);
        }
        Ok(())
    }

    pub(super) fn revoke(&mut self, who: &Actor, request: &GrantRequest) -> Result<(), Refused> {
        let (rules, words) = self.grantable(who, request)?;
        let GrantRequest {
            object, subject, ..
        } = request;
        for word in &words {
            let grant = &rules.grant[word];
            let guard = grant.revoke.as_ref().unwrap_or(&grant.guard);
            must(
                self.may(who, guard, object, whom(subject)),
                "may not revoke",
            )?;
        }
        must(
            whom(subject).is_none_or(|who| self.exists(who)),
            "no such subject",
        )?;
        let mut any = false;
        for word in &words {
            let fact = format!(
                "{object}#{}@{subject}",
                Type::stored(word, &rules.grant[word])
            );
            any |= self.facts.contains(&fact);
            self.erase(&fact);
        }
        if any {
            self.end_below(object, subject);
        }
        Ok(())
    }

    /// The form of a request about grants.
    fn grantable(
        &self,
        who: &Actor,
        request: &GrantRequest,
    ) -> Result<(&'b Type, Vec<String>), Refused> {
        let GrantRequest {
            object,
            relations,
            subject,
        } = request;
        must(self.visible(who, object), "not visible")?;
        let rules = self.rules(object).ok_or("no such type")?;
        let words = words(rules, relations)?;
        for word in &words {
            let stored = Type::stored(word, &rules.grant[word]);
            must(
                self.allows(&format!("{object}#{stored}@{subject}")),
                "not by the model",
            )?;
        }
        Ok((rules, words))
    }

    pub(super) fn accept(&mut self, who: &Actor, request: &InvitationId) -> Result<(), Refused> {
        let one = self.own_invitation(who, request)?;
        let rules = self.rules(&one.object).ok_or("no such type")?;
        let invite = rules.invite.as_ref().ok_or("nobody is invited")?;
        let mut removed = false;
        if one.words.iter().any(|word| rules.levels.has(word)) {
            for fact in self.granted(&one.object, &who.object) {
                let word = rules.word(parts(&fact).1).map(|(word, _)| word);
                if word.is_some_and(|word| rules.levels.has(word) && !one.words.contains(word)) {
                    self.erase(&fact);
                    removed = true;
                }
            }
        }
        for word in &one.words {
            let stored = Type::stored(word, &rules.grant[word]);
            self.write(&format!("{}#{stored}@{}", one.object, who.object));
        }
        if removed {
            self.end_below(&one.object, &who.object);
        }
        let parent = self.parent(&one.object).unwrap_or_else(|| SITE.to_owned());
        for template in &invite.writes.0 {
            let fact = fill(template, &one.object, &parent, &who.object);
            let (object, relation, subject) = parts(&fact);
            if self
                .rules(object)
                .is_some_and(|rules| rules.one.contains_key(relation))
            {
                self.point(object, relation, subject);
            } else {
                self.write(&fact);
            }
        }
        self.invitations.retain(|other| other.id != one.id);
        Ok(())
    }

    pub(super) fn own_invitation(
        &self,
        who: &Actor,
        request: &InvitationId,
    ) -> Result<Invitation, Refused> {
        let mut own = self.invitations.iter().filter(|one| {
            let wanted = match (&request.id, &request.object) {
                (Some(id), None) => one.id == *id,
                (None, Some(object)) => one.object == *object,
                _ => false,
            };
            wanted && one.invitee == who.object
        });
        let one = own.next().ok_or("no such invitation")?.clone();
        let rules = self.rules(&one.object).ok_or("no such type")?;
        let invite = rules.invite.as_ref().ok_or("nobody is invited")?;
        must(
            self.may(who, &invite.accept, &one.object, Some(&who.object)),
            "may not accept",
        )?;
        Ok(one)
    }

    pub(super) fn end(
        &mut self,
        who: &Actor,
        object: &str,
        subject: &str,
        guard: Option<&Texts>,
    ) -> Result<(), Refused> {
        must(self.visible(who, object), "not visible")?;
        let guard = guard.ok_or("nobody may")?;
        must(
            self.may(who, guard, object, whom(subject)),
            "may not end it",
        )?;
        let grants = self.granted(object, subject);
        if let Some(rules) = self.rules(object).filter(|_| who.object != subject) {
            let may = grants
                .iter()
                .all(|fact| self.may_take(who, rules, object, fact));
            must(may, "may not revoke")?;
        }
        let mut homes = Vec::new();
        if let Some(rules) = self.rules(subject) {
            for (relation, one) in &rules.one {
                let parent = self.parent(subject).unwrap_or_else(|| SITE.to_owned());
                let home = one
                    .home
                    .as_ref()
                    .map(|home| fill(home, subject, &parent, subject));
                if let Some(home) = home.filter(|home| home != object)
                    && self.points_at(subject, relation).as_deref() == Some(object)
                {
                    homes.push((relation.clone(), home));
                }
            }
        }
        must(!grants.is_empty() || !homes.is_empty(), "no member")?;
        for fact in &grants {
            self.erase(fact);
        }
        if !grants.is_empty() {
            self.end_below(object, subject);
        }
        for (relation, home) in homes {
            self.point(subject, &relation, &home);
        }
        Ok(())
    }

    /// What rests on what a subject had on an object ends with it.
    fn end_below(&mut self, object: &str, subject: &str) {
        let carries = self
            .rules(object)
            .and_then(|rules| rules.membership.as_ref())
            .is_some_and(|membership| membership.below);
        let over = carries && self.granted(object, subject).is_empty();
        loop {
            let ended: Vec<String> = self
                .facts
                .iter()
                .filter(|fact| {
                    let (on, relation, of) = parts(fact);
                    let grant = self.rules(on).and_then(|rules| rules.word(relation));
                    of == subject
                        && self.is_below(on, object)
                        && grant.is_some_and(|(_, grant)| {
                            over || grant
                                .needs
                                .as_ref()
                                .is_some_and(|needs| !self.meets(subject, needs, on))
                        })
                })
                .cloned()
                .collect();
            if ended.is_empty() {
                return;
            }
            for fact in ended {
                self.erase(&fact);
            }
        }
    }
}

/// The words of a request, each once and as the system calls it.
pub(super) fn words(rules: &Type, asked: &[String]) -> Result<Vec<String>, Refused> {
    must(!asked.is_empty(), "no relations")?;
    let mut words = Vec::new();
    for word in asked {
        let (word, _) = rules.granting(word).ok_or("no such grant")?;
        if !words.contains(word) {
            words.push(word.clone());
        }
    }
    Ok(words)
}

/// The object of a subject; none for everyone of a type.
pub(super) fn whom(subject: &str) -> Option<&str> {
    (!subject.ends_with(":*")).then(|| subject.split('#').next().unwrap_or_default())
}
