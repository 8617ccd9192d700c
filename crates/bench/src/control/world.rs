//! What the store is filled with: a deployment of the Beneath system, worked out by arithmetic, so that
//! every run fills the same and knows by itself what each question must be answered.
//!
//! 100 thousand users, each with a personal organization; 91 organizations that share 10 thousand
//! projects (the first has a thousand, each other one a hundred); two streams and a service in each
//! project. 1 million grants on what is shared; beside them is what the system writes by itself.

/// All of them; the first two are made through the API.
pub(crate) const USERS: u32 = 100_000;
/// All of them.
pub(crate) const PROJECTS: u32 = 10_000;
/// Tuples that people grant, but for those on personal organizations.
pub(crate) const GRANTS: u32 = 1_000_000;
/// Organizations that have projects.
pub(crate) const ORGANIZATIONS: u32 = 91;
/// Projects of the first organization.
pub(crate) const FIRST_PROJECTS: u32 = 1_000;
/// Projects of each other organization.
const OTHER_PROJECTS: u32 = 100;
/// Streams of each project.
const STREAMS: u32 = 2;
/// The admin of the first organization and of its projects.
pub(crate) const OWNER: u32 = 0;
/// Who may view every hundredth project, and belongs to no organization.
pub(crate) const FEW: u32 = 1;
/// Users from here on belong to an organization and have grants; those before that lead no
/// organization have none.
pub(crate) const FIRST_MEMBER: u32 = 1_000;
/// Grants on the first project.
pub(crate) const GRANTS_ON_FIRST: u32 = 100;

/// What the creator of a thing is given.
const ALL: [&str; 3] = ["view", "create", "admin"];

/// An object, by its number among its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Thing {
    /// A user.
    User(u32),
    /// A user's own organization.
    Personal(u32),
    /// An organization that has projects.
    Organization(u32),
    /// A project.
    Project(u32),
    /// A stream: the project's number times two, and 0 or 1.
    Stream(u32),
    /// The service of a project.
    Service(u32),
}

/// `object#relation@subject`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Fact(pub(crate) Thing, pub(crate) &'static str, pub(crate) Thing);

impl Thing {
    /// The type's name.
    pub(crate) fn type_name(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Personal(_) | Self::Organization(_) => "organization",
            Self::Project(_) => "project",
            Self::Stream(_) => "stream",
            Self::Service(_) => "service",
        }
    }

    /// The id.
    pub(crate) fn id(self) -> String {
        match self {
            Self::User(OWNER) | Self::Personal(OWNER) => "owner".to_owned(),
            Self::User(FEW) | Self::Personal(FEW) => "few".to_owned(),
            Self::User(n) | Self::Personal(n) => format!("u{n:05}"),
            Self::Organization(n) => format!("o{n:02}"),
            Self::Project(n) => format!("o{:02}/p{n:05}", organization_of(n)),
            Self::Stream(n) => format!("{}/s{}", Self::Project(n / STREAMS).id(), n % STREAMS),
            Self::Service(n) => format!("{}/b", Self::Project(n).id()),
        }
    }

    /// `type:id`
    pub(crate) fn name(self) -> String {
        format!("{}:{}", self.type_name(), self.id())
    }

    /// What it lies below; none: the site.
    pub(crate) fn parent(self) -> Option<Self> {
        match self {
            Self::User(_) | Self::Personal(_) | Self::Organization(_) => None,
            Self::Project(n) => Some(Self::Organization(organization_of(n))),
            Self::Stream(n) => Some(Self::Project(n / STREAMS)),
            Self::Service(n) => Some(Self::Project(n)),
        }
    }

    /// What it was created along with.
    pub(crate) fn companion_of(self) -> Option<Self> {
        match self {
            Self::Personal(n) => Some(Self::User(n)),
            _ => None,
        }
    }
}

/// Every object, parents first; those of the first two users are among them.
pub(crate) fn things() -> impl Iterator<Item = Thing> {
    let people = (0..USERS).flat_map(|n| [Thing::User(n), Thing::Personal(n)]);
    let organizations = (0..ORGANIZATIONS).map(Thing::Organization);
    let projects = (0..PROJECTS).flat_map(|n| {
        let streams = (0..STREAMS).map(move |which| Thing::Stream(n * STREAMS + which));
        [Thing::Project(n), Thing::Service(n)]
            .into_iter()
            .chain(streams)
    });
    people.chain(organizations).chain(projects)
}

/// What the system writes by itself when a thing is created.
pub(crate) fn written(thing: Thing) -> Vec<Fact> {
    match thing {
        Thing::User(n) => vec![
            Fact(thing, "myself", thing),
            Fact(thing, "billing_organization", Thing::Personal(n)),
        ],
        Thing::Personal(n) => ALL.map(|all| Fact(thing, all, Thing::User(n))).into(),
        Thing::Organization(_) => Vec::new(),
        Thing::Project(n) => vec![Fact(
            thing,
            "organization",
            Thing::Organization(organization_of(n)),
        )],
        Thing::Stream(n) => ["project", "root_of"]
            .map(|relation| Fact(thing, relation, Thing::Project(n / STREAMS)))
            .into(),
        Thing::Service(n) => vec![Fact(thing, "project", Thing::Project(n))],
    }
}

