//! The JSON Schema of topology files, made from the same table that the reader follows.

use serde_json::{Map, Value, json};

use super::shape::{Default, Field, Shape};
use super::{keys, words};

/// The schema (draft 2020-12), pretty, with a newline at its end.
pub fn schema() -> String {
    let mut root = map(keys::TOPOLOGY, false);
    let head = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Interwork topology, format 1",
    });
    let mut all = head.as_object().cloned().unwrap_or_default();
    if let Some(body) = root.as_object_mut() {
        all.append(body);
    }
    all.insert("$defs".into(), definitions());
    let mut text = format!("{:#}", Value::Object(all));
    text.push('\n');
    text
}

fn definitions() -> Value {
    json!({
        "duration": { "type": "string", "pattern": "^[0-9._]+ *(ns|us|ms|s|m|h|d)$", "examples": ["20ms", "1.5s", "24h"] },
        "rate": { "type": "string", "pattern": "^[0-9._]+ */(s|min|h|day)$", "examples": ["50/s", "3/h"] },
        "share": { "anyOf": [ { "type": "number", "minimum": 0, "maximum": 1 }, { "type": "string", "pattern": "^[0-9._]+ *%?$" } ], "examples": ["30%", 0.3] },
        "bandwidth": { "type": "string", "pattern": "^[0-9._]+ *[kMG]?bit/s$", "examples": ["100Mbit/s"] },
        "durations": { "anyOf": [ { "$ref": "#/$defs/duration" }, { "type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 1, "properties": {
            "exponential": { "$ref": "#/$defs/duration" },
            "uniform": { "type": "object", "additionalProperties": false, "required": ["min", "max"], "properties": { "min": { "$ref": "#/$defs/duration" }, "max": { "$ref": "#/$defs/duration" } } },
            "lognormal": { "type": "object", "additionalProperties": false, "required": ["median", "p99"], "properties": { "median": { "$ref": "#/$defs/duration" }, "p99": { "$ref": "#/$defs/duration" } } },
            "erlang": { "type": "object", "additionalProperties": false, "required": ["k", "mean"], "properties": { "k": { "type": "integer", "minimum": 1 }, "mean": { "$ref": "#/$defs/duration" } } },
            "shifted": { "type": "object", "additionalProperties": false, "required": ["by", "plus"], "properties": { "by": { "$ref": "#/$defs/duration" }, "plus": { "$ref": "#/$defs/durations" } } },
            "empirical": { "type": "string", "description": "CSV file of value,weight beside the topology." } } } ] },
        "counts": { "anyOf": [ { "type": "integer", "minimum": 0 }, { "type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 1, "properties": {
            "poisson": { "type": "number", "minimum": 0 },
            "geometric": { "type": "number", "minimum": 0 },
            "zipf": { "type": "object", "additionalProperties": false, "required": ["max", "exponent"], "properties": { "max": { "type": "integer", "minimum": 1 }, "exponent": { "type": "number" } } },
            "lognormal": { "type": "object", "additionalProperties": false, "required": ["median", "p99"], "properties": { "median": { "type": "number" }, "p99": { "type": "number" } } },
            "empirical": { "type": "string", "description": "CSV file of value,weight beside the topology." } } } ] },
        "workload": map(keys::WORKLOAD, true),
    })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn value(shape: &Shape) -> Value {
    match shape {
        Shape::Text => json!({ "type": ["string", "number", "boolean"] }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Count(min, max) => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Shape::Number => json!({ "type": "number", "minimum": 0 }),
        Shape::Share => reference("share"),
        Shape::Duration => reference("duration"),
        Shape::Rate => reference("rate"),
        Shape::Bandwidth => reference("bandwidth"),
        Shape::Word(words) => {
            // What YAML reads as a number is meant as it is written.
            let number = |word: &&str| word.parse::<f64>().ok().map(Value::from);
            let numbers = words.iter().filter_map(number);
            let words = words.iter().copied().map(Value::from);
            json!({ "enum": words.chain(numbers).collect::<Vec<_>>() })
        }
        Shape::DurationDistribution => reference("durations"),
        Shape::CountDistribution => reference("counts"),
        Shape::Either(a, b) => json!({ "anyOf": [value(a), value(b)] }),
        Shape::ServiceTimes => {
            let kinds: Map<String, Value> = words::SERVICES
                .list
                .iter()
                .map(|kind| ((*kind).to_owned(), reference("durations")))
                .collect();
            let by_kind =
                json!({ "type": "object", "additionalProperties": false, "properties": kinds });
            json!({ "anyOf": [reference("durations"), by_kind] })
        }
        Shape::RateLimit => {
            let side = json!({ "anyOf": [reference("rate"), map(keys::LIMIT, false)] });
            let sides = json!({ "type": "object", "additionalProperties": side });
            json!({ "anyOf": [reference("rate"), map(keys::LIMIT, false), sides] })
        }
        Shape::Map(fields) => map(fields, false),
        Shape::Agreement => map(keys::AGREEMENT, false),
        Shape::Operators => {
            let kinds =
                [keys::IMSP, keys::IMS, keys::MNO, keys::HUB].map(|fields| map(fields, false));
            json!({ "type": "object", "minProperties": 1, "additionalProperties": { "anyOf": kinds } })
        }
        Shape::Named(inner) => json!({ "type": "object", "additionalProperties": value(inner) }),
        Shape::List(inner, least) => {
            json!({ "type": "array", "items": value(inner), "minItems": least })
        }
        Shape::Free => json!({}),
        Shape::WorkloadByOperator => {
            json!({ "type": "object", "additionalProperties": reference("workload") })
        }
    }
}

/// A map of fixed keys; `partial` makes all of them optional.
pub(super) fn map(fields: &[Field], partial: bool) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in fields {
        let mut property = value(&field.shape);
        if let Some(object) = property.as_object_mut() {
            let doc = match field.default.words() {
                Some(default) if default != "{}" => format!("{} Default: {default}", field.doc),
                _ => field.doc.to_owned(),
            };
            object.insert("description".to_owned(), doc.into());
        }
        properties.insert(field.key.to_owned(), property);
        if field.default == Default::Required && !partial {
            required.push(field.key);
        }
    }
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}
