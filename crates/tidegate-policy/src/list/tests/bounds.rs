//! What a page of a list costs at most, and how the pages go on.

use super::super::{ListObjectsRequest, ListRequest, ListUsersRequest, SubjectKind, list_within};
use super::super::{MAX_CANDIDATES, MAX_STEPS, MAX_WALK};
use super::{names, some, with};
use crate::check::CheckError;
use crate::condition::Context;

#[test]
fn a_way_too_long_to_walk_is_said() {
    let snapshot = some();
    let object = "folder:b".parse().expect("an object");
    let request = ListUsersRequest {
        object: &object,
        relation: "owner",
        kind: SubjectKind::Type("user"),
        contextual_tuples: &[],
        context: Context::EMPTY,
        after: None,
        limit: 10,
    };
    let most = MAX_STEPS;
    for (max_walk, expected, complete) in [(20, "", false), (200, "user:ann user:bob", true)] {
        let request = ListRequest::Users(request);
        let page = list_within(&snapshot, &request, max_walk, most).expect("a page");
        assert_eq!(
            (names(&page.found), page.complete),
            (expected.into(), complete)
        );
        let error = (!complete).then_some(CheckError::TooMuch(max_walk));
        assert_eq!(page.error, error);
    }
    let ann = "user:ann".parse().expect("a subject");
    let request = ListObjectsRequest {
        subject: &ann,
        relation: "owner",
        object_type: "folder",
        contextual_tuples: &[],
        context: Context::EMPTY,
        after: None,
        limit: 10,
    };
    for (max_walk, complete) in [(20, false), (200, true)] {
        let request = ListRequest::Objects(request);
        let page = list_within(&snapshot, &request, max_walk, most).expect("a page");
        assert_eq!(page.complete, complete);
        let error = (!complete).then_some(CheckError::TooMuch(max_walk));
        assert_eq!(page.error, error);
        assert_eq!(names(&page.found) == "folder:b folder:c", complete);
    }
}

/// However few steps a page has, it comes one candidate further, and the pages together are the list.
#[test]
fn a_page_ends_with_its_steps() {
    let snapshot = some();
    let ann = "user:ann".parse().expect("a subject");
    let folder = "folder:b".parse().expect("an object");
    for max_steps in [0, 1, 5, 20] {
        let (mut pages, mut found, mut after) = (0, Vec::new(), None);
        loop {
            let request = ListObjectsRequest {
                subject: &ann,
                relation: "guest",
                object_type: "folder",
                contextual_tuples: &[],
                context: Context::EMPTY,
                after: after.as_ref(),
                limit: 10,
            };
            let request = ListRequest::Objects(request);
            let page = list_within(&snapshot, &request, MAX_WALK, max_steps);
            let page = page.expect("a page").of_objects();
            assert!(page.complete && page.error.is_none(), "{page:?}");
            found.extend(page.found);
            pages += 1;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(
            names(&found),
            "folder:a folder:b folder:c folder:d folder:f"
        );
        assert!(pages > 1, "{max_steps} steps: {pages} pages");

        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let request = ListUsersRequest {
                object: &folder,
                relation: "owner",
                kind: SubjectKind::Type("user"),
                contextual_tuples: &[],
                context: Context::EMPTY,
                after: after.as_ref(),
                limit: 10,
            };
            let request = ListRequest::Users(request);
            let page = list_within(&snapshot, &request, MAX_WALK, max_steps);
            let page = page.expect("a page");
            found.extend(page.found);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(names(&found), "user:ann user:bob");
    }
}

#[test]
fn a_page_checks_no_more_than_it_may() {
    let snapshot = with(
        (0..=MAX_CANDIDATES)
            .map(|at| format!("folder:{at:06}#owner@user:ann"))
            .chain((0..MAX_CANDIDATES).map(|at| format!("folder:{at:06}#blocked@user:ann"))),
    );
    let ann = "user:ann".parse().expect("a subject");
    let mut request = ListObjectsRequest {
        subject: &ann,
        relation: "heir",
        object_type: "folder",
        contextual_tuples: &[],
        context: Context::EMPTY,
        after: None,
        limit: 10,
    };
    let first = snapshot.list_objects(&request).expect("a page");
    assert!(first.found.is_empty() && first.complete, "{first:?}");
    request.after = first.next.as_ref();
    let second = snapshot.list_objects(&request).expect("a page");
    assert_eq!(names(&second.found), format!("folder:{MAX_CANDIDATES:06}"));
    assert_eq!(second.next, None);
}
