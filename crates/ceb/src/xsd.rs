//! XSD (报文模式定义): our own schemas, written from the tables.
//!
//! Companies can check their messages with any XML tool before they send them. The schemas accept
//! and refuse the same messages as the official ones of 202205; they are not copies of them. The
//! official schemas are published by the General Administration of Customs and are not shipped.
//!
//! [`schema`] refers to [`signature`] by the file name [`SIGNATURE_FILE`].

use std::fmt::Write;

use crate::kind::{Direction, Kind};
use crate::spec::{FieldSpec, FieldType, Occurs, RecordSpec, Rule, Trailer, UNBOUNDED};
use crate::xml::{NS_CEB, NS_DS, NS_DXP};

/// File name under which [`schema`] and [`dxp`] expect [`signature`].
pub const SIGNATURE_FILE: &str = "xmldsig.xsd";

const TYPES: &str = r###"  <xs:complexType name="AnyXml">
    <xs:sequence><xs:any namespace="##any" processContents="skip" minOccurs="0"/></xs:sequence>
  </xs:complexType>
  <xs:simpleType name="Guid"><xs:restriction base="xs:string"><xs:length value="36"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="Version"><xs:restriction base="xs:string"><xs:minLength value="1"/><xs:maxLength value="10"/></xs:restriction></xs:simpleType>
"###;

/// Schema of all kinds of a direction; `CEB900` is in both.
#[must_use]
pub fn schema(direction: Direction) -> String {
    let name = match direction {
        Direction::Import => "进口",
        Direction::Export => "出口",
    };
    let mut out = Out {
        text: head(NS_CEB, "ceb"),
        depth: 1,
    };
    out.line(&format!("<xs:annotation><xs:documentation>通关平台：跨境电商{name}业务报文，由平台的报文规范表生成</xs:documentation></xs:annotation>"));
    out.text.push_str(TYPES);
    for trailer in [
        Trailer::BaseTransfer,
        Trailer::BaseSubscribe,
        Trailer::ExtendMessage,
    ] {
        if let Some(table) = crate::spec::shared(direction, trailer) {
            out.line(&format!("<xs:complexType name=\"{}\">", table.name));
            out.deeper(|out| out.fields(table));
            out.line("</xs:complexType>");
        }
    }
    for kind in Kind::ALL {
        if kind.direction().is_none_or(|own| own == direction) {
            message(&mut out, *kind);
        }
    }
    out.text.push_str("</xs:schema>\n");
    out.text
}

fn head(namespace: &str, prefix: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" \
xmlns:{prefix}=\"{namespace}\" xmlns:ds=\"{NS_DS}\" targetNamespace=\"{namespace}\" \
elementFormDefault=\"qualified\" attributeFormDefault=\"unqualified\">\n  \
<xs:import namespace=\"{NS_DS}\" schemaLocation=\"{SIGNATURE_FILE}\"/>\n"
    )
}

fn message(out: &mut Out, kind: Kind) {
    let spec = kind.spec();
    out.line(&format!("<xs:element name=\"{}\">", spec.root));
    out.deeper(|out| {
        out.line(&format!(
            "<xs:annotation><xs:documentation>{}</xs:documentation></xs:annotation>",
            spec.chinese
        ));
        out.line("<xs:complexType>");
        out.deeper(|out| {
            out.line("<xs:sequence>");
            out.deeper(|out| {
                out.element(&spec.document, spec.documents, |out| {
                    match (&spec.lines, spec.is_flat()) {
                        (_, true) => out.fields(&spec.head),
                        (lines, false) => {
                            out.line("<xs:sequence>");
                            out.deeper(|out| {
                                let once = Occurs { min: 1, max: 1 };
                                out.element(&spec.head.name, once, |out| out.fields(&spec.head));
                                if let Some((table, occurs)) = lines {
                                    out.element(&table.name, *occurs, |out| out.fields(table));
                                }
                            });
                            out.line("</xs:sequence>");
                        }
                    }
                });
                for (trailer, occurs) in &spec.trailer {
                    let range = range(*occurs);
                    out.line(&match trailer {
                        Trailer::Signature => format!("<xs:element ref=\"ds:Signature\"{range}/>"),
                        Trailer::BaseTransfer | Trailer::BaseSubscribe | Trailer::ExtendMessage => {
                            let name = trailer.name();
                            format!("<xs:element name=\"{name}\" type=\"ceb:{name}\"{range}/>")
                        }
                    });
                }
            });
            out.line("</xs:sequence>");
            out.line("<xs:attribute name=\"guid\" type=\"ceb:Guid\" use=\"required\"/>");
            out.line("<xs:attribute name=\"version\" type=\"ceb:Version\" use=\"required\"/>");
        });
        out.line("</xs:complexType>");
    });
    out.line("</xs:element>");
}

