"""Goal: a rollout from nothing to enforce, and the way back, done by nobody but the output of plan:
what it says is published in the fixture world, and after every step check agrees."""
import json
import os
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from program import Place, expect, expect_equal  # noqa: E402
from rollout import plant  # noqa: E402
from world import RUA, SHARED, WEB, World, policy  # noqa: E402
from world_web import Site  # noqa: E402

DAY = 86400
NAME, BAD, MANY, HALF = "new.example", "bad.example", "many.example", "half.example"
OWN_RUA = "mailto:tls-reports@inbox.example"


class Now:
    """The time that the program is told: a rollout takes weeks."""
    days = 0

    @classmethod
    def text(cls):
        return str(int(time.time()) + int(cls.days * DAY))

    @classmethod
    def seconds(cls):
        return time.time() + cls.days * DAY


def plan(domain, step, *more, status):
    done = place.run("plan", "--json", "--now", Now.text(), *live, *more, domain, status=None,
                     timeout=400)
    expect(done.stdout, "plan %s: exit %d: %s" % (domain, done.returncode, done.stderr.decode()))
    document = json.loads(done.stdout)
    if validator is not None:
        expect_equal([error.message for error in validator.iter_errors(document)], [], "its schema")
    seen = document["plan"]
    expect_equal((seen["step"], done.returncode), (step, status),
                 "the step for %s:\n%s" % (domain, json.dumps(seen, indent=1)))
    return seen


def follow(seen, relief=False):
    """Does what the plan says, in its order; the file and the record that it has."""
    done = {}
    for action in seen["actions"]:
        if action["relief"] != relief:
            continue
        if action["kind"] == "record":
            world.publish(action["name"], action["copy"])
        elif action["kind"] == "remove":
            world.publish(action["name"])
        elif action["kind"] == "file":
            site = world.sites[action["name"].split("/")[2]]
            expect_equal(action["name"].split("/", 3)[3], ".well-known/mta-sts.txt", "the URL")
            site.status, site.body = 200, action["copy"].encode()
        done.setdefault(action["kind"], []).append(action)
    return done


def check(domain, *expected, more=()):
    """Looks, keeps it, and expects these findings of weight and no other."""
    done = place.run("check", "--json", "--keep", "--now", Now.text(), *live, *more, domain,
                     status=None, timeout=400)
    run = json.loads(done.stdout)["domains"][0]
    seen = {one["id"]: one["severity"] for stage in run["stages"] for one in stage["findings"]
            if one["severity"] not in ("ok", "notice")}
    expect_equal(sorted(seen), sorted(expected), "findings of %s" % domain)
    return run


def verdict(domain, status):
    done = place.run("ready", "--json", "--now", time.strftime("%Y-%m-%d", time.gmtime(Now.seconds())),
                     domain, status=status)
    return json.loads(done.stdout)["domains"][0]["verdict"]


def check_forward():
    ids = []
    seen = plan(NAME, "tls-rpt", "--rua", OWN_RUA, status=0)
    follow(seen)
    check(NAME, "sts-dns-missing")
    seen = plan(NAME, "testing", *web, status=0)
    expect_equal([action["kind"] for action in seen["actions"]],
                 ["record", "record", "server", "file", "record"], "the file before its record")
    done = follow(seen)
    check_snippet(done["server"][0]["copy"])
    expect_equal(done["file"][0]["copy"],
                 "version: STSv1\nmode: testing\nmx: %s\nmax_age: 86400\n" % SHARED, "testing")
    run = check(NAME)
    expect_equal((run["policy"]["mode"], run["policy"]["usable"]), ("testing", True), "published")
    ids.append(run["sts_id"])

    plan(NAME, "wait", status=1)  # nobody has reported yet
    Now.days = 5
    plant(place, NAME, "testing", [SHARED], range(1, 6), now=Now.seconds())
    expect_equal(verdict(NAME, 3), "NOT ENOUGH DATA", "five days")
    plan(NAME, "wait", status=1)
    Now.days = 15
    plant(place, NAME, "testing", [SHARED], range(1, 11), now=Now.seconds())
    expect_equal(verdict(NAME, 0), "READY", "fifteen days")

    # The live look is against it: a new MX host that the policy does not name, and a dead one.
    world.publish(NAME, "%s. IN MX 10 %s." % (NAME, SHARED), "%s. IN MX 20 mx.second.example." % NAME)
    seen = plan(NAME, "mend", status=2)
    expect(any("sts-mx-uncovered" in one["what"] for one in seen["blockers"]), seen)
    body = next(one["copy"] for one in seen["actions"] if one["kind"] == "file")
    expect("mode: testing\n" in body and "mx: mx.second.example\n" in body, body)
    world.publish(NAME, "%s. IN MX 10 %s." % (NAME, SHARED))

    seen = plan(NAME, "enforce", status=0)
    done = follow(seen)
    expect_equal(done["file"][0]["copy"],
                 "version: STSv1\nmode: enforce\nmx: %s\nmax_age: 604800\n" % SHARED, "enforce")
    ids.append(check(NAME)["sts_id"])
    plan(NAME, "wait", status=1)  # the reports still tell of testing
    Now.days = 20
    plant(place, NAME, "enforce", [SHARED], range(0, 5), max_age=604800, now=Now.seconds() - DAY)
    plan(NAME, "wait", status=1)
    Now.days = 31
    plant(place, NAME, "enforce", [SHARED], range(0, 11), max_age=604800, now=Now.seconds() - DAY)
    seen = plan(NAME, "max-age", status=0)
    follow(seen)
    run = check(NAME)
    ids.append(run["sts_id"])
    expect_equal(run["policy"]["max_age"], 2592000, "a month")
    expect_equal(len(set(ids)), 3, "a new id with every file: %s" % ids)
    Now.days = 34
    plant(place, NAME, "enforce", [SHARED], range(0, 3), max_age=2592000, now=Now.seconds() - DAY)
    seen = plan(NAME, "done", status=0)
    expect_equal(seen["actions"], [], "nothing to publish")


