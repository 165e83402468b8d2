"""Collecting over HTTPS: each answer after its commit; beside libmicrohttpd over TLS that does nothing,
and one that commits each report by itself, without and with its daily sums. wrk is the client and has its
share of the processors."""
import os
import re
import subprocess
import tempfile

from resident import certificate
from table import HERE, PROGRAM, ROUNDS, SCALE, clear, compare, corpus, free_port, heading, tell, tool
from table import tell_flush, wait_for

# Long enough that the handshakes of all connections at the start are less than one answer in a hundred.
SECONDS = 19 + SCALE
CONNECTIONS = 256


def load(command, port, pack, connections, close):
    """Requests a second, and the 99th percentile in ms."""
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        out = subprocess.run(
            ["wrk", "-t1", "-c%d" % connections, "-d%ds" % SECONDS, "--latency", "-s",
             os.path.join(HERE, "post.lua"), "https://127.0.0.1:%d/v1/tlsrpt" % port, "--", pack] +
            (["close"] if close else []), capture_output=True, check=True, text=True).stdout
    finally:
        server.kill()
        server.wait()
    if "Non-2xx" in out:
        raise SystemExit("refused requests:\n" + out)
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    return (float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]),
            float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit])


with tempfile.TemporaryDirectory() as folder:
    certificate_file, key = certificate(folder)
    # More than are posted: one that comes twice would cost less.
    pack = corpus("pack", 400000, os.path.join(folder, "pack"))
    database, config = os.path.join(folder, "db"), os.path.join(folder, "conf")

    def ours(connections, close):
        port = free_port()
        clear(database)
        with open(config, "w") as file:
            file.write("[store]\nuri=%s\n[https]\nlisten=127.0.0.1:%d\ncertificate=%s\nkey=%s\n"
                       "[limits]\nconnections=2000\nconnections-per-address=2000\n"
                       % (database, port, certificate_file, key))
        return load([PROGRAM, "--config", config, "serve"], port, pack, connections, close)

    def naive(connections, close, *store):
        port = free_port()
        clear(database)
        command = [tool("bench_naive_https"), str(port), certificate_file, key, *store]
        return load(command, port, pack, connections, close)[0]

    rates = {name: [] for name in ("ours", "p99", "bare", "commit", "daily", "ours new", "bare new")}
    for _ in range(ROUNDS):
        rate, p99 = ours(CONNECTIONS, False)
        rates["ours"].append(rate)
        rates["p99"].append(p99)
        rates["commit"].append(naive(CONNECTIONS, False, database))
        rates["daily"].append(naive(CONNECTIONS, False, database, "daily"))
        rates["bare"].append(naive(CONNECTIONS, False))
        rates["ours new"].append(ours(CONNECTIONS, True)[0])
        rates["bare new"].append(naive(CONNECTIONS, True))
    heading("HTTPS, %d connections (requests/s)" % CONNECTIONS)
    tell_flush(folder)
    compare("keep-alive, against commit each", rates["ours"], rates["commit"], "1/s", digits=0)
    compare("the same with daily sums", rates["ours"], rates["daily"], "1/s", digits=0)
    compare("keep-alive, against no work at all", rates["ours"], rates["bare"], "1/s", digits=0)
    compare("new connections, against no work", rates["ours new"], rates["bare new"], "1/s",
            digits=0)
    tell("99th percentile, keep-alive, ms", "%.1f" % sorted(rates["p99"])[ROUNDS // 2])
