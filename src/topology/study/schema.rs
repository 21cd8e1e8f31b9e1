//! The JSON Schema of study files: the table's keys and meanings, with the forms of what the table
//! leaves free.

use serde_json::{Value, json};

use super::super::schema::map;
use super::shape::RANGE;
use super::{TAKEN, fields};

/// The schema (draft 2020-12), pretty, with a newline at its end.
pub fn schema() -> String {
    let body = map(fields(), false);
    let mut all = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Interwork study, format 1",
    });
    let any = json!({ "type": ["string", "number", "boolean", "array", "object"] });
    let scalar = json!({ "type": ["string", "number", "boolean"] });
    let column = json!({ "not": { "enum": TAKEN } });
    let member = json!({
        "type": "object",
        "required": ["file"],
        "properties": { "file": { "type": "string" } },
        "propertyNames": column,
        "additionalProperties": scalar,
    });
    let values = json!({ "type": "array", "items": any, "minItems": 1 });
    let forms = [
        ("topologies", "items", json!({ "anyOf": [{ "type": "string" }, member] })),
        ("set", "additionalProperties", any.clone()),
        ("parameters", "additionalProperties", json!({ "anyOf": [values, map(RANGE, false)] })),
    ];
    if let (Some(all), Value::Object(mut body)) = (all.as_object_mut(), body) {
        for (key, place, form) in forms {
            body["properties"][key][place] = form;
        }
        // Of the designs two are a word by themselves; and there is one at a time.
        body["properties"]["design"]["anyOf"][0] = json!({ "enum": ["grid", "list"] });
        let designs = &mut body["properties"]["design"]["anyOf"][1];
        designs["minProperties"] = 1.into();
        designs["maxProperties"] = 1.into();
        all.append(&mut body);
    }
    format!("{all:#}\n")
}
