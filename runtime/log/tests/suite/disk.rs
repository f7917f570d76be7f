//! A disk in memory that loses, when the power goes, whatever was not synced: any sectors of any file, and the latest
//! changes of names. It also forgets a failed sync, as systems do: the pages then count as clean, and only what is
//! written again is ever written out.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use trig_log::fs::{File, FileSystem, Lock};

use crate::support::Random;

const SECTOR: usize = 512;

#[derive(Default)]
struct Node {
    /// As programs see it.
    seen: Vec<u8>,
    /// As it is after a loss of power.
    durable: Vec<u8>,
    /// The sectors that the next sync writes out.
    dirty: BTreeSet<usize>,
}

impl Node {
    fn persist(&mut self, sector: usize) {
        let from = sector * SECTOR;
        let to = (from + SECTOR).min(self.seen.len());
        if from < to {
            if self.durable.len() < to {
                self.durable.resize(to, 0);
            }
            self.durable[from..to].copy_from_slice(&self.seen[from..to]);
        }
    }
}

#[derive(Clone)]
enum NameChange {
    Create(PathBuf, usize),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
}

impl NameChange {
    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>) {
        match self {
            Self::Create(path, node) => {
                names.insert(path.clone(), *node);
            }
            Self::Rename(from, to) => {
                if let Some(node) = names.remove(from) {
                    names.insert(to.clone(), node);
                }
            }
            Self::Remove(path) => {
                names.remove(path);
            }
        }
    }
}

#[derive(Default)]
struct State {
    nodes: Vec<Node>,
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    pending: Vec<NameChange>,
    locked: bool,
    /// How many calls are left until the power goes.
    calls_left: Option<usize>,
    fail_next_sync: bool,
}

#[derive(Clone, Default)]
pub(crate) struct Disk(Arc<Mutex<State>>);

impl Disk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// After so many calls nothing answers any more, until [`Self::lose_power`] or
    /// [`Self::restart`].
    pub(crate) fn stop_after(&self, calls: usize) {
        self.state().calls_left = Some(calls);
    }

    pub(crate) fn fail_next_sync(&self) {
        self.state().fail_next_sync = true;
    }

    /// Only the process ended: all that it wrote is seen, whether it is durable or not.
    pub(crate) fn restart(&self) {
        self.state().calls_left = None;
    }

    /// The power goes, and comes back. Of what was not synced, chance decides.
    pub(crate) fn lose_power(&self, random: &mut Random) {
        let mut state = self.state();
        let state = &mut *state;
        let kept = random.below(0..state.pending.len() + 1);
        for change in &state.pending[..kept] {
            change.apply(&mut state.durable_names);
        }
        state.pending.clear();
        state.names = state.durable_names.clone();
        // How many in four of the unsynced sectors were written out by themselves: from none to all.
        let fourths = random.below(0..5);
        for node in &mut state.nodes {
            // The new length is known, or not, apart from what is in it.
            if node.durable.len() < node.seen.len() && random.below(0..2) == 0 {
                node.durable.resize(node.seen.len(), 0);
            }
            for sector in std::mem::take(&mut node.dirty) {
                if random.below(0..4) < fourths {
                    node.persist(sector);
                }
            }
            node.seen = node.durable.clone();
        }
        state.calls_left = None;
        state.fail_next_sync = false;
    }

    fn call(&self) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.state();
        match &mut state.calls_left {
            Some(0) => return Err(io::Error::other("the power is gone")),
            Some(left) => *left -= 1,
            None => {}
        }
        Ok(state)
    }

    fn file(&self, node: usize) -> Box<dyn File> {
        Box::new(DiskFile(self.clone(), node))
    }
}

struct Unlock(Disk);

impl Drop for Unlock {
    fn drop(&mut self) {
        self.0.state().locked = false;
    }
}

impl FileSystem for Disk {
    fn create_dir(&self, _: &Path) -> io::Result<()> {
        drop(self.call()?);
        Err(io::ErrorKind::AlreadyExists.into())
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<OsString>> {
        let state = self.call()?;
        let here = state.names.keys().filter(|p| p.parent() == Some(dir));
        Ok(here
            .filter_map(|p| Some(p.file_name()?.to_owned()))
            .collect())
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn File>> {
        let mut state = self.call()?;
        if state.names.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        state.nodes.push(Node::default());
        let node = state.nodes.len() - 1;
        let change = NameChange::Create(path.to_owned(), node);
        change.apply(&mut state.names);
        state.pending.push(change);
        Ok(self.file(node))
    }

    fn open(&self, path: &Path, _: bool) -> io::Result<Box<dyn File>> {
        let state = self.call()?;
        let node = state.names.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(self.file(*node))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.call()?;
        let change = NameChange::Rename(from.to_owned(), to.to_owned());
        change.apply(&mut state.names);
        state.pending.push(change);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.call()?;
        let change = NameChange::Remove(path.to_owned());
        change.apply(&mut state.names);
        state.pending.push(change);
        Ok(())
    }

    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        let mut state = self.call()?;
        let state = &mut *state;
        for change in state.pending.drain(..) {
            change.apply(&mut state.durable_names);
        }
        Ok(())
    }

    fn lock(&self, _: &Path) -> io::Result<Lock> {
        let mut state = self.call()?;
        if state.locked {
            return Ok(Lock::Taken(None));
        }
        state.locked = true;
        let held: Box<dyn Any + Send> = Box::new(Unlock(self.clone()));
        Ok(Lock::Held(held))
    }

    fn free_bytes(&self, _: &Path) -> io::Result<u64> {
        drop(self.call()?);
        Ok(u64::MAX)
    }
}

struct DiskFile(Disk, usize);

impl File for DiskFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.call()?.nodes[self.1].seen.len() as u64)
    }

    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize> {
        let state = self.0.call()?;
        let seen = &state.nodes[self.1].seen;
        let from = seen.get(offset as usize..).unwrap_or_default();
        let n = from.len().min(into.len());
        into[..n].copy_from_slice(&from[..n]);
        Ok(n)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let mut state = self.0.call()?;
        let node = &mut state.nodes[self.1];
        let (from, to) = (offset as usize, offset as usize + bytes.len());
        if node.seen.len() < to {
            node.seen.resize(to, 0);
        }
        node.seen[from..to].copy_from_slice(bytes);
        node.dirty.extend(from / SECTOR..to.div_ceil(SECTOR));
        Ok(bytes.len())
    }

    fn allocate(&self, size: u64) -> io::Result<()> {
        let mut state = self.0.call()?;
        let node = &mut state.nodes[self.1];
        let size = node.seen.len().max(size as usize);
        node.seen.resize(size, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.0.call()?;
        let fails = std::mem::take(&mut state.fail_next_sync);
        let node = &mut state.nodes[self.1];
        let dirty = std::mem::take(&mut node.dirty);
        if fails {
            return Err(io::Error::other("the disk lost it"));
        }
        let len = node.seen.len();
        node.durable.resize(len, 0);
        for sector in dirty {
            node.persist(sector);
        }
        Ok(())
    }
}
