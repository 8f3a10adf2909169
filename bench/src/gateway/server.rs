//! The built binary on cores of its own, with one merchant and one app.

use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use wire::PrivateKey;

/// A running server; stopped when dropped.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// What its one app signs with.
    pub(crate) key: PrivateKey,
}

/// The app of the benchmark.
pub(crate) const APP_ID: &str = "2021000000000001";

impl Server {
    /// Starts it on these cores with an empty store.
    pub(crate) fn start(binary: &Path, cores: &str) -> io::Result<Server> {
        let folder = super::scratch();
        drop(std::fs::remove_dir_all(&folder));
        std::fs::create_dir_all(&folder)?;
        let key = PrivateKey::generate();
        let world = folder.join("world.toml");
        let text = format!(
            "[[merchant]]\npid = \"2088201914979011\"\n[[app]]\napp_id = \"{APP_ID}\"\npid = \"2088201914979011\"\npublic_key = \"{}\"\n",
            key.public_key().to_base64()
        );
        std::fs::write(&world, text)?;
        let mut child = Command::new("taskset")
            .args(["-c", cores])
            .arg(binary)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.join("data"))
            .arg("--world")
            .arg(world)
            .env("PUNCHCARD_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()?;
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        for line in lines {
            let line = line?;
            if let Some(address) = line.strip_prefix("listening on http://") {
                let address = address.trim_end_matches("/gateway.do").parse().map_err(io::Error::other)?;
                return Ok(Server { child, address, key });
            }
        }
        Err(io::Error::other("the server did not start"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
