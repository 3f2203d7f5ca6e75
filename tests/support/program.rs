//! The real program in a process of its own, with a clean environment and a home folder of its own.

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use super::{folder::Folder, raw::PATIENCE};

/// A machine on which nobody has configured anything.
pub struct Machine {
    pub home: Folder,
    environment: Vec<(String, String)>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Machine {
    pub fn new() -> Self {
        Self { home: Folder::new(), environment: Vec::new() }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_namehound"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.home.path())
            // No test goes online.
            .env("NAMEHOUND_PROVIDERS__KEYLESS", "false")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(self.home.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Done {
        let output = self.command(arguments).output().unwrap();
        Done {
            code: output.status.code().unwrap_or_else(|| panic!("{arguments:?} was killed: {}", output.status)),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts a server with these arguments and waits until it says where it listens.
    pub fn serve(&self, arguments: &[&str]) -> Serving {
        let mut child = self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || stdout.lines().for_each(|line| _ = sender.send(line.unwrap())));
        let mut stderr = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            text
        });
        let mut serving = Serving { child, address: None, said: Vec::new(), lines, log: Some(log) };
        serving.listen();
        serving
    }
}

/// A server in a process of its own; dropping it kills it.
pub struct Serving {
    child: Child,
    address: Option<SocketAddr>,
    /// The lines on stdout up to and with the one that names the address.
    pub said: Vec<String>,
    lines: Receiver<String>,
    log: Option<JoinHandle<String>>,
}

impl Serving {
    fn listen(&mut self) {
        while self.address.is_none() {
            let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{:?} and no address", self.said));
            self.address = line
                .split_once("http://")
                .and_then(|(_, rest)| rest.split([' ', '/']).next())
                .and_then(|address| address.parse().ok());
            self.said.push(line);
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address.unwrap()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address())
    }

    /// Sends a signal by name, waits for the end, and gives the exit code and everything that was logged.
    #[cfg(unix)]
    pub fn end(mut self, signal: &str) -> (Option<i32>, String) {
        let process = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{signal}"), &process]).status().unwrap().success());
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "the server did not end");
            std::thread::sleep(Duration::from_millis(10));
        };
        (status.code(), self.log.take().unwrap().join().unwrap())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}
