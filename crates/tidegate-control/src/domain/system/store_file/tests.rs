//! Store files that are wrong say where; those that are right are run as a whole.

use tidegate_policy::Model;

use super::*;

const MODEL: &str = "model
  schema 1.1
type user
type team
  relations
    define member: [user]
type page
  relations
    define owner: [user]
    define reader: [user, user:*, team#member, user with in_hours] or owner
    define blocked: [user]
    define can_read: reader but not blocked
condition in_hours(now: timestamp, until: timestamp) {
  now < until
}
";

/// Files beside the store file.
const FILES: [(&str, &str); 9] = [
    ("empty.json", ""),
    ("remarks.yaml", "# nothing\n"),
    ("cut.json", "\u{feff}[{ \"user\": \"user:a\",\n"),
    (
        "t.yaml",
        "- { user: 'user:ann', relation: reader, object: 'page:a' }\n",
    ),
    (
        "t.json",
        r#"[{"user": "user:ben", "relation": "reader", "object": "page:a",
            "condition": {"name": "in_hours", "context": {"until": "2030-01-01T00:00:00Z"}}}]"#,
    ),
    (
        "t.csv",
        "object_type,object_id,relation,user_type,user_id,user_relation,condition_name,condition_context\r\n\
         page,a,reader,team,core,member,,\r\n\r\n\
         page,a,reader,user,eve,,in_hours,\"{\"\"until\"\": \"\"2020-01-01T00:00:00Z\"\"}\"\r\n",
    ),
    (
        "bad.csv",
        "user_type,user_id,relation,object_type,object_id\nuser,ann,reader,page\n",
    ),
    (
        "bad.yaml",
        "- { user: 'user:ann', relation: writer, object: 'page:a' }\n",
    ),
    ("t.txt", ""),
];

fn read(name: &str) -> Result<String, String> {
    let found = FILES.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, text)| (*text).to_owned())
        .ok_or_else(|| "no such file".to_owned())
}

fn run(text: &str) -> Result<Vec<TestReport>, Vec<StoreFileError>> {
    let store = StoreFile::parse(text).map_err(|error| vec![error])?;
    store.run(&Model::parse(MODEL).unwrap(), read)
}

#[test]
fn tuples_come_from_everywhere_and_a_tests_own_stay_its_own() {
    let text = "
name: everything
tuple_file: t.yaml
tuple_files: [t.json, t.csv]
tuples:
  - { user: 'user:fay', relation: member, object: 'team:core' }
tests:
  - name: in hours
    description: for people
    tuples:
      - { user: 'user:ann', relation: blocked, object: 'page:a' }
    check:
      - users: ['user:ben', 'user:fay']
        objects: ['page:a']
        context: &now { now: '2025-01-01T00:00:00Z' }
        assertions: { can_read: true, reader: true }
      - { user: 'user:ann', object: 'page:a', assertions: { reader: true, can_read: false } }
      - { user: 'user:eve', object: 'page:a', context: *now, assertions: { can_read: false } }
    list_objects:
      - { user: 'user:ben', type: page, context: *now, assertions: { can_read: ['page:a'], owner: [] } }
    list_users:
      - object: page:a
        user_filter: [{ type: user }, { type: team, relation: member }]
        context: *now
        assertions: { can_read: { users: ['user:fay', 'user:ben', 'team:core#member'] } }
  - check:
      - { user: 'user:ann', object: 'page:a', assertions: { can_read: true } }
";
    let reports = run(text).unwrap();
    let seen = reports
        .iter()
        .map(|report| (&*report.name, report.passed, &*report.failed));
    let none: &[Failed] = &[];
    assert_eq!(
        seen.collect::<Vec<_>>(),
        [("in hours", 10, none), ("tests[1]", 1, none)]
    );
}

