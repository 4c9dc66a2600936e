//! Goods against the customs tariff (税则): I7 the code, I8 and I9 its statutory units.
//!
//! A tariff that is an extract says nothing about a code that is not in it.

use super::{Place, Run};
use crate::code;
use crate::code_table::Goods;
use crate::spec::CodeTable;

impl Run<'_> {
    /// The commodity code of a line exists; an import list declares its units, and what is on the
    /// list of goods for retail import.
    pub(super) fn known_goods(&mut self, line: Place<'_>, is_import_list: bool) {
        let Some((tariff, value)) = self
            .judge
            .table(CodeTable::Tariff)
            .zip(line.record.filled("gcode"))
        else {
            return;
        };
        let Some(row) = tariff.find(value) else {
            if tariff.denies(value) {
                self.no_such_code(line, value);
            }
            return;
        };
        let Some(goods) = row.goods.as_ref().filter(|_| is_import_list) else {
            return;
        };
        if goods.is_listed == Some(false) {
            let text = format!("{value} {}不在跨境电子商务零售进口商品清单中", row.chinese);
            self.find(&code::NOT_LISTED, line, "gcode", text);
        }
        self.statutory_units(line, goods, tariff.is_complete);
    }

    /// A simplified export declares the heading of four digits; any code below it will do.
    pub(super) fn known_heading(&mut self, line: Place<'_>, is_simplified: bool) {
        let Some((tariff, value)) = self
            .judge
            .table(CodeTable::Tariff)
            .zip(line.record.filled("gcode"))
        else {
            return;
        };
        if tariff.denies(value) && !(is_simplified && tariff.has_heading(value)) {
            self.no_such_code(line, value);
        }
    }

    fn no_such_code(&mut self, line: Place<'_>, value: &str) {
        let text = format!("税则中没有商品编码 {value}");
        self.find(&code::TARIFF_UNKNOWN, line, "gcode", text);
    }

    fn statutory_units(&mut self, line: Place<'_>, goods: &Goods, is_proved: bool) {
        let record = line.record;
        let severity = self.judge.by_table(&code::STATUTORY_UNIT, is_proved);
        if let (Some(wanted), Some(given)) = (goods.unit1.as_deref(), record.filled("unit1"))
            && wanted != given
        {
            let text = format!("法定计量单位应为 {wanted}，实际为 {given}");
            self.find_graded(&code::STATUTORY_UNIT, severity, line, "unit1", text);
        }
        let Some(wanted) = goods.unit2.as_deref() else {
            return;
        };
        let given = record.filled("unit2").unwrap_or_default();
        if wanted != given {
            let severity = self.judge.by_table(&code::TARIFF_SECOND_UNIT, is_proved);
            let text = match (wanted, given) {
                ("", _) => format!("此商品没有第二法定单位，不应填写 {given}"),
                (_, "") => format!("此商品的第二法定单位 {wanted} 必须填写"),
                _ => format!("第二法定单位应为 {wanted}，实际为 {given}"),
            };
            self.find_graded(&code::TARIFF_SECOND_UNIT, severity, line, "unit2", text);
        }
    }
}
