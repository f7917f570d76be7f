//! The workspaces of this run, as sockets and deliveries see them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use smol_str::SmolStr;
use tokio::sync::watch;
use trig_ir::{IfUnknown, Ir};

use crate::config::Config;
use crate::feed::Source;

/// What is known of a workspace outside the writer.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its configuration.
    pub config: Config,
    /// The actions whose attempts are held when their outcome is unknown.
    pub hold: BTreeSet<SmolStr>,
    /// The full names of the entities.
    pub(crate) entities: Vec<SmolStr>,
    /// The feeds that are looked at.
    pub(crate) feeds: Vec<Source>,
    /// Why the project on disk is not what runs, if it is not.
    pub failed_reload: Option<serde_json::Value>,
}

impl Site {
    /// A workspace with a configuration and a revision.
    pub fn new(config: Config, ir: &Ir) -> Self {
        Self {
            config,
            hold: ir
                .actions
                .iter()
                .filter(|a| a.if_unknown == IfUnknown::Hold)
                .map(|a| a.name.clone())
                .collect(),
            entities: ir.entities.iter().map(|e| e.name.clone()).collect(),
            feeds: Source::all(ir),
            failed_reload: None,
        }
    }
}

impl Site {
    /// The full name of an entity that was named without its catalogue; a name that no single entity has stays.
    pub(crate) fn full_name(&self, entity: SmolStr) -> SmolStr {
        if entity.contains('.') || self.entities.contains(&entity) {
            return entity;
        }
        let is_meant = |name: &&SmolStr| name.rsplit('.').next() == Some(entity.as_str());
        let mut meant = self.entities.iter().filter(is_meant);
        match (meant.next(), meant.next()) {
            (Some(one), None) => one.clone(),
            _ => entity,
        }
    }
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    sites: Arc<RwLock<BTreeMap<SmolStr, Arc<Site>>>>,
    changed: watch::Sender<()>,
}

impl Registry {
    /// The workspace called `id`.
    pub fn get(&self, id: &str) -> Option<Arc<Site>> {
        self.sites
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }

    /// All ids.
    pub fn ids(&self) -> Vec<SmolStr> {
        self.sites
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .keys()
            .cloned()
            .collect()
    }

    /// Hears of every workspace that is put from here on.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Puts a workspace in place of what stood under its id.
    pub fn put(&self, site: Site) {
        self.sites
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(site.config.workspace.clone(), Arc::new(site));
        self.changed.send_replace(());
    }

    /// Notes that the project on disk does not compile, or again does.
    pub fn set_failed_reload(&self, id: &str, diagnostics: Option<serde_json::Value>) {
        let mut sites = self.sites.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(site) = sites.get_mut(id) {
            Arc::make_mut(site).failed_reload = diagnostics;
        }
    }
}
