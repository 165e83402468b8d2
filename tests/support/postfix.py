"""A Postfix of our own on loopback: its queue, its ports and its log are in a temporary folder."""
import os
import re
import smtplib
import subprocess
import sys
import time

from ports import free_port, read_log, wait_for_smtp

MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
{services}
"""

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.receiver.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relay_domains = reports.example
transport_maps = inline:{{ {{reports.example = {transport}}} }}
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
smtpd_peername_lookup = no
default_process_limit = 20
tlsgauge_destination_recipient_limit = 1
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
transport_retry_time = 2s
soft_bounce = no
notify_classes =
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
alias_maps =
alias_database =
smtputf8_enable = no
message_size_limit = 33554432
"""


def pipe_to(site):
    """Lines of master.cf: `deliver` behind pipe(8), as the user of SITE, with what SITE.configure says."""
    return ("tlsgauge unix - n n - 4 pipe\n  flags=RX user=%s:%s argv=%s --config %s deliver"
            % (site.user, site.group, site.program, site.config))


class Postfix:
    """SERVICES are lines of master.cf, TRANSPORT what reports.example is routed to."""

    def __init__(self, folder, services, transport):
        self.folder = os.path.join(folder, "postfix")
        self.port = free_port()
        for name in ("", "spool", "data", "etc"):
            os.makedirs(os.path.join(self.folder, name), mode=0o755)
        subprocess.run(["chown", "postfix:postfix", os.path.join(self.folder, "data")], check=True)
        self.etc = os.path.join(self.folder, "etc")
        with open(os.path.join(self.etc, "main.cf"), "w") as file:
            file.write(MAIN.format(folder=self.folder, transport=transport))
        with open(os.path.join(self.etc, "master.cf"), "w") as file:
            file.write(MASTER.format(port=self.port, services=services))
        self.control("start")
        if wait_for_smtp(self.port):
            return
        sys.exit("Postfix does not answer:\n" + self.log())

    def control(self, verb):
        done = subprocess.run(["postfix", "-c", self.etc, verb], capture_output=True)
        if done.returncode != 0:
            sys.exit("postfix %s: %s%s" % (verb, done.stderr.decode(), self.log()))

    def send(self, message, recipient="tls-reports@reports.example", count=1):
        with smtplib.SMTP("127.0.0.1", self.port, local_hostname="client.example",
                          timeout=30) as client:
            for _ in range(count):
                client.sendmail("sender@sender.example", [recipient], message)

    def log(self):
        return read_log(os.path.join(self.folder, "log"))

    def queued(self):
        done = subprocess.run(["postqueue", "-c", self.etc, "-j"], capture_output=True)
        return done.stdout.decode().count('"queue_id"')

    def statuses(self, service="tlsgauge"):
        """The dsn and status of every delivery attempt of the pipe, in order."""
        pattern = r"relay=%s\b.*?dsn=([0-9.]+), status=(\w+)" % service
        return re.findall(pattern, self.log())

    def flush(self):
        subprocess.run(["postqueue", "-c", self.etc, "-f"], check=True)

    def wait(self, condition, what, seconds=60):
        for _ in range(seconds * 10):
            if condition():
                return
            time.sleep(0.1)
        sys.exit("FAILED: %s did not come\n%s" % (what, self.log()[-4000:]))

    def stop(self):
        subprocess.run(["postfix", "-c", self.etc, "stop"], capture_output=True)
