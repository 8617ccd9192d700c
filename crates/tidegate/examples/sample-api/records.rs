//! Records in files: one file a stream, one record a line.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{BodyDataStream, Bytes};
use futures_util::{Stream, StreamExt, stream};
use tokio::io::AsyncWriteExt;

use crate::shape;

/// Longest body of one request. Bytes.
const BODY_LIMIT_BYTES: u64 = 1_000_000_000;
/// Most records in one answer.
const PAGE_LIMIT: u32 = 1_000;
/// What is read of a file at a time. Bytes.
const PIECE_BYTES: usize = 64 * 1024;

/// Why records are neither taken nor given.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    #[error("names are 1 to 64 of a-z, 0-9, - and _")]
    Name,
    #[error("{0}")]
    Query(String),
    #[error("not a record, nor an array of records: {0}")]
    Json(serde_json::Error),
    #[error("the body is longer than {BODY_LIMIT_BYTES} bytes")]
    TooLarge,
    #[error("the body broke off: {0}")]
    Body(String),
    #[error("the disk failed: {0}")]
    Disk(#[from] io::Error),
}

/// A folder of records.
#[derive(Debug)]
pub(crate) struct Records {
    folder: PathBuf,
    incoming: PathBuf,
    next: AtomicU64,
    /// INVARIANT: one append at a time, so that no line is written into another.
    appending: Arc<Mutex<()>>,
}

impl Records {
    /// Opens a folder, made where needed.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let incoming = folder.join(".incoming");
        // Bodies that were cut off by the last end.
        if incoming.exists() {
            fs::remove_dir_all(&incoming)?;
        }
        fs::create_dir_all(&incoming)?;
        Ok(Self {
            folder: folder.to_owned(),
            incoming,
            next: AtomicU64::new(0),
            appending: Arc::default(),
        })
    }

    /// The file of a stream.
    ///
    /// # Errors
    /// [`RecordError::Name`]
    pub(crate) fn file(&self, names: &[&str; 3]) -> Result<PathBuf, RecordError> {
        let is_name = |name: &&str| {
            (1..=64).contains(&name.len())
                && name
                    .bytes()
                    .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
        };
        if !names.iter().all(is_name) {
            return Err(RecordError::Name);
        }
        let [organization, project, stream] = names;
        Ok(self
            .folder
            .join(organization)
            .join(project)
            .join(format!("{stream}.jsonl")))
    }

    /// Appends what a body holds, and returns how many records that were. All of them, or none;
    /// only when the machine itself goes down, the first of them may be left.
    ///
    /// # Errors
    /// See [`RecordError`].
    pub(crate) async fn append(
        &self,
        file: PathBuf,
        body: BodyDataStream,
    ) -> Result<u64, RecordError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let spooled = Spooled(self.incoming.join(number.to_string()));
        spooled.fill(body).await?;
        let appending = Arc::clone(&self.appending);
        blocking(move || {
            let records =
                shape::count(BufReader::new(File::open(&spooled.0)?)).map_err(RecordError::Json)?;
            let _turn = appending.lock().unwrap_or_else(PoisonError::into_inner);
            append(&file, &spooled.0)?;
            Ok(records)
        })
        .await
    }

    /// So many records from a cursor on; a stream that nobody has written to has none.
    ///
    /// # Errors
    /// See [`RecordError`].
    pub(crate) async fn page(
        &self,
        file: PathBuf,
        limit: u32,
        cursor: u64,
    ) -> Result<Page, RecordError> {
        if !(1..=PAGE_LIMIT).contains(&limit) {
            return Err(RecordError::Query(format!(
                "limit must be 1 to {PAGE_LIMIT}"
            )));
        }
        blocking(move || Page::find(&file, limit, cursor)).await
    }
}

/// A body on its way, in a file that is removed at the end.
struct Spooled(PathBuf);

impl Spooled {
    async fn fill(&self, mut body: BodyDataStream) -> Result<(), RecordError> {
        let mut file = tokio::fs::File::create(&self.0).await?;
        let mut size = 0_u64;
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|error| RecordError::Body(error.to_string()))?;
            size = size.saturating_add(piece.len() as u64);
            if size > BODY_LIMIT_BYTES {
                return Err(RecordError::TooLarge);
            }
            file.write_all(&piece).await?;
        }
        Ok(file.flush().await?)
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn append(file: &Path, spooled: &Path) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(file)?;
    let end = whole_lines(&mut file)?;
    let written = (|| {
        let mut lines = BufWriter::with_capacity(PIECE_BYTES, &mut file);
        shape::to_lines(
            BufReader::with_capacity(PIECE_BYTES, File::open(spooled)?),
            &mut lines,
        )?;
        lines.flush()
    })();
    if let Err(error) = written.and_then(|()| file.sync_all()) {
        file.set_len(end)?;
        return Err(error);
    }
    Ok(())
}

