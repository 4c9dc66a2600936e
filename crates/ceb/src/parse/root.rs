//! The top level of the pass: the root, its documents and what follows them.

use super::machine::{Machine, is_location, is_trailer};
use super::sequence::Sequence;
use super::{Cut, Profile, signature};
use crate::code;
use crate::finding::Finding;
use crate::kind::Kind;
use crate::message::Message;
use crate::sniff::GUID_CHARS;
use crate::spec::{MessageSpec, Trailer};
use crate::xml::{Fault, Ns, Token};

/// Longest `version` attribute, in characters.
const VERSION_CHARS_MAX: usize = 10;

impl Machine<'_, '_> {
    pub(super) fn root(&mut self, cut: &mut Cut) -> Result<Option<Message>, Fault> {
        let Token::Start(name) = self.tokens.next()? else {
            return Ok(None);
        };
        self.count_lines();
        cut.root_start = self.tokens.span();
        let known = match self.profile {
            Profile::Down => Kind::from_root_in_any_case(name.local),
            Profile::Strict | Profile::Lenient => Kind::from_root(name.local),
        };
        let known = known.filter(|_| name.ns == Ns::Ceb);
        let known = known.and_then(|kind| Some((kind, self.spec(kind)?)));
        let Some((kind, spec)) = known else {
            let code = if name.ns == Ns::Ceb {
                &code::UNKNOWN_ROOT
            } else {
                &code::FOREIGN_NAMESPACE
            };
            let path = format!("/{}", name.local);
            let finding = |text| Finding::new(code, path, self.line, name.local, text);
            let foreign = crate::unrecognised::foreign_root(name.local, name.ns != Ns::None);
            self.report.push(match foreign {
                Some((text, advice)) => finding(text).advise(advice),
                None => finding(format!("根元素 {}：{}", name.local, code.title)),
            });
            self.skip()?;
            self.tokens.next()?;
            return Ok(None);
        };
        self.steps.push((&spec.root, 0));
        let mut message = Message {
            kind,
            guid: String::new(),
            version: String::new(),
            documents: Vec::new(),
            base_transfer: None,
            base_subscribes: Vec::new(),
            has_signature: false,
        };
        self.root_attributes(&mut message);
        self.children_of_root(spec, &mut message)?;
        cut.root_end = self.tokens.span();
        // Whatever follows the root must still be well-formed.
        self.tokens.next()?;
        Ok(Some(message))
    }

    fn root_attributes(&mut self, message: &mut Message) {
        let mut found = Vec::new();
        for attribute in self.tokens.attributes() {
            match (attribute.ns, attribute.prefix, attribute.local) {
                (Ns::None, "", "guid") => message.guid = attribute.value.clone().into_owned(),
                (Ns::None, "", "version") => message.version = attribute.value.clone().into_owned(),
                _ if is_location(attribute.ns, attribute.local) => {}
                _ => found.push(attribute.local),
            }
        }
        let has = |name: &str| {
            self.tokens
                .attributes()
                .any(|a| a.prefix.is_empty() && a.local == name)
        };
        let (has_guid, has_version) = (has("guid"), has("version"));
        let line = self.line;
        for name in found {
            self.unknown_attribute(name, None);
        }
        for (name, present) in [("guid", has_guid), ("version", has_version)] {
            if !present {
                let text = format!("根元素缺少 {name} 属性");
                self.find(
                    &code::MISSING_ATTRIBUTE,
                    Some(&format!("@{name}")),
                    line,
                    "",
                    text,
                );
            }
        }
        let chars = message.guid.chars().count();
        if has_guid && chars != GUID_CHARS {
            let text = format!("guid 应为 {GUID_CHARS} 个字符，实际 {chars} 个");
            self.find(
                &code::ATTRIBUTE_VALUE,
                Some("@guid"),
                line,
                &message.guid,
                text,
            );
        }
        let chars = message.version.chars().count();
        if has_version && !(1..=VERSION_CHARS_MAX).contains(&chars) {
            let text = format!("version 应为 1 到 {VERSION_CHARS_MAX} 个字符，实际 {chars} 个");
            self.find(
                &code::ATTRIBUTE_VALUE,
                Some("@version"),
                line,
                &message.version,
                text,
            );
        }
    }

