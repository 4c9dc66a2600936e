//! Numbers and dates of a workbook: exact decimals in, texts out.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::{BookFault, XmlStep, XmlWalk};

/// Most styles of cells and most formats of their own; spreadsheets themselves allow about as many.
const STYLES_MAX: usize = 65_536;

/// For each style of cells, whether it shows a date or time.
pub(super) fn styles(bytes: &[u8]) -> Result<Vec<bool>, BookFault> {
    let mut own: HashMap<u32, bool> = HashMap::new();
    let mut styles = Vec::new();
    let mut is_inside = false;
    let mut walk = XmlWalk::new(bytes)?;
    while let Some(step) = walk.next()? {
        match step {
            XmlStep::Start("numFmt") => {
                let id = walk.attribute("numFmtId").and_then(|id| id.parse().ok());
                let code = walk.attribute("formatCode").unwrap_or_default();
                own.extend(id.map(|id| (id, is_date_code(&code))));
                if own.len() > STYLES_MAX {
                    return Err(BookFault::Malformed);
                }
            }
            XmlStep::Start("cellXfs") => is_inside = true,
            XmlStep::End("cellXfs") => is_inside = false,
            XmlStep::Start("xf") if is_inside => {
                let id = walk.attribute("numFmtId").and_then(|id| id.parse().ok());
                let id: u32 = id.unwrap_or(0);
                styles.push(
                    own.get(&id)
                        .map_or_else(|| is_date_id(id), |is_date| *is_date),
                );
                if styles.len() > STYLES_MAX {
                    return Err(BookFault::Malformed);
                }
            }
            XmlStep::Start(_) | XmlStep::End(_) | XmlStep::Text(_) => {}
        }
    }
    Ok(styles)
}

/// Built-in formats of dates and times, those of Chinese spreadsheets among them.
fn is_date_id(id: u32) -> bool {
    matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58)
}

/// Whether a format code shows parts of a date, outside of quoted text and brackets.
fn is_date_code(code: &str) -> bool {
    let mut is_quoted = false;
    let mut is_bracket = false;
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => is_quoted = !is_quoted,
            '\\' | '_' | '*' if !is_quoted => {
                chars.next();
            }
            '[' if !is_quoted => is_bracket = true,
            ']' if !is_quoted => is_bracket = false,
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S'
                if !is_quoted && !is_bracket =>
            {
                return true;
            }
            _ => {}
        }
    }
    false
}

/// A number as people see it: no trailing zeros, no exponent.
pub(super) fn shown(number: Decimal) -> String {
    number.normalize().to_string()
}
