"""Pages of the dashboard over a store of REPORTS reports: "first" is the first request after the start,
the others are asked for again and again. Beside them the answer 404 of the same listener. The store may
be kept, see stores.py; with ROUNDS=0 it is only filled."""
import http.client
import os
import subprocess
import tempfile
import time
import urllib.parse

import stores
from table import PROGRAM, ROUNDS, compare, free_port, heading, seconds

REPORTS = int(os.environ.get("REPORTS", "1000000"))
ALIKE = max(1, REPORTS // 100000)
DEFECTIVE = 1000
PAGES = {
    "overview": "/",
    "overview as JSON": "/overview.json",
    "a domain": "/domain?domain=customer7.example",
    "failures of a domain": "/domain?domain=customer7.example&mx=mx1.customer7.example",
    "a sender": "/sender?domain=customer7.example&sender=" + urllib.parse.quote("Example Mail Inc."),
    "reports of a domain": "/reports?domain=customer7.example",
    "a report": "/report?id=r%d" % (REPORTS // 2),
    "quarantine": "/quarantine",
}


class Dashboard:
    def __init__(self, folder, store):
        self.port = free_port()
        config = os.path.join(folder, "conf")
        with open(config, "w") as file:
            file.write("[store]\nuri=%s\n[dashboard]\nlisten=127.0.0.1:%d\n" % (store.path, self.port))
        self.process = subprocess.Popen([PROGRAM, "--config", config, "serve"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
                self.connection.connect()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("the dashboard does not listen")

    def ask(self, target, status=200):
        """Milliseconds until the whole page is there."""
        started = time.perf_counter()
        self.connection.request("GET", target)
        answer = self.connection.getresponse()
        answer.read()
        if answer.status != status:
            raise SystemExit("%s: %d" % (target, answer.status))
        return (time.perf_counter() - started) * 1000

    def stop(self):
        self.connection.close()
        self.process.terminate()
        self.process.wait()


def quarantine(folder, store):
    """Entries that are no reports."""
    path = os.path.join(folder, "bad")
    os.mkdir(path)
    for number in range(DEFECTIVE):
        with open(os.path.join(path, "%d.json" % number), "w") as file:
            file.write('{"organization-name": %d}' % number)
    seconds([PROGRAM, "--store", store.path, "import", path], good=(0, 1))


def measure(folder, store):
    samples = {name: [] for name in ["first overview", *PAGES, "404"]}
    for _ in range(ROUNDS):
        dashboard = Dashboard(folder, store)
        samples["first overview"].append(dashboard.ask("/"))
        for name, target in PAGES.items():
            dashboard.ask(target)
            samples[name].append(dashboard.ask(target))
            samples["404"].append(dashboard.ask("/nothing", 404))
        dashboard.stop()
    heading("Dashboard over %d reports (ms), against the answer 404" % REPORTS)
    for name, times in samples.items():
        if name != "404":
            compare(name, times, samples["404"], "ms", more_is_better=False)


with tempfile.TemporaryDirectory() as temporary:
    reports = stores.ours(temporary, REPORTS, alike=ALIKE)
    if ROUNDS > 0:
        quarantine(temporary, reports)
        measure(temporary, reports)
