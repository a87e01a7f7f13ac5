//! Documents, their differences and their commands, in one program: each on its own would compile the same once more.

mod after;
mod buffers;
mod chains;
mod commands;
mod differences;
mod documents;
mod histories;
mod kinds;
mod lanes;
mod messages;
mod minimal;
mod never_panics;
mod part_differences;
mod part_messages;
mod parts;
mod playing;
mod real_kinds;
mod sounding;
