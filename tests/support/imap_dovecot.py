"""A Dovecot of our own that speaks IMAP on loopback: its folder, ports and certificate are temporary."""
import hashlib
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time

from ports import free_port, read_log

CONF = """\
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = yes
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/%u
mail_fsync = never
first_valid_uid = 1
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth-worker {{
  user = $default_internal_user
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/passwd
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""


def make_certificate(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", folder + "/key.pem",
         "-out", folder + "/cert.pem"], check=True, capture_output=True)
    os.chmod(folder + "/cert.pem", 0o644)


class ImapDovecot:
    """USERS: their passwords by name. Maildirs are filled by deliver()."""

    def __init__(self, place, users):
        self.folder = os.path.join(place, "dovecot")
        self.port, self.tls_port = free_port(), free_port()
        os.makedirs(os.path.join(self.folder, "mail"))
        make_certificate(self.folder)
        self.certificate = os.path.join(self.folder, "cert.pem")
        self.conf = os.path.join(self.folder, "dovecot.conf")
        with open(self.conf, "w") as file:
            file.write(CONF.format(folder=self.folder, port=self.port, tls_port=self.tls_port))
        with open(os.path.join(self.folder, "passwd"), "w") as file:
            for user, password in users.items():
                file.write("%s:{PLAIN}%s:::::\n" % (user, password))
        for user in users:
            for name in ("", "cur", "new", "tmp"):
                os.makedirs(os.path.join(self.maildir(user), name), exist_ok=True)
                shutil.chown(os.path.join(self.maildir(user), name), "nobody", "nogroup")
        # Not by pipes, which the daemon would hold open.
        if subprocess.run(["dovecot", "-c", self.conf]).returncode != 0:
            sys.exit("Dovecot does not start")
        for _ in range(200):
            try:
                context = ssl.create_default_context(cafile=self.certificate)
                with socket.create_connection(("127.0.0.1", self.tls_port), timeout=5) as raw:
                    with context.wrap_socket(raw, server_hostname="localhost") as connection:
                        if connection.recv(4) == b"* OK":
                            return
            except OSError:
                time.sleep(0.05)
        sys.exit("Dovecot does not answer:\n" + self.log())

    def maildir(self, user):
        return os.path.join(self.folder, "mail", user)

    def deliver(self, user, messages):
        """MESSAGES: (name, flags, bytes); without flags a message is in new/."""
        for name, flags, content in messages:
            kind, suffix = ("cur", ":2," + flags) if flags is not None else ("new", "")
            path = os.path.join(self.maildir(user), kind, name + suffix)
            with open(path, "wb") as file:
                file.write(content)
            shutil.chown(path, "nobody", "nogroup")

    def snapshot(self, user, folder=""):
        """Flags and digest of each message of a folder (Maildir++), by its name."""
        seen = {}
        for kind in ("new", "cur"):
            path = os.path.join(self.maildir(user), folder, kind)
            for name in os.listdir(path) if os.path.isdir(path) else []:
                base, _, flags = name.partition(":2,")
                base = base.partition(",")[0]  # a copy gets sizes in its name
                with open(os.path.join(path, name), "rb") as file:
                    seen[base] = (flags, hashlib.sha256(file.read()).hexdigest())
        return seen

    def url(self, user, folder=""):
        return "imaps://%s@localhost:%d/%s" % (user, self.tls_port, folder)

    def log(self):
        return read_log(os.path.join(self.folder, "log"))

    def stop(self):
        subprocess.run(["dovecot", "-c", self.conf, "stop"], capture_output=True)
