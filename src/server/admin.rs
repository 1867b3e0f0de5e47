//! Who may load over the network: the token of an administrator, of which the service knows only the hash.

use std::fmt;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

use crate::config::{Config, Limits};

/// What every token begins with, so that people and secret scanners know one when they see it.
pub const TOKEN_PREFIX: &str = "eragraph-";

/// The BLAKE3 hash of a token. A token has 256 random bits, so a fast hash gives nothing away.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenHash(blake3::Hash);

/// Tells why a text is no hash of a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenHashError {
    /// It is a token.
    #[error("this is a token, and the service is to know only its hash; `eragraph token --hash-of -` tells it")]
    IsToken,
    /// It is something else.
    #[error("the hash of a token is written with 64 hexadecimal digits; `eragraph token` makes one")]
    Shape,
}

impl TokenHash {
    /// Reads 64 hexadecimal digits.
    ///
    /// # Errors
    /// Returns [`TokenHashError`] for anything else; the text is not repeated, for it could be a secret.
    pub fn parse(text: &str) -> Result<Self, TokenHashError> {
        if text.starts_with(TOKEN_PREFIX) {
            return Err(TokenHashError::IsToken);
        }
        blake3::Hash::from_hex(text).map(Self).map_err(|_| TokenHashError::Shape)
    }

    /// Returns the hash of a token.
    #[must_use]
    pub fn of(token: &str) -> Self {
        Self(blake3::hash(token.as_bytes()))
    }

    /// Tells whether it is the hash of this token. `==` of [`blake3::Hash`] takes the same time whatever differs.
    #[must_use]
    pub fn is_of(&self, token: &str) -> bool {
        self.0 == blake3::hash(token.as_bytes())
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_hex())
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenHash({self})")
    }
}

/// Who sends a request, as far as its token tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// No token came, or the service knows of none, so that it is not looked at.
    Nobody,
    /// The right token came.
    Admin,
    /// Another token came, or several.
    Wrong,
}

impl Caller {
    /// Tells who sends a request: reads `Authorization: Bearer TOKEN`. Other schemes, such as a proxy may have of its
    /// own, are left alone.
    #[must_use]
    pub fn of(headers: &HeaderMap, config: &Config) -> Self {
        let known = config.admin_token_hash.as_deref().and_then(|hash| TokenHash::parse(hash).ok());
        let Some(known) = known else { return Self::Nobody };
        let mut found = Self::Nobody;
        for value in headers.get_all(AUTHORIZATION) {
            let text = value.to_str().unwrap_or_default().trim();
            let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
            if scheme.eq_ignore_ascii_case("bearer") {
                let is_first = found == Self::Nobody;
                found = if is_first && known.is_of(token.trim()) { Self::Admin } else { Self::Wrong };
            }
        }
        found
    }

    /// Returns the largest body that is read of a request.
    #[must_use]
    pub fn body_limit(self, limits: &Limits) -> usize {
        match self {
            Self::Admin => limits.load_bytes.max(limits.body_bytes),
            Self::Nobody | Self::Wrong => limits.body_bytes,
        }
    }

    /// Tells whether a request is refused as UNAUTHENTICATED: with a wrong token at once, before its body is read
    /// (`is_mutation` is then not known), and without one when it asks for a mutation that the service has.
    #[must_use]
    pub fn is_refused(self, is_mutation: bool, config: &Config) -> bool {
        match self {
            Self::Admin => false,
            Self::Wrong => true,
            Self::Nobody => is_mutation && config.admin_token_hash.is_some(),
        }
    }
}

/// Returns the configuration without a hash that is none: a service that nobody could load into has no mutations.
/// Where the service is set up, such a hash is refused.
pub(super) fn settled(config: &Config) -> Config {
    let mut config = config.clone();
    config.admin_token_hash = config.admin_token_hash.filter(|hash| TokenHash::parse(hash).is_ok());
    config
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(values: &[&'static str], expected: Caller) {
        let hash = TokenHash::of("eragraph-right").to_string();
        let config = Config { admin_token_hash: Some(hash), ..Config::default() };
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_static(value));
        }
        assert_eq!(Caller::of(&headers, &config), expected, "{values:?}");
        assert_eq!(Caller::of(&headers, &Config::default()), Caller::Nobody, "without a hash no token is looked at");
    }

    #[test]
    fn only_the_right_token_makes_an_administrator() {
        check(&["Bearer eragraph-right"], Caller::Admin);
        check(&["bearer  eragraph-right "], Caller::Admin);
        check(&["Bearer eragraph-wrong"], Caller::Wrong);
        check(&["Bearer eragraph-righ"], Caller::Wrong);
        check(&["Bearer "], Caller::Wrong);
        check(&[], Caller::Nobody);
        check(&["Basic ZXJhOmdyYXBo"], Caller::Nobody);
        check(&["Basic ZXJhOmdyYXBo", "Bearer eragraph-right"], Caller::Admin);
        check(&["Bearer eragraph-wrong", "Bearer eragraph-right"], Caller::Wrong);
        check(&["Bearer eragraph-right", "Bearer eragraph-right"], Caller::Wrong);
    }

    #[test]
    fn the_hash_itself_is_no_token() {
        let hash = TokenHash::of("eragraph-right").to_string();
        assert!(!TokenHash::parse(&hash).unwrap().is_of(&hash));
    }

    #[test]
    fn a_hash_is_64_hexadecimal_digits_and_no_token() {
        let hash = TokenHash::of("eragraph-right");
        assert_eq!(TokenHash::parse(&hash.to_string()), Ok(hash));
        assert_eq!(TokenHash::parse("eragraph-right"), Err(TokenHashError::IsToken));
        for text in ["", "00", &"0".repeat(63), &"g".repeat(64), &"0".repeat(65)] {
            assert_eq!(TokenHash::parse(text), Err(TokenHashError::Shape), "{text}");
        }
    }

    #[test]
    fn a_hash_that_is_none_counts_as_none() {
        let config = Config { admin_token_hash: Some("secret".to_owned()), ..Config::default() };
        assert_eq!(settled(&config).admin_token_hash, None);
    }
}
