//! Where does the channel listen? On this machine only: a loopback address, or a socket in the file system.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
#[cfg(unix)]
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// Where the channel listens.
///
/// Read from a text: `127.0.0.1:9000`, `[::1]:9000`, `localhost:9000`, an address without a port (the system chooses one), a port by itself,
/// or on Unix `unix:PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A loopback address; with port 0 the system chooses one.
    Tcp(SocketAddr),
    /// A socket in the file system, which is made, and removed at the end.
    Unix(PathBuf),
}

/// Why the channel cannot listen there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// Not an address.
    #[error("`{0}` is not an address: write 127.0.0.1:9000, a port, or unix:PATH")]
    NotAnAddress(String),
    /// An address that other machines reach.
    #[error("{0} can be reached from other machines: choose a loopback address, as 127.0.0.1 or [::1]")]
    NotLoopback(IpAddr),
    /// A file that is no socket, or a socket that somebody listens at.
    #[error("{} is there already and is not a socket that was left behind: choose another path, or remove it", .0.display())]
    Taken(PathBuf),
    /// A kind of socket that this system does not have.
    #[error("this system has no sockets in its file system: choose a loopback address")]
    NoUnixSockets,
    /// The system refused.
    #[error("cannot listen at {address}: {error}; choose another address")]
    Refused {
        /// The address.
        address: Address,
        /// What the system said.
        error: io::Error,
    },
}

impl Default for Address {
    /// 127.0.0.1, at a port that the system chooses.
    fn default() -> Self {
        Address::Tcp((Ipv4Addr::LOCALHOST, 0).into())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Tcp(address) => address.fmt(f),
            Address::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if let Some(path) = text.strip_prefix("unix:").filter(|path| !path.is_empty()) {
            return Ok(Address::Unix(path.into()));
        }
        let text = text.strip_prefix("tcp:").map_or(text, |rest| rest.trim_start_matches('/'));
        let named = text.strip_prefix("localhost").map(|rest| format!("{}{rest}", Ipv4Addr::LOCALHOST));
        let numeric = named.as_deref().unwrap_or(text);
        let bare = numeric.trim_start_matches('[').trim_end_matches(']');
        let address = numeric
            .parse::<SocketAddr>()
            .or_else(|_| bare.parse::<IpAddr>().map(|ip| SocketAddr::from((ip, 0))))
            .or_else(|_| numeric.parse::<u16>().map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port))))
            .map_err(|_| AddressError::NotAnAddress(text.to_owned()))?;
        let checked = Address::Tcp(address);
        checked.check().map(|()| checked)
    }
}

impl Address {
    /// Whether other machines are kept out.
    fn check(&self) -> Result<(), AddressError> {
        match self {
            Address::Tcp(address) if !address.ip().to_canonical().is_loopback() => {
                Err(AddressError::NotLoopback(address.ip()))
            }
            _ => Ok(()),
        }
    }

    /// Begins to listen.
    pub(crate) fn listen(&self) -> Result<Listener, AddressError> {
        self.check()?;
        let refused = |error| AddressError::Refused { address: self.clone(), error };
        match self {
            Address::Tcp(address) => {
                let listener = TcpListener::bind(address).map_err(refused)?;
                listener.set_nonblocking(true).map_err(refused)?;
                Ok(Listener::Tcp(listener))
            }
            #[cfg(unix)]
            Address::Unix(path) => listen_in_files(path, refused),
            #[cfg(not(unix))]
            Address::Unix(_) => Err(AddressError::NoUnixSockets),
        }
    }
}

/// A socket in the file system that only this user may use. One that was left behind by a program that is gone is replaced.
#[cfg(unix)]
fn listen_in_files(
    path: &Path,
    refused: impl Fn(io::Error) -> AddressError,
) -> Result<Listener, AddressError> {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};
    if let Ok(found) = std::fs::symlink_metadata(path) {
        let left_behind = found.file_type().is_socket()
            && UnixStream::connect(path).is_err_and(|e| e.kind() == io::ErrorKind::ConnectionRefused);
        if !left_behind {
            return Err(AddressError::Taken(path.into()));
        }
        std::fs::remove_file(path).map_err(&refused)?;
    }
    let listener = UnixListener::bind(path).map_err(&refused)?;
    let listener = Listener::Unix(listener, path.into());
    // Until here others may connect; they do not get past the token.
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(&refused)?;
    if let Listener::Unix(socket, _) = &listener {
        socket.set_nonblocking(true).map_err(&refused)?;
    }
    Ok(listener)
}

