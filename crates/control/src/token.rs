//! Who may use the channel? Whoever knows the token.

use std::fmt;
use std::path::{Path, PathBuf};
use subtle::ConstantTimeEq;

/// The random bytes of a token that is made: more than can be tried.
const BYTES: usize = 32;
/// How long a token from a file may be, in characters.
const LENGTH: std::ops::RangeInclusive<usize> = 16..=1024;

/// A secret that a client has to know. It is not shown by `Debug`.
#[derive(Clone)]
pub struct Token(String);

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The system gave no random numbers.
    #[error("the system gives no random numbers ({0}): write a token into a file and name it")]
    NoRandomness(getrandom::Error),
    /// The file cannot be read.
    #[error("cannot read the token from {}: {error}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// Others may read the file.
    #[error("others than its owner may read {}: chmod 600 it", .0.display())]
    Readable(PathBuf),
    /// The file has something else in it.
    #[error("{} is not a token: write one line of 16 to 1024 printable ASCII characters without spaces", .0.display())]
    NotAToken(PathBuf),
}

impl Token {
    /// A new one: 256 random bits, in hexadecimal digits.
    ///
    /// # Errors
    /// The system gave no random numbers.
    pub fn random() -> Result<Token, TokenError> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes).map_err(TokenError::NoRandomness)?;
        Ok(Token(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// The token in a file: one line of 16 to 1024 printable ASCII characters. On Unix nobody but the owner may be allowed to read the file.
    ///
    /// # Errors
    /// No such file, not a token, or a file that others may read.
    pub fn from_file(path: &Path) -> Result<Token, TokenError> {
        let unreadable = |error| TokenError::Unreadable { path: path.into(), error };
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(path).map_err(unreadable)?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(TokenError::Readable(path.into()));
            }
        }
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).map_err(unreadable)?;
        let limit = *LENGTH.end() as u64 + 3;
        std::io::Read::read_to_end(&mut std::io::Read::take(file, limit), &mut bytes).map_err(unreadable)?;
        let text = String::from_utf8(bytes).unwrap_or_default();
        let token = text.strip_suffix('\n').unwrap_or(&text);
        let token = token.strip_suffix('\r').unwrap_or(token);
        let good = LENGTH.contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic());
        if good { Ok(Token(token.into())) } else { Err(TokenError::NotAToken(path.into())) }
    }

    /// The token itself, to be told to who may use the channel.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether it is this one. How long that takes tells nothing but its length.
    pub(crate) fn is(&self, offered: &str) -> bool {
        self.0.as_bytes().ct_eq(offered.as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_one_is_long_and_new_each_time() {
        let (one, other) = (Token::random().unwrap(), Token::random().unwrap());
        assert_eq!(one.reveal().len(), 64);
        assert!(one.is(one.reveal()) && !one.is(other.reveal()));
        assert!(!one.is("") && !one.is(&one.reveal()[1..]) && !one.is(&format!("{}0", one.reveal())));
        assert_eq!(format!("{one:?}"), "Token(…)");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_read_if_only_its_owner_may() {
        use std::os::unix::fs::PermissionsExt;
        let path = std::env::temp_dir().join(format!("sostenuto-token-{}", std::process::id()));
        let write = |text: &str, mode: u32| {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            Token::from_file(&path)
        };
        assert_eq!(write("0123456789abcdef\n", 0o600).unwrap().reveal(), "0123456789abcdef");
        assert_eq!(write("0123456789abcdef\r\n", 0o400).unwrap().reveal(), "0123456789abcdef");
        _ = std::fs::remove_file(&path);
        assert!(matches!(write("0123456789abcdef\n", 0o640), Err(TokenError::Readable(_))));
        let long = "x".repeat(1025);
        for bad in
            ["", "\n", "short\n", "0123456789abcdef\nmore", "0123456789 abcdef", "0123456789abcdefé", &long]
        {
            assert!(matches!(write(bad, 0o600), Err(TokenError::NotAToken(_))), "{bad}");
        }
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(Token::from_file(&path), Err(TokenError::Unreadable { .. })));
    }
}
