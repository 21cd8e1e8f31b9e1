//! Tables of plain text for terminals: the first column to the left, figures to the right. Used by
//! the summary of a run and by `check`.

use comfy_table::{CellAlignment, ContentArrangement, Table};

/// A table of at most so many columns of characters, indented by two. What does not fit is left out
/// from the right, column by column: half a figure is worse than none.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>], width: usize) -> String {
    let mut columns = head.len();
    loop {
        let text = render(&head[..columns], rows, columns);
        if columns <= 2 || text.lines().all(|line| line.chars().count() <= width) {
            return text;
        }
        columns -= 1;
    }
}

fn render(head: &[&str], rows: &[Vec<String>], columns: usize) -> String {
    let mut table = Table::new();
    table
        .load_style(comfy_table::presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(head.iter().map(|cell| (*cell).to_owned()));
    for row in rows {
        table.add_row(&row[..columns]);
    }
    for (place, column) in table.column_iter_mut().enumerate() {
        column.set_padding((if place == 0 { 2 } else { 1 }, 0));
        if place > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_does_not_fit_is_left_out_whole() {
        let rows = [vec!["imsp-a".to_owned(), "12".to_owned(), "345,678".to_owned()]];
        let wide = "  name   sent received\n  imsp-a   12  345,678\n";
        assert_eq!(table(&["name", "sent", "received"], &rows, 22), wide);
        let narrow = "  name   sent\n  imsp-a   12\n";
        assert_eq!(table(&["name", "sent", "received"], &rows, 21), narrow);
    }
}
