//! Trees as text: rows that know how deep they hang become lines with branches before them.

use super::style::Style;

/// One line of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// How deep it hangs; 0 is a root.
    pub(super) depth: usize,
    /// What it says.
    pub(super) text: String,
}

/// Draws rows in the order of a walk: each above what hangs from it.
pub(super) fn draw(rows: &[Row], style: Style) -> String {
    // From the last row up, so that it is known whether a branch goes on below.
    let mut goes_on: Vec<bool> = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    for row in rows.iter().rev() {
        goes_on.resize(row.depth + 1, false);
        let mut guide = String::new();
        for (depth, goes_on) in goes_on.iter().enumerate().skip(1) {
            guide.push_str(match (depth == row.depth, goes_on) {
                (true, true) => "├── ",
                (true, false) => "└── ",
                (false, true) => "│   ",
                (false, false) => "    ",
            });
        }
        if let Some(here) = goes_on.last_mut() {
            *here = true;
        }
        lines.push(format!("{}{}\n", style.faint(&guide), row.text));
    }
    lines.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_go_on_only_where_something_follows() {
        let rows = [(0, "a"), (1, "b"), (2, "c"), (1, "d"), (2, "e"), (0, "f"), (1, "g")];
        let rows = rows.map(|(depth, text)| Row { depth, text: text.to_owned() });
        let expected = "a\n├── b\n│   └── c\n└── d\n    └── e\nf\n└── g\n";
        assert_eq!(draw(&rows, Style::plain()), expected);
    }
}
