"""Goal: what inflates without end is refused with a reason, kept cut, and costs little memory."""
import io
import os
import subprocess
import sys
import zipfile
import zlib

SUPPORT = os.path.join(os.environ["SOURCE_DIR"], "tests", "support")
sys.path.insert(0, SUPPORT)
from program import PROGRAM, Place, expect, expect_equal  # noqa: E402
from reports import mail, report, gzipped  # noqa: E402

# AddressSanitizer keeps freed memory back; that is not what is measured here.
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
place = Place()


def peak(stdin):
    """Peak resident megabytes of one deliver."""
    path = place.write("input", stdin)
    done = subprocess.run([sys.executable, os.path.join(SUPPORT, "peak.py"), path, PROGRAM, "--config",
                           place.config, "deliver"], capture_output=True, check=True)
    status, kilobytes = done.stdout.split()
    expect_equal(int(status), 0, "exit status of deliver")
    return int(kilobytes) / 1024


def stream(megabytes, start=b"", fill=b" "):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(start) + b"".join(
        packer.compress(fill * 1048576) for _ in range(megabytes)) + packer.flush()


def archive(megabytes):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(3):
            file.writestr("%d.json" % number, b"{" + b" " * (megabytes * 1048576))
    return out.getvalue()


ordinary = peak(gzipped(report("ordinary")))
bombs = {"gzip": stream(300), "gzip that starts as a report": stream(300, b'{"policies":['),
         "members": stream(1) * 60, "twice": gzipped(stream(300)),
         "zip": archive(100)}
for name, bomb in bombs.items():
    extra = peak(bomb) - ordinary
    expect(extra < 64, "%s costs %d MB more than an ordinary report" % (name, extra))
too_large = b'{"organization-name":"' + b"x" * (40 * 1048576)
expect(peak(too_large) - ordinary < 96, "a large input is not read whole")
entries = place.json("quarantine", "list", "--json")["entries"]
expect_equal([e["outcome"] for e in entries], ["too-large"] * len(entries), "outcomes")
expect_equal(len(entries), len(bombs) + 1, "each is in quarantine")
expect(max(e["octets"] for e in entries) == len(too_large), "the full size is told")
expect(os.path.getsize(place.store) < 4 * 1048576, "what is kept is cut")
expect_equal(len(place.json("list", "--json")["reports"]), 1, "only the report is stored")
place.remove()
print("ok")
