//! Where a source file can be changed, and how: the operators of cargo-mutants (values for function
//! bodies, binary operators, `!` and `-`, match arms beside a catch-all, guards). Called by `main`;
//! knows syntax alone, neither builds nor tests.

use std::ops::Range;

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Block, Expr, ImplItem, Item, Pat, Stmt, UnOp};

use crate::values::values;

/// One change of one place.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// Below the repository's root.
    pub file: String,
    /// Its type and name, as `Gateway::admit`.
    pub function: String,
    /// From 1.
    pub line: usize,
    /// What is changed, for people: unique within a function.
    pub change: String,
    /// How the change is woven in.
    pub weave: Weave,
}

/// How a mutant stands in the text, by byte places of the file.
#[derive(Clone, Debug)]
pub enum Weave {
    /// Instead of an expression, this text.
    Instead(Range<usize>, String),
    /// At the start of a body: it returns this at once.
    Return(usize, String),
    /// An iterator that a body ends with gives nothing.
    Nothing(Range<usize>),
    /// A match arm without a guard never matches: the place after its pattern.
    Arm(usize),
    /// A match arm with a guard never matches: the guard.
    Guarded(Range<usize>),
}

/// Every mutant of a file, in the order of its text.
pub fn sites(file: &str, text: &str) -> Result<Vec<Mutant>, syn::Error> {
    let parsed = syn::parse_file(text)?;
    let mut finder =
        Finder { file, text, owner: Vec::new(), function: String::new(), found: Vec::new() };
    finder.visit_file(&parsed);
    let mut found = finder.found;
    distinguish(&mut found);
    Ok(found)
}

/// Changes that read the same within a function are numbered.
fn distinguish(found: &mut [Mutant]) {
    let key = |mutant: &Mutant| (mutant.function.clone(), mutant.change.clone());
    let keys: Vec<_> = found.iter().map(key).collect();
    for place in 0..found.len() {
        let before = keys[..place].iter().filter(|key| **key == keys[place]).count();
        if before > 0 {
            found[place].change += &format!(" #{}", before + 1);
        }
    }
}

struct Finder<'a> {
    file: &'a str,
    text: &'a str,
    /// Types whose items are being looked at.
    owner: Vec<String>,
    function: String,
    found: Vec<Mutant>,
}

impl Finder<'_> {
    fn shown(&self, range: Range<usize>) -> String {
        let words: Vec<&str> = self.text[range].split_whitespace().collect();
        let line = words.join(" ");
        if line.chars().count() <= 70 {
            return line;
        }
        let (start, end): (String, String) = (
            line.chars().take(50).collect(),
            line.chars().skip(line.chars().count() - 15).collect(),
        );
        format!("{start} … {end}")
    }

    fn add(&mut self, span: Span, change: String, weave: Weave) {
        self.found.push(Mutant {
            file: self.file.to_owned(),
            function: self.function.clone(),
            line: span.start().line,
            change,
            weave,
        });
    }

    fn body(&mut self, signature: &syn::Signature, block: &Block) {
        let name = signature.ident.to_string();
        let before = std::mem::replace(&mut self.function, qualified(&self.owner, &name));
        if signature.constness.is_none() && !block.stmts.is_empty() {
            self.whole(signature, block);
            visit::visit_block(self, block);
        }
        self.function = before;
    }

    /// The body as a whole.
    fn whole(&mut self, signature: &syn::Signature, block: &Block) {
        let at = block.brace_token.span.open().byte_range().end;
        let inner = self.text[at..block.brace_token.span.close().byte_range().start].trim();
        if gives_iterator(&signature.output) {
            if let Some(Stmt::Expr(tail, None)) = block.stmts.last() {
                let weave = Weave::Nothing(tail.span().byte_range());
                self.add(signature.ident.span(), "gives no items".to_owned(), weave);
            }
            return;
        }
        let same = inner.to_owned();
        for value in values(&signature.output) {
            if value != same {
                let change = match value.as_str() {
                    "()" => "does nothing".to_owned(),
                    value => format!("returns `{value}`"),
                };
                self.add(signature.ident.span(), change, Weave::Return(at, value));
            }
        }
    }

    fn instead(&mut self, at: Span, whole: Range<usize>, change: &str, with: String) {
        let shown = self.shown(whole.clone());
        self.add(at, format!("{change} in `{shown}`"), Weave::Instead(whole, with));
    }

    /// Arms of a match that has a catch-all, and guards.
    fn arms(&mut self, found: &syn::ExprMatch) {
        let catches = |arm: &syn::Arm| arm.guard.is_none() && catch_all(&arm.pat);
        let caught = found.arms.iter().any(catches);
        for arm in &found.arms {
            let pattern = arm.pat.span().byte_range();
            let shown = self.shown(pattern.clone());
            if caught && !catches(arm) {
                let weave = match &arm.guard {
                    None => Weave::Arm(pattern.end),
                    Some((_, guard)) => Weave::Guarded(guard.span().byte_range()),
                };
                self.add(arm.pat.span(), format!("without the arm `{shown}`"), weave);
            }
            if let Some((_, guard)) = &arm.guard {
                for value in ["true", "false"] {
                    if value == "false" && caught {
                        continue;
                    }
                    let whole = guard.span().byte_range();
                    let change = format!("guard {value} of `{shown}`");
                    self.instead(guard.span(), whole, &change, value.to_owned());
                }
            }
        }
    }
}

