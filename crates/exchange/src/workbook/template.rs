//! The template (模板) of a kind: its columns with their rules, lists to choose from, a sample, and a
//! page of help.

use super::{CODES_SHEET, HELP_SHEET};
use ceb::form::{Column, columns, only_value, sample_rows};
use ceb::spec::{CodeTable, FieldType};
use ceb::{Kind, code_table, doc};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, Format, FormatAlign, FormatBorder, Formula,
    Note, Workbook, Worksheet, XlsxError,
};

/// Rows below the header that get lists to choose from.
const LIST_ROWS: u32 = 20_000;

/// Rows above the first row of data: Chinese names, element names.
const HEADER_ROWS: u32 = 2;

/// Tables in the sheet of codes, each in two columns.
const TABLES: [(CodeTable, &str); 6] = [
    (CodeTable::Unit, "计量单位"),
    (CodeTable::Country, "国别（地区）"),
    (CodeTable::Traffic, "运输方式"),
    (CodeTable::Wrap, "包装种类"),
    (CodeTable::District, "关区"),
    (CodeTable::Currency, "币制"),
];

/// Writes the template of a kind.
pub fn template(kind: Kind) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    sheet(workbook.add_worksheet(), kind)?;
    help(workbook.add_worksheet(), kind)?;
    code_tables(workbook.add_worksheet())?;
    workbook.save_to_buffer()
}

fn filled(color: u32) -> Format {
    Format::new()
        .set_background_color(Color::RGB(color))
        .set_border(FormatBorder::Thin)
        .set_border_color(Color::RGB(0x00BF_BFBF))
}

fn sheet(sheet: &mut Worksheet, kind: Kind) -> Result<(), XlsxError> {
    let columns = head(sheet, kind)?;
    samples(sheet, kind, &columns)
}

/// How a value stands in the sheet: as text, so that no digit is lost.
pub(crate) fn text_cell() -> Format {
    Format::new().set_num_format("@")
}

/// The name of the sheet and its two heading rows, with notes and lists to choose from.
pub(crate) fn head(sheet: &mut Worksheet, kind: Kind) -> Result<Vec<Column>, XlsxError> {
    sheet.set_name(kind.chinese())?;
    let head = filled(0x00DD_EBF7)
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Top);
    let needed = filled(0x00FC_E4D6)
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Top);
    let element = filled(0x00F2_F2F2).set_font_color(Color::RGB(0x0080_8080));
    let text = text_cell();
    let columns = columns(kind);
    sheet.set_row_height(0, 48)?;
    for (at, column) in (0_u16..).zip(&columns) {
        let is_text = matches!(column.field.kind, FieldType::Text { .. });
        if is_text {
            sheet.set_column_format(at, &text)?;
        }
        sheet.set_column_width(at, width(column))?;
        let (mark, format) = if column.needed {
            ("*", &needed)
        } else {
            ("", &head)
        };
        sheet.write_string_with_format(0, at, format!("{mark}{}", column.chinese), format)?;
        let required = match (column.needed, column.field.required) {
            (true, _) => "必填",
            // The standard requires it, and the platform knows what to write.
            (false, true) => "可留空，由平台填写",
            (false, false) if column.field.note.contains("必填") => "有时必填，见说明",
            (false, false) => "选填",
        };
        let note = format!("{required}；{}", doc::field_note(column.field));
        let note = Note::new(note)
            .add_author_prefix(false)
            .set_width(260)
            .set_height(120);
        sheet.insert_note(0, at, &note)?;
        sheet.write_string_with_format(1, at, &column.name, &element)?;
        if let Some(list) = choices(column)? {
            sheet.add_data_validation(HEADER_ROWS, at, LIST_ROWS, at, &list)?;
        }
    }
    sheet.set_freeze_panes(HEADER_ROWS, 0)?;
    Ok(columns)
}

fn width(column: &Column) -> u32 {
    match column.field.kind {
        FieldType::Text { max, .. } => max.clamp(10, 28),
        FieldType::Decimal { .. } | FieldType::Int { .. } | FieldType::Xml => 12,
    }
}

/// The sample rows, in green italics: as long as they are not changed they declare nothing.
fn samples(sheet: &mut Worksheet, kind: Kind, columns: &[Column]) -> Result<(), XlsxError> {
    let green = filled(0x00E2_EFDA)
        .set_italic()
        .set_font_color(Color::RGB(0x0053_8135))
        .set_num_format("@");
    for (row, sample) in (HEADER_ROWS..).zip(sample_rows(kind)) {
        for (at, column) in (0_u16..).zip(columns) {
            let value = sample
                .iter()
                .find(|(part, element, _)| *part == column.part && *element == column.field.element)
                .map_or("", |(_, _, value)| value);
            sheet.write_string_with_format(row, at, value, &green)?;
        }
    }
    let note =
        "样例行（绿色斜体）：内容全部虚构，不改动就不会申报；可以删除，也可以改成您自己的单证。";
    let note = Note::new(note)
        .add_author_prefix(false)
        .set_width(240)
        .set_height(80);
    sheet.insert_note(HEADER_ROWS, 0, &note)?;
    Ok(())
}

