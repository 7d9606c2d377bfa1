//! A PostgreSQL server of the tests' own: one for the whole test process, and more where a test stops or restarts it.
//!
//! It runs under a shell that reads orders from a pipe. However this process ends, the pipe ends with it, and the shell
//! stops the server and removes its folder.

use std::{
    fs,
    io::Write as _,
    net::TcpListener,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{Connection as _, PgConnection};

/// Where Debian puts each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// Who runs it when the tests run as root, which PostgreSQL refuses.
const USER: &str = "postgres";

const PASSWORD: &str = "not-a-secret";

/// The shell's orders: `stop`, `start`, and the end of the pipe. `$1` is the folder, `$2` the program, `$3` the port.
const KEEPER: &str = r#"
trap '' INT TERM HUP
start() {
  "$2/postgres" -D "$1/data" -k "$1" -p "$3" -c listen_addresses=127.0.0.1 -c fsync=off \
    -c full_page_writes=off -c max_connections=200 >>"$1/log" 2>&1 &
  server=$!
}
stop() { kill -QUIT "$server"; wait "$server"; }
"$2/initdb" -D "$1/data" --username=interpres --pwfile="$1/password" --auth=scram-sha-256 \
  --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$1/log" 2>&1 || exit 1
start "$@"
while read -r order; do "$order" "$@"; done
stop
rm -rf "$1"
"#;

/// A running server.
pub struct Postgres {
    keeper: Mutex<Child>,
    folder: PathBuf,
    port: u16,
    databases: AtomicU32,
}

impl Postgres {
    /// The address of a new, empty database on the server that all tests share.
    pub async fn database() -> String {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        // Never dropped: the end of the process ends it.
        let shared = tokio::task::spawn_blocking(|| SHARED.get_or_init(Self::start));
        shared.await.unwrap().new_database().await
    }

    /// A server that ends when this is dropped.
    pub fn start() -> Self {
        let programs = programs();
        let folder = tempfile::tempdir().unwrap().keep();
        fs::write(folder.join("password"), PASSWORD).unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .unwrap()
            .port();
        let mut command = as_user(&folder);
        let keeper = command
            .args(["sh", "-c", KEEPER, "keeper"])
            .args([folder.as_path(), &programs])
            .arg(port.to_string())
            .current_dir("/")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Of a group of its own: Ctrl-C is for us, and we tell it.
            .process_group(0)
            .spawn()
            .expect("a shell for PostgreSQL");
        let server = Self {
            keeper: Mutex::new(keeper),
            folder,
            port,
            databases: AtomicU32::new(0),
        };
        server.wait_until(true);
        server
    }

    /// The address of a new, empty database.
    pub async fn new_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(&self.address("postgres"))
            .await
            .unwrap_or_else(|error| panic!("PostgreSQL does not answer: {error}\n{}", self.log()));
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
        self.address(&name)
    }

    /// The address of a database with the right name and password.
    pub fn address(&self, database: &str) -> String {
        format!(
            "postgres://interpres:{PASSWORD}@127.0.0.1:{}/{database}",
            self.port
        )
    }

    /// Stops it at once, as a crash does.
    pub fn stop(&self) {
        self.order("stop");
        self.wait_until(false);
    }

    /// Starts it again on the same port and data.
    pub fn start_again(&self) {
        self.order("start");
        self.wait_until(true);
    }

    fn order(&self, order: &str) {
        let mut keeper = self.keeper.lock().unwrap();
        writeln!(keeper.stdin.as_mut().unwrap(), "{order}").unwrap();
    }

    fn wait_until(&self, running: bool) {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(status) = self.keeper.lock().unwrap().try_wait().unwrap() {
                panic!("PostgreSQL did not start ({status}):\n{}", self.log());
            }
            let answers = Command::new(programs().join("pg_isready"))
                .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
                .status()
                .unwrap()
                .success();
            if answers == running {
                return;
            }
            assert!(Instant::now() < deadline, "PostgreSQL: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut keeper = self.keeper.lock().unwrap();
        drop(keeper.stdin.take());
        let _ = keeper.wait();
    }
}

/// The newest version that is installed.
fn programs() -> PathBuf {
    let installed = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    installed
        .map(|version| version.path().join("bin"))
        .filter(|programs| programs.join("postgres").exists())
        .max()
        .expect("the tests need Debian's package postgresql; scripts/setup test installs it")
}

/// A command that is run by somebody who is not root and owns the folder.
fn as_user(folder: &Path) -> Command {
    if !rustix::process::geteuid().is_root() {
        return Command::new("env");
    }
    let owned = Command::new("chown")
        .args(["-R", USER])
        .arg(folder)
        .status()
        .unwrap();
    assert!(
        owned.success(),
        "the user {USER} is missing; scripts/setup test installs it"
    );
    let mut command = Command::new("setpriv");
    command.args(["--reuid", USER, "--regid", USER, "--init-groups", "--"]);
    command
}
