//! The published JSON Schemas are those that the code prints.

use std::fs;
use std::path::Path;

use eragraph::source::schema_files;

#[test]
fn published_schemas_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/schema");
    for file in schema_files() {
        let path = folder.join(file.name);
        if std::env::var_os("ERAGRAPH_BLESS").is_some() {
            fs::write(&path, file.text()).unwrap();
        }
        let published = fs::read_to_string(&path).unwrap_or_default();
        assert!(published == file.text(), "{} is not current; run with ERAGRAPH_BLESS=1", path.display());
    }
}
