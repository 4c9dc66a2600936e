//! What a list of messages was narrowed to, in words: for the audit and for names of files.

use crate::finder::Filter;
use ceb::Kind;
use registry::company::Directory;
use store::clock::beijing_day;

/// The conditions in words (筛选条件), empty for everything; the place of the page is none.
pub fn words(filter: &Filter, directory: &Directory) -> String {
    let kind = filter.kind.as_deref().map(|code| {
        let name = Kind::from_code(code).map_or("", Kind::chinese);
        format!("{name}{code}")
    });
    let direction = filter.direction.map(|direction| match direction {
        "import" => "进口",
        _ => "出口",
    });
    let company = filter.company.map(|id| {
        let found = directory.by_id(id);
        found.map_or_else(|| id.0.to_string(), |company| company.name.clone())
    });
    let (from, to) = (
        filter.from_ms.map(beijing_day),
        filter.to_ms.map(beijing_day),
    );
    web::conditions(&[
        ("报文类型", kind.as_deref()),
        ("状态", filter.state.map(crate::message::State::chinese)),
        ("办理结果", filter.outcome.map(ceb::Outcome::chinese)),
        (
            "待企业处理",
            filter.needs_action.map(|is| if is { "是" } else { "否" }),
        ),
        ("进出口", direction),
        (
            "报文 guid",
            filter.guid.as_ref().map(|guid| guid.text.as_str()),
        ),
        ("企业", company.as_deref()),
        ("订单编号", filter.order_no.as_deref()),
        ("运单编号", filter.logistics_no.as_deref()),
        ("清单编号", filter.invt_no.as_deref()),
        ("企业内部编号", filter.cop_no.as_deref()),
        ("开始", from.as_deref()),
        ("结束", to.as_deref()),
    ])
}