/// What waits for clients, without blocking.
#[derive(Debug)]
pub(crate) enum Listener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener, PathBuf),
}

impl Listener {
    /// The next client, if there is one: `WouldBlock` if not.
    pub fn accept(&self) -> io::Result<Socket> {
        match self {
            Listener::Tcp(listener) => {
                let (stream, _) = listener.accept()?;
                stream.set_nonblocking(false)?;
                stream.set_nodelay(true)?;
                Ok(Socket::Tcp(stream))
            }
            #[cfg(unix)]
            Listener::Unix(listener, _) => {
                let (stream, _) = listener.accept()?;
                stream.set_nonblocking(false)?;
                Ok(Socket::Unix(stream))
            }
        }
    }

    /// Where it listens, with the port that the system chose.
    pub fn address(&self) -> io::Result<Address> {
        match self {
            Listener::Tcp(listener) => listener.local_addr().map(Address::Tcp),
            #[cfg(unix)]
            Listener::Unix(_, path) => Ok(Address::Unix(path.clone())),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Listener::Unix(_, path) = self {
            _ = std::fs::remove_file(path);
        }
    }
}

/// The connection to one client.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Socket {
    /// Ends a direction, or both; whoever waits in it wakes up.
    pub fn shutdown(&self, how: Shutdown) {
        // It may be closed already.
        _ = match self {
            Socket::Tcp(stream) => stream.shutdown(how),
            #[cfg(unix)]
            Socket::Unix(stream) => stream.shutdown(how),
        };
    }

    /// How long reading waits; without a limit if there is none.
    pub fn set_patience(&self, patience: Option<Duration>) -> io::Result<()> {
        match self {
            Socket::Tcp(stream) => stream.set_read_timeout(patience),
            #[cfg(unix)]
            Socket::Unix(stream) => stream.set_read_timeout(patience),
        }
    }
}

impl Read for &Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Socket::Tcp(stream) => (&*stream).read(buffer),
            #[cfg(unix)]
            Socket::Unix(stream) => (&*stream).read(buffer),
        }
    }
}

impl Write for &Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Socket::Tcp(stream) => (&*stream).write(bytes),
            #[cfg(unix)]
            Socket::Unix(stream) => (&*stream).write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let cases = [
            ("127.0.0.1:9000", "127.0.0.1:9000"),
            ("tcp://127.0.0.1:9000", "127.0.0.1:9000"),
            ("127.0.0.1", "127.0.0.1:0"),
            ("127.3.2.1:1", "127.3.2.1:1"),
            ("9000", "127.0.0.1:9000"),
            ("localhost:80", "127.0.0.1:80"),
            ("localhost", "127.0.0.1:0"),
            ("[::1]:7", "[::1]:7"),
            ("::1", "[::1]:0"),
            ("unix:/run/s", "unix:/run/s"),
        ];
        for (text, wanted) in cases {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), wanted, "{text}");
        }
        assert_eq!(Address::default().to_string(), "127.0.0.1:0");
    }

    #[test]
    fn what_other_machines_reach_is_refused() {
        for text in
            ["0.0.0.0:9000", "0.0.0.0", "192.168.1.2:80", "[::]:9000", "10.0.0.1", "[::ffff:10.0.0.1]:5"]
        {
            let refused = text.parse::<Address>();
            assert!(matches!(refused, Err(AddressError::NotLoopback(_))), "{text}: {refused:?}");
        }
        let open = Address::Tcp("0.0.0.0:0".parse().unwrap()).listen();
        assert!(matches!(open, Err(AddressError::NotLoopback(_))));
        for text in ["", "unix:", "example.org:80", "127.0.0.1:99999", "tcp:", "-1"] {
            let refused = text.parse::<Address>();
            assert!(matches!(refused, Err(AddressError::NotAnAddress(_))), "{text}: {refused:?}");
        }
    }
}
