"""Signed zones on an nsd of our own at a free port of loopback."""
import atexit
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

SOA = "{zone} 3600 IN SOA ns.example. hostmaster.example. 1 3600 600 86400 60\n" \
      "{zone} 3600 IN NS ns.example.\n"


def _end_with_parent():
    """Also where the test is killed and has no time to stop what it started."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _answers(port, zone):
    """The server at PORT says something about the SOA of ZONE."""
    name = b"".join(bytes([len(label)]) + label.encode() for label in zone.split(".") if label)
    question = b"\x12\x34" + b"\0\0\0\1" + 6 * b"\0" + name + b"\0\0\6\0\1"
    with socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.settimeout(0.5)
        try:
            udp.sendto(question, ("127.0.0.1", port))
            return udp.recv(512)[:2] == b"\x12\x34"
        except OSError:
            return False


def _free_port():
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        port = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", port))
    return port


def _stop(process):
    process.terminate()
    process.wait()


class Zone:
    """NAME with trailing dot. SIGNED: with a key of its own; STRIP: its NSEC records are left out, so
    that nothing can be denied; FORGED: its parent vouches for another key."""

    def __init__(self, name, signed=True, strip=False, forged=False, served=True):
        self.name, self.signed, self.strip = name, signed, strip
        self.forged, self.served = forged, served
        self.lines = []
        self.key = None

    def add(self, *lines):
        self.lines += lines


class NameServer:
    """Serves ZONES; `address` is 127.0.0.1@PORT, `anchor` a file with the DS of the root."""

    def __init__(self, folder, zones):
        self.folder = os.path.join(folder, "dns")
        os.makedirs(self.folder)
        for name in ("nsd", "ldns-keygen", "ldns-signzone"):
            if shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin") is None:
                print(name + " is not installed")
                sys.exit(77)
        for zone in zones:
            if zone.signed:
                zone.key = self._keygen(zone.name)
        for zone in zones:
            if zone.name != ".":
                self._delegate(zone, zones)
        for zone in zones:
            self._write(zone)
        root = next(zone for zone in zones if zone.name == ".")
        self.anchor = os.path.join(self.folder, root.key + ".ds")
        self.zones, self.processes = zones, {}
        self.port = _free_port()
        self.address = "127.0.0.1@%d" % self.port
        self._serve()

    def _serve(self):
        self._start("nsd", [(zone.name, zone.file) for zone in self.zones], self.port)

    def republish(self, zone):
        """Serves ZONE as it is now."""
        _stop(self.processes["nsd"])
        self._write(zone)
        self._serve()

    def serve_other(self, zone, *lines):
        """A server that has another ZONE than the one served, with LINES, unsigned; its port."""
        path = os.path.join(self.folder, zone.strip(".") + ".other")
        with open(path, "w") as file:
            file.write(SOA.format(zone=zone) + "\n".join(lines) + "\n")
        return self._start("other-" + zone.strip("."), [(zone, path)], _free_port())

    def delv(self, name, kind):
        """What BIND's validator says: "secure", "insecure", "bogus"; and the text."""
        with open(self.anchor) as file:
            tag, algorithm, digest, *data = file.read().split("DS")[1].split()
        anchors = os.path.join(self.folder, "delv.keys")
        with open(anchors, "w") as file:
            file.write('trust-anchors { . static-ds %s %s %s "%s"; };\n' % (
                tag, algorithm, digest, "".join(data).split(";")[0]))
        done = subprocess.run(["delv", "@127.0.0.1", "-p", str(self.port), "-a", anchors, "+root=.",
                               name, kind], capture_output=True, text=True, timeout=60)
        text = done.stdout + done.stderr
        if "fully validated" in text:
            return "secure", text
        return ("insecure" if "unsigned answer" in text else "bogus"), text

    def _run(self, *command):
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit("%s: %s%s" % (" ".join(command), done.stdout, done.stderr))
        return done.stdout.strip()

    def _keygen(self, name):
        return self._run("ldns-keygen", "-a", "ECDSAP256SHA256", "-k", name)

    def _delegate(self, zone, zones):
        parents = [other for other in zones if other is not zone and
                   (other.name == "." or zone.name.endswith("." + other.name))]
        parent = max(parents, key=lambda other: len(other.name))
        parent.add("%s 3600 IN NS ns.example." % zone.name)
        if zone.signed:
            key = self._keygen(zone.name) if zone.forged else zone.key
            with open(os.path.join(self.folder, key + ".ds")) as file:
                parent.add(file.read().strip())

    def _write(self, zone):
        zone.file = os.path.join(self.folder, zone.name.strip(".").replace("*", "_") or "root")
        if not zone.served:
            return
        with open(zone.file, "w") as file:
            file.write(SOA.format(zone=zone.name) + "\n".join(zone.lines) + "\n")
        if not zone.signed:
            return
        self._run("ldns-signzone", "-o", zone.name, zone.file, zone.key)
        zone.file += ".signed"
        if zone.strip:
            with open(zone.file) as file:
                kept = [line for line in file if "\tNSEC\t" not in line]
            with open(zone.file, "w") as file:
                file.writelines(kept)

    def _start(self, tag, files, port):
        """An nsd of its own for FILES (zone, path) at PORT, which is returned."""
        config = os.path.join(self.folder, tag + ".conf")
        with open(config, "w") as file:
            file.write("""server:
  ip-address: 127.0.0.1@{port}
  port: {port}
  username: ""
  chroot: ""
  zonesdir: "{folder}"
  database: ""
  pidfile: "{folder}/{tag}.pid"
  xfrdfile: "{folder}/{tag}.xfrd"
  zonelistfile: "{folder}/{tag}.list"
  logfile: "{folder}/{tag}.log"
  server-count: 1
remote-control:
  control-enable: no
""".format(port=port, folder=self.folder, tag=tag))
            for row in files:
                file.write('zone:\n  name: "%s"\n  zonefile: "%s"\n' % row)
        nsd = shutil.which("nsd") or "/usr/sbin/nsd"
        process = subprocess.Popen([nsd, "-d", "-c", config], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, preexec_fn=_end_with_parent)
        atexit.register(_stop, process)
        self.processes[tag] = process
        for _ in range(300):
            if _answers(port, files[0][0]) or process.poll() is not None:
                break
            time.sleep(0.1)
        if process.poll() is not None or not _answers(port, files[0][0]):
            with open(os.path.join(self.folder, tag + ".log")) as file:
                sys.exit("nsd does not answer:\n" + file.read())
        return port
