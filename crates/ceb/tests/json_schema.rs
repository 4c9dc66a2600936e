//! The published JSON Schemas take the published samples and refuse what is wrong, as judged by a
//! validator of others.

use ceb::Kind;
use ceb::publish::json_schema::{sample, schema};
use serde_json::{Value, json};

fn kinds() -> impl Iterator<Item = Kind> {
    let kinds = Kind::ALL.iter().copied();
    kinds.filter(|kind| kind.is_declaration())
}

#[test]
fn schemas_take_the_samples_and_refuse_what_is_wrong() {
    for kind in kinds() {
        let schema: Value = serde_json::from_str(&schema(kind)).unwrap();
        assert!(jsonschema::meta::is_valid(&schema), "{kind}");
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let good: Value = serde_json::from_str(&sample(kind)).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&good)
            .map(|error| format!("{} {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{kind}: {errors:#?}");

        let mut unknown = good.clone();
        unknown["documents"][0]["noSuchElement"] = json!("1");
        let mut other = good.clone();
        other["kind"] = json!("CEB999");
        let mut empty = good.clone();
        empty["documents"] = json!([]);
        let mut wrong = good.clone();
        wrong["documents"][0]["appType"] = json!("7");
        for bad in [unknown, other, empty, wrong] {
            assert!(!validator.is_valid(&bad), "{kind}: {bad}");
        }
    }
}

#[test]
fn numbers_may_be_written_as_numbers() {
    let schema: Value = serde_json::from_str(&schema(Kind::Ceb311)).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let mut form: Value = serde_json::from_str(&sample(Kind::Ceb311)).unwrap();
    form["documents"][0]["appType"] = json!(1);
    form["documents"][0]["goodsValue"] = json!(12.5);
    form["documents"][0]["note"] = Value::Null;
    assert!(validator.is_valid(&form));
    let head = form["documents"][0].as_object_mut().unwrap();
    head.remove("orderNo");
    assert!(!validator.is_valid(&form));
}
