//! The table of codes: every kind of trouble that eragraph tells of an input.

/// How grave a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The input cannot be taken in.
    Error,
    /// The input can be taken in, but deserves a look.
    Warning,
}

impl Severity {
    /// Returns the word for it: `error`, `warning`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($name:ident $number:literal $title:literal $explanation:literal;)*) => {
        /// A kind of trouble, with a number and a title that stay the same from release to release.
        ///
        /// A number that begins with `W` is a warning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $explanation] $name,)*
        }

        impl Code {
            /// Every code, in the order of the numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the number: `E0103`.
            #[must_use]
            pub fn number(self) -> &'static str {
                match self { $(Self::$name => $number),* }
            }

            /// Returns the title: `unknown-field`.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }

            /// Returns one sentence that explains it.
            #[must_use]
            pub fn explanation(self) -> &'static str {
                match self { $(Self::$name => $explanation),* }
            }
        }
    };
}

codes! {
    FileTooLarge "E0001" "file-too-large" "An input file is larger than the limit.";
    NotUtf8 "E0002" "not-utf8" "An input file is not written in UTF-8.";
    EmptyFile "E0003" "empty-file" "An input file holds nothing.";
    YamlSyntax "E0004" "yaml-syntax" "An input file is no YAML, or uses a part of YAML that input files do not use.";
    TooDeep "E0005" "too-deep" "An input file nests deeper than the limit.";
    TooManyValues "E0006" "too-many-values" "An input file holds more values than the limit, counting those that its aliases repeat.";
    DuplicateKey "E0007" "duplicate-key" "A key stands twice in one mapping.";
    UnknownFileKind "E0008" "unknown-file-kind" "An input file is neither a snapshot file nor an event file nor an era file.";
    WrongType "E0101" "wrong-type" "A value is of another type than its field takes.";
    MissingField "E0102" "missing-field" "A field that is required is not there.";
    UnknownField "E0103" "unknown-field" "A field has a name that is not known there.";
    UnknownValue "E0104" "unknown-value" "A value is none of those that its field takes.";
    BadId "E0201" "bad-id" "An id holds something else than letters, digits, `-`, `_` and `.`, or does not begin with a letter or a digit.";
    BadDate "E0202" "bad-date" "A date is not written in EDTF (ISO 8601-2:2019), or means no day between the years -9999 and 9999.";
    OpenDate "E0203" "open-date" "A date is open at both ends, so that it dates nothing.";
    BadLines "E0204" "bad-lines" "A set of lines is not written like `18` or `18, 24-26`.";
    BadHash "E0205" "bad-hash" "A SHA-256 is not written as 64 lower-case hexadecimal digits.";
    BadWord "E0206" "bad-word" "A kind or a type, which are compared letter by letter, is not written in lower case.";
    FigureWithoutNumber "E0207" "figure-without-number" "A figure gives neither a value nor a range.";
    BadFigure "E0208" "bad-figure" "A figure gives a value beside a range, or a range that ends below its beginning.";
    RelationEnd "E0209" "relation-end" "A relation names no other end, or two.";
    UnknownUnit "E0301" "unknown-unit" "A unit is named that is not known there.";
    UnknownSnapshot "E0302" "unknown-snapshot" "A snapshot is named that is not loaded.";
    UnknownEra "E0303" "unknown-era" "An era is named that no era file gives.";
    UnknownPart "E0304" "unknown-part" "A dated part is named that the snapshot does not list.";
    DuplicateId "E0305" "duplicate-id" "Two things of one kind have the same id.";
    IdClash "E0306" "id-clash" "Two things of different kinds have the same id; all ids share one space.";
    ParentCycle "E0401" "parent-cycle" "A unit stands below itself.";
    TwoParents "E0402" "two-parents" "One layer of a source hangs a unit under two parents.";
    DuplicateUnit "E0403" "duplicate-unit" "A unit stands twice in one layer of a source.";
    WrongCardinality "E0404" "wrong-cardinality" "An event has more or fewer originals or results than its type allows.";
    CoverageOfAbsent "E0405" "coverage-of-absent" "A list is said to be of a unit that the snapshot does not mention.";
    MissingLines "E0501" "missing-lines" "A claim that rests on the source names no lines of it.";
    MissingReference "E0502" "missing-reference" "A claim that is known from elsewhere gives no reference.";
    SourceMissing "E0601" "source-missing" "The file that a snapshot was curated from cannot be read.";
    SourceChanged "E0602" "source-changed" "The file that a snapshot was curated from has another SHA-256 than the snapshot says.";
    NoSuchLines "E0603" "no-such-lines" "Lines are named that the source file does not have.";
    NotOnLines "E0604" "not-on-lines" "A name that is said to be as written does not stand on its lines.";
    SourceWithoutHash "W0605" "source-without-hash" "A snapshot names a source file and no SHA-256 of it.";
    BadTable "E0701" "bad-table" "A table is not written in its format, or is not as the format asks for.";
    UnknownTable "E0702" "unknown-table" "A mapping names a file that is not there.";
    UnknownColumn "E0703" "unknown-column" "A mapping names a column that its table does not have, or a column that is needed is not named.";
    UnmappedTable "E0704" "unmapped-table" "A table was given without a mapping that says how to read it.";
    UnusedColumn "W0705" "unused-column" "A column, a field or a predicate of a table is not read.";
    ParentWithoutRow "W0706" "parent-without-row" "A row names a parent that has no row of the same date, or no record.";
    SeveralHolders "W0707" "several-holders" "A post of a table has several holders on its date; a unit has one.";
    LeftOut "W0708" "left-out" "Something that a table says has no place in what is kept, and is left out.";
    StaleRecord "W0709" "stale-record" "A table was loaded before and gave a record that it gives no more, and that is still there.";
}

impl Code {
    /// Returns how grave it is.
    #[must_use]
    pub fn severity(self) -> Severity {
        if self.number().starts_with('W') { Severity::Warning } else { Severity::Error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_titles_are_unique_and_in_order() {
        let numbers: Vec<&str> = Code::ALL.iter().map(|code| code.number().trim_start_matches(['E', 'W'])).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
        let titles: std::collections::BTreeSet<&str> = Code::ALL.iter().map(|code| code.title()).collect();
        assert_eq!(titles.len(), Code::ALL.len());
    }
}
