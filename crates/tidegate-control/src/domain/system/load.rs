//! From a system's files to a system.

mod profile;

use std::collections::BTreeMap;
use std::path::Path;

use tidegate_policy::{Metered, Model, ModelError, Profile, SecretKind};
use tidegate_quota::Calendar;

use self::profile::{secret_kind, window};
use super::built_in::BUILT_IN;
use super::read::{Located, Place, Reader, SystemError, Table, Value};
use super::{
    Companion, GrantRules, InviteRules, JoinRules, LoadError, MembershipRules, OneRules, Operation,
    System, Template, TypeRules, validate,
};
use crate::domain::guard::Guard;

const PLATFORM_MODEL: &str = include_str!("../../../systems/platform/platform.fga");
const PLATFORM_RULES: &str = include_str!("../../../systems/platform/platform.toml");

/// How long an invitation holds unless said otherwise: 14 days (decision 16). Seconds.
const INVITATION_LIFE_S: u64 = 14 * 86_400;

/// Longest file of a system's folder. Bytes.
const FILE_MAX_BYTES: u64 = 1 << 20;

pub(super) fn load(name: &str) -> Result<System, LoadError> {
    if let Some((name, model, rules)) = BUILT_IN.iter().find(|(known, ..)| *known == name) {
        return build(name, model, rules);
    }
    let folder = Path::new(name);
    if !folder.is_dir() {
        let known: Vec<&str> = built_in().collect();
        return Err(LoadError::Unknown(name.to_owned(), known.join(", ")));
    }
    build(
        name,
        &file(folder, "model.fga")?,
        &file(folder, "system.toml")?,
    )
}

/// The names of the systems that are built in.
pub(super) fn built_in() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, ..)| *name)
}

fn file(folder: &Path, name: &str) -> Result<String, LoadError> {
    let path = folder.join(name);
    let too_large = || std::io::Error::other(format!("larger than {FILE_MAX_BYTES} bytes"));
    std::fs::metadata(&path)
        .and_then(|file| {
            if file.len() > FILE_MAX_BYTES {
                Err(too_large())
            } else {
                Ok(())
            }
        })
        .and_then(|()| std::fs::read_to_string(&path))
        .map_err(|error| LoadError::Read { path, error })
}

/// From the texts of a folder's files.
pub(super) fn build(name: &str, model: &str, rules: &str) -> Result<System, LoadError> {
    let invalid = |errors| LoadError::Invalid {
        name: name.to_owned(),
        errors,
    };
    let mut parts = Parts::default();
    let mut errors = Reader::new("platform.toml", PLATFORM_RULES)
        .read(|reader, table| parts.file(reader, table));
    errors
        .extend(Reader::new("system.toml", rules).read(|reader, table| parts.file(reader, table)));
    let (types, conditions) = types_and_conditions(model);
    let model = match Model::parse(&format!("{types}\n{PLATFORM_MODEL}{conditions}")) {
        Ok(model) => model,
        Err(model_errors) => {
            let own_lines = types.split('\n').count();
            errors.extend(
                model_errors
                    .0
                    .into_iter()
                    .map(|error| model_error(error, own_lines)),
            );
            return Err(invalid(errors));
        }
    };
    errors.extend(validate::validate(&model, &parts));
    if !errors.is_empty() {
        return Err(invalid(errors));
    }
    Ok(System {
        name: name.to_owned(),
        model,
        profile: parts.profile(),
        calendar: parts.calendar,
        types: parts.types,
    })
}

/// The platform's types stand before a model's conditions, as the language has it.
fn types_and_conditions(model: &str) -> (&str, &str) {
    let mut lines = model.split_inclusive('\n');
    let is_type = |line: &&str| !line.trim_start().starts_with("condition ");
    let types = lines.by_ref().take_while(is_type).map(str::len).sum();
    let (types, conditions) = model.split_at_checked(types).unwrap_or((model, ""));
    (types.strip_suffix('\n').unwrap_or(types), conditions)
}