#[test]
fn what_does_not_hold_is_told_against_what_was_expected() {
    let text = "
tuple_file: t.json
tests:
  - name: wrong
    check:
      - { user: 'user:ann', object: 'page:a', assertions: { can_read: true, nothing: false } }
      - { user: 'user:ben', object: 'page:a', assertions: { can_read: true } }
    list_objects:
      - { user: 'user:ann', type: page, assertions: { can_read: ['page:a'] } }
    list_users:
      - { object: 'page:a', user_filter: [{ type: user }], assertions: { reader: { users: [] } } }
";
    let reports = run(text).unwrap();
    let failed = reports[0].failed.iter().map(|failed| {
        let found = failed.found.as_ref().map(ToString::to_string);
        (
            &*failed.key,
            &*failed.question,
            failed.expected.to_string(),
            found,
            failed.error.is_some(),
        )
    });
    let failed: Vec<_> = failed.collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(reports[0].passed, 0);
    assert_eq!(
        failed,
        [
            (
                "tests[0].check[0].assertions.can_read",
                "user:ann can_read page:a",
                "true".to_owned(),
                some("false"),
                false
            ),
            (
                "tests[0].check[0].assertions.nothing",
                "user:ann nothing page:a",
                "false".to_owned(),
                None,
                true
            ),
            // A parameter that nobody gives is an error, and no is no answer to it.
            (
                "tests[0].check[1].assertions.can_read",
                "user:ben can_read page:a",
                "true".to_owned(),
                None,
                true
            ),
            (
                "tests[0].list_objects[0].assertions.can_read",
                "user:ann can_read page",
                "[\"page:a\"]".to_owned(),
                some("[]"),
                false
            ),
            (
                "tests[0].list_users[0].assertions.reader",
                "user reader page:a",
                "[]".to_owned(),
                some("[]"),
                true
            ),
        ]
    );
}

#[test]
fn what_is_wrong_is_named() {
    let test = |inner: &str| format!("tests:\n  - {inner}\n");
    for (text, file, key, message) in [
        ("tets: []".to_owned(), None, "tets", "unknown field `tets`"),
        (
            "model: a\nmodel_file: b".to_owned(),
            None,
            "model_file",
            "there is a `model` already",
        ),
        ("tests: [".to_owned(), None, "tests", "did not find"),
        (
            "tests: []\n---\ntests: []".to_owned(),
            None,
            "",
            "more than one document",
        ),
        (
            test("chekc: []"),
            None,
            "tests[0].chekc",
            "unknown field `chekc`",
        ),
        (
            test(
                "check: [{ user: 'user:a', object: 'page:a', assertions: { reader: true, reader: false } }]",
            ),
            None,
            "tests[0].check[0].assertions",
            "key `reader` stands twice",
        ),
        (
            test("check: [{ user: ann, object: 'page:a', assertions: {} }]"),
            None,
            "tests[0].check[0].user",
            "a user is written `type:id`",
        ),
        (
            test(
                "check: [{ user: 'user:a', users: ['user:b'], object: 'page:a', assertions: {} }]",
            ),
            None,
            "tests[0].check[0].users",
            "there is a `user` already",
        ),
        (
            test("check: [{ user: 'user:a', assertions: {} }]"),
            None,
            "tests[0].check[0]",
            "neither `object` nor `objects`",
        ),
        (
            test("check: [{ users: [], object: 'page:a', assertions: {} }]"),
            None,
            "tests[0].check[0].users",
            "names nothing",
        ),
        (
            test("list_users: [{ object: 'page:a', user_filter: [], assertions: {} }]"),
            None,
            "tests[0].list_users[0].user_filter",
            "names no type",
        ),
        (
            test("tuples: [{ user: 'user:a', relation: can_read, object: 'page:a' }]"),
            None,
            "tests[0].tuples[0]",
            "follows from other relations",
        ),
        (
            "tuples: [{ user: 'user:a', relation: reader, object: 'page:a' }, \
             { user: 'user:a', relation: reader, object: 'page:a', condition: { name: in_hours } }]"
                .to_owned(),
            None,
            "tuples[1]",
            "there already",
        ),
        (
            "tuple_file: none.yaml".to_owned(),
            None,
            "tuple_file",
            "no such file",
        ),
        (
            "tuple_files: [t.txt]".to_owned(),
            Some("t.txt"),
            "",
            "ends in .yaml",
        ),
        (
            "tuple_file: bad.csv".to_owned(),
            Some("bad.csv"),
            "line 2",
            "4 values, for 5 columns",
        ),
        (
            "tuple_file: bad.yaml".to_owned(),
            Some("bad.yaml"),
            "[0]",
            "relation `writer` is not defined",
        ),
        (
            test(&format!(
                "check: [{{ users: [{0}], objects: [{1}], assertions: {{ reader: true }} }}]",
                "'user:a',".repeat(1001),
                "'page:a',".repeat(1000)
            )),
            None,
            "tests[0].check[0]",
            "more than 1000000 questions",
        ),
        (String::new(), None, "", "the file holds nothing"),
        ("# nothing".to_owned(), None, "", "the file holds nothing"),
        (
            "tuple_file: empty.json".to_owned(),
            Some("empty.json"),
            "",
            "the file holds nothing",
        ),
        (
            "tuple_file: remarks.yaml".to_owned(),
            Some("remarks.yaml"),
            "",
            "the file holds nothing",
        ),
        (
            "tuple_file: cut.json".to_owned(),
            Some("cut.json"),
            "[0]",
            "EOF while parsing",
        ),
        ("[".repeat(1001), None, "", "more than 1000 brackets"),
        (
            format!(
                "tests:\n  - name: &long {}\n{}",
                "a".repeat(100_000),
                "  - name: *long\n".repeat(400)
            ),
            None,
            "tests[335].name",
            "with its aliases written out",
        ),
        (
            format!("name: {}", "a".repeat(1 << 20)),
            None,
            "",
            "at most 1048576 bytes",
        ),
    ] {
        let short: String = text.chars().take(200).collect();
        let errors = run(&text).expect_err(&short);
        let [error] = &*errors else {
            panic!("{short}: {errors:?}")
        };
        assert_eq!(
            (error.file.as_deref(), &*error.key),
            (file, key),
            "{short}: {error}"
        );
        assert!(error.message.contains(message), "{short}: {error}");
    }
}