def check_broken_enforce():
    """Mail is held back: mend, or go back to testing with what stands there."""
    Now.days = 36
    plant(place, NAME, "enforce", [SHARED], range(0, 2), max_age=2592000, failed=9,
          now=Now.seconds() - DAY)
    seen = plan(NAME, "mend", status=2)
    expect(any(one["what"].startswith("blocking: ") for one in seen["blockers"]), seen["blockers"])
    follow(seen, relief=True)
    run = check(NAME)
    expect_equal((run["policy"]["mode"], run["policy"]["mx"]), ("testing", [SHARED]), "relief")
    follow({"actions": [{"kind": "file", "relief": False, "name": seen["actions"][0]["name"],
                         "copy": "version: STSv1\nmode: enforce\nmx: %s\nmax_age: 2592000\n" % SHARED},
                        {"kind": "record", "relief": False, "name": "_mta-sts." + NAME,
                         "copy": '_mta-sts.%s. IN TXT "v=STSv1; id=back2enforce;"' % NAME}]})
    check(NAME)


def check_back():
    Now.days = 40
    check(NAME)
    seen = plan(NAME, "mode-none", "--back", status=0)
    expect("do" not in [action["kind"] for action in seen["actions"]], "a look is kept already")
    done = follow(seen)
    expect_equal(done["file"][0]["copy"], "version: STSv1\nmode: none\nmax_age: 86400\n", "mode none")
    check(NAME, "sts-policy-none")
    Now.days = 69.9
    seen = plan(NAME, "expire", "--back", status=1)
    expect_equal(seen["actions"], [], "nothing may be removed while a copy lives")
    until = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 70 * DAY))
    expect(until in seen["why"], "the day: %s, %s" % (until, seen["why"]))
    Now.days = 70.1
    seen = plan(NAME, "remove", "--back", status=0)
    expect_equal([(one["kind"], one["name"]) for one in seen["actions"]],
                 [("remove", "_mta-sts." + NAME), ("remove", "mta-sts." + NAME)], "record, then host")
    follow(seen)
    world.sites["mta-sts." + NAME].status = 404
    check(NAME, "sts-dns-missing", "tlsrpt-no-reports")
    plan(NAME, "gone", "--back", status=0)
    Now.days = 0


def check_removed_too_early():
    """Record and file are gone, copies live on: mode none has to be served first."""
    plant(place, "early.example", "enforce", [SHARED], range(1, 3), max_age=2592000)
    plan("early.example", "mode-none", "--back", status=0)
    seen = plan("late.example", "mode-none", "--back", status=0)
    expect_equal((seen["actions"][0]["kind"], seen["actions"][0]["copy"]),
                 ("do", "tlsgauge check --keep late.example"), "nothing is known of it yet")
    plan("kept.example", "expire", "--back", status=1)  # since when, and with which max_age: unknown