/// The platform's part follows the system's types, after `own_lines`.
fn model_error(error: ModelError, own_lines: usize) -> SystemError {
    let ModelError {
        line,
        column,
        message,
        kind: _,
        file: _,
    } = error;
    let line = usize::try_from(line).unwrap_or(usize::MAX);
    let platform_lines = PLATFORM_MODEL.lines().count();
    let (file, line) = match line.checked_sub(own_lines) {
        Some(below) if below > platform_lines => ("model.fga", line - platform_lines),
        Some(below @ 1..) => ("platform.fga", below),
        _ => ("model.fga", line),
    };
    SystemError {
        place: Place {
            file: file.into(),
            line,
            key: format!("column {column}"),
        },
        message,
    }
}

/// What the files say, before it is held against the model.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) calendar: Calendar,
    pub(super) types: BTreeMap<String, TypeRules>,
    pub(super) kinds: BTreeMap<String, Located<SecretKind>>,
    pub(super) metered: BTreeMap<String, Located<Metered>>,
    pub(super) payer: BTreeMap<String, Located<Vec<String>>>,
}

impl Parts {
    fn profile(&self) -> Profile {
        Profile {
            kinds: self
                .kinds
                .iter()
                .map(|(name, kind)| (name.clone(), kind.value.clone()))
                .collect(),
            metered: self
                .metered
                .iter()
                .map(|(name, metered)| (name.clone(), metered.value))
                .collect(),
            payer: self
                .payer
                .iter()
                .map(|(name, path)| (name.clone(), path.value.clone()))
                .collect(),
            // Everything lies below the site: that says nothing.
            parents: self
                .types
                .iter()
                .filter_map(|(name, rules)| Some((name.clone(), rules.parent()?.to_owned())))
                .filter(|(_, parent)| parent != super::SITE_TYPE)
                .collect(),
        }
    }

    fn file(&mut self, reader: &Reader<'_>, mut file: Table<'_>) {
        if let Some(table) = file.take("window").and_then(|value| value.table(reader)) {
            self.calendar = window(reader, table);
        }
        for (name, table) in tables(reader, file.take("type")) {
            let rules = type_rules(reader, table);
            insert(reader, &mut self.types, name, rules.place.clone(), rules);
        }
        for (name, table) in tables(reader, file.take("secret")) {
            let place = table.place().clone();
            if let Some(value) = secret_kind(reader, table) {
                let kind = Located {
                    place: place.clone(),
                    value,
                };
                insert(reader, &mut self.kinds, name, place, kind);
            }
        }
        for (name, value) in values(reader, file.take("metered")) {
            let Some(Located { place, value }) = value.string(reader) else {
                continue;
            };
            let value = match value.as_str() {
                "read" => Metered::Read,
                "write" => Metered::Write,
                other => {
                    reader.error(
                        place,
                        format!("`{other}`: an action is metered as read or write"),
                    );
                    continue;
                }
            };
            insert(
                reader,
                &mut self.metered,
                name,
                place.clone(),
                Located { place, value },
            );
        }
        for (name, value) in values(reader, file.take("payer")) {
            if let Some(path) = value.strings(reader) {
                insert(reader, &mut self.payer, name, path.place.clone(), path);
            }
        }
        file.finish(reader);
    }
}

fn values<'t>(reader: &Reader<'_>, value: Option<Value<'t>>) -> BTreeMap<&'t str, Value<'t>> {
    value
        .and_then(|value| value.table(reader))
        .map(|mut table| table.take_all())
        .unwrap_or_default()
}

fn tables<'t>(reader: &Reader<'_>, value: Option<Value<'t>>) -> Vec<(&'t str, Table<'t>)> {
    let values = values(reader, value).into_iter();
    values
        .filter_map(|(name, value)| Some((name, value.table(reader)?)))
        .collect()
}

fn insert<T>(
    reader: &Reader<'_>,
    map: &mut BTreeMap<String, T>,
    name: &str,
    place: Place,
    value: T,
) {
    if map.insert(name.to_owned(), value).is_some() {
        reader.error(
            place,
            "the platform defines this, and a system cannot change it",
        );
    }
}

