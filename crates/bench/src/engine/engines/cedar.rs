//! cedar-policy, with the published policies and schemas.
//!
//! Entities are the published ones: a view is an entity that documents and folders are in, and that is in
//! the views of those who have it; a permission of a repository is an entity that its holders are in.

use std::collections::{BTreeMap, HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context as RequestContext, Decision, Entities, Entity, EntityId, EntityTypeName,
    EntityUid, PolicySet, Request, RestrictedExpression, Schema,
};

use super::super::workload::{Action, App, Fact, Published, Question, Thing, Who, World};
use super::Engine;
use crate::error::{Context, Error, Result};

/// Names an entity type of the schema.
pub(super) fn type_name(kind: &str) -> &'static str {
    match kind {
        "user" => "User",
        "group" => "Group",
        "folder" => "Folder",
        "doc" => "Document",
        "team" => "Team",
        "organization" => "Organization",
        "repo" => "Repository",
        "list" => "List",
        "view" => "View",
        "org-permission" => "OrgPermission",
        "repo-permission" => "RepoPermission",
        _ => "Application",
    }
}

struct Loaded {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    user: EntityTypeName,
    /// By the action's id in the schema: its entity, and the type of what it is done on.
    actions: HashMap<&'static str, (EntityUid, EntityTypeName)>,
}

impl Loaded {
    fn load(world: &World, published: &Published) -> Result<Self> {
        let schema = Schema::from_json_str(&published.schema).context("the Cedar schema")?;
        let drafts = Draft::of(world)?;
        let entities = drafts.into_iter().map(Draft::entity);
        let entities: Vec<Entity> = entities.collect::<Result<_>>()?;
        // With the schema it checks what was made here, and adds the actions.
        let entities = Entities::from_entities(entities, Some(&schema));
        let mut actions = HashMap::new();
        for Action { cedar, on, .. } in world.app.actions() {
            let action = uid_of(parsed("Action")?, cedar);
            actions.insert(*cedar, (action, parsed(type_name(on))?));
        }
        Ok(Self {
            authorizer: Authorizer::new(),
            policies: published.policies.parse().context("the Cedar policies")?,
            entities: entities.context("the Cedar entities")?,
            user: parsed("User")?,
            actions,
        })
    }

    fn request(&self, question: &Question) -> Result<Request> {
        let (action, on) = self
            .actions
            .get(question.action.cedar)
            .ok_or_else(|| Error::new(format!("{question}: no such action")))?;
        let id = |name: &str| EntityId::new(name.split_once(':').map_or(name, |(_, id)| id));
        let user = EntityUid::from_type_name_and_id(self.user.clone(), id(&question.user_name));
        let object = EntityUid::from_type_name_and_id(on.clone(), id(&question.object_name));
        Request::new(user, action.clone(), object, RequestContext::empty(), None).context(question)
    }

    fn answer(&self, request: &Request) -> bool {
        let response = self
            .authorizer
            .is_authorized(request, &self.policies, &self.entities);
        response.decision() == Decision::Allow
    }
}

/// Ids in, each time.
pub(super) struct ById(Loaded);

impl ById {
    pub(super) fn load(world: &World, published: &Published) -> Result<Self> {
        let loaded = Loaded::load(world, published)?;
        // What is measured cannot tell an error from a no: so let there be none.
        for question in &world.questions {
            let request = loaded.request(question)?;
            let response =
                loaded
                    .authorizer
                    .is_authorized(&request, &loaded.policies, &loaded.entities);
            if let Some(error) = response.diagnostics().errors().next() {
                return Err(Error::new(format!("{question}: {error}")));
            }
        }
        Ok(Self(loaded))
    }
}

impl Engine for ById {
    fn ask(&mut self, question: &Question) -> Result<bool> {
        Ok(self.0.answer(&self.0.request(question)?))
    }
}

/// Requests that are built.
pub(super) struct Prebuilt {
    loaded: Loaded,
    requests: Vec<Request>,
}

