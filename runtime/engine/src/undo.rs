//! Writes that have not happened: the record is again as it was before them.

use std::sync::Arc;

use crate::Audit;
use crate::apply::Run;
use crate::eval::same;
use crate::state::WriteKey;

impl Run<'_> {
    /// Takes back a write that the CRM did not take. No event tells of it: nobody has changed anything. Where the field
    /// has been written or reported anew, that stays.
    pub(crate) fn undo(&mut self, key: &WriteKey) {
        let (record, field, _) = key;
        let writes = self.state.writes_of(record, field);
        self.state.drop_write(key);
        let mut rest = writes.into_iter().skip_while(|(of, _)| of != key);
        let Some((_, write)) = rest.next() else {
            return;
        };
        if let Some((later, mut next)) = rest.next() {
            // if that does not happen either, what stood there before both stands there again
            let follows = next.before.as_ref();
            if follows.is_some_and(|before| same(before, &write.value)) {
                next.before = write.before;
                self.state.writes.put(later, next);
            }
            return;
        }
        let Some(known) = self.state.records.get(record).cloned() else {
            return;
        };
        let there = known.fields.get(field);
        if !there.is_some_and(|value| same(value, &write.value)) {
            return;
        }
        let mut version = known.as_ref().clone();
        match &write.before {
            Some(before) => version.fields.set(field.clone(), before.clone()),
            None => {
                version.fields.remove(field);
            }
        }
        self.store(record, &Arc::new(version));
        let engine = self.engine;
        let entity = engine.index().entity_id(&record.entity);
        let name = entity.and_then(|entity| {
            let at = engine.index().wire_field(entity, field)?;
            let decl = engine.ir().entities.get(entity.index())?;
            Some(decl.fields.get(at)?.name.clone())
        });
        self.audit(Audit::Undone {
            subject: record.clone(),
            field: name.unwrap_or_else(|| field.clone()),
            value: write.before,
        });
    }
}