fn type_rules(reader: &Reader<'_>, mut table: Table<'_>) -> TypeRules {
    let mut string = |key| table.take(key).and_then(|value| value.string(reader));
    let (parent, link) = (string("parent"), string("link"));
    let (first_secret, attach) = (string("first_secret"), string("attach"));
    let mut strings = |key| table.take(key).and_then(|value| value.strings(reader));
    let (keep, levels) = (strings("keep"), strings("levels"));
    let mut flag = |key| {
        let value = table.take(key).and_then(|value| value.boolean(reader));
        value.unwrap_or(false)
    };
    let (anonymous_account, person) = (flag("anonymous_account"), flag("person"));
    let writes = templates(reader, table.take("writes"));
    let also = companions(reader, table.take("also"));
    let guards = Operation::ALL
        .into_iter()
        .filter_map(|operation| Some((operation, guard(reader, table.take(operation.key())?)?)))
        .collect();
    let grants = tables(reader, table.take("grant"))
        .into_iter()
        .filter_map(|(word, table)| Some((word.to_owned(), grant_rules(reader, word, table)?)))
        .collect();
    let one = tables(reader, table.take("one"))
        .into_iter()
        .map(|(relation, table)| (relation.to_owned(), one_rules(reader, table)))
        .collect();
    let mut part = |key| table.take(key).and_then(|value| value.table(reader));
    let (invite, membership, join) = (part("invite"), part("membership"), part("join"));
    let place = table.place().clone();
    table.finish(reader);
    TypeRules {
        place,
        parent,
        link,
        writes,
        also,
        first_secret,
        anonymous_account,
        person,
        keep,
        levels,
        attach,
        guards,
        grants,
        invite: invite.and_then(|table| invite_rules(reader, table)),
        membership: membership.map(|table| membership_rules(reader, table)),
        join: join.and_then(|table| join_rules(reader, table)),
        one,
    }
}

fn grant_rules(reader: &Reader<'_>, word: &str, mut table: Table<'_>) -> Option<GrantRules> {
    let guard = needed_guard(reader, &mut table, "guard");
    let revoke = table.take("revoke").map(|value| self::guard(reader, value));
    let needs = table.take("needs").map(|value| self::guard(reader, value));
    let relation = table.take("relation").map(|value| value.string(reader));
    let alias = table.take("alias").map(|value| value.strings(reader));
    table.finish(reader);
    let guard = guard?;
    Some(GrantRules {
        revoke: revoke.unwrap_or_else(|| Some(guard.clone()))?,
        guard,
        relation: match relation {
            Some(relation) => relation?.value,
            None => word.to_owned(),
        },
        needs: match needs {
            Some(needs) => Some(needs?),
            None => None,
        },
        alias: match alias {
            Some(alias) => alias?.value,
            None => Vec::new(),
        },
    })
}

fn invite_rules(reader: &Reader<'_>, mut table: Table<'_>) -> Option<InviteRules> {
    let guard = needed_guard(reader, &mut table, "guard");
    let accept = needed_guard(reader, &mut table, "accept");
    let mut names = |key| needed(reader, &mut table, key)?.strings(reader);
    let (principals, relations) = (names("principals"), names("relations"));
    let writes = templates(reader, table.take("writes"));
    let life_s = table
        .take("default_life_s")
        .and_then(|value| value.positive(reader));
    table.finish(reader);
    Some(InviteRules {
        guard: guard?,
        accept: accept?,
        principals: principals?.value,
        relations: relations?.value,
        default_life_s: life_s.unwrap_or(INVITATION_LIFE_S),
        writes,
    })
}

fn membership_rules(reader: &Reader<'_>, mut table: Table<'_>) -> MembershipRules {
    let mut optional = |key| table.take(key).and_then(|value| guard(reader, value));
    let (remove, leave) = (optional("remove"), optional("leave"));
    let below = table.take("below").and_then(|value| value.boolean(reader));
    let place = table.place().clone();
    table.finish(reader);
    MembershipRules {
        remove,
        leave,
        below: below.unwrap_or(false),
        place,
    }
}

