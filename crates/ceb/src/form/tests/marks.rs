//! What a template marks as needed is what a row needs.

use super::*;

#[test]
fn a_row_with_just_the_marked_columns_lacks_nothing() {
    for kind in declared() {
        let columns = columns(kind);
        let rows = sample_rows(kind);
        let needed = |part: &ColumnPart, element: &str| {
            let mut columns = columns.iter();
            columns.any(|one| one.part == *part && one.field.element == element && one.needed)
        };
        let names = columns.iter().map(|column| Cell::Text(column.name.clone()));
        let mut sheet = Sheet {
            first_row: 1,
            first_column: 1,
            is_1904: false,
            rows: vec![names.collect()],
        };
        for row in &rows {
            let cell = |column: &Column| {
                let mut cells = row
                    .iter()
                    .filter(|(part, element, _)| needed(part, element));
                let found = cells.find(|(part, element, _)| {
                    *part == column.part && *element == column.field.element
                });
                found.map_or(Cell::Empty, |(_, _, text)| Cell::Text(text.clone()))
            };
            sheet.rows.push(columns.iter().map(cell).collect());
        }
        let found = found_in(kind, &sheet);
        let missing = found.iter().find(|one| {
            ["TG-E1201", "TG-E1301"]
                .iter()
                .any(|code| one.starts_with(code))
        });
        assert_eq!(missing, None, "{kind}");
    }
}
