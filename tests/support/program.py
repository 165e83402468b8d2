"""Runs tlsgauge for the integration tests; every test works in a folder of its own."""
import atexit
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM = os.environ["TLSGAUGE"]


class Place:
    """A temporary folder with a store and a configuration."""

    def __init__(self, config="", store=None):
        self.path = tempfile.mkdtemp(prefix="tlsgauge-test-")
        os.chmod(self.path, 0o755)
        self.store = store or os.path.join(self.path, "reports.db")
        self.config = os.path.join(self.path, "tlsgauge.conf")
        self.configure(config)

    def configure(self, text):
        with open(self.config, "w") as file:
            file.write("[store]\nuri=%s\n%s" % (self.store, text))

    def run(self, *arguments, status=0, stdin=b"", timeout=120, env=None):
        """Runs a command; checks its exit status (None: any); returns the finished process."""
        environment = dict(os.environ, **(env or {}))
        done = subprocess.run([PROGRAM, "--config", self.config, *arguments], input=stdin,
                              capture_output=True, timeout=timeout, env=environment)
        if status is not None and done.returncode != status:
            sys.exit("%s: exit %s, expected %s\n%s%s" % (
                " ".join(arguments), done.returncode, status, done.stdout.decode(errors="replace"),
                done.stderr.decode(errors="replace")))
        return done

    def json(self, *arguments):
        return json.loads(self.run(*arguments).stdout)

    def write(self, name, content):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)


def need_fetch(place):
    """Skips the test where tlsgauge was built without libcurl."""
    done = place.run("fetch", "--credential", "x", "imaps://u@localhost:1/", status=None)
    if done.returncode == 69:
        print(done.stderr.decode())
        sys.exit(77)


class Server:
    """`tlsgauge serve` of a place; its port is read from what it says."""

    def __init__(self, place):
        self.log = open(os.path.join(place.path, "serve.log"), "w+b")
        self.log.seek(0, os.SEEK_END)
        start = self.log.tell()
        # Not our standard output: who waits for its end would wait for a server that we leave behind.
        self.process = subprocess.Popen([PROGRAM, "--config", place.config, "serve"],
                                        stdout=subprocess.DEVNULL, stderr=self.log)
        atexit.register(self.process.kill)
        for _ in range(300):
            with open(self.log.name, "rb") as reader:
                reader.seek(start)
                text = reader.read().decode(errors="replace")
            found = re.search(r"collecting at port (\d+)", text)
            if re.search(r"^tlsgauge: store ", text, re.MULTILINE):  # the last line of the start
                self.port = int(found.group(1)) if found else None
                found = re.search(r"dashboard at port (\d+)", text)
                self.dashboard_port = int(found.group(1)) if found else None
                return
            if self.process.poll() is not None:
                sys.exit("serve ended at once:\n" + text)
            time.sleep(0.05)
        sys.exit("serve does not say that it collects:\n" + text)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """SIGTERM; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


def expect(condition, what):
    if not condition:
        sys.exit("FAILED: " + what)


def expect_equal(seen, expected, what):
    if seen != expected:
        sys.exit("FAILED: %s\n  expected %r\n  seen     %r" % (what, expected, seen))