fn join_rules(reader: &Reader<'_>, mut table: Table<'_>) -> Option<JoinRules> {
    let guard = needed_guard(reader, &mut table, "guard");
    let relation = needed(reader, &mut table, "relation").and_then(|value| value.string(reader));
    table.finish(reader);
    Some(JoinRules {
        guard: guard?,
        relation: relation?.value,
    })
}

fn one_rules(reader: &Reader<'_>, mut table: Table<'_>) -> OneRules {
    let mut template = |key| {
        let located = templates(reader, table.take(key)).into_iter().next();
        located.map(|located| located.value)
    };
    let (default, home) = (template("default"), template("home"));
    let moves = table.take("move").and_then(|value| guard(reader, value));
    let within = table.take("within").and_then(|value| value.string(reader));
    let deleted_with = match table
        .take("on_delete")
        .and_then(|value| value.string(reader))
    {
        Some(Located { place, value }) if value != "refuse" && value != "with" => {
            reader.error(place, format!("`{value}` is neither `refuse` nor `with`"));
            false
        }
        Some(Located { value, .. }) => value == "with",
        None => false,
    };
    let place = table.place().clone();
    table.finish(reader);
    OneRules {
        default,
        home,
        within: within.map(|within| within.value),
        deleted_with,
        moves,
        place,
    }
}

/// A value that must be there.
fn needed<'t>(reader: &Reader<'_>, table: &mut Table<'t>, key: &str) -> Option<Value<'t>> {
    let value = table.take(key);
    if value.is_none() {
        reader.error(table.place().clone(), format!("`{key}` is missing"));
    }
    value
}

fn needed_guard(reader: &Reader<'_>, table: &mut Table<'_>, key: &str) -> Option<Guard> {
    guard(reader, needed(reader, table, key)?)
}

fn guard(reader: &Reader<'_>, value: Value<'_>) -> Option<Guard> {
    let Located { place, value } = value.strings(reader)?;
    match Guard::parse(&value, place.clone()) {
        Ok(guard) => Some(guard),
        Err(message) => {
            reader.error(place, message);
            None
        }
    }
}

fn template(reader: &Reader<'_>, place: &Place, text: &str) -> Option<Template> {
    match Template::parse(text) {
        Ok(value) => Some(value),
        Err(message) => {
            reader.error(place.clone(), message);
            None
        }
    }
}

fn templates(reader: &Reader<'_>, value: Option<Value<'_>>) -> Vec<Located<Template>> {
    let Some(Located { place, value }) = value.and_then(|value| value.strings(reader)) else {
        return Vec::new();
    };
    let located = |text: String| {
        let value = template(reader, &place, &text)?;
        Some(Located {
            place: place.clone(),
            value,
        })
    };
    value.into_iter().filter_map(located).collect()
}

/// Each is an object, or a table with `object` and `display_name`.
fn companions(reader: &Reader<'_>, value: Option<Value<'_>>) -> Vec<Located<Companion>> {
    let companion = |value: Value<'_>| {
        if !value.is_table() {
            let Located { place, value } = value.string(reader)?;
            let object = template(reader, &place, &value)?;
            return Some(Located {
                place,
                value: Companion {
                    object,
                    display_name: None,
                },
            });
        }
        let mut table = value.table(reader)?;
        let place = table.place().clone();
        let object = needed(reader, &mut table, "object")?.string(reader)?;
        let display_name = table
            .take("display_name")
            .and_then(|value| value.string(reader));
        table.finish(reader);
        let companion = Companion {
            object: template(reader, &object.place, &object.value)?,
            display_name: display_name.map(|name| name.value),
        };
        Some(Located {
            place,
            value: companion,
        })
    };
    let items = value.map(|value| value.items(reader)).unwrap_or_default();
    items.into_iter().filter_map(companion).collect()
}
