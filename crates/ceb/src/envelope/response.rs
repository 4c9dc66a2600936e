//! `DxpRep` (交换平台响应): the exchange's own answer to a transport message.

use super::{Envelope, EnvelopeReader};
use crate::code;
use crate::unrecognised::SniffError;
use crate::xml::{Fault, Ns, Token, Tokens, prepare};

/// One answer in a `DxpRep` (交换平台响应).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// Response code, four digits such as `0002`.
    pub code: String,
    /// Its text.
    pub info: String,
    /// Per receiver: account, code, text.
    pub results: Vec<(String, String, String)>,
    /// Number of the envelope it answers.
    pub cop_msg_id: String,
    /// Sender of the envelope it answers.
    pub sender_id: String,
}

/// Most results kept per response.
const RESULTS_MAX: usize = 64;

/// Reads a `DxpRep`, the answer of the exchange itself.
///
/// # Errors
/// When it is not well-formed or not a `DxpRep`.
pub fn responses(bytes: &[u8]) -> Result<Vec<Response>, SniffError> {
    let source = prepare(bytes).map_err(|fault| SniffError::at(&fault, bytes))?;
    let mut reader = EnvelopeReader {
        tokens: Tokens::new(source),
        by_name: false,
        raw_data: None,
    };
    let mut found = Vec::new();
    let mut read = || -> Result<bool, Fault> {
        let Token::Start(root) = reader.tokens.next()? else {
            return Ok(false);
        };
        if root.ns != Ns::Dxp || root.local != "DxpRep" {
            return Ok(false);
        }
        reader.children(|reader, _, local| match local {
            "Response" => {
                let response = reader.response()?;
                found.push(response);
                Ok(())
            }
            _ => reader.skip(),
        })?;
        reader.tokens.next()?;
        Ok(true)
    };
    match read() {
        Err(fault) => Err(SniffError::at(&fault, bytes)),
        Ok(false) => Err(SniffError::new(&code::FOREIGN_NAMESPACE, 1, "")),
        Ok(true) => Ok(found),
    }
}

impl EnvelopeReader<'_> {
    fn response(&mut self) -> Result<Response, Fault> {
        let mut response = Response::default();
        self.children(|reader, _, local| {
            match local {
                "ResponseCode" => response.code = reader.text()?,
                "ResponseInfo" => response.info = reader.text()?,
                "Results" => reader.children(|reader, _, _| {
                    let mut result = (String::new(), String::new(), String::new());
                    reader.children(|reader, _, local| {
                        let value = reader.text()?;
                        match local {
                            "RecId" => result.0 = value,
                            "Code" => result.1 = value,
                            "Info" => result.2 = value,
                            _ => {}
                        }
                        Ok(())
                    })?;
                    if response.results.len() < RESULTS_MAX {
                        response.results.push(result);
                    }
                    Ok(())
                })?,
                "OriHead" => {
                    let mut head = Envelope::default();
                    reader.transmission(&mut head)?;
                    response.cop_msg_id = head.cop_msg_id;
                    response.sender_id = head.sender_id;
                }
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        Ok(response)
    }
}
