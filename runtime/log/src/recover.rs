//! Opening: the lock, the walk over everything, and the one repair that is safe without asking.

use std::any::Any;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::Arc;

use crate::append::Active;
use crate::error::{OpenError, failed};
use crate::frame::{self, Slot};
use crate::fs::{File, FileSystem, Lock, write_all};
use crate::segment::{self, NotMade, PAGE, SegmentReader};
use crate::tail::TornTail;
use crate::walk::{End, Frame, Walk};

/// What was found when a log was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// How many records there are.
    pub entries: u64,
    /// The position of the first record that is kept, or the one that the first will get.
    pub first: u64,
    /// The position of the last record; 0 before the first one. State that covers more than this means that the end of
    /// the log is lost, which the log cannot see by itself.
    pub last: u64,
    /// The log's identity, which state kept beside it should carry.
    pub log_id: u64,
    /// What was cut.
    pub torn: Option<TornTail>,
}

/// What an opened log starts from.
pub(crate) struct Opened {
    pub(crate) lock: Box<dyn Any + Send>,
    pub(crate) active: Active,
    pub(crate) next: u64,
    pub(crate) recovered: Recovered,
}

/// Takes the lock of a log's directory.
pub(crate) fn lock(fs: &dyn FileSystem, dir: &Path) -> Result<Box<dyn Any + Send>, OpenError> {
    let path = dir.join("lock");
    match fs.lock(&path).map_err(failed("lock", &path))? {
        Lock::Held(lock) => Ok(lock),
        Lock::Taken(holder) => Err(OpenError::Locked {
            dir: dir.to_owned(),
            holder,
        }),
    }
}

/// Opens the log in `dir`, or begins one there.
pub(crate) fn open(
    fs: &Arc<dyn FileSystem>,
    dir: &Path,
    segment_bytes: u64,
) -> Result<Opened, OpenError> {
    make_dir(&**fs, dir)?;
    let lock = lock(&**fs, dir)?;
    segment::remove_unfinished(&**fs, dir)?;
    if segment::list(&**fs, dir)?.is_empty() {
        begin(&**fs, dir, segment_bytes)?;
    }
    // A crash may have come between a segment's rename and the sync of its name.
    fs.sync_dir(dir).map_err(failed("sync", dir))?;
    let mut walk = Walk::begin(Arc::clone(fs), dir, None)?;
    let first = walk.place().map_or(1, |(base, ..)| base);
    let mut last_frame = None;
    while let Some(frame) = walk.step()? {
        let (payload, file) = walk.payload(&frame)?;
        frame::records(payload, &frame.header, file, frame.offset, |_| {})?;
        last_frame = walk.place().map(|(base, ..)| (base, frame));
    }
    let Some(end) = walk.end().cloned() else {
        let gone = std::io::Error::other("the segment that was there a moment ago is gone");
        return Err(failed("read", dir)(gone).into());
    };
    let last_frame = last_frame
        .filter(|(base, _)| *base == end.segment.base)
        .map(|(_, frame)| frame);
    let active = resume(&**fs, dir, &end, last_frame)?;
    Ok(Opened {
        lock,
        active,
        next: end.next,
        recovered: Recovered {
            entries: end.next - first,
            first,
            last: end.next - 1,
            log_id: end.segment.log,
            torn: end.torn,
        },
    })
}

/// Makes the directory and what lies above it, each name durable in its parent.
fn make_dir(fs: &dyn FileSystem, dir: &Path) -> Result<(), OpenError> {
    match fs.create_dir(dir) {
        Ok(()) => sync_parent(fs, dir),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let Some(parent) = dir.parent().filter(|p| !p.as_os_str().is_empty()) else {
                return Err(failed("create", dir)(e).into());
            };
            make_dir(fs, parent)?;
            fs.create_dir(dir).map_err(failed("create", dir))?;
            sync_parent(fs, dir)
        }
        Err(e) => Err(failed("create", dir)(e).into()),
    }
}

fn sync_parent(fs: &dyn FileSystem, dir: &Path) -> Result<(), OpenError> {
    let parent = match dir.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return Ok(()),
    };
    Ok(fs.sync_dir(parent).map_err(failed("sync", parent))?)
}

/// The first segment of a new log.
fn begin(fs: &dyn FileSystem, dir: &Path, segment_bytes: u64) -> Result<(), OpenError> {
    let header = segment::Header {
        base: 1,
        // Seeded by the system: two logs do not get the same by chance. Not 0, which is what empty room reads as.
        log: RandomState::new().hash_one(dir).max(1),
        size: segment::size_for(segment_bytes, 0),
    };
    segment::create(fs, dir, header).map_err(|e| match e {
        NotMade::Full => failed("begin a log in", dir)(std::io::ErrorKind::StorageFull.into()),
        NotMade::Failed(e) => e,
    })?;
    // The directory may be of an earlier try that a crash cut off before its name was durable.
    sync_parent(fs, dir)
}

/// Makes the last segment ready for the next frame.
fn resume(
    fs: &dyn FileSystem,
    dir: &Path,
    end: &End,
    last: Option<Frame>,
) -> Result<Active, OpenError> {
    let path = segment::path(dir, end.segment.base);
    let file = fs.open(&path, true).map_err(failed("open", &path))?;
    let mut capacity = file.size().map_err(failed("get the length of", &path))?;
    if let Some(torn) = &end.torn {
        // Durably, before anything is appended: else old bytes could come back behind a new frame.
        erase(&*file, torn.offset, torn.bytes).map_err(failed("write", &path))?;
    }
    if capacity < end.segment.size {
        // A file that was cut short. Without the room it is still a log; its next frame then opens a segment.
        match file.allocate(end.segment.size) {
            Ok(()) => capacity = end.segment.size,
            Err(e) if crate::fs::is_full(&e) => {}
            Err(e) => return Err(failed("set room aside for", &path)(e).into()),
        }
    }
    if let Some(frame) = last {
        // It may never have been synced, be it that its writer was killed first or that the sync failed, and after a
        // failed sync the system may count its pages as clean. Written again, they are dirty, and the sync is real.
        let (mut reader, _) = SegmentReader::open(fs, dir, end.segment.base)?;
        if let Slot::Whole(header) = frame::inspect(&mut reader, frame.offset)? {
            let size = usize::try_from(header.size()).unwrap_or(usize::MAX);
            let bytes = reader.bytes(frame.offset, size)?;
            write_all(&*file, bytes, frame.offset).map_err(failed("write", &path))?;
        }
    }
    file.sync_data().map_err(failed("sync", &path))?;
    Ok(Active {
        file,
        path,
        offset: end.offset,
        capacity,
    })
}

/// Writes zeros.
pub(crate) fn erase(file: &dyn File, offset: u64, bytes: u64) -> std::io::Result<()> {
    let zeros = vec![0; PAGE];
    let mut at = offset;
    let end = offset.saturating_add(bytes);
    while at < end {
        let step = usize::try_from(end - at).map_or(PAGE, |n| n.min(PAGE));
        write_all(file, zeros.get(..step).unwrap_or_default(), at)?;
        at += step as u64;
    }
    Ok(())
}
