//! What an input file may cost: the bounds on its size, its depth and its values.

/// The bounds on what is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest file written by people that is read, in bytes.
    pub file_bytes: usize,
    /// The largest table that is read, in bytes.
    pub table_bytes: usize,
    /// The largest table that is read which is taken in whole before the first unit is made of it, in bytes.
    pub whole_table_bytes: usize,
    /// How many values, or statements, such a table may hold.
    pub table_values: usize,
    /// How deep mappings and lists may nest; a level of units takes two.
    pub depth: usize,
    /// How many values a file may hold, counting again what its aliases repeat.
    pub values: usize,
    /// How many diagnostics are told of a set of files; the rest is counted.
    pub diagnostics: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 4 * 1024 * 1024,
            table_bytes: 1024 * 1024 * 1024,
            whole_table_bytes: 64 * 1024 * 1024,
            table_values: 5_000_000,
            depth: 128,
            values: 400_000,
            diagnostics: 1_000,
        }
    }
}
