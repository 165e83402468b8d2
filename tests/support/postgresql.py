"""A PostgreSQL of our own from Debian's package: data, socket and log are in a temporary folder.

Run as a program it starts one, runs the command that it is given with TLSGAUGE_POSTGRESQL set to the
URI of an empty database, and stops it: the contract tests of the store run in this way.
"""
import atexit
import glob
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.parse

SETTINGS = """\
listen_addresses = ''
unix_socket_directories = '{folder}'
max_connections = 50
shared_buffers = 64MB
fsync = {fsync}
full_page_writes = {fsync}
synchronous_commit = on
autovacuum = on
log_min_messages = warning
log_lock_waits = on
"""


def programs():
    """The folder with initdb and postgres of the newest version from 15 on, or None."""
    found = [(int(path.split("/")[-2]), path) for path in glob.glob("/usr/lib/postgresql/*/bin")
             if os.path.exists(path + "/initdb")]
    return max([path for path in found if path[0] >= 15], default=(0, None))[1]


class Postgresql:
    """FSYNC False: for tests that do not take the power away. SETTINGS: more lines of its
    configuration. The server refuses root, so it runs as the user of the package then; whoever may
    open the socket is let in as the superuser."""

    def __init__(self, fsync=False, settings=""):
        self.bin = programs()
        if self.bin is None:
            print("no PostgreSQL 15 or later here")
            sys.exit(77)
        self.folder = tempfile.mkdtemp(prefix="tlsgauge-pg-")
        self.data = os.path.join(self.folder, "data")
        self.process = None
        atexit.register(self.remove)
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        os.chmod(self.folder, 0o755)
        self.command("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                     "--no-sync", "--locale=C.UTF-8")
        with open(os.path.join(self.data, "postgresql.conf"), "a") as file:
            file.write(SETTINGS.format(folder=self.folder, fsync="on" if fsync else "off"))
            file.write(settings)
        self.start()
        self.sql("CREATE DATABASE tlsgauge", database="postgres")

    def as_user(self, *arguments):
        prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        return prefix + [os.path.join(self.bin, arguments[0]), *arguments[1:]]

    def command(self, *arguments, check=True):
        done = subprocess.run(self.as_user(*arguments), capture_output=True, cwd="/", timeout=120)
        if check and done.returncode != 0:
            sys.exit("%s: %s%s" % (arguments[0], done.stdout.decode(), done.stderr.decode()))
        return done

    def start(self):
        self.command("pg_ctl", "-D", self.data, "-w", "-t", "60", "-l",
                     os.path.join(self.folder, "log"), "start")

    def stop(self, mode="fast"):
        """"immediate" is a crash: what was not written to disk is gone."""
        self.command("pg_ctl", "-D", self.data, "-w", "-t", "60", "-m", mode, "stop")

    def uri(self, database="tlsgauge", user="postgres", schema=None):
        query = {"host": self.folder, "user": user}
        if schema is not None:
            query["options"] = "-csearch_path=" + schema
        return "postgresql:///%s?%s" % (database,
                                        urllib.parse.urlencode(query, quote_via=urllib.parse.quote))

    def sql(self, sql, check=True, **where):
        """The rows of SQL as lists of texts."""
        done = subprocess.run(["psql", "-X", "-A", "-t", "-q", "-F", "\x1f", "-v",
                               "ON_ERROR_STOP=1", "-d", self.uri(**where), "-c", sql],
                              capture_output=True, timeout=120)
        if check and done.returncode != 0:
            sys.exit("psql: %s\n%s" % (sql, done.stderr.decode()))
        return [line.split("\x1f") for line in done.stdout.decode().splitlines()]

    def log(self):
        with open(os.path.join(self.folder, "log"), errors="replace") as file:
            return file.read()

    def remove(self):
        if os.path.exists(os.path.join(self.data, "postmaster.pid")):
            self.command("pg_ctl", "-D", self.data, "-m", "immediate", "stop", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


if __name__ == "__main__":
    # Who stops us must not leave a server behind.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    server = Postgresql()
    done = subprocess.run(sys.argv[1:], env=dict(os.environ, TLSGAUGE_POSTGRESQL=server.uri()))
    # A crashed backend would be a defect of ours or a reason to look.
    panics = [line for line in server.log().splitlines() if "PANIC" in line or "terminated by" in line]
    print("\n".join("# " + line for line in panics))
    sys.exit(done.returncode or len(panics) > 0)