impl Prebuilt {
    pub(super) fn load(world: &World, published: &Published) -> Result<Self> {
        let loaded = Loaded::load(world, published)?;
        let requests = world
            .questions
            .iter()
            .map(|question| loaded.request(question));
        let requests = requests.collect::<Result<_>>()?;
        Ok(Self { loaded, requests })
    }
}

impl Engine for Prebuilt {
    fn ask(&mut self, question: &Question) -> Result<bool> {
        let request = self.requests.get(question.number);
        let request = request.ok_or_else(|| Error::new(format!("{question}: of another world")))?;
        Ok(self.loaded.answer(request))
    }
}

/// An entity that is being put together.
struct Draft {
    uid: EntityUid,
    attributes: HashMap<String, RestrictedExpression>,
    parents: HashSet<EntityUid>,
}

impl Draft {
    /// All entities of a world.
    fn of(world: &World) -> Result<Vec<Self>> {
        let mut parents = Parents::default();
        for fact in &world.facts {
            parents.add(fact)?;
        }
        let mut drafts = Vec::new();
        for &kind in world.app.kinds() {
            for thing in world.things(kind) {
                let attributes = attributes(world, thing, &parents)?;
                drafts.push(Self {
                    uid: uid(thing)?,
                    attributes: attributes.into_iter().collect(),
                    parents: parents.take(&uid(thing)?),
                });
            }
        }
        if world.app == App::Tinytodo {
            let application = Thing {
                kind: "application",
                number: 0,
            };
            parents.of.entry(uid(application)?).or_default();
        }
        // Views and permissions, which are made by what is in them or what they are in.
        let rest = std::mem::take(&mut parents.of);
        drafts.extend(rest.into_iter().map(|(uid, parents)| Self {
            uid,
            attributes: HashMap::new(),
            parents,
        }));
        Ok(drafts)
    }

    fn entity(self) -> Result<Entity> {
        Entity::new(self.uid, self.attributes, self.parents).context("a Cedar entity")
    }
}

/// What each entity is in, and what each user owns.
#[derive(Default)]
struct Parents {
    of: BTreeMap<EntityUid, HashSet<EntityUid>>,
    owned: BTreeMap<Thing, Vec<Thing>>,
    owners: BTreeMap<Thing, Thing>,
    public: HashSet<Thing>,
    teams: BTreeMap<(Thing, &'static str), Thing>,
}

impl Parents {
    fn put(&mut self, child: EntityUid, parent: EntityUid) {
        self.of.entry(parent.clone()).or_default();
        self.of.entry(child).or_default().insert(parent);
    }

    fn take(&mut self, uid: &EntityUid) -> HashSet<EntityUid> {
        self.of.remove(uid).unwrap_or_default()
    }

