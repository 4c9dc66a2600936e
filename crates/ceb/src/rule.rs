//! The rules of the standard (规则) and the codes by which they are reported: the index from a rule to
//! what we do about it.
//!
//! A rule is judged here when it needs only the message, the code tables and the clock; others are
//! judged by the platform, which knows other documents, companies and certificates. Pages and tests
//! follow from this list: every rule has its code, every code of a rule has an example.

use crate::code::{self, Code};
use crate::kind::Kind;
#[rustfmt::skip]
use crate::kind::Kind::{
    Ceb213, Ceb215, Ceb303, Ceb311, Ceb403, Ceb411, Ceb505, Ceb507, Ceb509, Ceb511, Ceb513, Ceb603,
    Ceb605, Ceb607, Ceb621, Ceb623, Ceb625, Ceb701, Ceb711,
};

/// Who can judge a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// This crate: the message, the code tables and the clock suffice.
    Here,
    /// The platform: the rule needs other documents, companies or certificates.
    Platform,
}

/// A rule (规则) of the standard's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StandardRule {
    /// Its id: `O1`, `A.7.3`.
    pub id: &'static str,
    /// What it demands, in Chinese.
    pub chinese: &'static str,
    /// Kinds of declarations that it concerns; none: all.
    pub kinds: &'static [Kind],
    /// Ids of the codes that report it.
    pub codes: &'static [&'static str],
    /// Who judges it.
    pub judged: Judged,
}

impl StandardRule {
    /// Whether it concerns a kind.
    #[must_use]
    pub fn concerns(&self, kind: Kind) -> bool {
        kind.is_declaration() && (self.kinds.is_empty() || self.kinds.contains(&kind))
    }

    /// The codes of this crate that report it.
    pub fn own_codes(&self) -> impl Iterator<Item = &'static Code> {
        self.codes.iter().filter_map(|id| code::find(id))
    }
}

/// The rules that a code reports.
pub fn of_code(id: &str) -> impl Iterator<Item = &'static StandardRule> {
    ALL.iter().filter(move |rule| rule.codes.contains(&id))
}

const fn rule(
    id: &'static str,
    chinese: &'static str,
    kinds: &'static [Kind],
    codes: &'static [&'static str],
    judged: Judged,
) -> StandardRule {
    StandardRule {
        id,
        chinese,
        kinds,
        codes,
        judged,
    }
}

use Judged::{Here, Platform};

