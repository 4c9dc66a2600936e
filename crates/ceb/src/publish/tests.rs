//! The reference is whole: every link leads somewhere, every sample is taken.

use super::{File, json_schema, reference, samples};
use crate::kind::Kind;
use crate::{Profile, form, parse};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn every_link_of_the_reference_leads_somewhere() {
    let files: BTreeMap<String, String> = reference()
        .into_iter()
        .map(|File { name, text }| (name, text))
        .collect();
    assert!(files.len() > 120, "{}", files.len());
    let ids: BTreeMap<&str, BTreeSet<&str>> = files
        .iter()
        .map(|(name, text)| {
            let ids = text.split("id=\"").skip(1);
            (
                name.as_str(),
                ids.filter_map(|rest| rest.split('"').next()).collect(),
            )
        })
        .collect();
    let mut links = Vec::new();
    for (name, text) in files.iter().filter(|(name, _)| name.ends_with(".html")) {
        for (attribute, rest) in [("href=\"", 0), ("src=\"", 0)]
            .iter()
            .flat_map(|(word, _)| text.split(word).skip(1).map(move |rest| (*word, rest)))
        {
            let target = rest.split('"').next().unwrap_or_default();
            assert!(!target.contains("//"), "{name}: {attribute}{target}");
            links.push((name.clone(), target.to_owned()));
        }
        assert!(
            !text.contains("<script>") && !text.contains(" style="),
            "{name}"
        );
    }
    let entries = &files["entries.js"];
    for part in entries.split('"') {
        if part.contains(".html") {
            links.push(("entries.js".to_owned(), part.to_owned()));
        }
    }
    assert!(links.len() > 2000, "{}", links.len());
    for (name, target) in links {
        let (file, id) = target.split_once('#').unwrap_or((&target, ""));
        let known = ids.get(file);
        assert!(known.is_some(), "{name}: {target}");
        assert!(
            id.is_empty() || known.unwrap().contains(id),
            "{name}: {target}"
        );
    }
}

#[test]
fn json_samples_make_the_messages_that_xml_samples_are() {
    for kind in Kind::ALL
        .iter()
        .copied()
        .filter(|kind| kind.is_declaration())
    {
        let text = json_schema::sample(kind);
        let (draft, findings) = form::members::read(text.as_bytes());
        assert!(findings.is_empty(), "{kind}: {findings:?}\n{text}");
        assert!(draft.is_some_and(|draft| draft.kind == kind), "{kind}");
        assert!(json_schema::schema(kind).contains(&format!("\"const\": \"{kind}\"")));
    }
    for File { name, text } in samples() {
        if name.ends_with(".xml") {
            let parsed = parse(text.as_bytes(), Profile::Down);
            assert!(parsed.message.is_some(), "{name}");
        }
    }
}
