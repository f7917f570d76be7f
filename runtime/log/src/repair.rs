//! Giving up what is damaged: only when a person asks for it, and with everything that is given up kept aside.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Damage, OpenError, ReadError, failed};
use crate::frame;
use crate::fs::{FileSystem, RealFs, read_all, write_all};
use crate::recover;
use crate::segment;
use crate::walk::Walk;

/// What a repair did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// The position of the last record that is kept; 0 if there is none.
    pub last: u64,
    /// The damage, as reading said it.
    pub damage: String,
    /// The files that hold what was cut out: the end of the damaged segment, and the segments behind it.
    pub aside: Vec<PathBuf>,
}

/// Cuts the log in `dir` at the first damaged place, after copying all that lies behind into the new directory `aside`.
/// `None` if nothing is damaged, and then nothing is changed.
///
/// Acknowledged records are lost by this: it is for a person to decide, who has no copy to restore from.
///
/// # Errors
/// If a writer has the log, if `aside` exists, if the system refuses, or if not even the first segment can be read.
/// A repair that failed half-way can be run again, with another directory.
pub fn repair(dir: &Path, aside: &Path) -> Result<Option<Repaired>, OpenError> {
    repair_on(Arc::new(RealFs), dir, aside)
}

/// As [`repair`], on another file system.
///
/// # Errors
/// As [`repair`].
pub fn repair_on(
    fs: Arc<dyn FileSystem>,
    dir: &Path,
    aside: &Path,
) -> Result<Option<Repaired>, OpenError> {
    let _lock = recover::lock(&*fs, dir)?;
    let mut walk = Walk::begin(Arc::clone(&fs), dir, None)?;
    let damage = loop {
        let step = match walk.step() {
            Ok(None) => return Ok(None),
            Ok(Some(frame)) => walk.payload(&frame).and_then(|(payload, file)| {
                frame::records(payload, &frame.header, file, frame.offset, |_| {})
            }),
            Err(e) => Err(e),
        };
        match step {
            Ok(()) => {}
            Err(e) => match &e {
                // A whole frame with impossible contents was written so: cutting it would hide a fault of ours.
                ReadError::Damaged {
                    damage: Damage::Contents,
                    ..
                } => return Err(e.into()),
                ReadError::Damaged { .. } => break e.to_string(),
                _ => return Err(e.into()),
            },
        }
    };
    // Also where it is the next segment that is damaged or missing, the walk still stands at the end of what is good.
    let Some((base, from, next)) = walk.place() else {
        return Ok(None);
    };
    drop(walk);
    fs.create_dir(aside).map_err(failed("create", aside))?;
    let later: Vec<u64> = segment::list(&*fs, dir)?
        .into_iter()
        .filter(|other| *other > base)
        .collect();
    let mut kept = vec![copy(&*fs, &segment::path(dir, base), from, aside)?];
    for other in &later {
        kept.push(copy(&*fs, &segment::path(dir, *other), 0, aside)?);
    }
    fs.sync_dir(aside).map_err(failed("sync", aside))?;
    // The last first: what a crash leaves of this is still a damaged log, and no shorter good one.
    for other in later.iter().rev() {
        let path = segment::path(dir, *other);
        fs.remove(&path).map_err(failed("remove", &path))?;
        fs.sync_dir(dir).map_err(failed("sync", dir))?;
    }
    let path = segment::path(dir, base);
    let file = fs.open(&path, true).map_err(failed("open", &path))?;
    let len = file.size().map_err(failed("get the length of", &path))?;
    recover::erase(&*file, from, len.saturating_sub(from)).map_err(failed("write", &path))?;
    file.sync_data().map_err(failed("sync", &path))?;
    Ok(Some(Repaired {
        last: next - 1,
        damage,
        aside: kept,
    }))
}

/// Copies a file from an offset on, durably, under a name that says the offset.
fn copy(fs: &dyn FileSystem, path: &Path, from: u64, aside: &Path) -> Result<PathBuf, OpenError> {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let to = aside.join(format!("{name}.from-{from}"));
    let source = fs.open(path, false).map_err(failed("open", path))?;
    let target = fs.create(&to).map_err(failed("create", &to))?;
    let len = source.size().map_err(failed("get the length of", path))?;
    let mut buffer = vec![0; 256 * 1024];
    let mut at = from;
    while at < len {
        let step = usize::try_from(len - at).map_or(buffer.len(), |n| n.min(buffer.len()));
        let (piece, _) = buffer.split_at_mut(step);
        read_all(&*source, piece, at).map_err(failed("read", path))?;
        write_all(&*target, piece, at - from).map_err(failed("write", &to))?;
        at += step as u64;
    }
    target.sync_data().map_err(failed("sync", &to))?;
    Ok(to)
}