fn qualified(owner: &[String], name: &str) -> String {
    owner.last().map_or_else(|| name.to_owned(), |owner| format!("{owner}::{name}"))
}

fn catch_all(pattern: &Pat) -> bool {
    match pattern {
        Pat::Wild(_) => true,
        Pat::Ident(name) => {
            name.subpat.is_none() && name.ident.to_string().starts_with(char::is_lowercase)
        }
        _ => false,
    }
}

fn gives_iterator(output: &syn::ReturnType) -> bool {
    let syn::ReturnType::Type(_, ty) = output else { return false };
    let syn::Type::ImplTrait(bounds) = &**ty else { return false };
    bounds.bounds.iter().any(|bound| match bound {
        syn::TypeParamBound::Trait(bound) => {
            bound.path.segments.last().is_some_and(|segment| segment.ident == "Iterator")
        }
        _ => false,
    })
}

/// For tests alone, or not for running: not looked at.
fn left_out(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg")
                && attribute.parse_args::<syn::Ident>().is_ok_and(|word| word == "test")
    })
}

/// A chain of `&&` with a `let` in it cannot be an operand.
fn chained_let(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(both) if matches!(both.op, BinOp::And(_)) => {
            chained_let(&both.left) || chained_let(&both.right)
        }
        _ => false,
    }
}

