//! The models of the vectors: file name and text. `user` and `bot` hold secrets.

/// In no order that matters; the place in the list is the seed.
pub(super) const MODELS: [(&str, &str); 9] = [
    (
        "data",
        "model
  schema 1.1
type anonymous
type user
type bot
type organization
  relations
    define view: [user]
    define create: [user]
    define admin: [user]
    define can_view: view
    define can_create: create or admin
type project
  relations
    define organization: [organization]
    define public: [anonymous:*, user:*]
    define view: [user]
    define create: [user]
    define can_view: view or public
    define can_browse: can_view or can_view from organization
type stream
  relations
    define project: [project]
    define read: [bot]
    define write: [bot]
    define can_read: read or can_view from project
    define can_write: write or create from project
    define can_grant: create from project or public from project
type instance
  relations
    define stream: [stream]
    define can_read: can_read from stream
    define can_write: can_write from stream
",
    ),
    (
        "folders",
        "model
  schema 1.1
type anonymous
type user
type bot
type folder
  relations
    define parent: [folder]
    define owner: [user, bot]
    define viewer: [user, user:*, anonymous] or owner or viewer from parent
    define blocked: [user] or blocked from parent
    define guest: viewer but not blocked
    define reader: viewer and (guest or owner)
",
    ),
    (
        "teams",
        "model
  schema 1.1
type user
type bot
type team
  relations
    define member: [user, bot, team#member]
    define lead: [user, team#lead] and member
type doc
  relations
    define owner: [user, team#lead]
    define editor: [bot, team#member] or owner
    define viewer: [user:*, team#member, doc#editor] or editor
    define outsider: viewer but not editor
",
    ),
    (
        "operators",
        "model
  schema 1.1
type anonymous
type user
type bot
type doc
  relations
    define a: [user, bot, anonymous]
    define b: [user, user:*, bot:*]
    define c: [user, anonymous:*]
    define a_or_b: a or b
    define a_and_b: a and b
    define a_not_c: a but not c
    define nested: ((a or b) and (b or c)) but not (a and (b and c))
    define deep: [user] or (((a but not b) or (b but not a)) but not c)
    define never_c: ([bot] or b) but not c
    define all: a and b and c
    define not_nested: a_or_b but not nested
",
    ),
    (
        "circles",
        "model
  schema 1.1
type user
type bot
type group
  relations
    define peer: [group]
    define member: [user, bot, group#member, group#guest]
    define guest: [user, group#member] or member from peer
    define banned: [user, group#banned]
    define safe: member but not banned
    define both: member and guest
    define either: (both but not banned) or safe from peer
",
    ),
    (
        "wildcards",
        "model
  schema 1.1
type anonymous
type user
type bot
type page
  relations
    define public: [user:*, anonymous:*]
    define staff: [user, bot:*]
    define banned: [user, bot, anonymous]
    define can_read: (public or staff) but not banned
    define can_edit: staff and public
    define hidden: [anonymous:*] but not public
",
    ),
    (
        "several-parents",
        "model
  schema 1.1
type user
type bot
type org
  relations
    define admin: [user]
    define member: [user, bot] or admin
type space
  relations
    define org: [org]
    define admin: [bot] or admin from org
    define member: member from org but not suspended
    define suspended: [user]
type doc
  relations
    define place: [org, space]
    define admin: admin from place
    define reader: member from place or admin
    define archivist: suspended from place and reader
",
    ),
    (
        "accounts",
        "model
  schema 1.1
type user
type bot
type account
  relations
    define holder: [user, bot]
    define delegate: [account#holder, account#delegate]
    define auditor: [user:*, bot]
    define can_pay: (holder or delegate) but not frozen
    define frozen: [user, account#holder]
    define can_audit: auditor and (holder or delegate)
",
    ),
    (
        "usersets",
        "model
  schema 1.1
type anonymous
type user
type bot
type role
  relations
    define assignee: [user, bot, anonymous:*, role#assignee]
    define deputy: [role#assignee] but not assignee
type thing
  relations
    define has: [thing]
    define use: [role#assignee, role#deputy, user] or use from has
    define helper: [user, role#assignee]
    define own: [role#deputy] or (use and helper)
    define lend: own but not (use from has)
",
    ),
];
