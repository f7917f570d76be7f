//! A segment: a file of frames behind a header page.

use std::path::{Path, PathBuf};

use crate::bytes::Fields;
use crate::error::{Damage, Failed, ReadError, failed};
use crate::fs::{File, FileSystem, read_all, write_all};

/// The format's version.
pub(crate) const VERSION: u32 = 1;
/// Frames begin here: the header has a page of its own, which no append ever writes to again.
pub(crate) const PAGE: usize = 4096;

const MAGIC: [u8; 8] = *b"trig-log";
/// Where the part of the header lies that its checksum covers.
const CHECKED_FROM: usize = 16;
const SUFFIX: &str = ".seg";
const UNFINISHED: &str = ".seg.new";
/// How much is read at once where little is asked for.
const CHUNK: u64 = 256 * 1024;

/// What a segment says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// The position of its first record.
    pub(crate) base: u64,
    /// The log to which it belongs.
    pub(crate) log: u64,
    /// How many bytes were set aside for it.
    pub(crate) size: u64,
}

impl Header {
    fn encode(&self) -> [u8; PAGE] {
        let mut page = [0; PAGE];
        let fields = [
            &MAGIC[..],
            &VERSION.to_le_bytes(),
            &[0; 4],
            &self.base.to_le_bytes(),
            &self.log.to_le_bytes(),
            &self.size.to_le_bytes(),
        ]
        .concat();
        put(&mut page, 0, &fields);
        let crc = checksum(&page);
        put(&mut page, 12, &crc.to_le_bytes());
        page
    }

    fn decode(page: &[u8]) -> Result<(u32, Self), Damage> {
        let short = Damage::Header("cut short");
        let mut from = Fields(page);
        if from.take(MAGIC.len()).ok_or(short.clone())? != MAGIC {
            return Err(Damage::Header("not that of a log"));
        }
        let version = from.u32().ok_or(short.clone())?;
        if from.u32().ok_or(short.clone())? != checksum(page) {
            return Err(Damage::Header("not what its checksum says"));
        }
        let mut next = || from.u64().ok_or(short.clone());
        let header = Self {
            base: next()?,
            log: next()?,
            size: next()?,
        };
        Ok((version, header))
    }
}

/// Over the magic, the version and all that follows the checksum.
fn checksum(page: &[u8]) -> u32 {
    let head = page.get(..CHECKED_FROM - 4).unwrap_or_default();
    let rest = page.get(CHECKED_FROM..).unwrap_or_default();
    crc32c::crc32c_append(crc32c::crc32c(head), rest)
}

