//! What is tried: operations that mostly make sense, by whoever.

use tidegate_client::wire::{
    Attach, CreateObject, DeleteObject, GrantRequest, InvitationId, Invite, IssueSecret,
    Membership, Move, Operation, Remove, RenameObject,
};

use super::book::Type;
use super::land::{Actor, Land, type_of};

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).expect("a size")).expect("a size")
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

pub(super) fn create(object: &str) -> Operation {
    Operation::Create(CreateObject {
        object: object.to_owned(),
        display_name: None,
        links: std::collections::BTreeMap::new(),
        owner: None,
        quota: None,
    })
}

/// How often something else is tried that the rules allow.
const TRIES: usize = 90;

/// Percentages from this one on are deletions.
const DELETES: usize = 98;

/// Two of three are what the rules allow, as far as that is found; most of what is drawn blindly is refused.
pub(super) fn draw(random: &mut Random, land: &Land<'_>, people: &[Actor]) -> (Actor, Operation) {
    let percent = random.below(100);
    let mut drawn = blindly(random, land, people, percent);
    if random.one_in(3) {
        return drawn;
    }
    for tried in 0..TRIES {
        if land.clone().perform(&drawn.0, &drawn.1).is_ok() {
            break;
        }
        // Of this kind, and in the end of any kind that does not delete.
        let percent = if tried < TRIES / 4 {
            percent
        } else {
            random.below(DELETES)
        };
        drawn = blindly(random, land, people, percent);
    }
    drawn
}

/// Any operation of the kind that a percentage stands for.
fn blindly(
    random: &mut Random,
    land: &Land<'_>,
    people: &[Actor],
    percent: usize,
) -> (Actor, Operation) {
    let who = random.pick(people).clone();
    let objects: Vec<&String> = land.objects.keys().collect();
    // Of what can be administered at all.
    let object = (*random.pick(&objects)).clone();
    let other = (*random.pick(&objects)).clone();
    let operation = match percent {
        0..28 => creation(random, land, &object),
        28..48 => Operation::Grant(grants(random, land, object)),
        48..54 => Operation::Change(grants(random, land, object)),
        54..61 => Operation::Revoke(grants(random, land, object)),
        61..71 => Operation::Invite(invite(random, land, object)),
        71..79 => Operation::Accept(invitation(random, land)),
        79..80 => Operation::Decline(invitation(random, land)),
        80..81 => Operation::Withdraw(InvitationId {
            object: None,
            ..invitation(random, land)
        }),
        81..82 => Operation::Join(Membership { object }),
        82..85 => Operation::Leave(Membership { object }),
        85..88 => Operation::Remove(Remove {
            subject: subject(random, land),
            object,
        }),
        88..91 => moving(random, land, object, other),
        91..94 => Operation::Attach(Attach { object, to: other }),
        94..95 => Operation::Detach(Attach { object, to: other }),
        95..97 => Operation::IssueSecret(issue(random, land, object)),
        97..98 => Operation::Rename(RenameObject {
            object,
            display_name: Some(Some("A name".to_owned())),
        }),
        _ => Operation::Delete(DeleteObject { object }),
    };
    (who, operation)
}

/// Something below an object, or at the top.
fn creation(random: &mut Random, land: &Land<'_>, above: &str) -> Operation {
    let name = *random.pick(&["x", "y", "z"]);
    let below = |parent: &str| -> Vec<&String> {
        let types = land.book.types.iter();
        types
            .filter(|(_, rules)| rules.parent.as_deref() == Some(parent))
            .map(|(type_name, _)| type_name)
            .collect()
    };
    let id = above.split_once(':').map_or("", |(_, id)| id);
    let (types, id) = match below(type_of(above)) {
        types if types.is_empty() || random.one_in(4) => (below("site"), name.to_owned()),
        types if type_of(above) == "site" => (types, name.to_owned()),
        types => (types, format!("{id}/{name}")),
    };
    let type_name = *random.pick(&types);
    let Operation::Create(mut request) = create(&format!("{type_name}:{id}")) else {
        unreachable!("a creation")
    };
    let relations: Vec<&String> = land.book.types[type_name].one.keys().collect();
    if !relations.is_empty() && random.one_in(2) {
        let targets: Vec<&String> = land.objects.keys().collect();
        let relation = (*random.pick(&relations)).clone();
        request
            .links
            .insert(relation, (*random.pick(&targets)).clone());
    }
    if random.one_in(10) {
        request.owner = Some(subject(random, land));
    }
    Operation::Create(request)
}

fn grants(random: &mut Random, land: &Land<'_>, object: String) -> GrantRequest {
    GrantRequest {
        relations: relations(random, land, &object),
        subject: subject(random, land),
        object,
    }
}

fn relations(random: &mut Random, land: &Land<'_>, object: &str) -> Vec<String> {
    let rules = land.rules(object);
    let mut words: Vec<String> = rules
        .iter()
        .flat_map(|rules: &&Type| rules.grant.keys().cloned())
        .collect();
    words.push("nothing".to_owned());
    let last = words.len() - 1;
    let mut drawn = Vec::new();
    for _ in 0..=random.below(2) {
        // Rarely what nobody can grant.
        let end = if last == 0 || random.one_in(20) {
            last + 1
        } else {
            last
        };
        drawn.push(words[random.below(end)].clone());
    }
    drawn
}

/// Mostly a user; sometimes another object, a userset, everyone.
fn subject(random: &mut Random, land: &Land<'_>) -> String {
    let all = || land.objects.keys();
    let users: Vec<&String> = all().filter(|object| type_of(object) == "user").collect();
    let objects: Vec<&String> = all().collect();
    match random.below(20) {
        0..12 if !users.is_empty() => (*random.pick(&users)).clone(),
        12..14 => format!("{}#member", random.pick(&objects)),
        14 => "user:*".to_owned(),
        15 => "anonymous:*".to_owned(),
        16 => "user:nobody".to_owned(),
        _ => (*random.pick(&objects)).clone(),
    }
}

fn invite(random: &mut Random, land: &Land<'_>, object: String) -> Invite {
    Invite {
        relations: relations(random, land, &object),
        // Addresses have tests of their own.
        invitee: subject(random, land),
        object,
        expires_in_s: None,
    }
}

fn invitation(random: &mut Random, land: &Land<'_>) -> InvitationId {
    if land.invitations.is_empty() {
        return InvitationId {
            id: Some(uuid::Uuid::nil().to_string()),
            object: None,
        };
    }
    let one = random.pick(&land.invitations);
    if random.one_in(2) {
        InvitationId {
            id: Some(one.id.clone()),
            object: None,
        }
    } else {
        InvitationId {
            id: None,
            object: Some(one.object.clone()),
        }
    }
}

fn moving(random: &mut Random, land: &Land<'_>, object: String, to: String) -> Operation {
    let rules = land.rules(&object);
    let links: Vec<String> = rules
        .iter()
        .flat_map(|rules| rules.one.keys().cloned())
        .collect();
    let relation = if links.is_empty() {
        "nothing".to_owned()
    } else {
        random.pick(&links).clone()
    };
    Operation::Move(Move {
        object,
        relation,
        to,
    })
}

fn issue(random: &mut Random, land: &Land<'_>, subject: String) -> IssueSecret {
    let kinds: Vec<&String> = land.book.profile.kinds.keys().collect();
    IssueSecret {
        subject,
        kind: Some((*random.pick(&kinds)).clone()),
        description: None,
        expires_in_s: None,
    }
}
