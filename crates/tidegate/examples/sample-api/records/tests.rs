//! What is appended comes back, in pages, after a restart too.

use axum::body::Body;
use futures_util::TryStreamExt;

use super::*;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("sample-api-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const NAMES: [&str; 3] = ["acme", "sales", "orders"];

async fn append(records: &Records, text: &str) -> Result<u64, RecordError> {
    let body = Body::from(text.to_owned()).into_data_stream();
    records.append(records.file(&NAMES).unwrap(), body).await
}

async fn page(records: &Records, limit: u32, cursor: u64) -> Result<String, RecordError> {
    let page = records
        .page(records.file(&NAMES).unwrap(), limit, cursor)
        .await?;
    let length = page.length_bytes();
    let pieces: Vec<Bytes> = page.stream().try_collect().await.unwrap();
    let text = String::from_utf8(pieces.concat()).unwrap();
    assert_eq!(text.len() as u64, length, "{text}");
    Ok(text)
}

#[tokio::test]
async fn what_is_appended_comes_back_in_pages() {
    let folder = Folder::new("pages");
    let records = Records::open(&folder.0).unwrap();
    assert_eq!(
        page(&records, 10, 0).await.unwrap(),
        "{\"records\":[],\"next\":null}\n"
    );
    assert_eq!(append(&records, "{\"n\":1}").await.unwrap(), 1);
    assert_eq!(append(&records, "[{\"n\":2},{\"n\":3}]").await.unwrap(), 2);
    assert_eq!(append(&records, "[]").await.unwrap(), 0);
    assert!(append(&records, "[{\"n\":4},").await.is_err());

    let records = Records::open(&folder.0).unwrap();
    let first = "{\"records\":[{\"n\":1},{\"n\":2}],\"next\":\"16\"}\n";
    assert_eq!(page(&records, 2, 0).await.unwrap(), first);
    let second = "{\"records\":[{\"n\":3}],\"next\":null}\n";
    assert_eq!(page(&records, 2, 16).await.unwrap(), second);
    for (limit, cursor) in [(0, 0), (1_001, 0), (1, 3), (1, 1_000), (1, u64::MAX)] {
        assert!(
            page(&records, limit, cursor).await.is_err(),
            "{limit} {cursor}"
        );
    }
    assert_eq!(fs::read_dir(folder.0.join(".incoming")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_line_without_an_end_is_not_a_record() {
    let folder = Folder::new("torn");
    let records = Records::open(&folder.0).unwrap();
    append(&records, "{\"n\":1}").await.unwrap();
    let path = records.file(&NAMES).unwrap();
    fs::write(&path, "{\"n\":1}\n{\"n\":").unwrap();
    assert_eq!(
        page(&records, 9, 0).await.unwrap(),
        "{\"records\":[{\"n\":1}],\"next\":null}\n"
    );
    append(&records, "{\"n\":2}").await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "{\"n\":1}\n{\"n\":2}\n");
}

#[test]
fn names_stay_in_the_folder() {
    let folder = Folder::new("names");
    let records = Records::open(&folder.0).unwrap();
    for name in ["..", ".", "", "a/b", "a.b", "A", "é", &"a".repeat(65)] {
        assert!(records.file(&["acme", "sales", name]).is_err(), "{name}");
    }
}