/// Cuts off a line that has no end, and stands behind the last one that has.
fn whole_lines(file: &mut File) -> io::Result<u64> {
    let mut end = file.seek(SeekFrom::End(0))?;
    while end > 0 {
        let mut last = [0];
        file.seek(SeekFrom::Start(end - 1))?;
        file.read_exact(&mut last)?;
        if last == [b'\n'] {
            break;
        }
        end -= 1;
    }
    file.set_len(end)?;
    file.seek(SeekFrom::Start(end))
}

/// The records of one answer: a part of a file that will not change any more.
#[derive(Debug)]
pub(crate) struct Page {
    file: Option<File>,
    /// With the last line's end.
    size_bytes: u64,
    next: Option<u64>,
}

impl Page {
    fn find(path: &Path, limit: u32, cursor: u64) -> Result<Self, RecordError> {
        let no_cursor = || RecordError::Query("no such cursor".to_owned());
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound && cursor == 0 => {
                return Ok(Self {
                    file: None,
                    size_bytes: 0,
                    next: None,
                });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(no_cursor()),
            Err(error) => return Err(error.into()),
        };
        if cursor > 0 {
            let mut before = [0];
            file.seek(SeekFrom::Start(cursor - 1))?;
            if file.read(&mut before)? != 1 || before != [b'\n'] {
                return Err(no_cursor());
            }
        }
        let mut reader = BufReader::with_capacity(PIECE_BYTES, &file);
        let (mut size_bytes, mut records) = (0, 0);
        while records < limit {
            let line = line_bytes(&mut reader)?;
            if line == 0 {
                break;
            }
            size_bytes += line;
            records += 1;
        }
        let more = line_bytes(&mut reader)? > 0;
        file.seek(SeekFrom::Start(cursor))?;
        Ok(Self {
            file: Some(file),
            size_bytes,
            next: more.then_some(cursor + size_bytes),
        })
    }

    const HEAD: &str = "{\"records\":[";

    fn tail(&self) -> String {
        let next = self
            .next
            .map_or_else(|| "null".to_owned(), |next| format!("\"{next}\""));
        format!("],\"next\":{next}}}\n")
    }

    /// Of the whole answer.
    pub(crate) fn length_bytes(&self) -> u64 {
        // Every line's end becomes a comma, but the last.
        (Self::HEAD.len() + self.tail().len()) as u64 + self.size_bytes.saturating_sub(1)
    }

    /// The answer as JSON, in pieces.
    pub(crate) fn stream(self) -> impl Stream<Item = io::Result<Bytes>> {
        let tail = self.tail();
        let left = self.size_bytes.saturating_sub(1);
        let records = stream::try_unfold((self.file, left), |(file, left)| async move {
            let Some(file) = file.filter(|_| left > 0) else {
                return Ok(None);
            };
            let (piece, file) = tokio::task::spawn_blocking(move || read_piece(file, left))
                .await
                .map_err(io::Error::other)??;
            let left = left.saturating_sub(piece.len() as u64);
            Ok::<_, io::Error>(Some((piece, (Some(file), left))))
        });
        let text = |text: String| stream::iter([Ok(Bytes::from(text))]);
        text(Self::HEAD.to_owned()).chain(records).chain(text(tail))
    }
}

fn read_piece(mut file: File, left: u64) -> io::Result<(Bytes, File)> {
    let mut piece = Vec::with_capacity(PIECE_BYTES);
    (&mut file)
        .take(left.min(PIECE_BYTES as u64))
        .read_to_end(&mut piece)?;
    if piece.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    for byte in &mut piece {
        if *byte == b'\n' {
            *byte = b',';
        }
    }
    Ok((piece.into(), file))
}

/// The length of the next line with its end; 0 when there is none that is whole.
fn line_bytes(reader: &mut impl BufRead) -> io::Result<u64> {
    let mut length = 0;
    loop {
        let piece = reader.fill_buf()?;
        if piece.is_empty() {
            return Ok(0);
        }
        let (used, whole) = match piece.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (piece.len(), false),
        };
        reader.consume(used);
        length += used as u64;
        if whole {
            return Ok(length);
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RecordError> + Send + 'static,
) -> Result<T, RecordError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| RecordError::Disk(io::Error::other(error)))?
}
