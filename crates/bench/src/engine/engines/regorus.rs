//! regorus, with policies that say what the published ones say.
//!
//! Its data is what Cedar's entities hold once they are loaded: the closure of the hierarchy, as objects
//! whose keys are looked up. The answers themselves are worked out by the policies. Policies look tables up
//! (`data.inherited[input.action]`) where a set in the policy would be built at each question.

use std::collections::{BTreeMap, BTreeSet};

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine as Interpreter, Value};
use serde_json::{Map, json};

use super::super::workload::{App, Question, ROLES, Thing, WIDE_ROLES, Who, World, rank};
use super::Engine;
use super::facts::{Edges, by_subject, entity, reachable};
use crate::error::{Context, Error, Result};

/// What is asked.
const ENTRY: &str = "data.app.allow";

const GDRIVE: &str = r#"
package app

default allow := false

allow if {
    input.action == "can_read"
    data.documents[input.object].views[input.user]
}

allow if {
    input.action == "can_read"
    data.documents[input.object].public
}

allow if {
    data.inherited[input.action]
    data.users[input.user].documents[input.object]
}

allow if {
    data.inherited[input.action]
    some folder, _ in data.users[input.user].folders
    data.documents[input.object].above[folder]
}

allow if {
    input.action == "can_change_owner"
    data.users[input.user].documents[input.object]
}

allow if {
    input.action == "can_create_file"
    data.users[input.user].folders[input.object]
}
"#;

const GITHUB: &str = r"
package app

default allow := false

allow if {
    some role in data.sufficient[input.action]
    data.within[input.user][data.repositories[input.object][role]]
}
";

const TINYTODO: &str = r#"
package app

default allow := false

allow if {
    data.anybody[input.action]
    input.object == "application:TinyTodo"
}

allow if data.lists[input.object].owner == input.user

allow if {
    input.action == "get_list"
    data.teams[input.user][data.lists[input.object].reader]
}

allow if {
    data.editing[input.action]
    data.teams[input.user][data.lists[input.object].editor]
}
"#;

/// The bytecode machine.
pub(super) struct Vm {
    machine: RegoVM,
    names: Names,
}

impl Vm {
    pub(super) fn load(world: &World) -> Result<Self> {
        let (policy, data) = prepared(world)?;
        let mut interpreter = interpreter(policy, None)?;
        let compiled = interpreter.compile_with_entrypoint(&ENTRY.into());
        let compiled = compiled.map_err(|error| wrong(&error))?;
        let program = Compiler::compile_from_policy(&compiled, &[ENTRY]).context("regorus")?;
        let mut machine = RegoVM::new();
        machine.load_program(program);
        machine.set_data(data).context("regorus")?;
        machine.set_max_instructions(usize::MAX);
        Ok(Self {
            machine,
            names: Names::new(),
        })
    }
}

impl Engine for Vm {
    fn ask(&mut self, question: &Question) -> Result<bool> {
        self.machine.set_input(self.names.input(question));
        match self.machine.execute().context(question)? {
            Value::Bool(answer) => Ok(answer),
            other => Err(Error::new(format!("{question}: {other}"))),
        }
    }
}

/// The tree interpreter.
pub(super) struct Tree {
    interpreter: Interpreter,
    names: Names,
}

impl Tree {
    pub(super) fn load(world: &World) -> Result<Self> {
        let (policy, data) = prepared(world)?;
        Ok(Self {
            interpreter: interpreter(policy, Some(data))?,
            names: Names::new(),
        })
    }
}

impl Engine for Tree {
    fn ask(&mut self, question: &Question) -> Result<bool> {
        self.interpreter.set_input(self.names.input(question));
        let answer = self.interpreter.eval_rule(ENTRY.to_owned());
        match answer.map_err(|error| wrong(&error))? {
            Value::Bool(answer) => Ok(answer),
            other => Err(Error::new(format!("{question}: {other}"))),
        }
    }
}

/// The keys of the input, made once.
struct Names([Value; 3]);

impl Names {
    fn new() -> Self {
        Self(["user", "action", "object"].map(Value::from))
    }

    fn input(&self, question: &Question) -> Value {
        let Self([user, action, object]) = self;
        let fields = [
            (user.clone(), question.user_name.as_str().into()),
            (action.clone(), question.action.relation.into()),
            (object.clone(), question.object_name.as_str().into()),
        ];
        BTreeMap::from(fields).into()
    }
}

fn interpreter(policy: &str, data: Option<Value>) -> Result<Interpreter> {
    let mut interpreter = Interpreter::new();
    let added = interpreter.add_policy("app.rego".to_owned(), policy.to_owned());
    added.map_err(|error| wrong(&error))?;
    if let Some(data) = data {
        interpreter.add_data(data).map_err(|error| wrong(&error))?;
    }
    Ok(interpreter)
}

fn wrong(error: &impl std::fmt::Display) -> Error {
    Error::new(format!("regorus: {error}"))
}

/// The policy and the data of a world.
fn prepared(world: &World) -> Result<(&'static str, Value)> {
    let (policy, data) = match world.app {
        App::Gdrive => (GDRIVE, gdrive(world)),
        App::Github => (GITHUB, github(world)),
        App::Tinytodo => (TINYTODO, tinytodo(world)),
    };
    let data = Value::from_json_str(&data.to_string()).map_err(|error| wrong(&error))?;
    Ok((policy, data))
}

