"""Goal: with the same reports every command that reads prints the same over PostgreSQL as over a file,
the pages of the dashboard and their JSON twins too; and so after rebuild, prune and what retention
leaves. backup says what to use instead.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests"))
from support import planted, reports
from support.pages import Site
from support.postgresql import Postgresql
from support.program import Place, Server, expect, expect_equal

CONFIG = planted.CONFIG.rstrip() + (
    ";mail.example\n[trust]\nauthserv-ids=mx.receiver.example\n"
    "[dashboard]\nlisten=127.0.0.1:0\n"
    "[alerts]\ncommand=cat >/dev/null\n")
# When something came in or was done, in how many transactions, and what it took.
MOMENT = re.compile(r'"cursor":"[^"]*"|"revision":\d+|'
                    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z| UTC)?|"
                    r"(tlsgauge_(process_|build|.*(seconds|bytes|timestamp)).*)")
NOW = planted.ago(0)

database = Postgresql()
file = Place(CONFIG)
server = Place(CONFIG, store=database.uri())


def expect_same(seen, expected, what):
    """The texts are long: the first line that differs is told."""
    lines = zip(seen.splitlines(), expected.splitlines())
    for one, other in lines if seen != expected else ():
        expect_equal(one, other, what)
    expect_equal(len(seen), len(expected), what)


def both(*arguments, status=None, **more):
    """What both say, who must agree."""
    seen = []
    for place in (file, server):
        ended = place.run(*arguments, status=status, **more)
        text = (ended.stdout + ended.stderr).decode(errors="replace")
        for path, name in ((place.store, "STORE"), (place.path, "PLACE"), (file.path, "PLACE")):
            text = text.replace(path, name)
        text = MOMENT.sub("MOMENT", text)
        if arguments[0] == "export":  # days come as they were committed, and so in any order
            text = "\n".join(sorted(text.splitlines()))
        seen.append((ended.returncode, text))
    expect_equal(seen[1][0], seen[0][0], "status of " + " ".join(arguments))
    expect_same(seen[1][1], seen[0][1], " ".join(arguments))
    return seen[0][1]


def done(*arguments):
    """The same of a command that must succeed."""
    return both(*arguments, status=0)


def mails():
    """Copies with more and less trust, in any order, and what differs under one claim."""
    for number in range(24):
        one = reports.report("mail-%d" % (number % 8), planted.ago(3 + number % 3), "mail.example",
                             "Sender %d" % (number % 2), successful=40 + number // 16,
                             failed=number % 4, mode="enforce" if number % 2 else "testing",
                             details=[planted.detail("certificate-expired", number % 4,
                                                     "mx%d.mail.example" % (number % 2))])
        both("deliver", stdin=reports.mail(one, domain="mail.example",
                                           dkim_domain="sender.example" if number % 3 else None))
    for back in (61, 75, 200):
        both("deliver", stdin=reports.gzipped(reports.report("old-%d" % back, planted.ago(back),
                                                             "mail.example", failed=1)))
    for text in (b"no report at all\n", b"{}", b"[1, 2]", b"no report at all\n"):
        both("deliver", stdin=text)


def commands(brief):
    domains = planted.DOMAINS + ["mail.example", "quiet.example", "unknown.example"]
    week = ["--since", planted.ago(7), "--until", planted.ago(1)]
    for form in ("text", "html") if brief else ("text", "csv", "markdown", "html", "html-mail"):
        yield "report", "--now", NOW, "--format", form
    for more in ((), week, ["--compare"] + week, ["--week"], ["--by", "day"], ["--matrix"],
                 ["--conformity"], ["--quality"], ["--addresses"], ["--only-failures"],
                 ["--only-new"] + week, ["--sender", "Google Inc."], ["--policy-type", "tlsa"],
                 ["--mx", "mx2.broken.example"], ["--result", "certificate-expired"]):
        yield ("report", "--now", NOW, "--json", *more)
    for domain in domains[:2] + domains[-3:] if brief else domains:
        yield "report", "--now", NOW, "--domain", domain
        yield "ready", "--now", NOW, domain
        yield "ready", "--now", NOW, "--json", domain
        yield "explain", domain
        yield "explain", domain, "--json", *week
        yield "list", "--domain", domain, "--limit", "7"
    for what in ("reports", "failures", "totals"):
        yield "export", "--what", what
        yield ("export", "--what", what, "--domain", "broken.example", *week)
    yield "export", "--what", "reports", "--limit", "11"
    yield "ready", "--all", "--now", NOW
    for command in (["list"], ["list", "--json"], ["list", *week], ["metrics"],
                    ["list", "--sender", "Sender 1", "--json"], ["quarantine", "list"],
                    ["quarantine", "list", "--json"], ["alerts", "list"],
                    ["alerts", "list", "--json"]):
        yield tuple(command)
    for number in (1, 2) if brief else (1, 2, 77, 100000):
        for more in ((), ("--json",), ("--raw",)):
            yield ("show", "r%d" % number, *more)
            yield ("quarantine", "show", "q%d" % number, *more)


def compare(what, brief=True, before=None):
    """What all say, by command; the same as BEFORE where that is given."""
    said = {command: both(*command) for command in commands(brief)}
    octets = sum(map(len, said.values()))
    print("%s: %d commands, %d octets" % (what, len(said), octets), flush=True)
    expect(octets > 100000, "they say something")
    for command, text in said.items():
        expect_same(text, before[command] if before else text, "%s: %s" % (what, command))
    return said


def pages(place):
    """All that a crawl finds, by target."""
    running = Server(place)
    found = {}
    for target, page, twin in Site(running.dashboard_port).crawl("/", 90):
        texts = [page[1] if page is not None else "", str(twin)]
        for own, shown in ((place.store, "STORE"), (place.path, "PLACE"), (file.path, "PLACE"),
                           (":%d" % running.dashboard_port, ":PORT")):
            texts = [text.replace(own.replace("&", "&amp;"), shown) for text in texts]
        found[target] = [MOMENT.sub("MOMENT", text) for text in texts]
    expect_equal(running.stop(), 0, "serve ends")
    return found


def compare_pages():
    one, other = pages(file), pages(server)
    expect_equal(sorted(other), sorted(one), "the pages")
    expect(len(one) > 60, "there are pages")
    for target, (text, twin) in one.items():
        expect_same(other[target][1], twin, "the data of " + target)
        expect_same(other[target][0], text, "the page " + target)
    print("%d pages" % len(one), flush=True)


class Both:
    """Takes the same files into both, so that their sources are the same."""
    path, write = file.path, file.write
    run = staticmethod(lambda *arguments, status: both(*arguments))


planted.plant(Both)
mails()
done("quarantine", "drop", "q2")
done("alerts", "run", "--now", NOW)
before = compare("taken in", brief=False)
compare_pages()
done("rebuild")
compare("rebuilt", before=before)
# Retention in its three steps, and a rebuild that has to live with it.
expect("reports" in done("prune", "--dry-run", "--raw-days", "20", "--daily-days", "60"), "a plan")
done("prune", "--addresses-days", "5")
done("prune", "--raw-days", "20", "--daily-days", "60", "--quarantine-days", "1000")
pruned = compare("pruned")
expect(len(pruned["export", "--what", "reports"]) < len(before["export", "--what", "reports"]),
       "prune has dropped something")
done("rebuild")
compare("pruned and rebuilt", before=pruned)
done("prune", "--raw-days", "20", "--daily-days", "60", "--compact")
both("quarantine", "retry", "--all")
mails()
compare("gone on")
told = server.run("backup", os.path.join(server.path, "copy.db"), status=78)
expect(b"pg_dump" in told.stderr, "backup says what to use: %r" % told.stderr)
expect(not os.path.exists(os.path.join(server.path, "copy.db")), "and makes no file")
for place in (file, server):
    place.remove()