    fn add(&mut self, fact: &Fact) -> Result<()> {
        let Fact {
            object,
            relation,
            subject,
        } = *fact;
        match (object.kind, relation, subject) {
            ("group", "member", Who::One(user)) => {
                self.put(uid(user)?, uid(object)?);
                // Whom the group can see, its members can.
                self.put(view(object)?, view(user)?);
            }
            ("doc" | "folder", "parent", Who::One(folder)) => {
                self.put(uid(object)?, uid(folder)?);
            }
            ("doc" | "folder", "viewer", Who::One(who) | Who::Members(who)) => {
                self.put(uid(object)?, view(who)?);
            }
            ("doc", "viewer", Who::Everyone) => {
                self.public.insert(object);
            }
            ("doc" | "folder", "owner", Who::One(user)) => {
                self.owned.entry(user).or_default().push(object);
            }
            ("repo" | "list", "owner", Who::One(owner)) => {
                self.owners.insert(object, owner);
            }
            ("list", "reader" | "editor", Who::Members(team)) => {
                self.teams.insert((object, relation), team);
            }
            ("application", "member", Who::Everyone) => {}
            ("team" | "organization", "member", Who::One(who) | Who::Members(who)) => {
                self.put(uid(who)?, uid(object)?);
            }
            ("organization" | "repo", _, Who::One(who) | Who::Members(who)) => {
                self.put(uid(who)?, permission(object, relation)?);
            }
            _ => return Err(Error::new(format!("{fact}: Cedar has no place for it"))),
        }
        Ok(())
    }
}

fn attributes(
    world: &World,
    thing: Thing,
    parents: &Parents,
) -> Result<Vec<(String, RestrictedExpression)>> {
    let reference = RestrictedExpression::new_entity_uid;
    let named = |pairs: Vec<(&str, RestrictedExpression)>| {
        pairs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    };
    Ok(match (world.app, thing.kind) {
        (App::Gdrive, "user") => {
            let owned = |kind: &str| {
                let owned = parents.owned.get(&thing).into_iter().flatten();
                let owned = owned.filter(|thing| thing.kind == kind);
                let owned = owned.map(|&thing| uid(thing).map(reference));
                Ok::<_, Error>(RestrictedExpression::new_set(
                    owned.collect::<Result<Vec<_>>>()?,
                ))
            };
            named(vec![
                ("documentsAndFoldersWithViewAccess", reference(view(thing)?)),
                ("ownedDocuments", owned("doc")?),
                ("ownedFolders", owned("folder")?),
            ])
        }
        (App::Gdrive, "doc") => {
            let public = parents.public.contains(&thing);
            named(vec![("isPublic", RestrictedExpression::new_bool(public))])
        }
        (App::Github, "organization") => named(vec![
            ("readers", reference(permission(thing, "repo_reader")?)),
            ("writers", reference(permission(thing, "repo_writer")?)),
            ("admins", reference(permission(thing, "repo_admin")?)),
        ]),
        (App::Github, "repo") => named(vec![
            (
                "owner",
                reference(uid(found(parents.owners.get(&thing), thing)?)?),
            ),
            ("readers", reference(permission(thing, "reader")?)),
            ("triagers", reference(permission(thing, "triager")?)),
            ("writers", reference(permission(thing, "writer")?)),
            ("maintainers", reference(permission(thing, "maintainer")?)),
            ("admins", reference(permission(thing, "admin")?)),
        ]),
        (App::Tinytodo, "list") => {
            let team = |role| uid(found(parents.teams.get(&(thing, role)), thing)?);
            let tasks = world.tasks.get(thing.number as usize).copied();
            let tasks = (0..tasks.unwrap_or(0))
                .map(task)
                .collect::<Result<Vec<_>>>()?;
            named(vec![
                (
                    "owner",
                    reference(uid(found(parents.owners.get(&thing), thing)?)?),
                ),
                ("name", RestrictedExpression::new_string(thing.id())),
                ("readers", reference(team("reader")?)),
                ("editors", reference(team("editor")?)),
                ("tasks", RestrictedExpression::new_set(tasks)),
            ])
        }
        _ => Vec::new(),
    })
}

fn task(number: u32) -> Result<RestrictedExpression> {
    RestrictedExpression::new_record([
        (
            "name".to_owned(),
            RestrictedExpression::new_string(format!("task {number}")),
        ),
        (
            "id".to_owned(),
            RestrictedExpression::new_long(i64::from(number)),
        ),
        (
            "state".to_owned(),
            RestrictedExpression::new_string("open".to_owned()),
        ),
    ])
    .context("a task")
}

fn found(thing: Option<&Thing>, of: Thing) -> Result<Thing> {
    thing
        .copied()
        .ok_or_else(|| Error::new(format!("{of} lacks what the schema demands")))
}

fn uid(thing: Thing) -> Result<EntityUid> {
    Ok(uid_of(parsed(type_name(thing.kind))?, &thing.id()))
}

/// What somebody can see.
fn view(of: Thing) -> Result<EntityUid> {
    Ok(uid_of(parsed(type_name("view"))?, &of.id()))
}

/// What holders of a relation are in.
fn permission(of: Thing, relation: &str) -> Result<EntityUid> {
    let kind = match of.kind {
        "repo" => "repo-permission",
        _ => "org-permission",
    };
    Ok(uid_of(
        parsed(type_name(kind))?,
        &format!("{}_{relation}", of.id()),
    ))
}

fn parsed(type_name: &str) -> Result<EntityTypeName> {
    type_name.parse().context(type_name)
}

fn uid_of(type_name: EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(type_name, EntityId::new(id))
}
