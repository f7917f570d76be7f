//! A file system that fails when it is told to, and remembers what it was asked.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use trig_log::fs::{File, FileSystem, Lock, RealFs};

/// What can be asked of a file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    CreateDir,
    List,
    Create,
    Open,
    Rename,
    Remove,
    SyncDir,
    Lock,
    Free,
    Size,
    Read,
    Write,
    Allocate,
    Sync,
}

/// How a call goes wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// With the system's error of this number.
    Error(i32),
    /// Only so many bytes are read or written.
    Short(usize),
    /// So many bytes are said to be free.
    Free(u64),
}

pub(crate) const EIO: i32 = 5;
pub(crate) const ENOSPC: i32 = 28;
pub(crate) const EDQUOT: i32 = 122;

#[derive(Default)]
struct State {
    /// The next calls of a kind, one fault each; `None`: all goes well.
    planned: Vec<(Op, VecDeque<Option<Fault>>)>,
    /// Every call of a kind goes wrong.
    always: Vec<(Op, Fault)>,
    /// Whatever is asked after so many calls fails once.
    fail_call: Option<usize>,
    asked: Vec<Op>,
}

/// The real file system with faults. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct FaultFs(Arc<Mutex<State>>);

impl FaultFs {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// The next calls of a kind go like this, the later ones well.
    pub(crate) fn plan(&self, op: Op, faults: impl IntoIterator<Item = Option<Fault>>) {
        self.state()
            .planned
            .push((op, faults.into_iter().collect()));
    }

    /// The next call of a kind fails.
    pub(crate) fn fail(&self, op: Op, error: i32) {
        self.plan(op, [Some(Fault::Error(error))]);
    }

    /// All calls of a kind go like this.
    pub(crate) fn always(&self, op: Op, fault: Fault) {
        self.state().always.push((op, fault));
    }

    /// Whatever the `n`th call from now is, it fails with EIO.
    pub(crate) fn fail_call(&self, n: usize) {
        self.state().fail_call = Some(n);
    }

    /// Whether the call of [`Self::fail_call`] was made.
    pub(crate) fn has_failed(&self) -> bool {
        self.state().fail_call.is_none()
    }

    /// All goes well from here on.
    pub(crate) fn heal(&self) {
        let mut state = self.state();
        state.planned.clear();
        state.always.clear();
        state.fail_call = None;
    }

    /// What was asked since the last time this was.
    pub(crate) fn asked(&self) -> Vec<Op> {
        std::mem::take(&mut self.state().asked)
    }

    fn ask(&self, op: Op) -> io::Result<Option<Fault>> {
        let mut state = self.state();
        state.asked.push(op);
        match &mut state.fail_call {
            Some(0) => {
                state.fail_call = None;
                return Err(io::Error::from_raw_os_error(EIO));
            }
            Some(n) => *n -= 1,
            None => {}
        }
        let planned = state
            .planned
            .iter_mut()
            .find(|(o, faults)| *o == op && !faults.is_empty())
            .and_then(|(_, faults)| faults.pop_front())
            .flatten();
        let fault = planned.or_else(|| {
            let always = state.always.iter().find(|(o, _)| *o == op);
            always.map(|(_, fault)| *fault)
        });
        match fault {
            Some(Fault::Error(number)) => Err(io::Error::from_raw_os_error(number)),
            other => Ok(other),
        }
    }
}

impl FileSystem for FaultFs {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.ask(Op::CreateDir)?;
        RealFs.create_dir(dir)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<OsString>> {
        self.ask(Op::List)?;
        RealFs.list(dir)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn File>> {
        self.ask(Op::Create)?;
        Ok(Box::new(FaultFile(self.clone(), RealFs.create(path)?)))
    }

    fn open(&self, path: &Path, write: bool) -> io::Result<Box<dyn File>> {
        self.ask(Op::Open)?;
        Ok(Box::new(FaultFile(self.clone(), RealFs.open(path, write)?)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.ask(Op::Rename)?;
        RealFs.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.ask(Op::Remove)?;
        RealFs.remove(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.ask(Op::SyncDir)?;
        RealFs.sync_dir(dir)
    }

    fn lock(&self, path: &Path) -> io::Result<Lock> {
        self.ask(Op::Lock)?;
        RealFs.lock(path)
    }

    fn free_bytes(&self, dir: &Path) -> io::Result<u64> {
        match self.ask(Op::Free)? {
            Some(Fault::Free(bytes)) => Ok(bytes),
            _ => RealFs.free_bytes(dir),
        }
    }
}

struct FaultFile(FaultFs, Box<dyn File>);

impl File for FaultFile {
    fn size(&self) -> io::Result<u64> {
        self.0.ask(Op::Size)?;
        self.1.size()
    }

    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize> {
        let most = match self.0.ask(Op::Read)? {
            Some(Fault::Short(n)) => n.min(into.len()),
            _ => into.len(),
        };
        self.1.read_at(&mut into[..most], offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let most = match self.0.ask(Op::Write)? {
            Some(Fault::Short(n)) => n.min(bytes.len()),
            _ => bytes.len(),
        };
        self.1.write_at(&bytes[..most], offset)
    }

    fn allocate(&self, size: u64) -> io::Result<()> {
        self.0.ask(Op::Allocate)?;
        self.1.allocate(size)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.ask(Op::Sync)?;
        self.1.sync_data()
    }
}
