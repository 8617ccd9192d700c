//! OpenID AuthZEN's interoperability scenarios (`authzen` of the suites) against `tests/systems/authzen`.
//!
//! The data is read where it is: the folder that `TIDEGATE_SUITES` names, else `../shared/suites` beside the
//! repository. Its ids are no names in Tidegate (RFC 822 addresses, Base64, templates of paths): each is given one. What it says
//! of an owner in a property is a tuple here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::*;

/// A part of the subject's id, the name, and what the policy gives them.
const PEOPLE: [(&str, &str, &[&str]); 5] = [
    ("ZDA2", "rick", &["admin", "evil_genius"]),
    ("ZDE2", "morty", &["editor"]),
    ("ZDI2", "summer", &["editor"]),
    ("ZDM2", "beth", &["viewer"]),
    ("ZDQ2", "jerry", &["viewer"]),
];

fn suite(path: &str) -> Option<Value> {
    let folder = match std::env::var_os("TIDEGATE_SUITES") {
        Some(named) => PathBuf::from(named),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/suites"),
    };
    if std::env::var_os("TIDEGATE_SUITES").is_none() && !folder.is_dir() {
        eprintln!(
            "SKIPPED: no test suites at {}; set TIDEGATE_SUITES",
            folder.display()
        );
        return None;
    }
    let text = std::fs::read_to_string(folder.join("authzen").join(path)).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

/// The name of what the data calls by an id.
fn named(type_name: &str, id: &str) -> String {
    if let Some((_, name, _)) = PEOPLE.iter().find(|(part, ..)| id.contains(part)) {
        return (*name).to_owned();
    }
    if type_name == "user" {
        return id.split('@').next().unwrap().to_owned();
    }
    let plain: String = id
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    format!("x{}", plain.get(..plain.len().min(39)).unwrap())
}

/// A request under our names; each todo is noted with its owner, each route by itself.
fn ours(request: &mut Value, seen: &mut BTreeSet<(String, Option<String>)>) {
    for key in ["subject", "resource"] {
        let Some(entity) = request.get_mut(key) else {
            continue;
        };
        let type_name = entity["type"].as_str().unwrap().to_owned();
        let name = named(&type_name, entity["id"].as_str().unwrap());
        entity["id"] = json!(name);
        if matches!(type_name.as_str(), "todo" | "route") {
            let owner = entity
                .pointer("/properties/ownerID")
                .and_then(Value::as_str);
            let owner = owner.map(|address| format!("user:{}", named("user", address)));
            seen.insert((format!("{type_name}:{name}"), owner));
        }
    }
    if let Some(items) = request.get_mut("evaluations").and_then(Value::as_array_mut) {
        items.iter_mut().for_each(|item| ours(item, seen));
    }
}

async fn open_world() -> World {
    let folder = Folder::new();
    let system = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/systems/authzen");
    let settings = Settings::new(
        &folder.store(),
        &system.display().to_string(),
        ISSUER,
        Clock::system(),
    );
    let mut control = Control::open(settings)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let root = control.first_secret().unwrap().expose().to_owned();
    World {
        router: control.router(),
        control,
        folder,
        root,
    }
}

/// Sends every request of a file, and counts the decisions.
async fn decisions(file: &str, principal: &str) -> Option<usize> {
    let mut suite = suite(file)?;
    let mut seen = BTreeSet::new();
    for kind in ["evaluation", "evaluations"] {
        for case in suite
            .get_mut(kind)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            ours(&mut case["request"], &mut seen);
        }
    }
    let world = open_world().await;
    let root = &world.root;
    world.create(root, "app:main").await;
    for (_, name, roles) in PEOPLE {
        world.create(root, &format!("user:{name}")).await;
        world.create(root, &format!("identity:{name}")).await;
        world
            .grant(root, "app:main", roles, &format!("{principal}:{name}"))
            .await
            .ok();
    }
    let objects: BTreeSet<&String> = seen.iter().map(|(object, _)| object).collect();
    for object in objects {
        world.create(root, object).await;
        world.grant(root, object, &["app"], "app:main").await.ok();
    }
    for (object, owner) in &seen {
        if let Some(owner) = owner {
            world.grant(root, object, &["owner"], owner).await.ok();
        }
    }
    let mut decided = 0;
    for (kind, key) in [("evaluation", "decision"), ("evaluations", "evaluations")] {
        for case in suite
            .get(kind)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let reply = world
                .post(root, &format!("/access/v1/{kind}"), case["request"].clone())
                .await;
            assert_eq!(reply.ok()[key], case["expected"], "{}", case["request"]);
            decided += 1;
        }
    }
    Some(decided)
}

#[tokio::test]
async fn todos() {
    if let Some(decided) = decisions("todo/decisions.json", "user").await {
        assert_eq!(decided, 43);
    }
}

#[tokio::test]
async fn api_gateways() {
    if let Some(decided) = decisions("api-gateways/decisions.json", "identity").await {
        assert_eq!(decided, 25);
    }
}