/// An object whose keys are what is in a set.
fn keys(of: impl IntoIterator<Item = impl ToString>) -> serde_json::Value {
    let pairs = of.into_iter().map(|key| (key.to_string(), true.into()));
    serde_json::Value::Object(pairs.collect())
}

/// An object with an entry for each entity.
fn each(
    things: impl Iterator<Item = Thing>,
    value: impl Fn(Thing) -> serde_json::Value,
) -> serde_json::Value {
    let pairs = things.map(|thing| (thing.to_string(), value(thing)));
    serde_json::Value::Object(pairs.collect::<Map<_, _>>())
}

fn gdrive(world: &World) -> serde_json::Value {
    // From an object to what it lies in, and to those who were given a view of it.
    let mut above = Edges::new();
    let mut viewers = Edges::new();
    let mut public = Vec::new();
    for fact in &world.facts {
        let edges = match (fact.relation, fact.subject) {
            ("viewer", Who::Everyone) => {
                public.push(fact.object);
                continue;
            }
            ("parent", _) => &mut above,
            ("viewer", _) => &mut viewers,
            _ => continue,
        };
        let other = entity(fact.subject);
        edges.entry(fact.object).or_default().extend(other);
    }
    let mut members = Edges::new();
    for fact in world.facts.iter().filter(|fact| fact.relation == "member") {
        let member = entity(fact.subject);
        members.entry(fact.object).or_default().extend(member);
    }
    let owned = by_subject(world, |fact| fact.relation == "owner", entity);
    let document = |doc: Thing| {
        let folders = reachable(doc, &above);
        let places = folders.iter().chain([&doc]);
        let given = places.flat_map(|place| viewers.get(place).into_iter().flatten());
        let mut views = BTreeSet::new();
        for viewer in given {
            match members.get(viewer) {
                Some(members) if viewer.kind == "group" => views.extend(members.iter().copied()),
                _ => {
                    views.insert(*viewer);
                }
            }
        }
        json!({ "public": public.contains(&doc), "above": keys(folders), "views": keys(views) })
    };
    let user = |user: Thing| {
        let owned = |kind: &str| {
            let owned = owned.get(&user).into_iter().flatten();
            keys(owned.filter(|thing| thing.kind == kind))
        };
        json!({ "documents": owned("doc"), "folders": owned("folder") })
    };
    json!({
        "documents": each(world.things("doc"), document),
        "users": each(world.things("user"), user),
        "inherited": keys(["can_read", "can_write", "can_share"]),
    })
}

fn github(world: &World) -> serde_json::Value {
    // To be in a team or an organization, of which one can be a member of something else.
    let within = by_subject(world, |fact| fact.relation == "member", entity);
    let mut permissions: BTreeMap<Thing, Vec<String>> = BTreeMap::new();
    let mut owners = BTreeMap::new();
    for fact in &world.facts {
        match (fact.object.kind, fact.relation, entity(fact.subject)) {
            (_, "member", _) | (_, _, None) => {}
            ("repo", "owner", Some(owner)) => {
                owners.insert(fact.object, owner);
            }
            (_, relation, Some(who)) => {
                let permission = format!("{}#{relation}", fact.object);
                permissions.entry(who).or_default().push(permission);
            }
        }
    }
    let all = |user: Thing| {
        let groups = reachable(user, &within);
        let everything = groups.iter().chain([&user]);
        let held = everything.flat_map(|thing| permissions.get(thing).into_iter().flatten());
        keys(held.cloned().chain(groups.iter().map(ToString::to_string)))
    };
    let repository = |repo: Thing| {
        let own = ROLES.map(|role| (role, format!("{repo}#{role}")));
        let owner = owners.get(&repo).map(ToString::to_string);
        let owner = owner.unwrap_or_default();
        let wide = WIDE_ROLES.map(|(role, _)| (role, format!("{owner}#{role}")));
        let roles = own.into_iter().chain(wide);
        serde_json::Value::Object(
            roles
                .map(|(role, permission)| (role.to_owned(), permission.into()))
                .collect(),
        )
    };
    let sufficient = |action: &str| -> Vec<&str> {
        let wide = WIDE_ROLES.map(|(role, _)| role);
        let roles = ROLES.into_iter().chain(wide);
        roles.filter(|role| rank(role) >= rank(action)).collect()
    };
    json!({
        "within": each(world.things("user"), all),
        "repositories": each(world.things("repo"), repository),
        "sufficient": ROLES.map(|role| (role, sufficient(role)))
            .into_iter()
            .collect::<BTreeMap<_, _>>(),
    })
}

fn tinytodo(world: &World) -> serde_json::Value {
    let within = by_subject(world, |fact| fact.relation == "member", entity);
    let list = |list: Thing| {
        let facts = world.facts.iter().filter(|fact| fact.object == list);
        let roles = facts.filter_map(|fact| Some((fact.relation, entity(fact.subject)?)));
        serde_json::Value::Object(
            roles
                .map(|(role, who)| (role.to_owned(), who.to_string().into()))
                .collect(),
        )
    };
    json!({
        "teams": each(world.things("user"), |user| keys(reachable(user, &within))),
        "lists": each(world.things("list"), list),
        "anybody": keys(["create_list", "get_lists"]),
        "editing": keys(["get_list", "update_list", "create_task", "update_task", "delete_task"]),
    })
}