/// What an operator is swapped for.
fn swaps(op: &BinOp) -> (&'static str, &'static [&'static str]) {
    match op {
        BinOp::Add(_) => ("+", &["-", "*"]),
        BinOp::Sub(_) => ("-", &["+", "/"]),
        BinOp::Mul(_) => ("*", &["+", "/"]),
        BinOp::Div(_) => ("/", &["%", "*"]),
        BinOp::Rem(_) => ("%", &["/", "+"]),
        BinOp::And(_) => ("&&", &["||"]),
        BinOp::Or(_) => ("||", &["&&"]),
        BinOp::BitXor(_) => ("^", &["|", "&"]),
        BinOp::BitAnd(_) => ("&", &["|", "^"]),
        BinOp::BitOr(_) => ("|", &["&", "^"]),
        BinOp::Shl(_) => ("<<", &[">>"]),
        BinOp::Shr(_) => (">>", &["<<"]),
        BinOp::Eq(_) => ("==", &["!="]),
        BinOp::Ne(_) => ("!=", &["=="]),
        BinOp::Lt(_) => ("<", &["==", ">", "<="]),
        BinOp::Le(_) => ("<=", &[">"]),
        BinOp::Gt(_) => (">", &["==", "<", ">="]),
        BinOp::Ge(_) => (">=", &["<"]),
        BinOp::AddAssign(_) => ("+=", &["-=", "*="]),
        BinOp::SubAssign(_) => ("-=", &["+=", "/="]),
        BinOp::MulAssign(_) => ("*=", &["+=", "/="]),
        BinOp::DivAssign(_) => ("/=", &["%=", "*="]),
        BinOp::BitAndAssign(_) => ("&=", &["|=", "^="]),
        BinOp::BitOrAssign(_) => ("|=", &["&=", "^="]),
        BinOp::BitXorAssign(_) => ("^=", &["|=", "&="]),
        BinOp::ShlAssign(_) => ("<<=", &[">>="]),
        BinOp::ShrAssign(_) => (">>=", &["<<="]),
        BinOp::RemAssign(_) => ("%=", &["/=", "+="]),
        _ => ("", &[]),
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Mod(module) if !left_out(&module.attrs) => visit::visit_item_mod(self, module),
            Item::Fn(function) if !left_out(&function.attrs) => {
                self.body(&function.sig, &function.block);
            }
            Item::Impl(found) if !left_out(&found.attrs) => {
                let shown = found.trait_.as_ref().and_then(|(_, path, _)| path.segments.last());
                if shown.is_some_and(|name| name.ident == "Debug" || name.ident == "Display") {
                    return;
                }
                let name = match &*found.self_ty {
                    syn::Type::Path(path) => {
                        path.path.segments.last().map(|it| it.ident.to_string())
                    }
                    _ => None,
                };
                self.owner.push(name.unwrap_or_default());
                for item in &found.items {
                    if let ImplItem::Fn(function) = item
                        && !left_out(&function.attrs)
                    {
                        self.body(&function.sig, &function.block);
                    }
                }
                self.owner.pop();
            }
            // Constants are worked out by the compiler; nothing else has code.
            _ => {}
        }
    }

    fn visit_pat(&mut self, _: &'ast Pat) {}
    fn visit_type(&mut self, _: &'ast syn::Type) {}
    fn visit_macro(&mut self, _: &'ast syn::Macro) {}
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_expr_repeat(&mut self, found: &'ast syn::ExprRepeat) {
        self.visit_expr(&found.expr);
    }

    fn visit_expr_match(&mut self, found: &'ast syn::ExprMatch) {
        self.arms(found);
        visit::visit_expr_match(self, found);
    }

    fn visit_expr_binary(&mut self, both: &'ast syn::ExprBinary) {
        let chained = chained_let(&both.left) || chained_let(&both.right);
        if !chained {
            let (op, others) = swaps(&both.op);
            let (left, right) = (both.left.span().byte_range(), both.right.span().byte_range());
            let (left, right) = (&self.text[left], &self.text[right]);
            // What is assigned to is a place and stays bare.
            let left =
                if op.len() > 1 && op.ends_with('=') && !matches!(op, "==" | "!=" | "<=" | ">=") {
                    left.to_owned()
                } else {
                    format!("({left})")
                };
            for other in others {
                let with = format!("{left} {other} ({right})");
                let change = format!("`{op}` becomes `{other}`");
                self.instead(both.op.span(), both.span().byte_range(), &change, with);
            }
        }
        visit::visit_expr_binary(self, both);
    }

    fn visit_expr_unary(&mut self, found: &'ast syn::ExprUnary) {
        let operand = &self.text[found.expr.span().byte_range()];
        let op = match found.op {
            UnOp::Not(_) => Some("!"),
            UnOp::Neg(_) => Some("-"),
            _ => None,
        };
        if let Some(op) = op {
            let (with, change) = (operand.to_owned(), format!("no `{op}`"));
            self.instead(found.span(), found.span().byte_range(), &change, with);
        }
        visit::visit_expr_unary(self, found);
    }
}
