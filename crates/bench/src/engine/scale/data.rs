//! A store like that of a document service, worked out by arithmetic, so that every question has an answer
//! that no engine is needed for.
//!
//! It consists of units of 10 thousand tuples, so that a store of a thousand units differs from one of a
//! single unit in nothing but its size: 500 users, 20 groups in each other, 500 folders in trees of four
//! branches, 2,800 documents. One membership of each user, and what is shared one by one, goes to any unit; but for
//! that, each unit is like the others.

/// The model.
pub(super) const MODEL: &str = "
model
  schema 1.1
type user
type group
  relations
    define member: [user, group#member]
type folder
  relations
    define parent: [folder]
    define owner: [user]
    define editor: [user, group#member] or owner or editor from parent
    define viewer: [user, group#member, user:*] or editor or viewer from parent
type doc
  relations
    define parent: [folder]
    define owner: [user]
    define editor: [user, group#member] or owner or editor from parent
    define viewer: [user, group#member, user:*] or editor or viewer from parent
    define can_read: viewer
    define can_write: editor
";

/// Tuples of a unit.
const UNIT: u32 = 10_000;
const USERS: u32 = 500;
const GROUPS: u32 = 20;
const FOLDERS: u32 = 500;
const DOCS: u32 = 2_800;
/// Groups directly in a group.
const INNER_GROUPS: u32 = 4;
/// Folders directly in a folder.
const INNER_FOLDERS: u32 = 4;
/// Every fifth folder is shared with a group.
const SHARED_FOLDER: u32 = 5;
/// What is left of a unit's tuples is documents shared one by one.
const SHARES: u32 =
    UNIT - 3 * USERS - (GROUPS - 1) - (FOLDERS - 1) - FOLDERS - FOLDERS / SHARED_FOLDER - 2 * DOCS;

/// An object, by its number among its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Thing {
    /// Somebody.
    User(u32),
    /// A group of users and groups.
    Group(u32),
    /// A folder.
    Folder(u32),
    /// A document.
    Doc(u32),
}

/// Who has a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Who {
    /// One object.
    One(Thing),
    /// The members of a group.
    Members(u32),
}

/// `object#relation@subject`
pub(super) type Fact = (Thing, &'static str, Who);

/// A store of so many units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Data {
    units: u32,
}

impl Thing {
    /// `type:id`, of a length that is usual.
    pub(super) fn name(self) -> String {
        match self {
            Self::User(n) => format!("user:u{n:07}"),
            Self::Group(n) => format!("group:g{n:06}"),
            Self::Folder(n) => format!("folder:f{n:07}"),
            Self::Doc(n) => format!("doc:d{n:07}"),
        }
    }
}

impl Data {
    /// A store of so many units, at least one.
    pub(super) fn new(units: u32) -> Self {
        Self {
            units: units.max(1),
        }
    }

    /// All tuples.
    pub(super) fn tuples(self) -> u32 {
        self.units * UNIT
    }

    /// Users.
    pub(super) fn users(self) -> u32 {
        self.units * USERS
    }

    /// Documents.
    pub(super) fn docs(self) -> u32 {
        self.units * DOCS
    }

    /// A document by its number in a unit, of as many units as there are.
    pub(super) fn doc(self, unit: u32, number: u32) -> u32 {
        unit % self.units * DOCS + number % DOCS
    }

    /// A user, likewise.
    pub(super) fn user(self, unit: u32, number: u32) -> u32 {
        unit % self.units * USERS + number % USERS
    }

    /// The owner of a document.
    pub(super) fn owner(self, doc: u32) -> u32 {
        doc_owner(doc)
    }

    /// A user of the unit that a document is in.
    pub(super) fn colleague(self, doc: u32, which: u32) -> u32 {
        doc / DOCS * USERS + which % USERS
    }

    /// Every object.
    pub(super) fn things(self) -> impl Iterator<Item = Thing> {
        let users = (0..self.users()).map(Thing::User);
        let groups = (0..self.units * GROUPS).map(Thing::Group);
        let folders = (0..self.units * FOLDERS).map(Thing::Folder);
        let docs = (0..self.docs()).map(Thing::Doc);
        users.chain(groups).chain(folders).chain(docs)
    }

    /// The facts about an object, and those that a user or a group is a member by.
    pub(super) fn facts(self, thing: Thing) -> Vec<Fact> {
        let one = |thing| Who::One(thing);
        match thing {
            Thing::User(n) => {
                let groups = self.groups_of(n).map(Thing::Group);
                groups.map(|group| (group, "member", one(thing))).into()
            }
            Thing::Group(n) => {
                let outer = outer_group(n).map(Thing::Group);
                outer
                    .map(|outer| (outer, "member", Who::Members(n)))
                    .into_iter()
                    .collect()
            }
            Thing::Folder(n) => {
                let mut facts = vec![(thing, "owner", one(Thing::User(folder_owner(n))))];
                facts.extend(outer_folder(n).map(|f| (thing, "parent", one(Thing::Folder(f)))));
                facts.extend(granted(n).map(|(group, role)| (thing, role, Who::Members(group))));
                facts
            }
            Thing::Doc(n) => {
                let folder = one(Thing::Folder(folder_of(n)));
                let owner = one(Thing::User(doc_owner(n)));
                let shares = self.shares(n);
                let shares = shares.map(|(user, role)| (thing, role, one(Thing::User(user))));
                [(thing, "parent", folder), (thing, "owner", owner)]
                    .into_iter()
                    .chain(shares)
                    .collect()
            }
        }
    }

    /// Whether a user may read a document, and write it, by the rules of the model.
    pub(super) fn rights(self, user: u32, doc: u32) -> [bool; 2] {
        let groups = self.all_groups_of(user);
        let mut roles: Vec<&str> = Vec::new();
        if doc_owner(doc) == user {
            roles.push("editor");
        }
        let shares = self.shares(doc).filter(|(who, _)| *who == user);
        roles.extend(shares.map(|(_, role)| role));
        let mut folder = Some(folder_of(doc));
        while let Some(at) = folder {
            if folder_owner(at) == user {
                roles.push("editor");
            }
            let granted = granted(at).filter(|(group, _)| groups.contains(group));
            roles.extend(granted.map(|(_, role)| role));
            folder = outer_folder(at);
        }
        [!roles.is_empty(), roles.contains(&"editor")]
    }

    /// Somebody who may read the document by a group that a folder above it is shared with.
    pub(super) fn reader_by_group(self, doc: u32, which: u32) -> Option<u32> {
        let mut folder = Some(folder_of(doc));
        while let Some(at) = folder {
            if let Some((group, _)) = granted(at) {
                let unit = group / GROUPS;
                let members = USERS / GROUPS;
                return Some(unit * USERS + group % GROUPS + GROUPS * (which % members));
            }
            folder = outer_folder(at);
        }
        None
    }

    /// The groups that a user is a direct member of: two at home, one anywhere.
    fn groups_of(self, user: u32) -> [u32; 3] {
        let home = user / USERS * GROUPS;
        let first = user % GROUPS;
        let [first, second] = [first, (first + GROUPS / 2) % GROUPS].map(|local| home + local);
        let mut third = mixed(user) % (self.units * GROUPS);
        while third == first || third == second {
            third = (third + 1) % (self.units * GROUPS);
        }
        [first, second, third]
    }

    fn all_groups_of(self, user: u32) -> Vec<u32> {
        let mut all = Vec::new();
        for group in self.groups_of(user) {
            let mut at = Some(group);
            while let Some(group) = at {
                all.push(group);
                at = outer_group(group);
            }
        }
        all
    }

    /// Whom a document is shared with one by one, each once.
    fn shares(self, doc: u32) -> impl Iterator<Item = (u32, &'static str)> {
        let local = doc % DOCS;
        let number = SHARES / DOCS + u32::from(local < SHARES % DOCS);
        (0..number).map(move |at| {
            let user = (mixed(doc) % self.users() + at) % self.users();
            (user, if doc % 4 == 3 { "editor" } else { "viewer" })
        })
    }
}

fn outer_group(group: u32) -> Option<u32> {
    let local = (group % GROUPS).checked_sub(1)?;
    Some(group / GROUPS * GROUPS + local / INNER_GROUPS)
}

fn outer_folder(folder: u32) -> Option<u32> {
    let local = (folder % FOLDERS).checked_sub(1)?;
    Some(folder / FOLDERS * FOLDERS + local / INNER_FOLDERS)
}

fn folder_owner(folder: u32) -> u32 {
    folder / FOLDERS * USERS + mixed(folder % FOLDERS) % USERS
}

/// The group that a folder is shared with, and as what.
fn granted(folder: u32) -> Option<(u32, &'static str)> {
    let unit = folder / FOLDERS;
    let local = folder % FOLDERS;
    let which = local / SHARED_FOLDER;
    let role = if which.is_multiple_of(2) {
        "viewer"
    } else {
        "editor"
    };
    let shared = local.is_multiple_of(SHARED_FOLDER);
    // Not to the outermost group at the top: that would share everything with everybody.
    shared.then_some((unit * GROUPS + GROUPS - 1 - which % GROUPS, role))
}

fn folder_of(doc: u32) -> u32 {
    doc / DOCS * FOLDERS + doc % DOCS % FOLDERS
}

fn doc_owner(doc: u32) -> u32 {
    doc / DOCS * USERS + mixed(!(doc % DOCS)) % USERS
}

/// A number that looks random (the finalizer of MurmurHash3, in the public domain).
fn mixed(number: u32) -> u32 {
    let number = (number ^ (number >> 16)).wrapping_mul(0x85EB_CA6B);
    let number = (number ^ (number >> 13)).wrapping_mul(0xC2B2_AE35);
    number ^ (number >> 16)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_tuple_once_and_as_many_as_said() {
        for units in [1, 3] {
            let data = Data::new(units);
            let facts: Vec<Fact> = data.things().flat_map(|thing| data.facts(thing)).collect();
            assert_eq!(facts.len(), data.tuples() as usize);
            assert_eq!(facts.iter().collect::<HashSet<_>>().len(), facts.len());
            let things: HashSet<Thing> = data.things().collect();
            for (object, _, who) in facts {
                let named = match who {
                    Who::One(thing) => thing,
                    Who::Members(group) => Thing::Group(group),
                };
                assert!(things.contains(&object) && things.contains(&named));
            }
        }
    }

    #[test]
    fn names_differ() {
        let data = Data::new(2);
        let names: HashSet<String> = data.things().map(Thing::name).collect();
        assert_eq!(names.len(), data.things().count());
    }

    #[test]
    fn rights_by_each_way() {
        let data = Data::new(2);
        for doc in (0..data.docs()).step_by(97) {
            assert_eq!(data.rights(doc_owner(doc), doc), [true; 2]);
            for which in [0, 7, 24, 25] {
                let reader = data.reader_by_group(doc, which).unwrap();
                assert!(data.rights(reader, doc)[0], "user {reader}, doc {doc}");
            }
            for (user, _) in data.shares(doc) {
                assert!(data.rights(user, doc)[0]);
            }
        }
    }
}
