"""An OpenSMTPD of our own, on loopback and in the namespace of the test."""
import os
import smtplib
import subprocess
import sys

import namespace
from mail_systems import run_quietly
from ports import free_port, wait_for_smtp

CONFIG = """\
listen on 127.0.0.1 port {port} hostname mx.receiver.example
{recipe}
"""


class OpenSmtpd:
    """RECIPE is the text of lines in smtpd.conf."""

    def __init__(self, site, recipe):
        self.port = free_port()
        package = namespace.unpacked("opensmtpd")
        empty = "/var/lib/opensmtpd/empty"
        users = {"opensmtpd": empty, "opensmtpq": empty}
        for name, text in namespace.with_users(users).items():
            site.write("layer/" + name, text)
        site.write("layer/etc/smtpd.conf", CONFIG.format(port=self.port, recipe=recipe))
        site.folder("layer" + empty)
        for target in ("etc", "var"):
            namespace.lay_over("/" + target, os.path.join(site.path, "layer", target))
        namespace.lay_over("/usr", os.path.join(package, "usr"))
        namespace.empty("/var/spool")
        namespace.empty("/run")
        self.log_path = os.path.join(site.path, "smtpd.log")
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(["/usr/sbin/smtpd", "-d", "-f", "/etc/smtpd.conf"],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if wait_for_smtp(self.port):
            return
        self.process.kill()
        sys.exit("OpenSMTPD does not answer:\n" + self.log())

    def send(self, message, recipient="tls-reports@example.org"):
        with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as client:
            client.sendmail("sender@sender.example", [recipient], message)

    def control(self, *arguments):
        # The package makes it setgid when it is installed; here it was only unpacked.
        return run_quietly("setpriv", "--regid", "opensmtpq", "--clear-groups", "smtpctl", *arguments)

    def queued(self):
        return len(self.control("show", "queue").splitlines())

    def log(self):
        with open(self.log_path, errors="replace") as file:
            return file.read()

    def deferrals(self):
        return self.log().count("result=TempFail")

    def bounces(self):
        return self.log().count("result=PermFail")

    def retry(self):
        self.control("schedule", "all")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)
