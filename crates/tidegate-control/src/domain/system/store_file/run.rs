//! Runs a store file's tests.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tidegate_policy::{
    CheckRequest, ListError, ListObjectsRequest, ListUsersRequest, Model, Page, Profile, Snapshot,
    SubjectKind,
};

use super::format::{Check, Contents, Filter, ListObjects, ListUsers, Test, Users};
use super::tuples::{self, Held, Sources};
use super::{Failed, MAX_ERRORS, StoreFileError, TestReport};

/// How many names are asked for at a time.
const PAGE: usize = 1000;

pub(super) fn run(
    contents: &Contents,
    model: &Model,
    read: &dyn Fn(&str) -> Result<String, String>,
) -> Result<Vec<TestReport>, Vec<StoreFileError>> {
    let mut errors = Vec::new();
    let empty = Snapshot::new(model.clone(), Profile::default());
    let mut held = Held::default();
    let sources = Sources {
        prefix: String::new(),
        tuples: &contents.tuples,
        file: contents.tuple_file.as_deref(),
        files: &contents.tuple_files,
    };
    let store = tuples::add(&empty, &mut held, &sources, read, &mut errors);
    let store = store.unwrap_or(empty);
    let mut reports = Vec::new();
    for (number, test) in contents.tests.iter().enumerate() {
        let key = format!("tests[{number}]");
        let sources = Sources {
            prefix: format!("{key}."),
            tuples: &test.tuples,
            file: test.tuple_file.as_deref(),
            files: &test.tuple_files,
        };
        let snapshot = tuples::add(&store, &mut held.clone(), &sources, read, &mut errors);
        if let Some(snapshot) = snapshot.filter(|_| errors.is_empty()) {
            reports.push(Run::of(&snapshot, test, &key));
        }
        if errors.len() >= MAX_ERRORS {
            break;
        }
    }
    errors.truncate(MAX_ERRORS);
    if errors.is_empty() {
        Ok(reports)
    } else {
        Err(errors)
    }
}

/// A test that is being run.
struct Run<'a> {
    snapshot: &'a Snapshot,
    report: TestReport,
}

/// What came of a question: an answer, and why it may not be whole.
type Answer = Result<(Value, Option<String>), String>;

impl<'a> Run<'a> {
    fn of(snapshot: &'a Snapshot, test: &Test, key: &str) -> TestReport {
        let name = test.name.clone().unwrap_or_else(|| key.to_owned());
        let report = TestReport {
            name,
            passed: 0,
            failed: Vec::new(),
        };
        let mut run = Self { snapshot, report };
        for (number, check) in test.check.iter().enumerate() {
            run.check(&format!("{key}.check[{number}]"), check);
        }
        for (number, list) in test.list_objects.iter().enumerate() {
            run.list_objects(&format!("{key}.list_objects[{number}]"), list);
        }
        for (number, list) in test.list_users.iter().enumerate() {
            run.list_users(&format!("{key}.list_users[{number}]"), list);
        }
        run.report
    }

    fn check(&mut self, key: &str, check: &Check) {
        for subject in check.users() {
            for object in check.objects() {
                for (relation, expected) in &check.assertions {
                    let found = self.snapshot.check(&CheckRequest {
                        subject,
                        relation,
                        object,
                        contextual_tuples: &[],
                        context: &check.context,
                    });
                    self.compare(
                        format!("{key}.assertions.{relation}"),
                        format!("{subject} {relation} {object}"),
                        json!(expected),
                        found
                            .map(|found| (json!(found), None))
                            .map_err(|reason| reason.to_string()),
                    );
                }
            }
        }
    }

    fn list_objects(&mut self, key: &str, list: &ListObjects) {
        let ListObjects {
            user,
            type_name,
            context,
            assertions,
        } = list;
        for (relation, expected) in assertions {
            let found = whole(|after| {
                self.snapshot.list_objects(&ListObjectsRequest {
                    subject: user,
                    relation,
                    object_type: type_name,
                    contextual_tuples: &[],
                    context,
                    after,
                    limit: PAGE,
                })
            });
            self.compare(
                format!("{key}.assertions.{relation}"),
                format!("{user} {relation} {type_name}"),
                json!(expected),
                found.map(|(found, error)| (json!(found), error)),
            );
        }
    }

    fn list_users(&mut self, key: &str, list: &ListUsers) {
        let ListUsers {
            object,
            user_filter,
            context,
            assertions,
        } = list;
        let kinds: Vec<String> = user_filter.iter().map(Filter::text).collect();
        for (relation, Users { users }) in assertions {
            let mut all = BTreeSet::new();
            let mut incomplete = None;
            let asked = user_filter.iter().try_for_each(|filter| {
                let (found, error) = whole(|after| {
                    self.snapshot.list_users(&ListUsersRequest {
                        object,
                        relation,
                        kind: filter.kind(),
                        contextual_tuples: &[],
                        context,
                        after,
                        limit: PAGE,
                    })
                })?;
                all.extend(found);
                incomplete = incomplete.take().or(error);
                Ok::<(), String>(())
            });
            self.compare(
                format!("{key}.assertions.{relation}"),
                format!("{} {relation} {object}", kinds.join(", ")),
                json!(users),
                asked.map(|()| (json!(all), incomplete)),
            );
        }
    }

    /// Counts an assertion. Lists are sorted on both sides.
    fn compare(&mut self, key: String, question: String, expected: Value, answer: Answer) {
        let (found, error) = match answer {
            Ok((found, error)) => (Some(found), error),
            Err(error) => (None, Some(error)),
        };
        if error.is_none() && found.as_ref() == Some(&expected) {
            self.report.passed += 1;
            return;
        }
        self.report.failed.push(Failed {
            key,
            question,
            expected,
            found,
            error,
        });
    }
}

/// All pages of a list, sorted, and why something may be missing.
fn whole<T: Clone + Ord>(
    page: impl Fn(Option<&T>) -> Result<Page<T>, ListError>,
) -> Result<(BTreeSet<T>, Option<String>), String> {
    let mut all = BTreeSet::new();
    let mut incomplete = None;
    let mut after = None;
    loop {
        let Page {
            found,
            next,
            complete,
            error,
        } = page(after.as_ref()).map_err(|reason| reason.to_string())?;
        all.extend(found);
        if !complete && incomplete.is_none() {
            incomplete = Some(error.map_or_else(
                || "the list may lack names".to_owned(),
                |reason| format!("the list may lack names: {reason}"),
            ));
        }
        match next {
            Some(next) => after = Some(next),
            None => return Ok((all, incomplete)),
        }
    }
}

impl Filter {
    fn kind(&self) -> SubjectKind<'_> {
        let Self {
            type_name,
            relation,
        } = self;
        match relation {
            Some(relation) => SubjectKind::Userset {
                type_name,
                relation,
            },
            None => SubjectKind::Type(type_name),
        }
    }

    fn text(&self) -> String {
        let Self {
            type_name,
            relation,
        } = self;
        match relation {
            Some(relation) => format!("{type_name}#{relation}"),
            None => type_name.clone(),
        }
    }
}
