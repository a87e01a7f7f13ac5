//! Which line comes next? Bounded in length, from whatever is read.

use std::io::{self, ErrorKind, Read};

/// Bytes read at a time.
const PIECE: usize = 64 << 10;

/// What came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Got {
    /// A line, without its end.
    Line(Vec<u8>),
    /// A line that is longer than allowed, or the beginning of one.
    TooLong,
    /// The beginning of a line, and then nothing more.
    Half,
    /// Nothing more.
    End,
    /// Nothing in time.
    Late,
}

/// Takes lines from a reader.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    from: R,
    kept: Vec<u8>,
    /// Where in what is kept no end of a line was found yet.
    searched: usize,
}

impl<R: Read> Lines<R> {
    pub fn new(from: R) -> Self {
        Lines { from, kept: Vec::new(), searched: 0 }
    }

    /// The reader, to set how long it waits.
    pub fn reader(&mut self) -> &mut R {
        &mut self.from
    }

    /// The next line of at most so many bytes. A connection that breaks ends.
    pub fn next(&mut self, longest: usize) -> Got {
        loop {
            if let Some(end) = self.find() {
                let rest = self.kept.split_off(end + 1);
                let mut line = std::mem::replace(&mut self.kept, rest);
                self.searched = 0;
                line.pop();
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                return if line.len() > longest { Got::TooLong } else { Got::Line(line) };
            }
            // One more, for a carriage return.
            if self.kept.len() > longest + 1 {
                return Got::TooLong;
            }
            match self.read() {
                Ok(0) if self.kept.is_empty() => return Got::End,
                Ok(0) => return Got::Half,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    return Got::Late;
                }
                Err(_) => return Got::End,
            }
        }
    }

    /// Where the first line ends.
    fn find(&mut self) -> Option<usize> {
        let place = self.kept.get(self.searched..)?.iter().position(|byte| *byte == b'\n');
        let place = place.map(|place| place + self.searched);
        self.searched = self.kept.len();
        place
    }

    fn read(&mut self) -> io::Result<usize> {
        let before = self.kept.len();
        self.kept.resize(before + PIECE, 0);
        let room = self.kept.get_mut(before..).unwrap_or_default();
        let read = self.from.read(room);
        self.kept.truncate(before + *read.as_ref().unwrap_or(&0));
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives its bytes in pieces of these lengths, over and over.
    struct Pieces<'b>(&'b [u8], Vec<usize>, usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let wanted = self.1[self.2 % self.1.len()];
            self.2 += 1;
            let (now, later) = self.0.split_at(wanted.min(self.0.len()).min(buffer.len()));
            buffer[..now.len()].copy_from_slice(now);
            self.0 = later;
            Ok(now.len())
        }
    }

    fn all(bytes: &[u8], pieces: Vec<usize>, longest: usize) -> Vec<Got> {
        let mut lines = Lines::new(Pieces(bytes, pieces, 0));
        let mut all = Vec::new();
        loop {
            all.push(lines.next(longest));
            if !matches!(all.last(), Some(Got::Line(_))) {
                return all;
            }
        }
    }

    #[test]
    fn lines_end_and_break_off() {
        let line = |text: &str| Got::Line(text.into());
        assert_eq!(all(b"a\r\nbc\n\n", vec![1], 2), [line("a"), line("bc"), line(""), Got::End]);
        assert_eq!(all(b"a\nb", vec![9], 2), [line("a"), Got::Half]);
        assert_eq!(all(b"abc\n", vec![9], 2), [Got::TooLong]);
        assert_eq!(all(b"ab\r\n", vec![9], 2), [line("ab"), Got::End]);
        assert_eq!(all(&[b'x'; 1000], vec![3], 2), [Got::TooLong]);
    }

    proptest! {
        #[test]
        fn the_pieces_do_not_matter(bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), any::<u8>()], 0..200),
                                    pieces in prop::collection::vec(1_usize..50, 1..5)) {
            let whole = all(&bytes, vec![1 << 20], 1000);
            prop_assert_eq!(&all(&bytes, pieces, 1000), &whole);
            let texts: Vec<&[u8]> = bytes.split(|b| *b == b'\n').collect();
            for (got, text) in whole.iter().zip(&texts[..texts.len() - 1]) {
                prop_assert_eq!(got, &Got::Line(text.strip_suffix(b"\r").unwrap_or(text).to_vec()));
            }
            let last = if texts[texts.len() - 1].is_empty() { Got::End } else { Got::Half };
            prop_assert_eq!(whole.last(), Some(&last));
            prop_assert_eq!(whole.len(), texts.len());
        }
    }
}
