//! Flows that are started by hand.

use smol_str::SmolStr;
use trig_ir::{EventKind, RecordKey, Value};

use crate::Arrival;
use crate::apply::Run;

impl Run<'_> {
    /// A flow is to start, by whom the arrival says.
    pub(crate) fn by_hand(
        &mut self,
        arrival: &Arrival,
        flow: &SmolStr,
        subject: Option<&RecordKey>,
    ) {
        match self.startable(flow, subject) {
            Ok(subject) => {
                let record = subject.map(|key| (SmolStr::new_static("record"), Value::Record(key)));
                let kind = EventKind::Started(flow.clone());
                self.happened(kind, record.into_iter().collect(), &arrival.by);
            }
            Err(reason) => self.unhandled(None, reason),
        }
    }

    /// The record for which a flow can start, or why it cannot.
    fn startable(
        &self,
        flow: &SmolStr,
        subject: Option<&RecordKey>,
    ) -> Result<Option<RecordKey>, String> {
        let ir = self.engine.ir();
        let index = self.engine.index();
        let id = index.trigger_id(flow);
        let Some(decl) = id
            .and_then(|id| ir.triggers.get(id.index()))
            .filter(|decl| decl.flow)
        else {
            return Err(format!("no flow `{flow}` is declared"));
        };
        let Some(entity) = decl.subject else {
            return match subject {
                None => Ok(None),
                Some(key) => Err(format!(
                    "`{flow}` has no subject, and cannot start for {key}"
                )),
            };
        };
        let name = ir.entities.get(entity.index()).map(|decl| &decl.name);
        let name = name.cloned().unwrap_or_default();
        let Some(subject) = subject else {
            return Err(format!("`{flow}` starts for a `{name}`: say for which one"));
        };
        if index.entity_id(&subject.entity) != Some(entity) {
            return Err(format!(
                "`{flow}` starts for a `{name}`, which {subject} is not"
            ));
        }
        let key = RecordKey {
            entity: name,
            ..subject.clone()
        };
        if !self.state.records.has(&key) {
            return Err(format!("nothing is known of {key}"));
        }
        Ok(Some(key))
    }
}
