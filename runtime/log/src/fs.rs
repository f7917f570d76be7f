//! The few things that the log asks of a file system, as traits, so that tests can make each of them fail.

use std::any::Any;
use std::ffi::OsString;
use std::fs::{File as StdFile, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use rustix::fs::FallocateFlags;
use rustix::io::Errno;

/// A file system as the log uses it. Errors keep their [`io::ErrorKind`]: `StorageFull` and `QuotaExceeded` mean a full
/// disk.
pub trait FileSystem: Send + Sync {
    /// Makes one directory; `AlreadyExists` and `NotFound` (no parent) as the system says them.
    fn create_dir(&self, dir: &Path) -> io::Result<()>;
    /// The names in a directory, in any order.
    fn list(&self, dir: &Path) -> io::Result<Vec<OsString>>;
    /// Makes a file that must not exist yet, for reading and writing.
    fn create(&self, path: &Path) -> io::Result<Box<dyn File>>;
    /// Opens a file, for writing too if `write`.
    fn open(&self, path: &Path, write: bool) -> io::Result<Box<dyn File>>;
    /// Renames within one directory, atomically.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a directory durable.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
    /// Takes the exclusive lock that the file at `path` stands for, without waiting.
    fn lock(&self, path: &Path) -> io::Result<Lock>;
    /// How many bytes an unprivileged process can still write where `dir` lies.
    fn free_bytes(&self, dir: &Path) -> io::Result<u64>;
}

/// An open file.
pub trait File: Send {
    /// Its length in bytes.
    fn size(&self) -> io::Result<u64>;
    /// Reads at an offset; may give less than asked for, 0 only at the end.
    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize>;
    /// Writes at an offset; may take less than given.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize>;
    /// Makes the file at least `size` bytes long, with the room really set aside; what is new reads as zero.
    fn allocate(&self, size: u64) -> io::Result<()>;
    /// Makes its contents durable.
    fn sync_data(&self) -> io::Result<()>;
}

/// The answer to an attempt to lock.
pub enum Lock {
    /// It is ours until this is dropped.
    Held(Box<dyn Any + Send>),
    /// Someone else has it: the process id it left, if it did.
    Taken(Option<String>),
}

/// The file system of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealFs;

impl FileSystem for RealFs {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        std::fs::create_dir(dir)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<OsString>> {
        std::fs::read_dir(dir)?
            .map(|entry| entry.map(|e| e.file_name()))
            .collect()
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn File>> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(path)?;
        Ok(Box::new(RealFile(file)))
    }

    fn open(&self, path: &Path, write: bool) -> io::Result<Box<dyn File>> {
        let file = OpenOptions::new().read(true).write(write).open(path)?;
        Ok(Box::new(RealFile(file)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        StdFile::open(dir)?.sync_all()
    }

    fn lock(&self, path: &Path) -> io::Result<Lock> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        match file.try_lock() {
            Ok(()) => {
                // Only for the message to whoever comes second: the lock itself is the kernel's.
                file.set_len(0)?;
                write!(file, "{}", std::process::id())?;
                Ok(Lock::Held(Box::new(file)))
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let read = file.take(20).read_to_string(&mut holder).is_ok();
                let is_id = !holder.is_empty() && holder.bytes().all(|b| b.is_ascii_digit());
                Ok(Lock::Taken((read && is_id).then_some(holder)))
            }
            Err(TryLockError::Error(e)) => Err(e),
        }
    }

    fn free_bytes(&self, dir: &Path) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(dir)?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }
}

struct RealFile(StdFile);

impl File for RealFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize> {
        self.0.read_at(into, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.0.write_at(bytes, offset)
    }

    fn allocate(&self, size: u64) -> io::Result<()> {
        loop {
            match rustix::fs::fallocate(&self.0, FallocateFlags::empty(), 0, size) {
                Ok(()) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(Errno::OPNOTSUPP | Errno::NOSYS) => return self.fill_with_zeros(size),
                Err(e) => return Err(e.into()),
            }
        }
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }
}

impl RealFile {
    /// Sets room aside where the file system has no call for it.
    fn fill_with_zeros(&self, size: u64) -> io::Result<()> {
        static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];
        let mut at = self.size()?;
        while at < size {
            let step = usize::try_from(size - at).map_or(ZEROS.len(), |n| n.min(ZEROS.len()));
            let (zeros, _) = ZEROS.split_at(step);
            self.0.write_all_at(zeros, at)?;
            at += step as u64;
        }
        Ok(())
    }
}

/// Writes all of `bytes`, however many pieces the system takes them in.
pub(crate) fn write_all(file: &dyn File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write_at(bytes, offset) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(n) => {
                bytes = bytes.get(n..).ok_or(io::ErrorKind::InvalidData)?;
                offset += n as u64;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// Fills `into`. A file that ends early is an error, never a shorter answer.
pub(crate) fn read_all(file: &dyn File, mut into: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !into.is_empty() {
        match file.read_at(into, offset) {
            Ok(0) => {
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    format!("the file gave no more bytes at {offset}, though it is longer"),
                ));
            }
            Ok(n) => {
                into = into.get_mut(n..).ok_or(io::ErrorKind::InvalidData)?;
                offset += n as u64;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// Whether an error says that the disk, or what may be used of it, is full.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}
