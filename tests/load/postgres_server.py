"""A PostgreSQL server of one test: its own data folder, reachable through a socket in a scratch folder only."""
import os
import pathlib
import shutil
import subprocess
import tempfile


def find_programs():
    """The folder of initdb and postgres of the newest version that is installed, or None."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return pathlib.Path(initdb).resolve().parent if initdb else None


class PostgresServer:
    """with PostgresServer() as server: server.url("postgres"), server.run(sql), server.stop("immediate"), server.start()."""

    def __init__(self, settings=()):
        self.programs = find_programs()
        self.settings = list(settings)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-pg-"))
        # The server refuses to run as root; Debian's package makes the user postgres.
        self.prefix = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self.prefix:
            self.folder.chmod(0o755)
            shutil.chown(self.folder, "postgres")

    def __enter__(self):
        self.call("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        self.start()
        return self

    def __exit__(self, *_):
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def data(self):
        return str(self.folder / "data")

    def call(self, program, *arguments, check=True):
        subprocess.run([*self.prefix, str(self.programs / program), *arguments], check=check, cwd="/",
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self):
        options = [f"-c listen_addresses='' -c recovery_init_sync_method=syncfs -k {self.folder}", *(f"-c {setting}" for setting in self.settings)]
        self.call("pg_ctl", "-D", self.data, "-w", "-t", "120", "-l", str(self.folder / "log"), "-o", " ".join(options), "start")

    def stop(self, mode):
        self.call("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop", check=False)

    def url(self, table, user="postgres"):
        return f"postgresql://{user}@/postgres?host={self.folder}&table={table}"

    def run(self, sql):
        """The rows as psql prints them: values joined by '|'."""
        done = subprocess.run([str(self.programs / "psql"), "-h", str(self.folder), "-U", "postgres", "-At", "-v",
                               "ON_ERROR_STOP=1", "-c", sql], check=True, capture_output=True, text=True)
        return done.stdout.rstrip("\n")