#[test]
fn a_key_that_stands_twice_is_told_where_it_does_again() {
    for (text, place) in [
        ("name: a\nname: b\n", (2, 1)),
        ("# a remark\nname: a\n\n\"name\" : b\n", (4, 1)),
        ("\u{feff}name: a\n'name': b\n", (2, 1)),
        (
            "tests:\n  - name: a\n    check:\n      - user: user:a\n        object: page:a\n        \
             assertions:\n          user: true\n        user: user:b\n",
            (8, 9),
        ),
        (
            "model: |\n  name: a\nname: b\ntests:\n  - name: c\nname: d\n",
            (6, 1),
        ),
        // In braces: where these open.
        ("tests:\n  - { name: a, name: b }\n", (2, 5)),
    ] {
        let error = StoreFile::parse(text).unwrap_err();
        assert!(error.message.contains("stands twice"), "{text}: {error}");
        assert_eq!(error.place, Some(place), "{text}: {error}");
    }
}

#[test]
fn values_are_separated_by_commas() {
    const HEAD: &str = "user_type,user_id,relation,object_type,object_id";
    for (text, expected) in [
        (
            "\u{feff}user_type, user_id, relation, object_type, object_id\nuser, ann, reader, page, a",
            Ok((2, "page:a#reader@user:ann")),
        ),
        (
            "user_type,user_id,relation,object_type,object_id\n\"user\",\"a,\"\"b\"\"\nc\",reader,page,a\n",
            Err("line 2: user:a,\"b\"\nc: an id"),
        ),
        (
            "user_type,user_id,relation,object_type,object_id\nuser,\"a,b\",reader,page,a",
            Ok((2, "page:a#reader@user:a,b")),
        ),
        ("", Err("line 1: the names of the columns are missing")),
        (
            "user_type,user_id,relation,object_type",
            Err("line 1: column `object_id` is missing"),
        ),
        (
            "user_type,user_type",
            Err("line 1: column `user_type` stands twice"),
        ),
        ("user", Err("line 1: unknown column `user`")),
        (
            "user_type,user_id,relation,object_type,object_id\nuser,,reader,page,a",
            Err("line 2: `user_id` is empty"),
        ),
        (
            "user_type,user_id,relation,object_type,object_id\nuser,\"a",
            Err("line 2: quotes are not closed"),
        ),
        (
            "user_type,user_id,relation,object_type,object_id\nuser,\"a\"b,reader,page,a",
            Err("line 2: a comma is missing"),
        ),
        (
            "user_type,user_id,relation,object_type,object_id\nuser,a\"b,reader,page,a",
            Err("line 2: quotes stand around"),
        ),
    ] {
        let found = csv::tuples(text);
        match (found, expected) {
            (Ok(tuples), Ok((line, tuple))) => {
                let found: Vec<_> = tuples
                    .iter()
                    .map(|(line, found)| (*line, found.to_string()))
                    .collect();
                assert_eq!(found, [(line, tuple.to_owned())], "{text}");
            }
            (Err(error), Err(start)) => {
                assert!(error.to_string().starts_with(start), "{text}: {error}");
            }
            (found, expected) => panic!("{text}: {found:?}, not {expected:?}"),
        }
    }
    let text = format!("{HEAD},condition_name,condition_context\nuser,a,reader,page,a,,{{}}");
    let error = csv::tuples(&text).unwrap_err().to_string();
    assert_eq!(
        error,
        "line 2: `condition_context` without `condition_name`"
    );
}
