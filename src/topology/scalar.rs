//! A single value of a topology as a number with its unit, so that studies can vary it: `80/s`,
//! `20ms`, `35%`, `1.0`.

use super::Topology;
use super::keys;
use super::node::Value;
use super::overrides::item;
use super::shape::{Field, Shape};
use crate::domain::quantity;
use crate::domain::words::nearest;

/// A number with its unit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scalar {
    /// The number as written, before its unit: 35 of `35%`.
    pub(crate) number: f64,
    /// What follows it.
    unit: String,
    /// Whether it is a count.
    whole: bool,
}

impl Scalar {
    /// Reads a value.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (number, unit) = quantity::split(text)?;
        let whole = unit.is_empty() && !text.contains('.');
        number.is_finite().then(|| Self { number, unit: unit.to_owned(), whole })
    }

    /// What follows the number.
    pub(crate) fn unit(&self) -> &str {
        &self.unit
    }

    /// Whether it is a count.
    pub(crate) fn whole(&self) -> bool {
        self.whole
    }

    /// Another number of the same unit, as a topology has it.
    pub(crate) fn with(&self, number: f64) -> String {
        if self.whole {
            return format!("{}", number.round());
        }
        // As many digits as any setting is read to.
        let number = (number * 1e9).round() / 1e9;
        format!("{number}{}", self.unit)
    }
}

impl Topology {
    /// The value at a path as `--set` takes it, if it is a number; one that the file leaves out is
    /// there with its default.
    ///
    /// # Errors
    /// A sentence that says what is there instead.
    pub(crate) fn scalar(&self, path: &str) -> Result<Scalar, String> {
        let mut at = &self.resolved;
        let mut shape = Shape::Map(keys::TOPOLOGY);
        for (depth, key) in path.split('.').enumerate() {
            at = match &at.value {
                Value::List(items) => {
                    let agreement = depth == 1 && path.starts_with("agreements.");
                    &items[item(items, key, agreement)?]
                }
                Value::Map(entries) => at.get(key).ok_or_else(|| {
                    let keys = entries.iter().map(|entry| entry.key.as_str());
                    match nearest(key, keys) {
                        Some(right) => format!("no value `{key}`; did you mean `{right}`?"),
                        None => format!("there is no value `{key}`"),
                    }
                })?,
                Value::Scalar(text) => return Err(format!("`{text}` has no part `{key}`")),
            };
            shape = below(shape, key);
        }
        let Value::Scalar(text) = &at.value else {
            let keys: Vec<&str> = at.entries().iter().map(|entry| entry.key.as_str()).collect();
            return Err(format!("a single number is needed; below it are {}", keys.join(", ")));
        };
        let whole = matches!(shape, Shape::Count(..));
        let read = Scalar::parse(text).map(|scalar| Scalar { whole, ..scalar });
        read.ok_or_else(|| format!("`{text}` is no number with a unit"))
    }
}

/// What may stand below a key.
fn below(shape: Shape, key: &str) -> Shape {
    let field = |fields: &[Field]| fields.iter().find(|f| f.key == key).map(|f| f.shape);
    match shape {
        Shape::Map(fields) => field(fields).unwrap_or(Shape::Text),
        // By name first: the kinds of operators share what their keys mean.
        Shape::Operators => Shape::Named(&Shape::Map(keys::IMS)),
        Shape::Named(inner) => match inner {
            Shape::Map(fields) => field(fields).or(field(keys::HUB)).unwrap_or(*inner),
            _ => *inner,
        },
        Shape::List(inner, _) => *inner,
        Shape::Either(_, other) => below(*other, key),
        _ => Shape::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_keeps_its_unit() {
        let changed = |text: &str, factor: f64| {
            let scalar = Scalar::parse(text).expect("a number");
            scalar.with(scalar.number * factor)
        };
        assert_eq!(changed("80/s", 1.2), "96/s");
        assert_eq!(changed("20ms", 0.5), "10ms");
        assert_eq!(changed("35%", 2.0), "70%");
        assert_eq!(changed("1.0", 1.5), "1.5");
        assert_eq!(changed("1_000", 1.0004), "1000");
        assert_eq!(changed("8", 1.2), "10");
        assert_eq!(Scalar::parse("poisson"), None);
    }
}