/// What a cell of a column can be chosen from.
fn choices(column: &Column) -> Result<Option<DataValidation>, XlsxError> {
    let list = |list: DataValidation| {
        list.set_error_style(DataValidationErrorStyle::Warning)
            .set_error_title("不在列表中")?
            .set_error_message("这个值不在列表中。若确认海关已启用新的代码，可以继续。")
    };
    if let Some(values) = column.field.list() {
        return list(DataValidation::new().allow_list_strings(values)?).map(Some);
    }
    let Some(table) = column.field.table() else {
        return Ok(None);
    };
    let Some(at) = TABLES.iter().position(|(known, _)| *known == table) else {
        return Ok(None);
    };
    let n_codes = code_table::entries(table).len();
    let letter = char::from(b'A' + u8::try_from(at * 2).unwrap_or(0));
    let range = format!("='{CODES_SHEET}'!${letter}$3:${letter}${}", n_codes + 2);
    let choice = DataValidation::new().allow_list_formula(Formula::new(range));
    list(choice).map(Some)
}

fn help(sheet: &mut Worksheet, kind: Kind) -> Result<(), XlsxError> {
    sheet.set_name(HELP_SHEET)?;
    sheet.set_column_width(0, 110)?;
    let title = Format::new().set_bold().set_font_size(14);
    let wrap = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    sheet.write_string_with_format(
        0,
        0,
        format!("{}（{kind}）填写说明", kind.chinese()),
        &title,
    )?;
    for (row, line) in (2..).zip(help_lines(kind)) {
        sheet.write_string_with_format(row, 0, line, &wrap)?;
    }
    Ok(())
}

fn help_lines(kind: Kind) -> Vec<String> {
    let spec = kind.spec();
    let mut lines = vec![
        format!("一、在工作表“{}”中填写。第一行是中文名称，带 * 和橙色底的必填；第二行是元素名，请勿改动或删除。", spec.chinese),
        "二、把鼠标移到第一行的单元格上，可以看到该项的长度、取值和说明；有下拉列表的列可以直接选择，代码的含义见工作表“代码表”。".to_owned(),
        "三、绿色斜体的是样例行，内容全部虚构；不改动就不会申报，也可以整行删除。".to_owned(),
    ];
    if let Some((table, _)) = &spec.lines {
        lines.push(format!(
            "四、每一行是一项商品（{}）。同一份单证有多项商品时写成多行：第一行填写表头，其后各行只需重复 {}，或把表头各列留空。",
            table.name,
            spec.key.join("、")
        ));
    } else {
        lines.push("四、每一行是一份单证。".to_owned());
    }
    let heads = spec.head.fields.iter();
    let fixed: Vec<String> = heads
        .filter_map(|field| Some(format!("{} {}", field.chinese, only_value(field)?)))
        .collect();
    let fixed = if fixed.is_empty() {
        String::new()
    } else {
        format!("，以及只有一个取值的项（{}）", fixed.join("、"))
    };
    lines.push(format!(
        "五、不用填写、由平台补齐的有：系统唯一序号、传输企业信息、商品序号{fixed}。报送时间留空时取提交的时刻。"
    ));
    lines.extend([
        "六、编号、证件号码和代码请保持“文本”格式，以免前面的 0 或第 15 位以后的数字丢失。时间可以填 Excel 的日期，平台换算成规定的格式。请勿使用公式和合并单元格。".to_owned(),
        format!("七、一个文件最多 {} 行、{} 万个单元格；单证多于 100 份时平台自动分成几份报文。也可以在同一个文件中放几个工作表，名称分别为各报文的名称，一起受理或一起不受理。", ceb::form::xlsx::ROWS_MAX, ceb::form::xlsx::CELLS_MAX / 10_000),
        "八、上传时先检查全部内容：有任何问题就不受理任何一份，并逐项指明单元格。同一内容重复上传只受理一次；确需再次申报，请填写新的报送时间。".to_owned(),
    ]);
    lines
}

fn code_tables(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_name(CODES_SHEET)?;
    let title = filled(0x00DD_EBF7).set_bold();
    let text = Format::new().set_num_format("@");
    for (at, (table, name)) in (0_u16..).step_by(2).zip(TABLES) {
        sheet.write_string_with_format(0, at, name, &title)?;
        sheet.write_string_with_format(1, at, "代码", &title)?;
        sheet.write_string_with_format(1, at + 1, "名称", &title)?;
        sheet.set_column_width(at + 1, 24)?;
        for (row, (code, chinese)) in (2..).zip(code_table::entries(table)) {
            sheet.write_string_with_format(row, at, code, &text)?;
            sheet.write_string(row, at + 1, chinese)?;
        }
    }
    sheet.set_freeze_panes(HEADER_ROWS, 0)?;
    Ok(())
}
