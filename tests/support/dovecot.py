"""A Dovecot of our own with LMTP on a unix socket: its state and its mail are in a temporary folder."""
import os
import subprocess
import sys
import time

from lmtp_client import Lmtp
from ports import read_log

CONFIG = """\
protocols = lmtp
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
ssl = no
listen = 127.0.0.1
mail_location = maildir:~/Maildir
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 1
# The tested binary may be built with a sanitizer, which reserves terabytes of addresses.
default_vsz_limit = 0
postmaster_address = postmaster@receiver.example
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%n
}}
service lmtp {{
  unix_listener lmtp {{
    mode = 0600
  }}
}}
"""


class Dovecot:
    """RECIPE is the text of a file in /etc/dovecot/conf.d. Mail belongs to USER and GROUP."""

    def __init__(self, folder, recipe, user, group, files=None):
        self.folder = os.path.join(folder, "dovecot")
        for name in ("", "run", "home"):
            os.makedirs(os.path.join(self.folder, name), mode=0o755, exist_ok=True)
        subprocess.run(["chown", "%s:%s" % (user, group), os.path.join(self.folder, "home")],
                       check=True)
        self.config = os.path.join(self.folder, "dovecot.conf")
        with open(self.config, "w") as file:
            file.write(CONFIG.format(folder=self.folder, user=user, group=group) + recipe)
        self.process = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", self.config],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.socket = os.path.join(self.folder, "run", "lmtp")
        for _ in range(200):
            try:
                Lmtp(self.socket).close()
                return
            except OSError:
                time.sleep(0.05)
        sys.exit("Dovecot does not answer:\n" + self.log())

    def send(self, message, name="tls-reports"):
        """The reply to one message to NAME@example.org."""
        client = Lmtp(self.socket)
        client.ask("LHLO client.example")
        for line in ("MAIL FROM:<a@sender.example>", "RCPT TO:<%s@example.org>" % name, "DATA"):
            answer = client.ask(line)
            if answer[:1] not in ("2", "3"):
                return answer
        client.say(message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b".\r\n")
        answer = client.reply()
        client.close()
        return answer

    def maildir(self, name="tls-reports"):
        return os.path.join(self.folder, "home", name, "Maildir")

    def inbox(self, name="tls-reports"):
        """The files of the messages in the INBOX of NAME."""
        found = []
        for folder in ("new", "cur"):
            path = os.path.join(self.maildir(name), folder)
            found += [os.path.join(path, file) for file in os.listdir(path)] \
                if os.path.isdir(path) else []
        return sorted(found)

    def log(self):
        return read_log(os.path.join(self.folder, "log"))

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)
