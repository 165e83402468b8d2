"""The recipes of examples/mail-systems as the tests run them: the very files, in which nothing but the
placeholders is replaced, on the real program, with one scenario for all of them."""
import atexit
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time

import program
from program import Place, Server, expect, expect_equal
from reports import mail, report

RECIPES = os.path.join(os.environ["SOURCE_DIR"], "examples", "mail-systems")
# A message that nobody could take for a report, and one that says it is one and holds none.
FOREIGN = (b"From: <a@sender.example>\nTo: <tls-reports@example.org>\nSubject: hello\n"
           b"Date: Tue, 03 Nov 2026 05:00:00 +0000\n\nThis is no report.\n")
PRETENDER = FOREIGN.replace(b"Subject:", b"TLS-Report-Domain: example.org\nSubject:")


def recipe(name, replacements):
    """The text of a recipe. Each placeholder must occur: else the test would run something else."""
    with open(os.path.join(RECIPES, name)) as file:
        text = file.read()
    for placeholder, value in replacements.items():
        expect(placeholder in text, "%s has the placeholder %s" % (name, placeholder))
        text = text.replace(placeholder, value)
    return text


def set_up(text):
    """Runs the `install` commands that the comments of a recipe (with its placeholders replaced) name."""
    commands = re.findall(r"^#\s+(install -d .*)$", text, re.MULTILINE)
    expect(commands, "the recipe has a command")
    for command in commands:
        run_quietly(*command.split())


def need_root(what):
    if os.geteuid() != 0:
        print("only root can start " + what)
        sys.exit(77)


class Site(Place):
    """A place as on a server: the store belongs to USER, who is not root, and all mail systems run
    tlsgauge with one configuration, which can be broken while the test looks with another."""

    def __init__(self, user="nobody", group="nogroup"):
        super().__init__()
        atexit.register(self.remove)  # also after a failure
        self.user, self.group = user, group
        self.as_user = ["setpriv", "--reuid", user, "--regid", group, "--clear-groups"]
        # USER may not be able to read the build folder.
        self.program = shutil.copy(program.PROGRAM, os.path.join(self.path, "program"))
        os.chmod(self.program, 0o755)
        self.store = os.path.join(self.folder("data", user, group), "reports.db")
        self.site_config = os.path.join(self.path, "site.conf")
        self.options = ""
        self.configure("")
        self.mend()
        self.command = "%s --config %s" % (self.program, self.site_config)

    def folder(self, name, user=None, group=None, mode=0o755):
        path = os.path.join(self.path, name)
        os.makedirs(path, exist_ok=True)
        shutil.chown(path, user, group) if user else None
        os.chmod(path, mode)
        return path

    def set_options(self, text):
        """Sections of the configuration that the mail system meets."""
        self.options = text
        self.mend()

    def mend(self):
        self.write("site.conf", "[store]\nuri=%s\n%s" % (self.store, self.options))

    def hide_program(self):
        """As while the package is being upgraded."""
        os.rename(self.program, self.program + ".new")

    def show_program(self):
        os.rename(self.program + ".new", self.program)

    def make_it_die(self):
        """The program ends by a signal; show_program() ends that."""
        self.hide_program()
        self.write("program", "#!/bin/sh\nkill -9 $$\n")
        os.chmod(self.program, 0o755)

    def deliver_faults(self):
        return [("configuration", self.spoil, self.mend),
                ("upgrade", self.hide_program, self.show_program),
                ("signal", self.make_it_die, self.show_program)]

    def spoil(self):
        self.write("site.conf", "[store]\nuri=%s\n[domains]\nacept=example.org\n" % self.store)

    def run_as_user(self, *arguments):
        """Runs tlsgauge as the site's user with the site's configuration; the finished process."""
        return subprocess.run([*self.as_user, self.program, "--config", self.site_config, *arguments],
                              capture_output=True)

    def stored(self):
        """The report-ids in the store, sorted."""
        done = self.run("list", "--json", status=None)
        rows = json.loads(done.stdout)["reports"] if done.returncode == 0 else []
        return sorted(row["report_id"] for row in rows)

    def quarantined(self):
        done = self.run("quarantine", "list", "--json", status=None)
        rows = json.loads(done.stdout)["entries"] if done.returncode == 0 else []
        return [row["reason_code"] for row in rows]


