//! Sets the file of every place in what triggers do.

use trig_ir::{Action, ActionKind, FileId, Reached};

/// Sets the file of every place in actions.
pub(crate) fn actions(actions: &mut [Action], file: FileId) {
    for action in actions {
        action.loc.file = file;
        match &mut action.kind {
            ActionKind::WaitUntil(until) => {
                until.loc.file = file;
                until.test.loc.file = file;
            }
            ActionKind::If {
                then, otherwise, ..
            } => {
                self::actions(then, file);
                self::actions(otherwise, file);
            }
            ActionKind::ForEach { each, body, .. } => {
                each.loc.file = file;
                if let Some(filter) = &mut each.filter {
                    filter.loc.file = file;
                }
                self::actions(body, file);
            }
            ActionKind::Goal {
                reached: Reached::When(guard),
                ..
            } => guard.loc.file = file,
            ActionKind::Goal {
                reached: Reached::On(_),
                ..
            }
            | ActionKind::Move { .. }
            | ActionKind::Set { .. }
            | ActionKind::Emit { .. }
            | ActionKind::Call { .. }
            | ActionKind::Create { .. }
            | ActionKind::Start { .. }
            | ActionKind::Stop { .. }
            | ActionKind::Wait(_) => {}
        }
    }
}
