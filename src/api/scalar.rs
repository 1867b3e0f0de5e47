//! The scalars: days, dates as written, and instants.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

use super::error::Code;
use crate::model::{Day, Edtf};

/// The scalar `Date`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Date(pub Day);

/// A day of the Gregorian calendar, strictly as `2015-01-01`: four digits, two digits, two digits.
#[Scalar(name = "Date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value).with_extension("code", Code::BadDate.word()));
        };
        let wrong = || {
            InputValueError::custom(format!("{text:?} is no day; write it as 2015-01-01"))
                .with_extension("code", Code::BadDate.word())
        };
        Day::parse(text).map(Self).ok_or_else(wrong)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// The scalar `EdtfDate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EdtfDate(pub String);

/// A date as written in the source file, in EDTF (ISO 8601-2): `2008/2009`, `2017-09-26`, `2010-06~`.
#[Scalar(name = "EdtfDate")]
impl ScalarType for EdtfDate {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) if Edtf::parse(text).is_ok() => Ok(Self(text.clone())),
            _ => Err(InputValueError::expected_type(value).with_extension("code", Code::BadDate.word())),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl From<&Edtf> for EdtfDate {
    fn from(edtf: &Edtf) -> Self {
        Self(edtf.as_str().to_owned())
    }
}

/// The scalar `DateTime`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DateTime(pub jiff::Timestamp);

/// An instant in UTC, as RFC 3339 writes it: `2026-11-21T18:28:21Z`.
#[Scalar(name = "DateTime")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => text.parse().map(Self).map_err(|_| InputValueError::expected_type(value)),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}
