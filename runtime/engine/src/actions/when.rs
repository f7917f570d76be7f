//! What a declared action asks of itself at the moment of doing it.

use trig_ir::{ActionDecl, EventKind, SmolStr, Value};

use crate::eval::{Eval, EventView, Scope};
use crate::state::Fields;

/// Arguments have the types of their parameters already: they are read as they are, like the fields of an event that
/// no catalogue declares.
static ARGUMENTS: EventKind = EventKind::Started(SmolStr::new_static("arguments"));

/// Why it is not done, if so: what is not known does not hold, either.
pub(super) fn refused(scope: Scope<'_>, decl: &ActionDecl, args: &Fields) -> Option<String> {
    let when = decl.when.as_ref()?;
    let mut args = args.clone();
    for param in &decl.params {
        if args.get(&param.name).is_none() {
            args.set(param.name.clone(), Value::Empty);
        }
    }
    let scope = Scope {
        candidate: Some(EventView {
            kind: Some(&ARGUMENTS),
            fields: &args,
        }),
        ..scope
    };
    let name = &decl.name;
    match Eval::new(scope).test(when) {
        Ok(true) => None,
        Ok(false) => {
            let mut noting = Eval::noting(scope);
            let _ = noting.test(when);
            let reads = noting.into_reads();
            let reads: Vec<String> = reads.iter().map(|(p, v)| format!("{p} = {v}")).collect();
            let reads = reads.join(", ");
            Some(format!("the `when` of `{name}` does not hold ({reads})"))
        }
        Err(unknown) => {
            let field = unknown.field;
            Some(format!(
                "the `when` of `{name}` needs `{field}`, which is not known"
            ))
        }
    }
}
