//! A line taken apart into words, for chains and commands.

use crate::tree::Span;

/// A word of a line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Word {
    /// Without its quotes.
    pub text: String,
    /// In the line, quotes included.
    pub span: Span,
    /// The place of its first `=`, if no quote is before it.
    pub equals: Option<usize>,
    /// Whether any of it was quoted.
    pub quoted: bool,
    /// Where it was broken off for want of a closing quote.
    pub open_quote: Option<usize>,
}

impl Word {
    /// `key=value`.
    pub fn assignment(&self) -> Option<(&str, &str)> {
        self.equals.map(|place| (&self.text[..place], &self.text[place + 1..]))
    }

    /// Whether it is this sign, and not text that looks like it.
    pub fn is_sign(&self, sign: &str) -> bool {
        !self.quoted && self.text == sign
    }
}

/// The words of a line. White space separates them, except in quotes; `separator` is a word of its own. In double quotes a
/// backslash takes the next character as it is. A `#` at the beginning of a word ends the line if `comments` are allowed.
pub(crate) fn words(line: &str, separator: Option<char>, comments: bool) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut word: Option<Word> = None;
    let mut letters = line.char_indices();
    while let Some((at, letter)) = letters.next() {
        let end = at + letter.len_utf8();
        if letter.is_whitespace() || Some(letter) == separator {
            words.extend(word.take());
            if !letter.is_whitespace() {
                words.push(Word { text: letter.into(), ..empty(at..end) });
            }
            continue;
        }
        if comments && letter == '#' && word.is_none() {
            break;
        }
        let word = word.get_or_insert_with(|| empty(at..end));
        word.span.end = end;
        match letter {
            '"' | '\'' => {
                word.quoted = true;
                if !quoted(&mut letters, letter, word) {
                    word.open_quote = Some(at);
                    word.span.end = line.len();
                }
            }
            _ => {
                if letter == '=' && word.equals.is_none() && !word.quoted {
                    word.equals = Some(word.text.len());
                }
                word.text.push(letter);
            }
        }
    }
    words.extend(word);
    words
}

fn empty(span: Span) -> Word {
    Word { text: String::new(), span, equals: None, quoted: false, open_quote: None }
}

/// Takes letters up to the closing quote; whether there was one.
fn quoted(letters: &mut std::str::CharIndices<'_>, quote: char, word: &mut Word) -> bool {
    while let Some((at, letter)) = letters.next() {
        word.span.end = at + letter.len_utf8();
        if letter == quote {
            return true;
        }
        match (letter, quote) {
            ('\\', '"') => match letters.next() {
                Some((_, escaped)) => word.text.push(escaped),
                None => return false,
            },
            _ => word.text.push(letter),
        }
    }
    false
}

/// Words that mean something where they stand without quotes.
const SIGNS: [&str; 7] = ["at", "from", "to", "over", "linear", "exponential", "glide"];

/// The text as one word, quoted if it needs to be.
pub(crate) fn quote(text: &str) -> String {
    let plain = |c: char| !c.is_whitespace() && !matches!(c, '"' | '\'' | '#' | '!' | '=' | '@');
    if !text.is_empty() && text.chars().all(plain) && !SIGNS.contains(&text) {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::{quote, words};

    fn texts(line: &str) -> Vec<String> {
        words(line, Some('!'), true).into_iter().map(|w| w.text).collect()
    }

    #[test]
    fn quotes_keep_words_together() {
        assert_eq!(texts("saw a=1!gain b='x !#y' # rest"), ["saw", "a=1", "!", "gain", "b=x !#y"]);
        assert_eq!(texts(r#"load "my \"best\" patch.toml""#), ["load", "my \"best\" patch.toml"]);
        assert_eq!(words("load \"x", None, true)[1].open_quote, Some(5));
        assert!(words(r#"a "b=c""#, None, true)[1].equals.is_none());
    }

    #[test]
    fn what_is_quoted_is_one_word_again() {
        for text in ["", "a b", "it's", "\"", "\\", "#x", "a=b", "plain.toml", "tab\there", "!"] {
            assert_eq!(texts(&quote(text)), [text], "{text:?}");
        }
    }
}
