"""Goal: the pages in a real browser, light, dark, on a phone and in print: nothing on the console, no
request leaves the site, nothing is wider than a phone, axe-core finds no violation, the keyboard
reaches all."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests"))
from support import browser, planted
from support.pages import Site
from support.program import Place, Server, expect, expect_equal

AXE = "axe-core@4"


def fetch_axe():
    """The source of axe-core from the npm registry; None where that cannot be reached."""
    folder = tempfile.mkdtemp(prefix="tlsgauge-axe-")
    try:
        done = subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund",
                               "--ignore-scripts", "--prefix", folder, AXE], capture_output=True,
                              timeout=180)
        if done.returncode != 0:
            print("no axe-core:", done.stderr.decode(errors="replace")[-500:])
            return None
        with open(os.path.join(folder, "node_modules/axe-core/axe.min.js")) as file:
            return file.read()
    except (OSError, subprocess.TimeoutExpired) as problem:
        print("no axe-core:", problem)
        return None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def violations(window, axe):
    window.evaluate(axe + ";0")
    found = window.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => "
                            "JSON.stringify(r.violations.map(v => [v.id, v.help, "
                            "v.nodes.slice(0, 3).map(n => n.html.slice(0, 200))])))")
    return json.loads(found)


def check_page(window, origin, target, axe):
    for look in ({}, {"dark": True}, {"width": 360, "height": 740},
                 {"width": 360, "height": 740, "dark": True}):
        window.look_as(**look)
        window.open(origin + target)
        where = "%s as %s" % (target, look)
        expect_equal(window.complaints(), [], where)
        away = [url for url in window.requests() if not url.startswith((origin + "/", "data:"))]
        expect_equal(away, [], where)
        width, window_width = window.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        expect(width <= window_width, "%s is %d wide" % (where, width))
        expect_equal(window.evaluate("document.scripts.length"), 0, where)
        expect_equal(violations(window, axe), [], "axe-core on " + where)
    window.look_as(media="print")
    expect_equal(window.evaluate("getComputedStyle(document.querySelector('nav')).display !== 'none' "
                                 "&& getComputedStyle(document.querySelector('.top')).display"),
                 "none", "no navigation in print: " + target)


def press(window, key, code):
    for kind in ("keyDown", "keyUp"):
        window.call("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                    windowsVirtualKeyCode=code, **({"text": "\r"} if key == "Enter" and
                                                   kind == "keyDown" else {}))


def check_keyboard(window, origin):
    window.look_as()
    window.open(origin + "/")
    press(window, "Tab", 9)
    expect_equal(window.evaluate("document.activeElement.className"), "skip", "the first stop")
    expect(window.evaluate("document.activeElement.getBoundingClientRect().left") >= 0,
           "the skip link shows itself")
    press(window, "Enter", 13)
    expect_equal(window.evaluate("document.activeElement.id"), "content", "where it leads")
    stops = set()
    for _ in range(80):
        press(window, "Tab", 9)
        stops.add(window.evaluate("document.activeElement.outerHTML.slice(0, 150)"))
        outline = window.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        expect(outline != "none" or window.evaluate("document.activeElement === document.body"),
               "what has the focus shows it: " + window.evaluate("document.activeElement.outerHTML"))
    links = window.evaluate("document.querySelectorAll('main a').length")
    expect(len(stops) >= links, "%d stops for %d links" % (len(stops), links))


def main():
    if browser.PROGRAM is None or shutil.which("npm") is None:
        print("no chromium, or no npm")
        sys.exit(77)
    axe = fetch_axe()
    if axe is None:
        sys.exit(77)
    place = Place(planted.CONFIG + "[dashboard]\nlisten=127.0.0.1:0\n")
    planted.plant(place)
    server = Server(place)
    site = Site(server.dashboard_port)
    origin = "http://127.0.0.1:%d" % server.dashboard_port
    newest = site.json("/reports.json?domain=broken.example")["reports"][0]["id"]
    hostile = [row for row in site.json("/domain.json?domain=broken.example")["summary"]["senders"]
               if "script" in row["sender"]][0]["sender"]
    window = browser.Browser()
    try:
        import urllib.parse
        for target in ("/", "/domain?domain=broken.example", "/domain?domain=held.example&days=90",
                       "/domain?domain=quiet.example", "/sender?sender=Google+Inc.",
                       "/sender?sender=" + urllib.parse.quote(hostile), "/reports",
                       "/report?id=%d" % newest, "/quarantine", "/entry?id=q2", "/?days=365"):
            check_page(window, origin, target, axe)
        check_keyboard(window, origin)
    finally:
        window.close()
    expect_equal(server.stop(), 0, "serve ends")
    place.remove()


main()
