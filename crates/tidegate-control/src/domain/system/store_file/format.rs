//! The format: what a store file holds.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};
use tidegate_policy::{Context, NameError, Object, Subject, Tuple, TupleCondition};

use super::{MAX_QUESTIONS, MAX_STORE_BYTES, StoreFileError, yaml};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Contents {
    /// For people.
    #[serde(rename = "name")]
    _name: Option<String>,
    /// For people.
    #[serde(rename = "description")]
    _description: Option<String>,
    pub(super) model: Option<String>,
    pub(super) model_file: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) tuples: Vec<TupleKey>,
    pub(super) tuple_file: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) tuple_files: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) tests: Vec<Test>,
}

/// Questions on the store's tuples and on these.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Test {
    pub(super) name: Option<String>,
    /// For people.
    #[serde(rename = "description")]
    _description: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) tuples: Vec<TupleKey>,
    pub(super) tuple_file: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) tuple_files: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(in super::super) check: Vec<Check>,
    #[serde(default, deserialize_with = "or_default")]
    pub(in super::super) list_objects: Vec<ListObjects>,
    #[serde(default, deserialize_with = "or_default")]
    pub(in super::super) list_users: Vec<ListUsers>,
}

/// Whether each of the users has relations on each of the objects.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Check {
    #[serde(default, deserialize_with = "some_user")]
    user: Option<Subject>,
    #[serde(default, deserialize_with = "some_users")]
    users: Option<Vec<Subject>>,
    object: Option<Object>,
    objects: Option<Vec<Object>>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) context: Context,
    pub(in super::super) assertions: BTreeMap<String, bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ListObjects {
    #[serde(deserialize_with = "user")]
    pub(super) user: Subject,
    #[serde(rename = "type")]
    pub(super) type_name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) context: Context,
    pub(super) assertions: BTreeMap<String, BTreeSet<Object>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ListUsers {
    pub(super) object: Object,
    pub(super) user_filter: Vec<Filter>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) context: Context,
    pub(super) assertions: BTreeMap<String, Users>,
}

/// A kind of subject: of a type, or usersets where it has a relation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    #[serde(rename = "type")]
    pub(super) type_name: String,
    pub(super) relation: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Users {
    #[serde(deserialize_with = "users")]
    pub(super) users: BTreeSet<Subject>,
}

/// A tuple, as OpenFGA writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TupleKey {
    #[serde(deserialize_with = "user")]
    user: Subject,
    relation: String,
    object: Object,
    condition: Option<ConditionKey>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConditionKey {
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    context: Context,
}

impl Check {
    /// Who is asked about.
    pub(super) fn users(&self) -> &[Subject] {
        one_or_many(self.user.as_ref(), self.users.as_deref())
    }

    /// On what.
    pub(super) fn objects(&self) -> &[Object] {
        one_or_many(self.object.as_ref(), self.objects.as_deref())
    }
}

fn one_or_many<'a, T>(one: Option<&'a T>, many: Option<&'a [T]>) -> &'a [T] {
    one.map_or(many.unwrap_or_default(), std::slice::from_ref)
}

impl TupleKey {
    /// As the engine has it.
    pub(super) fn tuple(&self) -> Tuple {
        let Self {
            user,
            relation,
            object,
            condition,
        } = self;
        let condition = condition.as_ref().map(|ConditionKey { name, context }| {
            Box::new(TupleCondition {
                name: name.as_str().into(),
                context: context.clone(),
            })
        });
        Tuple {
            condition,
            ..Tuple::new(object.clone(), relation, user.clone())
        }
    }
}

/// Reads a store file.
pub(super) fn read(text: &str) -> Result<Contents, StoreFileError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() as u64 > MAX_STORE_BYTES {
        let message = format!("a store file has at most {MAX_STORE_BYTES} bytes");
        return Err(error("", &message));
    }
    let contents: Contents = yaml::read(text)?;
    if contents.model.is_some() && contents.model_file.is_some() {
        return Err(error("model_file", "there is a `model` already"));
    }
    let mut questions = 0_usize;
    for (number, test) in contents.tests.iter().enumerate() {
        for (at, check) in test.check.iter().enumerate() {
            let key = format!("tests[{number}].check[{at}]");
            one_of(&key, ["user", "users"], &check.user, check.users.as_deref())?;
            one_of(
                &key,
                ["object", "objects"],
                &check.object,
                check.objects.as_deref(),
            )?;
            let pairs = check.users().len().saturating_mul(check.objects().len());
            questions = questions.saturating_add(pairs.saturating_mul(check.assertions.len()));
            if questions > MAX_QUESTIONS {
                let message = format!("more than {MAX_QUESTIONS} questions");
                return Err(error(&key, &message));
            }
        }
        for (at, list) in test.list_users.iter().enumerate() {
            if list.user_filter.is_empty() {
                let key = format!("tests[{number}].list_users[{at}].user_filter");
                return Err(error(&key, "it names no type"));
            }
        }
    }
    Ok(contents)
}

fn one_of<T>(
    key: &str,
    [one, many]: [&str; 2],
    single: &Option<T>,
    list: Option<&[T]>,
) -> Result<(), StoreFileError> {
    match (single, list) {
        (Some(_), None) => Ok(()),
        (None, Some([_, ..])) => Ok(()),
        (None, Some([])) => Err(error(&format!("{key}.{many}"), "it names nothing")),
        (Some(_), Some(_)) => {
            let message = format!("there is a `{one}` already");
            Err(error(&format!("{key}.{many}"), &message))
        }
        (None, None) => {
            let message = format!("neither `{one}` nor `{many}` is there");
            Err(error(key, &message))
        }
    }
}

/// What is wrong in the file itself.
pub(super) fn error(key: &str, message: &str) -> StoreFileError {
    StoreFileError {
        file: None,
        place: None,
        key: key.to_owned(),
        message: message.to_owned(),
    }
}

/// A key without a value stands for nothing, as if it were not there.
fn or_default<'de, T: Deserialize<'de> + Default, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A subject, as the format calls it.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct User(Subject);

impl TryFrom<String> for User {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parsed = text.parse().map_err(|reason| match reason {
            NameError::NoColon => {
                "a user is written `type:id`, `type:id#relation` or `type:*`".to_owned()
            }
            reason => reason.to_string(),
        });
        parsed.map(Self)
    }
}

fn user<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Subject, D::Error> {
    User::deserialize(deserializer).map(|User(subject)| subject)
}

fn users<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<Subject>, D::Error> {
    let users = Vec::deserialize(deserializer)?.into_iter();
    Ok(users.map(|User(subject)| subject).collect())
}

fn some_user<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Subject>, D::Error> {
    let user: Option<User> = Option::deserialize(deserializer)?;
    Ok(user.map(|User(subject)| subject))
}

fn some_users<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<Subject>>, D::Error> {
    let users: Option<Vec<User>> = Option::deserialize(deserializer)?;
    Ok(users.map(|users| users.into_iter().map(|User(subject)| subject).collect()))
}
