//! Plausible values of a return type, as text. What does not compile is dropped by the build.

use syn::{GenericArgument, PathArguments, ReturnType, Type, TypePath};

/// So many a function, at most.
const MOST: usize = 6;

/// Values instead of what a function returns.
pub fn values(output: &ReturnType) -> Vec<String> {
    let mut found = match output {
        ReturnType::Default => vec!["()".to_owned()],
        ReturnType::Type(_, ty) => of(ty),
    };
    found.truncate(MOST);
    found
}

fn of(ty: &Type) -> Vec<String> {
    match ty {
        Type::Path(path) => of_path(path),
        Type::Tuple(tuple) => {
            let mut all = vec![String::new()];
            for part in &tuple.elems {
                let values = of(part);
                let longer = |start: &String| {
                    let start = start.clone();
                    values.iter().map(move |value| format!("{start}{value}, ")).collect::<Vec<_>>()
                };
                all = all.iter().flat_map(longer).collect();
            }
            all.into_iter().map(|parts| format!("({})", parts.trim_end())).collect()
        }
        Type::Reference(reference) => match &*reference.elem {
            Type::Path(path) if path.path.is_ident("str") => words(&["\"\"", "\"xyzzy\""]),
            Type::Slice(_) => words(&["Vec::leak(Vec::new())"]),
            other => {
                of(other).iter().map(|value| format!("Box::leak(Box::new({value}))")).collect()
            }
        },
        Type::Array(array) => of(&array.elem)
            .iter()
            .filter(|_| matches!(array.len, syn::Expr::Lit(_)))
            .map(|value| format!("std::array::from_fn(|_| {value})"))
            .collect(),
        Type::Paren(inner) => of(&inner.elem),
        _ => Vec::new(),
    }
}

fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|&word| word.to_owned()).collect()
}

fn of_path(path: &TypePath) -> Vec<String> {
    let Some(last) = path.path.segments.last() else { return Vec::new() };
    let inner = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter().find_map(|it| match it {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        }),
        _ => None,
    };
    let each = |shape: &dyn Fn(&str) -> String| -> Vec<String> {
        inner.map(of).unwrap_or_default().iter().map(|value| shape(value)).collect()
    };
    let with = |first: &str, shape: &dyn Fn(&str) -> String| {
        let mut all = vec![first.to_owned()];
        all.extend(each(shape));
        all
    };
    match last.ident.to_string().as_str() {
        "bool" => words(&["true", "false"]),
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => words(&["0", "1"]),
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => words(&["0", "1", "-1"]),
        "f32" | "f64" => words(&["0.0", "1.0", "-1.0"]),
        "String" => words(&["String::new()", "\"xyzzy\".to_owned()"]),
        "Option" => with("None", &|value| format!("Some({value})")),
        "Result" => each(&|value| format!("Ok({value})")),
        "Vec" => with("Vec::new()", &|value| format!("vec![{value}]")),
        "Box" => each(&|value| format!("Box::new({value})")),
        _ => words(&["Default::default()"]),
    }
}
