"""What a process has in memory, and servers to look at: for memory.py and soak.py."""
import os
import socket
import ssl
import subprocess

from table import PROGRAM

os.environ["TLSGAUGE"] = PROGRAM
from program import Place, Server  # noqa: E402, F401


def resident(pid):
    """Kilobytes of PID: all that is resident, and what of it no file backs."""
    with open("/proc/%d/status" % pid) as file:
        fields = dict(line.split(":", 1) for line in file if line.startswith(("VmRSS", "RssAnon")))
    return tuple(int(fields[name].split()[0]) for name in ("VmRSS", "RssAnon"))


def peak(pid):
    """The most kilobytes that PID ever had resident."""
    with open("/proc/%d/status" % pid) as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))


def descriptors(pid):
    return len(os.listdir("/proc/%d/fd" % pid))


def certificate(folder):
    """Paths of a throw-away certificate (ECDSA P-256) and its key."""
    paths = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", paths[1], "-out", paths[0],
                    "-subj", "/CN=localhost"], check=True, stderr=subprocess.DEVNULL)
    return paths


def tls_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def connect_tls(port, context, timeout=30):
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout))


def read_pack(path):
    """The reports of a pack that bench_corpus wrote."""
    with open(path, "rb") as file:
        octets = file.read()
    at, items = 0, []
    while at + 4 <= len(octets):
        size = int.from_bytes(octets[at:at + 4], "little")
        items.append(octets[at + 4:at + 4 + size])
        at += 4 + size
    return items
