//! What may be done, and what it does: the description of `system.toml`, read plainly.

use tidegate_client::wire::{CreateObject, Operation};

use super::book::{Texts, Type};
use super::grants::{whom, words};
use super::land::{Actor, Invitation, Land, Roles, SITE, fill, parts, type_of};

/// Why not.
pub(super) type Refused = &'static str;

/// Refuses unless a condition holds.
pub(super) fn must(holds: bool, otherwise: Refused) -> Result<(), Refused> {
    if holds { Ok(()) } else { Err(otherwise) }
}

impl Land<'_> {
    /// Does an operation, or says why not; then the land is to be thrown away.
    pub(super) fn perform(&mut self, who: &Actor, operation: &Operation) -> Result<(), Refused> {
        let before = self.clone();
        match operation {
            Operation::Create(request) => self.create(who, request)?,
            Operation::Rename(request) => {
                must(self.visible(who, &request.object), "not visible")?;
                must(self.guard(who, "rename", &request.object), "may not rename")?;
                if let Some(thing) = self.objects.get_mut(&request.object) {
                    // Left out, it stays.
                    if let Some(name) = &request.display_name {
                        thing.display_name.clone_from(name);
                    }
                }
            }
            Operation::Delete(request) => {
                must(self.visible(who, &request.object), "not visible")?;
                must(self.guard(who, "delete", &request.object), "may not delete")?;
                self.delete(&request.object)?;
            }
            Operation::Grant(request) => self.grant(who, request)?,
            Operation::Change(request) => self.change(who, request)?,
            Operation::Revoke(request) => self.revoke(who, request)?,
            Operation::Invite(request) => {
                let rules = self.rules(&request.object).ok_or("no such type")?;
                let invite = rules.invite.as_ref().ok_or("nobody is invited")?;
                must(self.visible(who, &request.object), "not visible")?;
                let words = words(rules, &request.relations)?;
                must(
                    words.iter().all(|word| invite.relations.has(word)),
                    "not by invitation",
                )?;
                let levels = words.iter().filter(|word| rules.levels.has(word)).count();
                let leveled = invite.relations.0.iter().any(|word| rules.levels.has(word));
                must(levels == usize::from(leveled), "exactly one level")?;
                must(
                    invite.principals.has(type_of(&request.invitee)),
                    "cannot be invited",
                )?;
                must(
                    self.may(who, &invite.guard, &request.object, Some(&request.invitee)),
                    "may not invite",
                )?;
                for word in &words {
                    let guard = &rules.grant[word].guard;
                    must(
                        self.may(who, guard, &request.object, Some(&request.invitee)),
                        "may not grant",
                    )?;
                }
                must(self.exists(&request.invitee), "no such invitee")?;
                self.invitations
                    .retain(|one| one.object != request.object || one.invitee != request.invitee);
                self.invitations.push(Invitation {
                    id: String::new(),
                    object: request.object.clone(),
                    invitee: request.invitee.clone(),
                    words,
                });
            }
            Operation::Accept(request) => self.accept(who, request)?,
            Operation::Decline(request) => {
                let one = self.own_invitation(who, request)?;
                self.invitations.retain(|other| other.id != one.id);
            }
            Operation::Withdraw(request) => {
                let mut pending = self.invitations.iter();
                let one = pending.find(|one| Some(&one.id) == request.id.as_ref());
                let one = one.ok_or("no such invitation")?.clone();
                must(self.visible(who, &one.object), "not visible")?;
                let rules = self.rules(&one.object).ok_or("no such type")?;
                let invite = rules.invite.as_ref().ok_or("nobody is invited")?;
                must(
                    self.may(who, &invite.guard, &one.object, None),
                    "may not withdraw",
                )?;
                self.invitations.retain(|other| other.id != one.id);
            }
            Operation::Join(request) => {
                let rules = self.rules(&request.object).ok_or("no such type")?;
                let join = rules.join.as_ref().ok_or("nobody joins")?;
                must(self.visible(who, &request.object), "not visible")?;
                must(
                    self.may(who, &join.guard, &request.object, Some(&who.object)),
                    "may not join",
                )?;
                let (word, grant) = rules.granting(&join.relation).ok_or("no such grant")?;
                let meets = |needs| self.meets(&who.object, needs, &request.object);
                must(grant.needs.as_ref().is_none_or(meets), "lacks something")?;
                if self.granted(&request.object, &who.object).is_empty() {
                    let fact = format!(
                        "{}#{}@{}",
                        request.object,
                        Type::stored(word, grant),
                        who.object
                    );
                    must(self.allows(&fact), "not by the model")?;
                    self.write(&fact);
                }
            }
            Operation::Leave(request) => {
                let membership = self
                    .rules(&request.object)
                    .and_then(|rules| rules.membership.as_ref());
                let guard = membership.and_then(|membership| membership.leave.as_ref());
                self.end(who, &request.object, &who.object.clone(), guard)?;
            }
            Operation::Remove(request) => {
                let membership = self
                    .rules(&request.object)
                    .and_then(|rules| rules.membership.as_ref());
                let guard = membership.and_then(|membership| membership.remove.as_ref());
                self.end(who, &request.object, &request.subject, guard)?;
            }
            Operation::Move(request) => {
                must(self.visible(who, &request.object), "not visible")?;
                let rules = self.rules(&request.object).ok_or("no such type")?;
                let one = rules.one.get(&request.relation).ok_or("no such link")?;
                self.can_point_at(who, &request.object, &request.relation, &request.to)?;
                let current = self
                    .points_at(&request.object, &request.relation)
                    .ok_or("no link")?;
                let parent = self.parent(&request.object);
                let roles = Roles {
                    object: &request.object,
                    parent: parent.as_deref(),
                    other: Some(&request.to),
                    current: Some(&current),
                    ..Roles::default()
                };
                let guard = one.moves.as_ref().ok_or("nobody moves it")?;
                must(self.passes(who, &guard.0, roles), "may not move")?;
                self.point(&request.object, &request.relation, &request.to);
            }
            Operation::Attach(request) => {
                let (type_name, relation) = self.pair(who, &request.object, &request.to)?;
                let there = self.attachment(&request.object, &request.to, &type_name, &relation);
                must(there.is_none(), "attached already")?;
                let id = |object: &str| object.split_once(':').map_or("", |(_, id)| id).to_owned();
                let name = id(&request.object);
                let name = name.rsplit('/').next().unwrap_or_default();
                let creation = CreateObject {
                    object: format!("{type_name}:{}/{name}", id(&request.to)),
                    display_name: None,
                    links: [(relation, request.object.clone())].into(),
                    owner: None,
                    quota: None,
                };
                self.create(who, &creation)?;
            }
            Operation::Detach(request) => {
                let (type_name, relation) = self.pair(who, &request.object, &request.to)?;
                let there = self.attachment(&request.object, &request.to, &type_name, &relation);
                let attachment = there.ok_or("not attached")?;
                must(self.visible(who, &attachment), "not visible")?;
                must(self.guard(who, "delete", &attachment), "may not detach")?;
                self.delete(&attachment)?;
            }
            Operation::IssueSecret(request) => {
                must(self.visible(who, &request.subject), "not visible")?;
                let kind = request
                    .kind
                    .as_ref()
                    .and_then(|kind| self.book.profile.kinds.get(kind));
                let fits =
                    kind.is_some_and(|kind| kind.principals.contains(type_of(&request.subject)));
                must(fits, "no such kind")?;
                must(
                    self.guard(who, "issue_secret", &request.subject),
                    "may not issue",
                )?;
            }
            Operation::RevokeSecret(_) | Operation::SetQuota(_) => return Err("not drawn"),
        }
        self.keeps_holders(&before)
    }

    pub(super) fn may(
        &self,
        who: &Actor,
        guard: &Texts,
        object: &str,
        subject: Option<&str>,
    ) -> bool {
        let parent = self.parent(object);
        let roles = Roles {
            object,
            parent: parent.as_deref(),
            subject,
            ..Roles::default()
        };
        self.passes(who, &guard.0, roles)
    }

    /// Whether somebody may take a grant back.
    pub(super) fn may_take(&self, who: &Actor, rules: &Type, object: &str, fact: &str) -> bool {
        let (_, relation, subject) = parts(fact);
        rules.word(relation).is_some_and(|(_, grant)| {
            let guard = grant.revoke.as_ref().unwrap_or(&grant.guard);
            self.may(who, guard, object, whom(subject))
        })
    }

    fn create(&mut self, who: &Actor, request: &CreateObject) -> Result<(), Refused> {
        let object = &request.object;
        let rules = self.rules(object).ok_or("no such type")?;
        rules.parent.as_ref().ok_or("cannot be created")?;
        let top = rules.parent.as_deref() == Some("site");
        let slashes = object.contains('/');
        must(top != slashes, "the id has another form")?;
        let parent = self.parent(object).ok_or("no parent")?;
        must(
            parent == SITE || self.visible(who, &parent),
            "the parent is not visible",
        )?;
        let creator = request.owner.as_ref().unwrap_or(&who.object);
        let named = rules
            .writes
            .0
            .iter()
            .any(|template| template.contains("{creator}"));
        must(request.owner.is_none() || named, "no owner")?;
        must(
            request
                .links
                .keys()
                .all(|relation| rules.one.contains_key(relation)),
            "no such link",
        )?;
        let mut links = Vec::new();
        for (relation, one) in &rules.one {
            let usual = one.default.as_ref().or(one.home.as_ref());
            let target = match (request.links.get(relation), usual) {
                (Some(target), _) => {
                    self.can_point_at(who, object, relation, target)?;
                    target.clone()
                }
                (None, Some(usual)) => fill(usual, object, &parent, object),
                (None, None) => return Err("a link is missing"),
            };
            links.push((relation, target));
        }
        let mut then = self.clone();
        let mut new = vec![object.clone()];
        then.put(object, None, request.display_name.as_deref());
        let mut facts = own_facts(rules, object, &parent, creator);
        for also in &rules.also {
            let other = fill(also.object(), object, &parent, object);
            let above = self.parent(&other).ok_or("no parent")?;
            then.put(&other, Some(object), None);
            let other_rules = self.rules(&other).ok_or("no such type")?;
            facts.extend(own_facts(other_rules, &other, &above, object));
            new.push(other);
        }
        facts.extend(
            links
                .iter()
                .map(|(relation, target)| format!("{object}#{relation}@{target}")),
        );
        let fits = facts.iter().all(|fact| self.allows(fact));
        if fits {
            for fact in &facts {
                then.write(fact);
            }
        }
        let other = (links.len() == 1).then(|| links[0].1.as_str());
        let asked_on = if fits { &then } else { &*self };
        let roles = Roles {
            object,
            parent: Some(&parent),
            other,
            then: Some(asked_on),
            ..Roles::default()
        };
        let passes = |key| {
            rules
                .guard(key)
                .is_some_and(|clauses| self.passes(who, &clauses, roles))
        };
        must(passes("create"), "may not create")?;
        if *creator != who.object {
            must(passes("create_for_others"), "may not create for others")?;
            must(self.exists(creator), "no such owner")?;
        }
        must(fits, "not by the model")?;
        must(!new.iter().any(|object| self.exists(object)), "taken")?;
        *self = then;
        Ok(())
    }

    fn delete(&mut self, object: &str) -> Result<(), Refused> {
        must(
            self.objects[object].companion_of.is_none(),
            "it belongs to another",
        )?;
        let mut gone: Vec<String> = Vec::new();
        let mut next = vec![object.to_owned()];
        while let Some(root) = next.pop() {
            if gone.contains(&root) {
                continue;
            }
            let tree: Vec<String> = self
                .objects
                .keys()
                .filter(|other| **other == root || self.is_below(other, &root))
                .cloned()
                .collect();
            let companions = self
                .objects
                .iter()
                .filter(|(_, thing)| thing.companion_of.as_ref() == Some(&root));
            for (companion, _) in companions {
                let foreign = self
                    .objects
                    .keys()
                    .any(|other| self.is_below(other, companion) && !tree.contains(other));
                must(!foreign, "somebody put something below what belongs to it")?;
                next.push(companion.clone());
            }
            for part in &tree {
                next.extend(self.pointing_at(part, true));
            }
            gone.extend(tree);
        }
        for part in &gone {
            let needed = self
                .pointing_at(part, false)
                .iter()
                .any(|user| !gone.contains(user));
            must(!needed, "something needs it")?;
        }
        for part in &gone {
            self.forget(part);
        }
        Ok(())
    }

    /// Objects with a relation with exactly one subject that points at an object.
    fn pointing_at(&self, target: &str, deleted_with: bool) -> Vec<String> {
        let points = |fact: &&String| {
            let (object, relation, subject) = parts(fact);
            let one = self.rules(object).and_then(|rules| rules.one.get(relation));
            subject == target
                && one.is_some_and(|one| (one.on_delete.as_deref() == Some("with")) == deleted_with)
        };
        self.facts
            .iter()
            .filter(points)
            .map(|fact| parts(fact).0.to_owned())
            .collect()
    }

    fn can_point_at(
        &self,
        who: &Actor,
        object: &str,
        relation: &str,
        target: &str,
    ) -> Result<(), Refused> {
        must(self.visible(who, target), "the target is not visible")?;
        must(
            self.allows(&format!("{object}#{relation}@{target}")),
            "not by the model",
        )?;
        let one = self
            .rules(object)
            .and_then(|rules| rules.one.get(relation))
            .ok_or("no link")?;
        let within = |type_name: &String| {
            let own = self.above(object, type_name);
            own.is_some() && self.above(target, type_name) == own
        };
        must(one.within.as_ref().is_none_or(within), "not below the same")
    }

    pub(super) fn point(&mut self, object: &str, relation: &str, target: &str) {
        let old: Vec<String> = self
            .on(object)
            .filter(|fact| parts(fact).1 == relation)
            .cloned()
            .collect();
        for fact in old {
            self.erase(&fact);
        }
        self.write(&format!("{object}#{relation}@{target}"));
    }

    /// The type and the relation of what stands for something attached to something.
    fn pair(&self, who: &Actor, object: &str, to: &str) -> Result<(String, String), Refused> {
        must(
            self.visible(who, object) && self.visible(who, to),
            "not visible",
        )?;
        for (type_name, rules) in &self.book.types {
            let Some(relation) = &rules.attach else {
                continue;
            };
            let fits = self.allows(&format!("{type_name}:a#{relation}@{object}"));
            if rules.parent.as_deref() == Some(type_of(to)) && fits {
                return Ok((type_name.clone(), relation.clone()));
            }
        }
        Err("nothing is attached so")
    }

    fn attachment(
        &self,
        object: &str,
        to: &str,
        type_name: &str,
        relation: &str,
    ) -> Option<String> {
        let mut facts = self.facts.iter().filter(|fact| {
            let (on, by, subject) = parts(fact);
            by == relation
                && subject == object
                && type_of(on) == type_name
                && self.parent(on).as_deref() == Some(to)
        });
        facts.next().map(|fact| parts(fact).0.to_owned())
    }

    /// Whoever has a kept relation last keeps it.
    fn keeps_holders(&self, before: &Self) -> Result<(), Refused> {
        for object in before.objects.keys().filter(|object| self.exists(object)) {
            let Some(rules) = self.rules(object) else {
                continue;
            };
            for relation in &rules.keep.0 {
                must(
                    !before.is_held(object, relation, 8) || self.is_held(object, relation, 8),
                    "the last holder",
                )?;
            }
        }
        Ok(())
    }

    fn is_held(&self, object: &str, relation: &str, depth: u32) -> bool {
        self.on(object)
            .filter(|fact| parts(fact).1 == relation)
            .any(|fact| match parts(fact).2.split_once('#') {
                None => true,
                Some((set, relation)) => depth > 0 && self.has_member(set, relation, depth - 1),
            })
    }

    fn has_member(&self, set: &str, relation: &str, depth: u32) -> bool {
        self.on(set)
            .any(|fact| match parts(fact).2.split_once('#') {
                None => self.is(parts(fact).2, relation, set),
                Some((set, relation)) => depth > 0 && self.has_member(set, relation, depth - 1),
            })
    }
}

/// What a type writes when an object of it is created.
fn own_facts(rules: &Type, object: &str, parent: &str, creator: &str) -> Vec<String> {
    let link = rules
        .link
        .iter()
        .map(|link| format!("{object}#{link}@{parent}"));
    let writes = rules
        .writes
        .0
        .iter()
        .map(|template| fill(template, object, parent, creator));
    link.chain(writes).collect()
}