def check_others():
    seen = plan(BAD, "testing", status=0)
    expect(any("cert-expired" in one["what"] for one in seen["blockers"]),
           "testing may begin, but what enforce would hold back is told: %s" % seen["blockers"])
    seen = plan(BAD + ".nowhere.example", "none", status=0)
    expect(seen["state"] != seen["why"], "said twice: " + seen["why"])
    plan("null.example", "none", status=0)
    plan("web.example", "none", status=0)
    plan("lame.example", "mend", status=2)
    seen = plan(MANY, "testing", status=0)
    body = next(one["copy"] for one in seen["actions"] if one["kind"] == "file")
    expect_equal(body, "version: STSv1\nmode: testing\nmx: *.provider.example\nmax_age: 86400\n",
                 "one line for many hosts of one provider")
    plan(HALF, "record", status=0)
    plan("lost.example", "tls-rpt", "--rua", OWN_RUA, status=0)  # STS without TLS-RPT
    seen = plan("late.example", "mend", status=2)
    expect(any("cert-expired" in one["what"] for one in seen["blockers"]), "never enforce against check")
    expect_equal([one["relief"] for one in seen["actions"]], [], "testing holds nothing back")

    seen = plan(HALF, "mend", "--rua", "mailto:elsewhere@inbox.example", status=2)
    expect_equal([one["copy"] for one in seen["actions"]],
                 ['_smtp._tls.%s. IN TXT "v=TLSRPTv1; rua=%s,mailto:elsewhere@inbox.example"'
                  % (HALF, OWN_RUA)], "the record with our address added")

    # No TLS-RPT address known: said, not guessed in silence.
    seen = plan("blank.example", "tls-rpt", status=0)
    expect(any("proposal" in note for note in seen["notes"]), seen["notes"])

    text = place.run("plan", *live, BAD, status=0, timeout=400, env={"NO_COLOR": "1"}).stdout.decode()
    expect(text.startswith(BAD + ": Publish a policy in mode testing\n") and "\033" not in text, text)
    long = [line for line in text.split("\n") if len(line) > 80 and not line.startswith(8 * " ")]
    expect_equal(long, [], "lines for a terminal")
    for wrong in ([], ["a.example", "b.example"], ["no domain"], ["--rua", "http://a/", "a.example"],
                  ["--web", "a b", "a.example"]):
        place.run("plan", *wrong, status=64)


def check_silent_resolver():
    """Who knows nothing proposes nothing."""
    for more in ([], ["--back"]):
        done = place.run("plan", "--json", "--timeout", "3", "--resolver",
                         "127.0.0.1@%d" % world.closed, NAME, *more, status=3)
        seen = json.loads(done.stdout)["plan"]
        expect_equal((seen["step"], seen["actions"]), ("look-again", []), "without a resolver")
        expect(seen["blockers"], "why: %s" % seen)


def check_untested():
    """All gates pass, but the MX hosts cannot be reached from here: no switch."""
    rows = [row for row in world.connect_to if ":25:" not in row] + ["::192.0.2.77:9"]
    plant(place, HALF, "testing", [SHARED], range(1, 15))
    world.publish("_mta-sts." + HALF, '_mta-sts.%s. IN TXT "v=STSv1; id=1;"' % HALF)
    done = place.run("plan", "--json", "--timeout", "3", *world.arguments()[:6],
                     *[word for row in rows for word in ("--connect-to", row)], HALF, status=3)
    expect_equal(json.loads(done.stdout)["plan"]["step"], "look-again", "what was not tested")
    plan(HALF, "enforce", status=0)


def check_snippet(text):
    """nginx takes the piece of configuration as it is, but for the paths of the certificate."""
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    if not os.path.exists(nginx):
        print("nginx is not installed: the snippet was not tried")
        return
    leaf = world.authority.leaf("mta-sts." + NAME)
    key, chain = leaf.key, leaf.chain
    folder = "/etc/letsencrypt/live/mta-sts.%s/" % NAME
    text = text.replace(folder + "fullchain.pem", chain).replace(folder + "privkey.pem", key)
    path = place.write("nginx.conf", "pid %s/nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\n"
                       "access_log off;\n%s}\n" % (place.path, text))
    done = subprocess.run([nginx, "-t", "-q", "-p", place.path, "-c", path], capture_output=True)
    expect_equal((done.returncode, done.stderr.decode()), (0, ""), "the piece for nginx")


try:
    from jsonschema import Draft202012Validator
    with open(os.path.join(os.environ["SOURCE_DIR"], "schema", "plan.schema.json")) as file:
        validator = Draft202012Validator(json.load(file))
except ImportError:
    print("python3-jsonschema is not installed: the schema was not looked at")
    validator = None
place = Place()
world = World(place.path)
for one in (NAME, "blank.example", BAD, "early.example"):
    world.domain(one, "", tlsrpt=(RUA,) if one in (BAD, "early.example") else (), sts=(), web=None,
                 mx=[world.host("mx.bad.example", world.authority.leaf(
                     "mx.bad.example", start=-9 * DAY, end=-DAY), records=None)] if one == BAD else (SHARED,))
world.sites["mta-sts." + NAME] = Site(b"", status=404)
world.host("mx.second.example")
world.add("null.example. 3600 IN MX 0 .", 'web.example. 3600 IN TXT "hello"',
          "lame.example. 3600 IN MX 10 mx.lame.example.")
world.domain(MANY, "", sts=(), web=None, mx=[world.host("mx%d.provider.example" % i) for i in range(5)])
testing = policy(mode="testing", max_age=86400)
world.domain(HALF, "", sts=(), body=testing)
world.domain("lost.example", "", tlsrpt=(), body=testing)
world.domain("late.example", "", body=policy("mx.bad.example", mode="testing", max_age=86400),
             mx=["mx.bad.example"])
world.domain("kept.example", "", body=policy(mode="none", max_age=86400))
world.start()
live = ["--timeout", "60", *world.arguments()]
web = [word for address in WEB for word in ("--web", address)]
check_forward()
check_broken_enforce()
check_back()
check_removed_too_early()
check_others()
check_untested()
check_silent_resolver()
place.remove()