    fn children_of_root(
        &mut self,
        spec: &'static MessageSpec,
        message: &mut Message,
    ) -> Result<(), Fault> {
        let mut order = Sequence::default();
        let mut counts = vec![0_u32; spec.trailer.len() + 1];
        let mut text_seen = false;
        while let Some(name) = self.next_child(&mut text_seen)? {
            let document = name.ns == Ns::Ceb && self.is_named(name.local, &spec.document);
            let trailer = spec
                .trailer
                .iter()
                .position(|(trailer, _)| is_trailer(*trailer, name));
            let place = if document {
                Some(0)
            } else {
                trailer.map(|at| at + 1)
            };
            let Some(at) = place else {
                self.unknown(name)?;
                continue;
            };
            let occurs = if at == 0 {
                spec.documents
            } else {
                spec.trailer[at - 1].1
            };
            counts[at] += 1;
            let element = self.root_child(spec, at);
            // Documents beyond the limit are not kept, except those of a receipt: nothing that
            // customs sends is dropped.
            let keep = at == 0 && self.profile == Profile::Down;
            if self.enter(&mut order, at, counts[at], occurs, element) || keep {
                self.trailer_or_document(spec, at, counts[at], message)?;
            } else {
                self.skip()?;
            }
        }
        for (at, line) in order.misplaced() {
            let element = self.root_child(spec, usize::from(at));
            let after = usize::from(at)
                .checked_sub(1)
                .map(|at| self.root_child(spec, at));
            self.misplaced(element, after, line, None);
        }
        for (at, count) in counts.iter().enumerate() {
            let occurs = if at == 0 {
                spec.documents
            } else {
                spec.trailer[at - 1].1
            };
            if *count < occurs.min {
                let element = self.root_child(spec, at);
                let signature = element == Trailer::Signature.name();
                let code = if signature {
                    &code::SIGNATURE_MISSING
                } else {
                    &code::MISSING_ELEMENT
                };
                self.count_lines();
                let line = self.line;
                self.find(code, Some(element), line, "", format!("缺少 {element}"));
            }
        }
        Ok(())
    }

    fn root_child(&self, spec: &'static MessageSpec, at: usize) -> &'static str {
        if at == 0 {
            &spec.document
        } else {
            spec.trailer[at - 1].0.name()
        }
    }

    fn trailer_or_document(
        &mut self,
        spec: &'static MessageSpec,
        at: usize,
        count: u32,
        message: &mut Message,
    ) -> Result<(), Fault> {
        if at == 0 {
            let document = self.document(spec, count)?;
            message.documents.push(document);
            return Ok(());
        }
        let (trailer, occurs) = spec.trailer[at - 1];
        let number = if occurs.max > 1 { count } else { 0 };
        if trailer == Trailer::Signature {
            message.has_signature = true;
            self.steps.push((trailer.name(), number));
            let result = self.signature();
            self.steps.pop();
            return result;
        }
        let Some(table) = spec.shared(trailer) else {
            return self.skip();
        };
        self.steps.push((&table.name, number));
        self.no_attributes(None);
        let record = self.record(table)?;
        self.steps.pop();
        match trailer {
            Trailer::BaseTransfer => message.base_transfer = Some(record),
            Trailer::BaseSubscribe => message.base_subscribes.push(record),
            Trailer::ExtendMessage | Trailer::Signature => {}
        }
        Ok(())
    }

    fn signature(&mut self) -> Result<(), Fault> {
        let line = self.line;
        if let Some(problem) = signature::read(&mut self.tokens)? {
            let text = format!("签名的结构不正确：{problem}");
            self.find(&code::SIGNATURE_STRUCTURE, None, line, &problem, text);
        }
        Ok(())
    }
}
