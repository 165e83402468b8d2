"""An Exim of our own, on loopback and in the namespace of the test."""
import glob
import os
import pwd
import smtplib
import subprocess
import sys

import namespace
from mail_systems import run_quietly
from ports import free_port, wait_for_smtp

CONFIG = """\
primary_hostname = mx.receiver.example
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
daemon_smtp_ports = {port}
local_interfaces = 127.0.0.1
domainlist local_domains = example.org
acl_smtp_rcpt = rcpt
host_lookup =
tls_advertise_hosts =
keep_environment =
begin acl
rcpt:
  accept domains = +local_domains
         verify = recipient
  deny
begin routers
{router}
begin transports
{transport}
begin retry
*  *  F,2h,15m; G,16h,1h,1.5; F,4d,6h
"""


class Exim:
    """ROUTER and TRANSPORT are texts of conf.d; queue runs come only by retry()."""

    def __init__(self, site, router, transport):
        self.folder = site.folder("exim")
        self.port = free_port()
        package = namespace.unpacked("exim4-daemon-light")
        for name, text in namespace.with_users({"Debian-exim": self.folder + "/spool"}).items():
            site.write("layer/" + name, text)
        site.write("layer/etc/exim4/exim4.conf", CONFIG.format(
            folder=self.folder, port=self.port, router=router, transport=transport))
        namespace.lay_over("/etc", os.path.join(site.path, "layer", "etc"))
        namespace.lay_over("/usr", os.path.join(package, "usr"))
        user = pwd.getpwnam("Debian-exim")
        for name in ("spool", "log"):
            os.chown(site.folder("exim/" + name), user.pw_uid, user.pw_gid)
        self.process = subprocess.Popen(["/usr/sbin/exim4", "-bdf"], stdin=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE)
        if wait_for_smtp(self.port):
            return
        self.process.kill()
        sys.exit("Exim does not answer:\n" + self.process.stderr.read().decode() + self.log())

    def send(self, message, recipient="tls-reports@example.org"):
        with smtplib.SMTP("127.0.0.1", self.port, timeout=30) as client:
            client.sendmail("sender@sender.example", [recipient], message)

    def queued(self):
        return len(glob.glob(self.folder + "/spool/input/**/*-H", recursive=True))

    def log(self):
        text = ""
        for name in ("mainlog", "paniclog", "rejectlog"):
            try:
                with open(os.path.join(self.folder, "log", name)) as file:
                    text += file.read()
            except OSError:
                pass
        return text

    def deferrals(self):
        return self.log().count(" == ") + self.log().count(" Frozen")

    def bounces(self):
        return self.log().count(" ** ")

    def retry(self):
        """Tries all that is in the queue now, what is frozen too."""
        run_quietly("/usr/sbin/exim4", "-qff")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)
