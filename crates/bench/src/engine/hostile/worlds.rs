//! Stores and models that are meant to hurt.

use std::fmt::Write as _;

use tidegate_policy::check::MAX_HOPS;
use tidegate_policy::{
    Model, Placed, PlacedSubject, Profile, Snapshot, SnapshotBuilder, Standing, TupleCondition,
};
use uuid::Uuid;

use super::ask::Question;
use crate::error::{Context, Result};

/// What is loaded, and what is asked of it.
pub(super) struct World {
    pub(super) snapshot: Snapshot,
    pub(super) questions: Vec<Question>,
}

/// Makes a world, or a tenth of it.
type Load = fn(quick: bool) -> Result<World>;

/// All of them.
pub(super) const ALL: [(&str, Load); 12] = [
    ("10 thousand nested groups", |quick| nested(10_000, quick)),
    ("99 thousand nested groups", |quick| nested(99_000, quick)),
    ("1 million nested groups", |quick| nested(1_000_000, quick)),
    ("a user's million nested groups", held),
    ("a million members", crowd),
    ("a million usersets", fan),
    ("a chain", chain),
    ("a union of 7,000", union),
    ("an `and` of 40,000", intersection),
    ("layers of 21,000 operands", layers),
    ("long contexts", contexts),
    ("circles", circles),
];

const MODEL: &str = "model
  schema 1.1