/// Every rule: of every message (G), order (O), payment (P), waybill (W), list (I), matching (X),
/// limits (L), cancel (C), refund (R), inbound (D), export (A).
#[rustfmt::skip]
pub static ALL: &[StandardRule] = &[
    rule("G1", "根元素和命名空间是规范规定的，有 36 位的 guid 和版本号", &[], &["TG-E1002", "TG-E1006", "TG-E1007", "TG-E1008", "TG-E1009", "TG-E1010", "TG-E1213", "TG-E1215"], Here),
    rule("G2", "元素的次序与规范一致，没有多余的元素", &[], &["TG-E1201", "TG-E1202", "TG-E1203", "TG-E1204", "TG-E1214", "TG-E1216", "TG-E1217"], Here),
    rule("G3", "单证的 guid 为 36 位，在同一报文中不重复", &[], &["TG-E1205", "TG-E1206", "TG-E1302", "TG-E1320"], Here),
    rule("G4", "时间真实存在，不在将来，年份合理", &[], &["TG-E1303", "TG-E1315", "TG-E1316"], Here),
    rule("G5", "报送类型、业务状态取规定的值；申报时必须签名", &[], &["TG-E1304", "TG-E1218", "TG-E1219", "TG-E1311"], Here),
    rule("G6", "名称、地址、原因有实际内容；规范要求的项不为空", &[], &["TG-E1301", "TG-E1305"], Here),
    rule("G7", "代码、号码、电话只用半角字符", &[], &["TG-E1307", "TG-E1319"], Here),
    rule("G8", "企业代码为 10 位，或校验码正确的 18 位统一社会信用代码", &[], &["TG-E1306", "TG-E1317"], Here),
    rule("G9", "金额、重量、数量不小于零，最多 19 位，小数最多 5 位", &[], &["TG-E1207", "TG-E1208", "TG-E1209", "TG-E1210", "TG-E1308", "TG-E1309"], Here),
    rule("G10", "传输企业是提交报文的企业", &[], &["TG-E4001"], Platform),
    rule("G11", "每个报文最多 100 份单证，每份单证的商品项数在规定之内", &[], &["TG-E1201", "TG-E1212"], Here),
    rule("G12", "商品序号从 1 开始，连续，不重复", &[Ceb311, Ceb621, Ceb625, Ceb711, Ceb303, Ceb603, Ceb213, Ceb507, Ceb509, Ceb607], &["TG-E1310"], Here),
    rule("G13", "变更、删除时原单证存在且状态允许", &[], &["TG-E1930", "TG-E1931", "TG-E1932"], Platform),
    rule("O1", "实际支付金额等于商品价格＋运杂费＋代扣税款－非现金抵扣", &[Ceb311], &["TG-E1401"], Here),
    rule("O2", "总价等于单价乘数量", &[Ceb311, Ceb303], &["TG-E1402"], Here),
    rule("O3", "商品价格等于表体总价之和", &[Ceb311, Ceb303], &["TG-E1403"], Here),
    rule("O4", "非现金抵扣不超过应付总额，实际支付大于零", &[Ceb311], &["TG-E1404"], Here),
    rule("O5", "币制为 142，订单类型为 I", &[Ceb311], &["TG-E1211", "TG-E1304"], Here),
    rule("O6", "同一平台内订单编号不重复", &[Ceb311], &["TG-E1330", "TG-E1933"], Here),
    rule("O7", "订购人证件为身份证，号码校验正确", &[Ceb311, Ceb621, Ceb623, Ceb625], &["TG-E1304", "TG-E1313"], Here),
    rule("O8", "计量单位、国别在代码表中", &[Ceb311], &["TG-E1318"], Here),
    rule("O9", "收货地址行政区划代码存在", &[Ceb311], &["TG-E1312", "TG-E1318"], Here),
    rule("P1", "支付交易编号不重复；支付人证件号码校验正确", &[Ceb411], &["TG-E1304", "TG-E1313", "TG-E1330", "TG-E1933"], Here),
    rule("P2", "支付金额大于零，支付时间不晚于报送时间", &[Ceb411], &["TG-E1309", "TG-E1405"], Here),
    rule("W1", "同一物流企业 6 个月内运单编号不重复", &[Ceb511], &["TG-E1330", "TG-E1933"], Here),
    rule("W2", "件数为 1，重量大于零，运费、保费已填写", &[Ceb511], &["TG-E1301", "TG-E1304", "TG-E1309"], Here),
    rule("W3", "直购进口的运单有提运单号", &[Ceb511], &["TG-E1407"], Here),
    rule("W4", "运单状态为签收，时间不晚于报送时间", &[Ceb513], &["TG-E1304", "TG-E1406", "TG-E1970", "TG-E1973"], Here),
    rule("I1", "进出口标记 I，币制 142，件数 1，证件类型 1", &[Ceb621], &["TG-E1211", "TG-E1304"], Here),
    rule("I2", "贸易方式为 9610 或 1210（1239 须经海关确认）", &[Ceb621], &["TG-E1304", "TG-E1508"], Here),
    rule("I3", "直购进口有运输信息，没有保税信息", &[Ceb621], &["TG-E1501", "TG-E1502"], Here),
    rule("I4", "保税进口有账册和区内企业，起运国为中国，没有跨境运输信息", &[Ceb621], &["TG-E1503", "TG-E1504", "TG-E1505"], Here),
    rule("I5", "关区、口岸、运输方式、国别、单位、包装在代码表中", &[Ceb621], &["TG-E1312", "TG-E1318"], Here),
    rule("I6", "毛重不小于净重，净重大于零", &[Ceb621], &["TG-E1309", "TG-E1506"], Here),
    rule("I7", "商品编码为 10 位，在现行税则中，在零售进口商品清单中", &[Ceb621, Ceb625], &["TG-E1312", "TG-E1510", "TG-E1511"], Here),
    rule("I8", "法定单位与税则一致，法定数量大于零", &[Ceb621], &["TG-E1309", "TG-E1512"], Here),
    rule("I9", "第二单位与第二数量成对，与税则一致", &[Ceb621, Ceb603, Ceb213], &["TG-E1507", "TG-E1513"], Here),
    rule("I10", "单位相同时，法定数量等于成交数量", &[Ceb621], &["TG-E1517"], Here),
    rule("I11", "总价等于单价乘数量（误差 0.01 以内）", &[Ceb621], &["TG-E1402"], Here),
    rule("I12", "申报日期不晚于今天，进口日期为 8 位", &[Ceb621], &["TG-E1205", "TG-E1303", "TG-E1514"], Here),
    rule("I13", "担保企业属于本单且已备案担保", &[Ceb621], &["TG-E1975"], Platform),
    rule("I14", "申报企业与签名证书一致", &[Ceb621], &["TG-E1825", "TG-E1828"], Platform),
    rule("I15", "企业内部编号不超过 20 位，同一申报企业内不重复", &[Ceb621], &["TG-E1205", "TG-E1301", "TG-E1330", "TG-E1933"], Here),
    rule("X1", "订单与支付单的实付金额一致", &[Ceb311, Ceb411, Ceb511, Ceb621], &["TG-E1901"], Platform),
    rule("X2", "订购人与支付人一致", &[Ceb311, Ceb411, Ceb511, Ceb621], &["TG-E1902"], Platform),
    rule("X3", "订单与支付单的支付企业和交易编号一致", &[Ceb311, Ceb411, Ceb511, Ceb621], &["TG-E1903"], Platform),
    rule("X4", "订单与支付单的电商平台一致", &[Ceb311, Ceb411, Ceb511, Ceb621], &["TG-E1904"], Platform),
    rule("X5", "订单与运单的收货人、电话、地址一致", &[Ceb311, Ceb411, Ceb511, Ceb621], &["TG-E1905"], Platform),
    rule("X6", "运单的订单编号与订单一致", &[Ceb311, Ceb411, Ceb511, Ceb621], &["TG-E1906"], Platform),
    rule("X7", "清单与订单的订购人一致", &[Ceb311, Ceb411, Ceb511, Ceb621], &["TG-E1907"], Platform),
    rule("X8", "清单与订单的订购人电话一致", &[Ceb311, Ceb411, Ceb511, Ceb621], &["TG-E1908"], Platform),
    rule("X9", "清单与订单的电商平台、电商企业一致", &[Ceb311, Ceb411, Ceb511, Ceb621], &["TG-E1909"], Platform),
    rule("X10", "清单与订单的商品项数一致", &[Ceb311, Ceb411, Ceb511, Ceb621], &["TG-E1910"], Platform),
    rule("X11", "清单与订单的商品逐项一致", &[Ceb311, Ceb411, Ceb511, Ceb621], &["TG-E1911"], Platform),
    rule("X12", "清单与运单的运费、保费一致", &[Ceb311, Ceb411, Ceb511, Ceb621], &["TG-E1912"], Platform),
    rule("X13", "清单的毛重与运单的重量一致", &[Ceb311, Ceb411, Ceb511, Ceb621], &["TG-E1913"], Platform),
    rule("X14", "清单与订单的收货地址一致", &[Ceb311, Ceb411, Ceb511, Ceb621], &["TG-E1914"], Platform),
    rule("X15", "清单合计与订单金额一致", &[Ceb311, Ceb411, Ceb511, Ceb621], &["TG-E1915"], Platform),
    rule("X16", "清单的提运单号、运单编号与入库明细一致", &[Ceb311, Ceb411, Ceb511, Ceb621], &["TG-E1916"], Platform),
    rule("X17", "订购人与收货人可以不同", &[Ceb311, Ceb411, Ceb511, Ceb621], &[], Platform),
    rule("L1", "单次 5000 元、年度 26000 元限值", &[Ceb621], &["TG-E1940", "TG-E1942"], Platform),
    rule("L2", "超过单次限值的单件商品全额征税", &[Ceb621], &["TG-E1515", "TG-E1941"], Here),
    rule("L3", "超过年度限值的按一般贸易", &[Ceb621], &["TG-E1942"], Platform),
    rule("L4", "限值按完税价格（含运费、保费）计算", &[Ceb621], &["TG-E1940", "TG-E1942"], Platform),
    rule("L5", "食糖、大米等的个人年度数量", &[Ceb621], &["TG-E1943"], Platform),
    rule("L6", "撤销、退货后恢复额度", &[Ceb623, Ceb625], &[], Platform),
    rule("L7", "限个人自用，不得再次销售", &[Ceb621], &[], Platform),
    rule("C1", "撤销的清单存在且各项一致；原因不为空", &[Ceb623], &["TG-E1305", "TG-E1950", "TG-E1951"], Here),
    rule("C2", "同一清单没有未了结的撤销申请", &[Ceb623], &["TG-E1952"], Platform),
    rule("C3", "清单状态允许撤销", &[Ceb623], &["TG-E1953"], Platform),
    rule("R1", "退货的商品项在原清单中", &[Ceb625], &["TG-E1950", "TG-E1960"], Platform),
    rule("R2", "退货数量不超过原清单", &[Ceb625], &["TG-E1961"], Platform),
    rule("R3", "放行后 30 日内申请、45 日内运回", &[Ceb625], &["TG-E1962"], Platform),
    rule("D1", "同一提运单的运单不重复，序号连续", &[Ceb711], &["TG-E1310", "TG-E1516", "TG-E1970", "TG-E1971"], Here),
    rule("A.7.1", "商品价格为离岸价，等于表体合计；单价、总价大于零", &[Ceb303, Ceb603], &["TG-E1309", "TG-E1402", "TG-E1403"], Here),
    rule("A.7.2", "毛重、净重大于零，净重不大于毛重", &[Ceb603], &["TG-E1309", "TG-E1506"], Here),
    rule("A.7.3", "单位相同时法定数量等于申报数量，第二单位与第二数量成对", &[Ceb603, Ceb213], &["TG-E1507", "TG-E1509"], Here),
    rule("A.7.4", "清单、订单商品序号连续，不重复", &[Ceb303, Ceb603], &["TG-E1310", "TG-E1911"], Here),
    rule("A.7.5", "简化申报（A）不涉及许可证，按前四位归类", &[Ceb603], &["TG-E1510", "TG-E1607"], Here),
    rule("A.7.6", "特殊区域出口有区内企业、账册和备案料号", &[Ceb603], &["TG-E1601"], Here),
    rule("A.7.7", "运输信息可由总分单补充", &[Ceb603], &["TG-E1611"], Here),
    rule("A.7.8", "分拆报文的总数和序号一致", &[Ceb507, Ceb509, Ceb607, Ceb701], &["TG-E1602", "TG-E1609", "TG-E1516", "TG-E1970"], Here),
    rule("A.7.9", "预录入编号、清单编号由口岸和海关生成", &[Ceb507, Ceb509, Ceb603, Ceb605, Ceb607, Ceb701, Ceb213, Ceb215], &["TG-E1314", "TG-E1612"], Here),
    rule("A.7.10", "汇总起止时间成对；填写后忽略清单列表", &[Ceb701], &["TG-E1603", "TG-E1604", "TG-E1610"], Here),
    rule("A.7.11", "退货的启运国是境外，监管方式 9661 或 1261", &[Ceb213], &["TG-E1301", "TG-E1304", "TG-E1605", "TG-E1951", "TG-E1960", "TG-E1961"], Here),
    rule("A.7.12", "2024 年 12 月 15 日起不要求收款单", &[Ceb403], &["TG-E1606", "TG-E1613"], Here),
    rule("A.7.13", "币制、国别、单位、关区、运输方式、包装在代码表中", &[Ceb303, Ceb403, Ceb505, Ceb507, Ceb509, Ceb603, Ceb605, Ceb607, Ceb701, Ceb213, Ceb215], &["TG-E1318"], Here),
    rule("6.1", "签名在根元素之内、结构完整、覆盖整份报文", &[], &["TG-E1802", "TG-E1803", "TG-E1804", "TG-E1805"], Here),
    rule("6.2", "签名算法、摘要算法是规范规定的，且与实际一致", &[], &["TG-E1806", "TG-E1807", "TG-E1810", "TG-E1813", "TG-E1814", "TG-E1815"], Here),
    rule("6.3", "摘要和签名值与报文一致", &[], &["TG-E1808", "TG-E1809", "TG-E1826", "TG-E1827"], Here),
    rule("6.4", "证书有效、受信任、未吊销，持有人是申报企业", &[], &["TG-E1811", "TG-E1812", "TG-E1816", "TG-E1817", "TG-E1818", "TG-E1819", "TG-E1820", "TG-E1821", "TG-E1822", "TG-E1823", "TG-E1824", "TG-E1825", "TG-E1828"], Here),
    rule("9.4", "订单、支付单、运单、清单齐全后才能比对", &[Ceb621, Ceb603], &["TG-E1920", "TG-E1921", "TG-E1922"], Platform),
    rule("10.6", "电子税单与测算的税款一致", &[Ceb621], &["TG-E1980"], Platform),
    rule("A.9", "没有代码的境外平台填“无”；贸易方式 9710、9810 为企业对企业出口", &[Ceb303, Ceb603], &["TG-E1304", "TG-E1306", "TG-E1608"], Here),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Layer;
    use std::collections::HashSet;

    /// The rules of the standard's text: section 9 (import), A.7 and A.9 (export), signatures (6),
    /// matching as a whole (9.4) and tax bills (10.6).
    fn wanted() -> Vec<String> {
        let groups = [
            ("G", 13),
            ("O", 9),
            ("P", 2),
            ("W", 4),
            ("I", 15),
            ("X", 17),
            ("L", 7),
        ];
        let more = [("C", 3), ("R", 3), ("D", 1), ("A.7.", 13)];
        let numbered = groups
            .into_iter()
            .chain(more)
            .flat_map(|(group, n)| (1..=n).map(move |number| format!("{group}{number}")));
        let more = ["6.1", "6.2", "6.3", "6.4", "9.4", "10.6", "A.9"];
        numbered.chain(more.map(String::from)).collect()
    }

    #[test]
    fn every_rule_of_the_standard_is_listed_and_has_a_code() {
        let listed: Vec<String> = ALL.iter().map(|rule| rule.id.to_owned()).collect();
        assert_eq!(listed, wanted());
        for rule in ALL {
            let has_code = rule.own_codes().next().is_some();
            assert!(
                has_code || rule.judged == Platform,
                "{} has no code",
                rule.id
            );
            let strange = rule
                .codes
                .iter()
                .find(|id| id.starts_with("TG-E1") && code::find(id).is_none());
            assert_eq!(strange, None, "{}", rule.id);
        }
    }

    #[test]
    fn every_code_of_a_rule_says_which() {
        let named: HashSet<&str> = ALL.iter().flat_map(|rule| rule.codes).copied().collect();
        for code in code::ALL.iter().filter(|code| code.layer == Layer::Rule) {
            assert!(named.contains(code.id), "no rule names {}", code.id);
        }
    }
}
