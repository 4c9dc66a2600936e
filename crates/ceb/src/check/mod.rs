//! Rules (业务规则) that go further than the schema and need nothing but the message.
use crate::message::Message;
use crate::parse::{Profile, Report};
pub(crate) fn run(_message: &Message, _profile: Profile, _report: &mut Report) {}
