//! casbin: role-based access control with domains.
//!
//! Casbin decides whether a subject has a role in a domain by a search through the links of that domain. Here
//! a domain is an action, and its links say how one comes to it: a user to a group, a group to a folder that it
//! may see, a folder to what lies in it, down to the object asked about. The model has one matcher and no
//! policy lines, for every line would be one more evaluation of the matcher: few lines and many role links is
//! what <https://casbin.org/docs/performance> advises. Its search goes ten links deep, which is enough here:
//! the answers are compared.

use casbin::{CoreApi, DefaultModel, Enforcer, MgmtApi};

use super::super::workload::{APPLICATION, Action, App, Fact, Question, Who, World, rank};
use super::Engine;
use crate::error::{Context, Result};

const MODEL: &str = "
[request_definition]
r = sub, obj, act

[policy_definition]
p = sub

[role_definition]
g = _, _, _

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = g(r.sub, r.obj, r.act)
";

/// An enforcer that has the links.
pub(super) struct Casbin(Enforcer);

impl Casbin {
    pub(super) fn load(world: &World) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .context("cannot load casbin")?;
        let enforcer = runtime.block_on(async {
            let model = DefaultModel::from_str(MODEL).await?;
            let mut enforcer = Enforcer::new(model, ()).await?;
            enforcer.enable_auto_build_role_links(false);
            enforcer.add_grouping_policies(links(world)).await?;
            enforcer.build_role_links()?;
            Ok::<_, casbin::Error>(enforcer)
        });
        Ok(Self(enforcer.context("casbin")?))
    }
}

impl Engine for Casbin {
    fn ask(&mut self, question: &Question) -> Result<bool> {
        let Question {
            user_name,
            action,
            object_name,
            ..
        } = question;
        self.0
            .enforce((user_name.as_str(), object_name.as_str(), action.relation))
            .context(question)
    }
}

/// All links: from, to, domain.
fn links(world: &World) -> Vec<Vec<String>> {
    let mut links = Vec::new();
    for action in world.app.actions() {
        let facts = world.facts.iter();
        let facts = facts.filter(|fact| counts(world.app, action, fact));
        let before = links.len();
        links.extend(facts.map(|fact| link(fact, action)));
        // Whoever has `user:*` on its way.
        let everyone = Who::Everyone.to_string();
        if links
            .iter()
            .skip(before)
            .any(|link| link.first() == Some(&everyone))
        {
            links.extend(world.things("user").map(|user| {
                vec![
                    user.to_string(),
                    everyone.clone(),
                    action.relation.to_owned(),
                ]
            }));
        }
    }
    links
}

/// Whether a fact can be on the way to an action.
fn counts(app: App, action: &Action, fact: &Fact) -> bool {
    let relation = action.relation;
    match (app, fact.object.kind, fact.relation) {
        (App::Gdrive, _, "member" | "viewer") => relation == "can_read",
        (App::Gdrive, _, "parent") => matches!(relation, "can_read" | "can_write" | "can_share"),
        (App::Gdrive, "folder", _) => relation != "can_change_owner",
        (App::Gdrive, _, _) => relation != "can_create_file",
        (App::Github, _, "member" | "owner") => true,
        (App::Github, _, role) => rank(role) >= rank(relation),
        (App::Tinytodo, APPLICATION, _) => action.on == APPLICATION,
        (App::Tinytodo, _, "reader") => relation == "get_list",
        (App::Tinytodo, _, "owner") => action.on != APPLICATION,
        (App::Tinytodo, _, _) => {
            action.on != APPLICATION && !matches!(relation, "delete_list" | "edit_shares")
        }
    }
}

/// The link that a fact is: who has it can be where it leads.
fn link(fact: &Fact, action: &Action) -> Vec<String> {
    let Fact {
        object,
        relation,
        subject,
    } = fact;
    let from = match subject {
        Who::One(thing) | Who::Members(thing) => thing.to_string(),
        Who::Everyone => subject.to_string(),
    };
    let to = object.to_string();
    // To have a role on all repositories of an organization is not to be its member.
    let (from, to) = match (object.kind, *relation) {
        ("organization", "member") => (from, to),
        ("organization", _) => (from, format!("{to}#role")),
        ("repo", "owner") => (format!("{from}#role"), to),
        _ => (from, to),
    };
    vec![from, to, action.relation.to_owned()]
}
