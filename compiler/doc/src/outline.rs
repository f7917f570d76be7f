//! What a project's files declare, as it is written.

use std::collections::BTreeMap;

use trig_compiler::{SourceSet, catalogue_text};
use trig_grammar::Span;
use trig_grammar::ast::{self, Clause, Item, ItemKind};
use trig_ir::Ir;

/// The declarations of a project, each kind by name.
#[derive(Default)]
pub(crate) struct Outline {
    pub(crate) pipelines: BTreeMap<String, Written>,
    /// Labels and doc comments of stages, by `Pipeline.Stage`.
    pub(crate) stages: BTreeMap<String, Stage>,
    pub(crate) triggers: BTreeMap<String, TriggerText>,
    pub(crate) conditions: BTreeMap<String, Written>,
    pub(crate) schedules: BTreeMap<String, Written>,
    /// Doc comments of entities, by name (full, where a catalogue declares them).
    pub(crate) entities: BTreeMap<String, String>,
    /// Fields, by the entity's name (full, where a catalogue declares it) and their own.
    pub(crate) fields: BTreeMap<(String, String), FieldText>,
}

/// A declaration as it is written.
pub(crate) struct Written {
    pub(crate) label: Option<String>,
    pub(crate) doc: Option<String>,
    pub(crate) text: String,
    pub(crate) place: String,
}

/// A stage.
pub(crate) struct Stage {
    pub(crate) label: Option<String>,
    pub(crate) doc: Option<String>,
}

/// A trigger, flow, template or application of one.
pub(crate) struct TriggerText {
    /// `trigger`, `flow`, `template` or `apply`.
    pub(crate) kind: &'static str,
    /// `Pipeline.Stage`, where it stands in one.
    pub(crate) home: Option<String>,
    pub(crate) written: Written,
    /// Its clauses: keyword and the rest.
    pub(crate) clauses: Vec<(String, String)>,
}

/// A field.
pub(crate) struct FieldText {
    pub(crate) ty: String,
    pub(crate) doc: Option<String>,
}

/// Where the walk is.
struct Walk<'a> {
    path: &'a str,
    text: &'a str,
    /// Where its lines end.
    ends: Vec<usize>,
    /// The catalogue's name, which stands before the names of what it declares.
    catalogue: Option<&'a str>,
    out: &'a mut Outline,
}

impl Outline {
    pub(crate) fn of(sources: &SourceSet, ir: &Ir) -> Self {
        let mut out = Self::default();
        for file in &ir.files {
            if let Some(name) = file.path.strip_prefix("catalogue:")
                && let Some(text) = catalogue_text(&file.path)
            {
                out.walk(&file.path, text, Some(name));
            }
        }
        for (path, text) in &sources.files {
            out.walk(path, text, None);
        }
        out
    }

    fn walk(&mut self, path: &str, text: &str, catalogue: Option<&str>) {
        let file = trig_grammar::parse(text);
        let mut walk = Walk {
            path,
            text,
            ends: text.match_indices('\n').map(|(at, _)| at).collect(),
            catalogue,
            out: self,
        };
        for item in &file.items {
            walk.item(item, None);
        }
    }
}

impl Walk<'_> {
    fn item(&mut self, item: &Item, home: Option<&str>) {
        match &item.kind {
            ItemKind::Pipeline(node) => self.pipeline(item, node),
            ItemKind::Trigger(node) => {
                if let Some(name) = &node.name {
                    let label = node.label.as_ref();
                    self.trigger(item, "trigger", &name.text, label, &node.clauses, home);
                }
            }
            ItemKind::Flow(node) => {
                let label = node.label.as_ref();
                self.trigger(item, "flow", &node.name.text, label, &node.clauses, home);
            }
            ItemKind::Template(node) => {
                self.trigger(item, "template", &node.name.text, None, &[], home);
            }
            ItemKind::Apply(node) => {
                self.trigger(item, "apply", &node.name.text, None, &[], home);
            }
            ItemKind::Condition(node) => {
                let written = self.written(item, None);
                self.out.conditions.insert(node.name.text.clone(), written);
            }
            ItemKind::Schedule(node) => {
                let written = self.written(item, None);
                self.out.schedules.insert(node.name.text.clone(), written);
            }
            ItemKind::Entity(node) => {
                let name = self.full(&node.name.text);
                self.fields(&name, &node.fields);
                if let Some(doc) = &item.doc {
                    self.out.entities.insert(name, doc.text.clone());
                }
            }
            ItemKind::Extend(node) => self.fields(&node.target.text(), &node.fields),
            _ => {}
        }
    }

    fn pipeline(&mut self, item: &Item, node: &ast::Pipeline) {
        let name = &node.name.text;
        let written = self.written(item, node.label.as_ref());
        self.out.pipelines.insert(name.clone(), written);
        for stage in &node.stages {
            let full = format!("{name}.{}", stage.name.text);
            let label = stage.label.as_ref().and_then(ast::TextLit::plain);
            let doc = stage.doc.as_ref().map(|d| d.text.clone());
            self.out.stages.insert(full.clone(), Stage { label, doc });
            for item in &stage.items {
                self.item(item, Some(&full));
            }
        }
        for item in &node.others {
            self.item(item, None);
        }
    }

    fn trigger(
        &mut self,
        item: &Item,
        kind: &'static str,
        name: &str,
        label: Option<&ast::TextLit>,
        clauses: &[Clause],
        home: Option<&str>,
    ) {
        let clauses = clauses.iter().map(|c| self.clause(c.span)).collect();
        let text = TriggerText {
            kind,
            home: home.map(str::to_owned),
            written: self.written(item, label),
            clauses,
        };
        self.out.triggers.insert(name.to_owned(), text);
    }

    /// A clause: its keyword, and the rest without the indentation that it had.
    fn clause(&self, span: Span) -> (String, String) {
        let text = self.dedented(span);
        let end = text.find(|c: char| !c.is_ascii_lowercase());
        let (keyword, rest) = text.split_at(end.unwrap_or(text.len()));
        (keyword.to_owned(), rest.trim_start().to_owned())
    }

    fn fields(&mut self, entity: &str, fields: &[ast::Field]) {
        for field in fields {
            let text = FieldText {
                ty: self.source(field.ty.span).to_owned(),
                doc: field.doc.as_ref().map(|d| d.text.clone()),
            };
            let key = (entity.to_owned(), field.name.text.clone());
            self.out.fields.insert(key, text);
        }
    }

    fn written(&self, item: &Item, label: Option<&ast::TextLit>) -> Written {
        let start = item.span.start as usize;
        let line = self.ends.partition_point(|end| *end < start) + 1;
        Written {
            label: label.and_then(ast::TextLit::plain),
            doc: item.doc.as_ref().map(|d| d.text.clone()),
            text: self.dedented(item.span),
            place: format!("{}:{line}", self.path),
        }
    }

    fn full(&self, name: &str) -> String {
        match self.catalogue {
            Some(catalogue) => format!("{catalogue}.{name}"),
            None => name.to_owned(),
        }
    }

    fn source(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The source of a span, its lines moved to the left by what its first line is indented.
    fn dedented(&self, span: Span) -> String {
        let before = self.text.get(..span.start as usize).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        let indent = line.len() - line.trim_start().len();
        let mut out = String::new();
        for (n, line) in self.source(span).lines().enumerate() {
            if n > 0 {
                out.push('\n');
            }
            let spaces = line.len() - line.trim_start().len();
            let cut = if n == 0 { 0 } else { indent.min(spaces) };
            out.push_str(line.get(cut..).unwrap_or(line).trim_end());
        }
        out
    }
}
