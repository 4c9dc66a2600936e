//! Calls to a foreign source: no redirect is followed, an answer has a size, an error names no
//! secrets.

use super::Trouble;
use ureq::Agent;
use ureq::http::Response;
use ureq::{Body, Error};

/// The longest answer, in bytes: a set of keys with certificates has some kilobytes.
const ANSWER_BYTES_MAX: u64 = 256 << 10;

/// What is sent along.
#[derive(Debug, Clone, Default)]
pub(super) struct FetchBody {
    /// The header that says who we are.
    pub(super) authorization: Option<String>,
    /// The form; without one it is a GET.
    pub(super) form: Option<Vec<(&'static str, String)>>,
}

/// Calls an address; answers the body of a 200.
pub(super) fn call(agent: &Agent, url: &str, sent: &FetchBody) -> Result<Vec<u8>, Trouble> {
    let authorization = sent.authorization.as_deref();
    let answer = match &sent.form {
        None => {
            let mut request = agent
                .get(url)
                .header("accept", "application/json, text/xml");
            if let Some(text) = authorization {
                request = request.header("authorization", text);
            }
            request.call()
        }
        Some(form) => {
            let mut request = agent.post(url).header("accept", "application/json");
            if let Some(text) = authorization {
                request = request.header("authorization", text);
            }
            request.send_form(form.iter().map(|(name, value)| (*name, value.as_str())))
        }
    };
    read(answer)
}

fn read(answer: Result<Response<Body>, Error>) -> Result<Vec<u8>, Trouble> {
    let mut answer = answer.map_err(|error| Trouble::Down(error.to_string()))?;
    match answer.status().as_u16() {
        200 => {}
        status @ (400 | 401 | 403) => {
            tracing::info!(status, "a foreign source refused");
            return Err(Trouble::Wrong("it refused the code or our secret"));
        }
        status => return Err(Trouble::Down(format!("status {status}"))),
    }
    let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX);
    body.read_to_vec()
        .map_err(|error| Trouble::Down(error.to_string()))
}
