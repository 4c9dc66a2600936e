//! Foreign sources of identity (外部身份源): people whom another system knows log in here through it.
//!
//! 1. The browser leaves with a state: a sealed [`slip`](crate::slip), bound to the browser by a
//!    cookie, used once, alive for ten minutes. It holds the nonce and the verifier of PKCE.
//! 2. It comes back with a ticket (CAS) or a code (OIDC), which we redeem ourselves over
//!    TLS (`cas`, `oidc`); what is answered is read within limits and believed only when every
//!    check holds (`token`).
//! 3. The external id leads to an account by the binding that the person made. Nobody is created by
//!    itself: who is not bound is told whom to ask, and may bind after he has logged in here with
//!    password and second factor.
//!
//! What a source says is worth one factor, or two when the settings say so. Accounts that are
//! locked or disabled here stay out, whatever another system says.

pub mod codes;

pub(crate) mod cas;
mod fetch;
pub(crate) mod oidc;
pub(crate) mod sql;
#[cfg(test)]
mod tests;
mod token;

use crate::courier::Courier;
use registry::config::{ForeignProtocol, ForeignSource, RegistryConfig};
use registry::module::Module;
use std::sync::{Arc, Mutex};

pub use sql::{Binding, insert, of_account, remove, use_of};

registry::acts! {
    /// Somebody came in through another system.
    pub ENTER = "foreign.in", "外部身份登录";
    /// A person bound an identity of another system to the own account.
    pub BIND = "foreign.bind", "绑定外部身份";
    /// A binding was removed.
    pub UNBIND = "foreign.unbind", "解除外部身份";
}

/// What this module brings to the platform.
pub const MODULE: Module = Module::new("外部身份").acts(ACTS).codes(codes::ALL);

/// The longest external id, in bytes (`sub` of OIDC has 255 at most).
const EXTERNAL_BYTES_MAX: usize = 255;

/// Why a login through another system failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It cannot be reached, or is too slow, or says too much.
    Down(String),
    /// Its answer is not accepted.
    Wrong(&'static str),
}

/// A way in through one source (入口).
pub struct Provider {
    /// What is configured.
    pub source: ForeignSource,
    pub(crate) secret: Option<String>,
    pub(crate) courier: Courier,
    discovered: Mutex<Option<(i64, Arc<oidc::Discovery>)>>,
}

impl Provider {
    /// A provider of these settings.
    ///
    /// # Errors
    /// What is wrong with a file that they name.
    pub fn new(source: &ForeignSource) -> Result<Self, String> {
        let courier = Courier::new(&source.ca_file).map_err(|error| error.to_string())?;
        let file = &source.client_secret_file;
        let secret = match file.is_empty() {
            true => None,
            false => Some(
                std::fs::read_to_string(file)
                    .map_err(|error| format!("客户端口令文件 {file} 无法读取：{error}"))?
                    .trim()
                    .to_owned(),
            ),
        };
        Ok(Self {
            source: source.clone(),
            secret,
            courier,
            discovered: Mutex::new(None),
        })
    }

    /// Looks whether the source answers; says what was found.
    pub async fn probe(&self) -> Result<String, String> {
        let source = self.source.clone();
        let looked = self.courier.call(move |agent| {
            Some(match source.protocol {
                ForeignProtocol::Oidc => oidc::discover(&agent, &source).map(|_| ()),
                ForeignProtocol::Cas => cas::probe(&agent, &source),
            })
        });
        match looked.await {
            Some(Ok(())) => Ok(format!("{} 有应答", self.source.address)),
            Some(Err(Trouble::Down(why))) => Err(format!("{}：{why}", self.source.address)),
            Some(Err(Trouble::Wrong(why))) => Err(format!("{}：{why}", self.source.address)),
            None => Err(format!("{}：没有应答", self.source.address)),
        }
    }

    pub(crate) fn method(&self) -> &'static str {
        match self.source.two_factors {
            true => "foreign2",
            false => "foreign",
        }
    }
}

/// The providers of the settings (外部身份源). One whose files are wrong is left out; the others work.
#[derive(Default)]
pub struct Providers(Vec<Arc<Provider>>);

impl Providers {
    /// Sets the providers up.
    pub fn open(config: &RegistryConfig) -> Self {
        let opened = config.foreign.iter().filter_map(|source| {
            Provider::new(source)
                .inspect_err(|why| {
                    let name = &source.name;
                    tracing::error!(name, why, "a foreign source of identity is off");
                })
                .ok()
        });
        Self(opened.map(Arc::new).collect())
    }

    /// Address and title of each, for the login page.
    pub(crate) fn titles(&self, next: &str) -> Vec<(String, String)> {
        self.0
            .iter()
            .map(|provider| {
                let path = format!("/login/foreign/{}", provider.source.name);
                (
                    crate::way::with_next(&path, next),
                    provider.source.title.clone(),
                )
            })
            .collect()
    }

    /// What people read of a source; its name when it is configured no more.
    pub(crate) fn title_of(&self, name: &str) -> String {
        let provider = self.find(name);
        provider.map_or_else(|| name.to_owned(), |provider| provider.source.title.clone())
    }

    /// The provider with this name.
    pub(crate) fn find(&self, name: &str) -> Option<Arc<Provider>> {
        let mut providers = self.0.iter();
        providers
            .find(|provider| provider.source.name == name)
            .map(Arc::clone)
    }
}

/// An external id as it is stored, if it is one: not empty, not too long, without control
/// characters. It is compared byte for byte, so blanks around it would be another person.
fn external_id(text: &str) -> Result<String, Trouble> {
    let is_good = !text.is_empty()
        && text.len() <= EXTERNAL_BYTES_MAX
        && text.trim() == text
        && !text.chars().any(char::is_control);
    if is_good {
        Ok(text.to_owned())
    } else {
        Err(Trouble::Wrong("the external id is not one"))
    }
}
