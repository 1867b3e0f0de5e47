//! Values as JSON, at the end of what is written already.

use async_graphql::Value;

/// Writes a text in quotation marks.
pub(super) fn write_text(written: &mut Vec<u8>, text: &str) {
    if needs_escape(text.as_bytes()) {
        return write_plain(written, &text);
    }
    written.push(b'"');
    written.extend_from_slice(text.as_bytes());
    written.push(b'"');
}

/// Tells whether there is a byte in a text that JSON has an escape for. Eight bytes are looked at at once; the last ones
/// are where they are not eight any more, together with those before them.
fn needs_escape(text: &[u8]) -> bool {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    // The highest bit of a byte is set where it is one of those; above one of those it may be too.
    let below = |bytes: u64, limit: u8| bytes.wrapping_sub(ONES * u64::from(limit)) & !bytes;
    let is = |bytes: u64, byte: u8| below(bytes ^ (ONES * u64::from(byte)), 1);
    let any = |bytes: &[u8; 8]| {
        let bytes = u64::from_ne_bytes(*bytes);
        (below(bytes, b' ') | is(bytes, b'"') | is(bytes, b'\\')) & (ONES << 7) != 0
    };
    match text.last_chunk() {
        Some(last) => any(last) || text.as_chunks().0.iter().any(any),
        None => text.iter().any(|byte| matches!(byte, ..b' ' | b'"' | b'\\')),
    }
}

/// Writes what serde can write; a `Vec` takes all that is written to it.
fn write_plain(written: &mut Vec<u8>, value: &impl serde::Serialize) {
    if let Err(error) = serde_json::to_writer(written, value) {
        tracing::error!(%error, "a value cannot be written as JSON");
    }
}

/// Writes a value; the pieces in it as they are.
pub(super) fn write_value(written: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Binary(piece) => written.extend_from_slice(piece),
        Value::List(items) => {
            written.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    written.push(b',');
                }
                write_value(written, item);
            }
            written.push(b']');
        }
        Value::Object(fields) => {
            written.push(b'{');
            for (at, (name, value)) in fields.iter().enumerate() {
                if at > 0 {
                    written.push(b',');
                }
                write_text(written, name);
                written.push(b':');
                write_value(written, value);
            }
            written.push(b'}');
        }
        Value::String(text) => write_text(written, text),
        Value::Enum(word) => write_text(written, word),
        plain => write_plain(written, plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_with_a_byte_that_json_escapes_is_told_from_others() {
        for length in 0..40 {
            for at in 0..=length {
                for byte in 0..=u8::MAX {
                    let mut text = vec![b'a'; length];
                    text.insert(at, byte);
                    let is_escaped = byte < b' ' || byte == b'"' || byte == b'\\';
                    assert_eq!(needs_escape(&text), is_escaped, "{byte} at {at} of {length}");
                }
            }
        }
        assert!(!needs_escape(b""));
        assert!(!needs_escape("Ämter für Üblichkeiten \u{7f}\u{80}".as_bytes()));
    }
}
