"""Mail servers that Debian does not install beside Postfix: their packages are unpacked, and laid over
/usr, /etc and /var in a mount namespace of the test. Outside nothing changes, and every process ends
with the test."""
import os
import subprocess
import sys

UNSHARE = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]


def unpacked(package):
    """The folder in which PACKAGE of the section [unpacked] lies."""
    folder = os.path.join(os.environ["BUILD_DIR"], "unpacked")
    installer = os.path.join(os.environ["SOURCE_DIR"], "packaging", "install-packages.sh")
    if subprocess.run([installer, "unpack", "unpacked", folder]).returncode != 0:
        print(package + " cannot be fetched")
        sys.exit(77)
    return os.path.join(folder, package)


def enter():
    """Starts this test again, as process 1 of namespaces of its own."""
    if os.environ.get("TLSGAUGE_NAMESPACE"):
        return
    done = subprocess.run([*UNSHARE, "true"], capture_output=True)
    if done.returncode != 0:
        print("no mount namespace here in which the mail server could be unpacked (in a chroot, its root "
              "must be a mount point): " + done.stderr.decode())
        sys.exit(77)
    os.environ["TLSGAUGE_NAMESPACE"] = "1"
    os.execvp("unshare", [*UNSHARE, sys.executable, *sys.argv])


def lay_over(target, layer):
    """Lays the folder LAYER over TARGET, which becomes read-only."""
    done = subprocess.run(["mount", "-t", "overlay", "-o", "lowerdir=%s:%s" % (layer, target),
                           "overlay", target], capture_output=True)
    if done.returncode != 0:
        print("no overlay can be mounted here: " + done.stderr.decode())
        sys.exit(77)


def empty(target):
    """Puts a new, empty and writable folder at TARGET."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", target], check=True)


def with_users(users):
    """passwd and group of the machine, and USERS (name to home), each with a group of its own."""
    with open("/etc/passwd") as file:
        passwd = file.read()
    with open("/etc/group") as file:
        group = file.read()
    for number, (name, home) in enumerate(users.items(), 64800):
        passwd += "%s:x:%d:%d::%s:/usr/sbin/nologin\n" % (name, number, number, home)
        group += "%s:x:%d:\n" % (name, number)
    return {"etc/passwd": passwd, "etc/group": group}