/// The grants on a thing that is shared.
pub(crate) fn granted(thing: Thing) -> Vec<Fact> {
    match thing {
        Thing::User(_) | Thing::Personal(_) | Thing::Service(_) => Vec::new(),
        Thing::Organization(n) => {
            let members = (FIRST_MEMBER..USERS).filter(|user| user % ORGANIZATIONS == n);
            let members = members.map(|user| Fact(thing, "view", Thing::User(user)));
            let lead = ALL.map(|all| Fact(thing, all, Thing::User(lead(n))));
            lead.into_iter().chain(members).collect()
        }
        Thing::Project(n) => {
            let lead = Thing::User(lead(organization_of(n)));
            let mut facts: Vec<_> = ALL.map(|all| Fact(thing, all, lead)).into();
            if few_sees(n) {
                facts.push(Fact(thing, "view", Thing::User(FEW)));
            }
            facts.extend((0..others(n)).map(|at| {
                let (user, relation) = other(n, at);
                Fact(thing, relation, Thing::User(user))
            }));
            facts
        }
        Thing::Stream(n) => {
            let service = Thing::Service(n / STREAMS);
            let relations: &[&str] = if n % STREAMS == 0 {
                &["read"]
            } else {
                &["read", "write"]
            };
            relations
                .iter()
                .map(|relation| Fact(thing, relation, service))
                .collect()
        }
    }
}

/// The organization of a project.
pub(crate) fn organization_of(project: u32) -> u32 {
    project
        .checked_sub(FIRST_PROJECTS)
        .map_or(0, |after| 1 + after / OTHER_PROJECTS)
}

/// Whether the second user may view a project.
pub(crate) fn few_sees(project: u32) -> bool {
    project % 100 == 57
}

/// The admin of an organization and of its projects.
fn lead(organization: u32) -> u32 {
    match organization {
        0 => OWNER,
        other => FEW + other,
    }
}

/// How many grants a project has, but for its creator's and the second user's: what is left of a million
/// in equal parts.
fn others(project: u32) -> u32 {
    let creators = 3 * (PROJECTS + ORGANIZATIONS);
    let services = 3 * PROJECTS;
    let on_first = GRANTS_ON_FIRST - 3;
    let left = GRANTS - creators - services - (USERS - FIRST_MEMBER) - PROJECTS / 100 - on_first;
    match project {
        0 => on_first,
        other => left / (PROJECTS - 1) + u32::from(other <= left % (PROJECTS - 1)),
    }
}

/// One of these grants. Users are distinct: the step is a prime that does not divide their number.
fn other(project: u32, at: u32) -> (u32, &'static str) {
    const STEP: u64 = 104_729;
    let members = u64::from(USERS - FIRST_MEMBER);
    let place = (u64::from(project) * 7_919 + u64::from(at) * STEP) % members;
    let user = FIRST_MEMBER + u32::try_from(place).unwrap_or(0);
    let relation = match at % 10 {
        0..8 => "view",
        8 => "create",
        _ => "admin",
    };
    (user, relation)
}

/// What the rules say of a user and a project, by the grants alone: (view, create, admin, member of its
/// organization). Not worked out by the engine.
pub(crate) fn rights(user: u32, project: u32) -> [bool; 4] {
    let mut rights = [false; 4];
    let facts = granted(Thing::Project(project));
    for Fact(_, relation, _) in facts.into_iter().filter(|fact| fact.2 == Thing::User(user)) {
        for (right, all) in rights.iter_mut().zip(ALL) {
            *right |= relation == all;
        }
    }
    let organization = organization_of(project);
    rights[3] = user == lead(organization)
        || (user >= FIRST_MEMBER && user % ORGANIZATIONS == organization);
    rights
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_million_grants_each_once() {
        let grants: Vec<Fact> = things().flat_map(granted).collect();
        assert_eq!(grants.len(), GRANTS as usize);
        assert_eq!(grants.iter().collect::<HashSet<_>>().len(), grants.len());
        let first = granted(Thing::Project(0));
        assert_eq!(first.len(), GRANTS_ON_FIRST as usize);
    }

    #[test]
    fn every_thing_has_a_name_of_its_own() {
        let names: HashSet<String> = things().map(Thing::name).collect();
        assert_eq!(names.len(), things().count());
        assert_eq!(Thing::Stream(9_999 * 2 + 1).name(), "stream:o90/p09999/s1");
    }

    #[test]
    fn rights_of_some() {
        assert_eq!(rights(OWNER, 999), [true; 4]);
        assert_eq!(rights(OWNER, 1_000), [false; 4]);
        assert_eq!(rights(FEW, 57), [true, false, false, false]);
        assert_eq!(rights(FEW, 58), [false; 4]);
        assert_eq!(rights(FEW + 90, 9_999), [true; 4]);
        assert_eq!((0..PROJECTS).filter(|&n| few_sees(n)).count(), 100);
    }
}