class Daemon(Server):
    """`tlsgauge serve` of a site, as the site's user."""

    def __init__(self, site):
        started = site.write("serve", '#!/bin/sh\nexec %s %s "$@"\n' % (" ".join(site.as_user),
                                                                      site.program))
        os.chmod(started, 0o755)
        tested, program.PROGRAM = program.PROGRAM, started
        looking, site.config = site.config, site.site_config
        try:
            super().__init__(site)
        finally:
            program.PROGRAM, site.config = tested, looking


class Collector:
    """The daemon that an LMTP recipe delivers to, and what may befall it."""

    def __init__(self, site):
        self.site = site
        self.lock = None
        self.start()

    def start(self):
        self.daemon = Daemon(self.site)

    def stop(self):
        expect_equal(self.daemon.stop(), 0, "exit status of serve on SIGTERM")

    def faults(self):
        return [("locked", self.begin_lock, self.end_lock),
                ("configuration", self.spoil, self.mend)]

    def begin_lock(self):
        """Another process holds the store."""
        self.lock = sqlite3.connect(self.site.store, isolation_level=None)
        self.lock.execute("BEGIN EXCLUSIVE")

    def end_lock(self):
        self.lock.execute("ROLLBACK")
        self.lock.close()

    def spoil(self):
        self.stop()
        self.site.spoil()
        done = self.site.run_as_user("serve")
        expect(done.returncode != 0 and b"acept" in done.stderr, "serve refuses the typo by name")

    def mend(self):
        self.site.mend()
        self.start()

    def kill(self):
        self.daemon.kill()


def wait(condition, what, log, nudge=None):
    """Waits until CONDITION holds, calling NUDGE every now and then; else ends the test with LOG."""
    for turn in range(600):
        if condition():
            return
        if nudge and turn % 20 == 19:
            nudge()
        time.sleep(0.1)
    sys.exit("FAILED: %s did not come\n%s" % (what, log()[-6000:]))


def scenario(site, system, faults, no_report=FOREIGN):
    """What every recipe promises. SYSTEM has send(message), queued(), deferrals(), bounces(),
    retry() and log(). FAULTS is a list of (name, begin, end): while one lasts nothing can be stored."""
    system.send(mail(report("good")))
    wait(lambda: system.queued() == 0, "delivery of a good report", system.log)
    expect_equal(site.stored(), ["good"], "reports stored")

    system.send(no_report)
    wait(lambda: system.queued() == 0, "delivery of what is no report", system.log)
    expect_equal(site.quarantined(), ["not-a-report"], "quarantine")

    expected = ["good"]
    for name, begin, end in faults:
        before = system.deferrals()
        begin()
        system.send(mail(report(name)))
        wait(lambda: system.deferrals() > before or system.bounces() > 0, "a deferral: " + name,
             system.log)
        expect_equal(system.bounces(), 0, "bounces: " + name)
        expect_equal(system.queued(), 1, "messages that the mail system keeps: " + name)
        # It may try again the moment that it can.
        expect_equal(site.stored(), expected, "reports stored as long as it lasts: " + name)
        end()
        expected = sorted(expected + [name])
        system.retry()
        wait(lambda: system.queued() == 0, "the message after the repair: " + name, system.log,
             system.retry)
        expect_equal(site.stored(), expected, "reports stored after the repair: " + name)
    expect_equal(site.quarantined(), ["not-a-report"], "quarantine at the end")


def run_quietly(*arguments):
    """A command of a mail system that must succeed; its standard output."""
    done = subprocess.run(arguments, capture_output=True)
    if done.returncode != 0:
        sys.exit("%s: exit %d\n%s%s" % (" ".join(arguments), done.returncode, done.stdout.decode(),
                                        done.stderr.decode()))
    return done.stdout.decode()