type user
type group
  relations
    define member: [user, group#member]
    define safe: [user, group#safe] and member
type doc
  relations
    define viewer: [user, group#member]
    define blocked: [user, group#member]
    define reader: viewer but not blocked
";

/// Inner groups of a nested one.
const INNER: usize = 10;
/// Groups each of which is in each other one.
const CIRCLE: usize = 40;
/// Branches of the union; the model's text has no room for half as many again.
const BRANCHES: usize = 7_000;
/// Parts of the `and`, and of the `or` of [`layers`]: as many as a model's text has room for.
const PARTS: usize = 40_000;
const OPERANDS: usize = 21_000;
/// Documents of a layer.
const LAYER: usize = 27;
/// Items of each kind with a long context; remedies are one of each kind.
const ITEMS: usize = 22;
/// Signs in each context: nearly as many as it may have.
const PAD: usize = 32_000;

/// Groups in groups, and a document for all of them. Nobody is in any.
fn nested(count: usize, quick: bool) -> Result<World> {
    let mut store = Store::new(MODEL)?;
    let groups = store.groups(part(count, quick))?;
    for (outer, inner) in tree(&groups) {
        store.write(outer, "member", PlacedSubject::Userset(inner, "member"))?;
    }
    let (all, last) = (store.put("doc:all")?, store.put("doc:last")?);
    store.put("user:ann")?;
    for (doc, group) in [(all, groups.first()), (last, groups.last())] {
        if let Some(group) = group {
            store.write(doc, "viewer", PlacedSubject::Userset(*group, "member"))?;
        }
    }
    let among = |which: &str| {
        let count = written(groups.len());
        format!("a deny among {count} nested groups, of {which}")
    };
    store.world(vec![
        Question::check(among("the outermost"), "doc:all#reader@user:ann", false)?,
        Question::explain(among("the outermost"), "doc:all#reader@user:ann", false)?,
        Question::explain(among("an innermost"), "doc:last#reader@user:ann", false)?,
    ])
}

/// Each group but the first, behind the one that it hangs on: [`INNER`] hang on each.
fn tree(groups: &[Placed]) -> impl Iterator<Item = (Placed, Placed)> {
    let branches = groups.get(1..).unwrap_or_default().chunks(INNER);
    groups
        .iter()
        .zip(branches)
        .flat_map(|(root, branch)| branch.iter().map(|group| (*root, *group)))
}

/// A user of one group, which is in all others by way of those between.
fn held(quick: bool) -> Result<World> {
    let mut store = Store::new(MODEL)?;
    let groups = store.groups(part(1_000_000, quick))?;
    for (inner, outer) in tree(&groups) {
        store.write(outer, "member", PlacedSubject::Userset(inner, "member"))?;
    }
    let ann = store.put("user:ann")?;
    if let Some(group) = groups.first() {
        store.write(*group, "member", PlacedSubject::Object(ann))?;
    }
    let last = groups.len() - 1;
    let name = format!("a user's {} nested groups", written(groups.len()));
    store.world(vec![
        Question::objects(&name, "user:ann", "group", true)?,
        Question::check(&name, &format!("group:{last}#member@user:ann"), true)?,
        Question::explain(name, &format!("group:{last}#member@user:ann"), true)?,
    ])
}

/// A group of very many.
fn crowd(quick: bool) -> Result<World> {
    let count = part(1_000_000, quick);
    let mut store = Store::new(MODEL)?;
    let group = store.put("group:all")?;
    for number in 0..count {
        let user = store.put(&format!("user:{number}"))?;
        store.write(group, "member", PlacedSubject::Object(user))?;
    }
    let doc = store.put("doc:a")?;
    store.write(doc, "viewer", PlacedSubject::Userset(group, "member"))?;
    let name = |what: &str| format!("through a group of {}, {what}", written(count));
    let member = format!("doc:a#reader@user:{}", count / 2);
    store.world(vec![
        Question::check(name("a member"), &member, true)?,
        Question::check(name("not a member"), "doc:a#reader@user:ann", false)?,
        Question::explain(name("a member"), &member, true)?,
        Question::explain(name("not a member"), "doc:a#reader@user:ann", false)?,
        Question::users(format!("a group of {}", written(count)), "group:all", true)?,
    ])
}

/// A document for very many groups, and a user of as many others.
fn fan(quick: bool) -> Result<World> {
    let mut store = Store::new(MODEL)?;
    let all = store.groups(part(1_000_000, quick))?;
    let (doc, ann) = (store.put("doc:a")?, store.put("user:ann")?);
    for (number, group) in all.iter().enumerate() {
        if number % 2 == 0 {
            store.write(doc, "viewer", PlacedSubject::Userset(*group, "member"))?;
        } else {
            store.write(*group, "member", PlacedSubject::Object(ann))?;
        }
    }
    let half = written(all.len() / 2);
    let name = format!("through {half} groups, of one of {half} others");
    store.world(vec![
        Question::check(&name, "doc:a#reader@user:ann", false)?,
        Question::explain(name, "doc:a#reader@user:ann", false)?,
    ])
}

/// As many hops as a check takes, and one more.
fn chain(_: bool) -> Result<World> {
    let hops = MAX_HOPS as usize;
    let mut store = Store::new(MODEL)?;
    let groups = store.groups(hops + 1)?;
    for pair in groups.windows(2) {
        if let [outer, inner] = pair {
            store.write(*outer, "member", PlacedSubject::Userset(*inner, "member"))?;
        }
    }
    let (ann, bob) = (store.put("user:ann")?, store.put("user:bob")?);
    for (user, group) in [(ann, groups.get(hops - 1)), (bob, groups.get(hops))] {
        if let Some(group) = group {
            store.write(*group, "member", PlacedSubject::Object(user))?;
        }
    }
    let name = |hops: usize| format!("a chain of {hops} hops");
    store.world(vec![
        Question::check(name(hops - 1), "group:0#member@user:ann", true)?,
        Question::explain(name(hops - 1), "group:0#member@user:ann", true)?,
        Question::check(name(hops), "group:0#member@user:bob", false)?,
    ])
}

/// A relation that any of very many others gives.
fn union(_: bool) -> Result<World> {
    let mut text = "model\n schema 1.1\ntype user\ntype doc\n relations\n".to_owned();
    for branch in 0..BRANCHES {
        _ = writeln!(text, "  define r{branch}: [user]");
    }
    let branches: Vec<String> = (0..BRANCHES).map(|branch| format!("r{branch}")).collect();
    _ = writeln!(text, "  define member: {}", branches.join(" or "));
    let mut store = Store::new(&text)?;
    let (doc, ann) = (store.put("doc:a")?, store.put("user:ann")?);
    store.write(
        doc,
        &format!("r{}", BRANCHES - 1),
        PlacedSubject::Object(ann),
    )?;
    let name = |what: &str| format!("a union of {} branches, {what}", written(BRANCHES));
    store.world(vec![
        Question::check(name("the last holds"), "doc:a#member@user:ann", true)?,
        Question::check(name("none holds"), "doc:a#member@user:bob", false)?,
        Question::explain(name("none holds"), "doc:a#member@user:bob", false)?,
        Question::objects(name("the last holds"), "user:ann", "doc", true)?,
    ])
}

/// A relation that is taken away from what is taken away: to turn it, each part of an `and` is gone through with all
/// others.
fn intersection(_: bool) -> Result<World> {
    let parts = vec!["a"; PARTS].join(" and ");
    let mut store = Store::new(&format!(
        "model
  schema 1.1
type user
type doc
  relations
    define a: [user]
    define b: [user]
    define v: [user]
    define w: {parts}
    define z: b but not w
    define y: z but not v
    define r: [user] but not y
"
    ))?;
    store.put("doc:a")?;
    store.put("user:ann")?;
    let name = format!("an `and` of {} parts, behind two `but not`", written(PARTS));
    store.world(vec![
        Question::check(&name, "doc:a#r@user:ann", false)?,
        Question::explain(name, "doc:a#r@user:ann", false)?,
    ])
}

/// Documents in layers, each with usersets of all of the next one, and very many operands to look at on each.
fn layers(_: bool) -> Result<World> {
    let operands = vec!["v from q"; OPERANDS].join(" or ");
    let mut store = Store::new(&format!(
        "model
  schema 1.1
type user
type doc
  relations
    define q: [doc]
    define v: [user, doc#v] or {operands}
"
    ))?;
    let mut docs = Vec::new();
    for number in 0..LAYER * 3 {
        docs.push(store.put(&format!("doc:{number}"))?);
    }
    let layers: Vec<&[Placed]> = docs.chunks(LAYER).collect();
    for pair in layers.windows(2) {
        let &[outer, inner] = pair else { continue };
        for (outer, inner) in outer
            .iter()
            .flat_map(|of| inner.iter().map(move |to| (*of, *to)))
        {
            store.write(outer, "v", PlacedSubject::Userset(inner, "v"))?;
        }
    }
    let ann = store.put("user:ann")?;
    if let Some(last) = docs.last() {
        store.write(*last, "v", PlacedSubject::Object(ann))?;
    }
    let name = format!(
        "layers of {LAYER} documents with {} operands",
        written(OPERANDS)
    );
    store.world(vec![
        Question::check(&name, "doc:0#v@user:ann", true)?,
        Question::explain(&name, "doc:0#v@user:ann", true)?,
        Question::explain(name, "doc:0#v@user:bob", false)?,
    ])
}

/// Items of three kinds, one of each of which is needed; what is to be taken away has a long context each time.
fn contexts(_: bool) -> Result<World> {
    let mut text = "model\n schema 1.1\ntype user\n".to_owned();
    let kinds = ["one", "two", "three"];
    for kind in kinds {
        _ = writeln!(
            text,
            "type {kind}\n relations\n  define base: [user]\n  define blocked: [user with small]\n  define usable: base \
             but not blocked"
        );
    }
    _ = writeln!(text, "type doc\n relations");
    for kind in kinds {
        _ = writeln!(text, "  define {kind}: [{kind}]");
    }
    _ = writeln!(
        text,
        "  define all: usable from one and usable from two and usable from three\n\
         condition small(size: int, pad: string) {{\n  size < 3\n}}"
    );
    let mut store = Store::new(&text)?;
    let (doc, ann) = (store.put("doc:a")?, store.put("user:ann")?);
    let pad = "x".repeat(PAD);
    let small = TupleCondition {
        name: "small".into(),
        context: format!("{{\"size\":1,\"pad\":\"{pad}\"}}")
            .parse()
            .context("a context")?,
    };
    for kind in kinds {
        for number in 0..ITEMS {
            let item = store.put(&format!("{kind}:{number}"))?;
            store.write(doc, kind, PlacedSubject::Object(item))?;
            store.write(item, "base", PlacedSubject::Object(ann))?;
            let blocked = store
                .0
                .write(item, "blocked", PlacedSubject::Object(ann), Some(&small));
            blocked.context("a tuple was left out")?;
        }
    }
    let name = format!("{} items blocked with long contexts", 3 * ITEMS);
    store.world(vec![
        Question::check(&name, "doc:a#all@user:ann", false)?,
        Question::explain(name, "doc:a#all@user:ann", false)?,
    ])
}

/// Groups each of which is in each other one: of the ways round there are more than any budget is for.
fn circles(_: bool) -> Result<World> {
    let mut store = Store::new(MODEL)?;
    let groups = store.groups(CIRCLE)?;
    let ann = store.put("user:ann")?;
    for (at, outer) in groups.iter().enumerate() {
        // A userset cannot be its own member.
        let others = groups.iter().enumerate().filter(|(other, _)| *other != at);
        for (_, inner) in others {
            for relation in ["member", "safe"] {
                store.write(*outer, relation, PlacedSubject::Userset(*inner, relation))?;
            }
        }
        store.write(*outer, "member", PlacedSubject::Object(ann))?;
    }
    let name = |what: &str| format!("{CIRCLE} groups all in each other, {what}");
    store.world(vec![
        Question::check(name("a member"), "group:0#member@user:ann", true)?,
        Question::check(name("not a member"), "group:0#member@user:bob", false)?,
        Question::check(name("under `and`"), "group:0#safe@user:ann", false)?,
        Question::explain(name("not a member"), "group:0#member@user:bob", false)?,
        Question::explain(name("under `and`"), "group:0#safe@user:ann", false)?,
    ])
}

/// So many, or a tenth.
fn part(count: usize, quick: bool) -> usize {
    if quick { count / 10 } else { count }
}

/// A number as people write it: `1,000,000`.
fn written(number: usize) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", written(number / 1_000), number % 1_000),
    }
}

/// What is being loaded.
struct Store(SnapshotBuilder);

impl Store {
    fn new(model: &str) -> Result<Self> {
        let model = Model::parse(model).context("the model")?;
        Ok(Self(SnapshotBuilder::new(model, Profile::default())))
    }

    fn put(&mut self, name: &str) -> Result<Placed> {
        let standing = Standing {
            uid: Uuid::from_u128(1),
            valid_from_s: 0,
        };
        Ok(self.0.put(name.parse().context(name)?, standing))
    }

    fn groups(&mut self, count: usize) -> Result<Vec<Placed>> {
        (0..count)
            .map(|number| self.put(&format!("group:{number}")))
            .collect()
    }

    fn write(&mut self, object: Placed, relation: &str, subject: PlacedSubject<'_>) -> Result<()> {
        let written = self.0.write(object, relation, subject, None);
        written.context("a tuple was left out").map(drop)
    }

    fn world(self, questions: Vec<Question>) -> Result<World> {
        Ok(World {
            snapshot: self.0.finish(1),
            questions,
        })
    }
}