fn put(page: &mut [u8; PAGE], at: usize, bytes: &[u8]) {
    if let Some(place) = page.get_mut(at..at + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}

/// The file of the segment that begins at a position.
pub(crate) fn path(dir: &Path, base: u64) -> PathBuf {
    dir.join(format!("{base:020}{SUFFIX}"))
}

fn unfinished_path(dir: &Path, base: u64) -> PathBuf {
    dir.join(format!("{base:020}{UNFINISHED}"))
}

fn base_of(name: &str, suffix: &str) -> Option<u64> {
    let digits = name.strip_suffix(suffix)?;
    let plain = digits.len() == 20 && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// The positions at which the segments of a directory begin, in order.
pub(crate) fn list(fs: &dyn FileSystem, dir: &Path) -> Result<Vec<u64>, Failed> {
    let names = fs.list(dir).map_err(failed("list", dir))?;
    let mut bases: Vec<u64> = names
        .iter()
        .filter_map(|name| base_of(name.to_str()?, SUFFIX))
        .collect();
    bases.sort_unstable();
    Ok(bases)
}

/// Removes what a crash left of segments that were never begun.
pub(crate) fn remove_unfinished(fs: &dyn FileSystem, dir: &Path) -> Result<(), Failed> {
    for name in fs.list(dir).map_err(failed("list", dir))? {
        if name
            .to_str()
            .is_some_and(|n| base_of(n, UNFINISHED).is_some())
        {
            let path = dir.join(name);
            fs.remove(&path).map_err(failed("remove", &path))?;
        }
    }
    Ok(())
}

/// Why there is no new segment.
pub(crate) enum NotMade {
    /// The disk is full. It is as if nothing had been tried.
    Full,
    /// Anything else.
    Failed(Failed),
}

/// Makes a segment. It has its name only once its header is durable, and is used only once its name is: so a segment
/// with a bad header is always a damaged one, never one half made.
pub(crate) fn create(
    fs: &dyn FileSystem,
    dir: &Path,
    header: Header,
) -> Result<Box<dyn File>, NotMade> {
    let unfinished = unfinished_path(dir, header.base);
    let made = make_unfinished(fs, &unfinished, header).and_then(|file| {
        let to = path(dir, header.base);
        fs.rename(&unfinished, &to)
            .map_err(failed("rename", &unfinished))?;
        Ok(file)
    });
    match made {
        Ok(file) => match fs.sync_dir(dir).map_err(failed("sync", dir)) {
            Ok(()) => Ok(file),
            Err(e) => Err(NotMade::Failed(e)),
        },
        Err(e) => {
            // If this fails too, the next opening removes it.
            let _ = fs.remove(&unfinished);
            if crate::fs::is_full(&e.source) {
                Err(NotMade::Full)
            } else {
                Err(NotMade::Failed(e))
            }
        }
    }
}

fn make_unfinished(
    fs: &dyn FileSystem,
    path: &Path,
    header: Header,
) -> Result<Box<dyn File>, Failed> {
    let file = fs.create(path).map_err(failed("create", path))?;
    file.allocate(header.size)
        .map_err(failed("set room aside for", path))?;
    write_all(&*file, &header.encode(), 0).map_err(failed("write", path))?;
    file.sync_data().map_err(failed("sync", path))?;
    Ok(file)
}

/// A segment that is read, through a buffer.
pub(crate) struct SegmentReader {
    file: Box<dyn File>,
    path: PathBuf,
    len: u64,
    buffer: Vec<u8>,
    /// The offset of the buffer's first byte.
    start: u64,
}

impl SegmentReader {
    /// Opens the segment that begins at `base`, and reads its header.
    pub(crate) fn open(
        fs: &dyn FileSystem,
        dir: &Path,
        base: u64,
    ) -> Result<(Self, Header), ReadError> {
        let path = path(dir, base);
        let file = fs.open(&path, false).map_err(failed("open", &path))?;
        let len = file.size().map_err(failed("get the length of", &path))?;
        let mut reader = Self {
            file,
            path,
            len,
            buffer: Vec::new(),
            start: 0,
        };
        let page = reader.bytes(0, usize::try_from(len).map_or(PAGE, |n| n.min(PAGE)))?;
        let decoded = if page.len() < PAGE {
            Err(Damage::Header("cut short"))
        } else {
            Header::decode(page)
        };
        let (version, header) = decoded.map_err(|damage| reader.damaged(0, damage))?;
        if version != VERSION {
            return Err(ReadError::Version {
                file: reader.path,
                version,
            });
        }
        // Positions begin at 1, and an id of 0 is what empty room reads as.
        if header.base == 0 || header.log == 0 {
            return Err(reader.damaged(0, Damage::Header("not in this format")));
        }
        if header.base != base {
            return Err(reader.damaged(0, Damage::Header("that of another segment")));
        }
        if header.size < len {
            return Err(reader.damaged(
                header.size,
                Damage::Header("followed by more than was set aside"),
            ));
        }
        Ok((reader, header))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The length of the file.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    pub(crate) fn damaged(&self, offset: u64, damage: Damage) -> ReadError {
        ReadError::Damaged {
            file: self.path.clone(),
            offset,
            damage,
        }
    }

    /// Forgets what was read ahead, which a writer may have changed since.
    pub(crate) fn forget(&mut self) {
        self.buffer.clear();
    }

    /// Bytes of the file, which must lie inside it.
    pub(crate) fn bytes(&mut self, offset: u64, len: usize) -> Result<&[u8], ReadError> {
        Ok(self.bytes_and_path(offset, len)?.0)
    }

    /// The same with the file's path, for messages about them.
    pub(crate) fn bytes_and_path(
        &mut self,
        offset: u64,
        len: usize,
    ) -> Result<(&[u8], &Path), ReadError> {
        if self.buffered(offset, len).is_none() {
            self.fill(offset, len)?;
        }
        let bytes = self
            .buffered(offset, len)
            .ok_or_else(|| failed("read", &self.path)(std::io::ErrorKind::UnexpectedEof.into()))?;
        Ok((bytes, &self.path))
    }

    fn buffered(&self, offset: u64, len: usize) -> Option<&[u8]> {
        let from = usize::try_from(offset.checked_sub(self.start)?).ok()?;
        self.buffer.get(from..from.checked_add(len)?)
    }

    fn fill(&mut self, offset: u64, len: usize) -> Result<(), ReadError> {
        let left = self.len.saturating_sub(offset);
        let want = (len as u64).max(CHUNK).min(left);
        // `want` is at most what the file has, or the chunk: a length out of a damaged file asks for no memory.
        let want = usize::try_from(want)
            .map_err(|_| failed("read", &self.path)(std::io::ErrorKind::OutOfMemory.into()))?;
        self.buffer.resize(want, 0);
        self.start = offset;
        let read = read_all(&*self.file, &mut self.buffer, offset);
        if read.is_err() {
            self.buffer.clear();
        }
        Ok(read.map_err(failed("read", &self.path))?)
    }
}

/// How large a segment is made: as configured, or for the one frame that is larger.
pub(crate) fn size_for(configured: u64, frame: u64) -> u64 {
    let page = PAGE as u64;
    configured
        .max(page.saturating_add(frame))
        .max(2 * page)
        .checked_next_multiple_of(page)
        .unwrap_or(u64::MAX - page + 1)
}
