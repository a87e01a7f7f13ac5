//! Talking to the program while it plays: a line in, and waiting for the line that answers it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// After this long without the line that is waited for, the program hangs. Nothing depends on how long it takes otherwise.
const PATIENCE: Duration = Duration::from_secs(60);

/// A device that no system has, so that every system plays on the fallback clock and makes no noise.
pub const NO_DEVICE: &str = "no such device";

/// The program as it plays.
pub struct Conversation {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    /// All that it said so far.
    pub heard: Vec<String>,
}

impl Conversation {
    /// Starts `play` with these arguments, on no device.
    pub fn start(directory: &Path, args: &[&str]) -> Conversation {
        let mut child = super::program(directory)
            .args(["play", "--device", NO_DEVICE])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (send, lines) = channel();
        std::thread::spawn(move || output.lines().map_while(Result::ok).all(|line| send.send(line).is_ok()));
        let input = child.stdin.take();
        let mut conversation = Conversation { child, input, lines, heard: Vec::new() };
        conversation.wait_for("Playing ");
        // The file is watched by the time that the first command is answered.
        conversation.say("ping");
        conversation.wait_for("the audio thread is at frame ");
        conversation
    }

    /// Says a line.
    pub fn say(&mut self, line: &str) {
        let input = self.input.as_mut().expect("the input is open");
        writeln!(input, "{line}").expect("the program listens");
    }

    /// Waits for a line that begins so, after those that were waited for before; gives it.
    pub fn wait_for(&mut self, beginning: &str) -> String {
        loop {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
                panic!("no line begins with {beginning:?}; so far:\n{}", self.heard.join("\n"));
            };
            self.heard.push(line.clone());
            if line.starts_with(beginning) {
                return line;
            }
        }
    }

    /// Says an edit and waits until it is heard; gives the frame from which on it is.
    pub fn edit(&mut self, line: &str) -> u64 {
        self.say(line);
        let told = self.wait_for("  from ");
        let frame = told.split("(frame ").nth(1).and_then(|rest| rest.strip_suffix(')'));
        frame.and_then(|frame| frame.parse().ok()).unwrap_or_else(|| panic!("{told}"))
    }

    /// Waits until a file that was saved is taken over.
    pub fn save_and_wait(&mut self, path: &Path, text: &str, beginning: &str) -> String {
        std::fs::write(path, text).expect("written");
        self.wait_for(beginning)
    }

    /// Ends the input without a `quit`.
    pub fn hang_up(&mut self) {
        self.input = None;
    }

    /// Says `quit`, and gives all that was said and the exit code.
    pub fn quit(mut self) -> (Vec<String>, Option<i32>) {
        self.say("quit");
        self.end()
    }

    /// Waits for its end.
    pub fn end(mut self) -> (Vec<String>, Option<i32>) {
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            self.heard.push(line);
        }
        let code = self.child.wait().expect("the program ends").code();
        (std::mem::take(&mut self.heard), code)
    }
}

impl Drop for Conversation {
    /// A test that failed leaves no program behind.
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
