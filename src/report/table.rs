//! Tables of plain text for terminals: the first column to the left, figures to the right. Used by
//! the summary of a run and by `check`.

use comfy_table::{CellAlignment, ContentArrangement, Table};

/// A table of at most so many columns of characters, indented by two.
pub fn table(head: &[&str], rows: Vec<Vec<String>>, width: usize) -> String {
    let mut table = Table::new();
    table
        .load_style(comfy_table::presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(head.iter().map(|cell| (*cell).to_owned()));
    for row in rows {
        table.add_row(row);
    }
    for (place, column) in table.column_iter_mut().enumerate() {
        column.set_padding((if place == 0 { 2 } else { 1 }, 0));
        if place > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let cut = |line: String| line.trim_end().chars().take(width).chain(['\n']).collect::<String>();
    table.lines().map(cut).collect()
}