fn range(occurs: Occurs) -> String {
    let mut text = String::new();
    if occurs.min != 1 {
        let _ = write!(text, " minOccurs=\"{}\"", occurs.min);
    }
    if occurs.max == UNBOUNDED {
        text.push_str(" maxOccurs=\"unbounded\"");
    } else if occurs.max != 1 {
        let _ = write!(text, " maxOccurs=\"{}\"", occurs.max);
    }
    text
}

struct Out {
    text: String,
    depth: usize,
}

impl Out {
    fn line(&mut self, line: &str) {
        self.text.extend(std::iter::repeat_n("  ", self.depth));
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn deeper(&mut self, inside: impl FnOnce(&mut Self)) {
        self.depth += 1;
        inside(self);
        self.depth -= 1;
    }

    fn element(&mut self, name: &str, occurs: Occurs, inside: impl FnOnce(&mut Self)) {
        self.line(&format!("<xs:element name=\"{name}\"{}>", range(occurs)));
        self.deeper(|out| {
            out.line("<xs:complexType>");
            out.deeper(inside);
            out.line("</xs:complexType>");
        });
        self.line("</xs:element>");
    }

    fn fields(&mut self, table: &RecordSpec) {
        self.line("<xs:sequence>");
        self.deeper(|out| table.fields.iter().for_each(|field| out.field(field)));
        self.line("</xs:sequence>");
    }

    fn field(&mut self, field: &FieldSpec) {
        let mut attributes = range(Occurs {
            min: u32::from(field.required),
            max: 1,
        });
        for rule in &field.rules {
            let (Rule::Fixed(value) | Rule::Default(value)) = rule else {
                continue;
            };
            let name = if matches!(rule, Rule::Fixed(_)) {
                "fixed"
            } else {
                "default"
            };
            let _ = write!(attributes, " {name}=\"{value}\"");
        }
        let start = format!("<xs:element name=\"{}\"{attributes}", field.element);
        let Some((base, facets)) = facets(field.kind) else {
            self.line(&format!("{start} type=\"ceb:AnyXml\"/>"));
            return;
        };
        self.line(&format!("{start}><!-- {} -->", field.chinese));
        self.deeper(|out| {
            out.line(&format!("<xs:simpleType><xs:restriction base=\"{base}\">{facets}</xs:restriction></xs:simpleType>"));
        });
        self.line("</xs:element>");
    }
}

fn facets(kind: FieldType) -> Option<(&'static str, String)> {
    let mut facets = String::new();
    let mut facet = |name: &str, value: u32| {
        let _ = write!(facets, "<xs:{name} value=\"{value}\"/>");
    };
    let base = match kind {
        FieldType::Text { min, max, .. } => {
            if min == max {
                facet("length", min);
            } else {
                if min > 0 {
                    facet("minLength", min);
                }
                if max != UNBOUNDED {
                    facet("maxLength", max);
                }
            }
            "xs:string"
        }
        FieldType::Decimal { total, fraction } => {
            facet("totalDigits", total);
            facet("fractionDigits", fraction);
            "xs:decimal"
        }
        FieldType::Int { digits } => {
            if digits != UNBOUNDED {
                facet("totalDigits", digits);
            }
            "xs:int"
        }
        FieldType::Xml => return None,
    };
    if matches!(kind, FieldType::Text { collapse: true, .. }) {
        facets.push_str("<xs:whiteSpace value=\"collapse\"/>");
    }
    Some((base, facets))
}

/// Schema of the transport messages (传输报文) that this platform takes and makes.
#[must_use]
pub fn dxp() -> String {
    head(NS_DXP, "dxp") + include_str!("xsd_dxp.txt") + "</xs:schema>\n"
}

/// Schema of XML signatures, as far as business messages use them.
#[must_use]
pub fn signature() -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" \
xmlns:ds=\"{NS_DS}\" targetNamespace=\"{NS_DS}\" elementFormDefault=\"qualified\">\n{}</xs:schema>\n",
        include_str!("xsd_signature.txt")
    )
}
