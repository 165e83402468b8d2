"""Goal: what is sent to PostgreSQL keeps the rules of Citus that doc/postgresql.md names, for the tables
that it says to distribute, as far as a text can show; Citus itself is not at hand. And the rows of one
domain are found by the key, day for day."""
import os
import pathlib
import re
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests"))
from support.postgresql import Postgresql
from support.program import Place, expect, expect_equal
from support.reports import day, gzipped, report

ROOT = pathlib.Path(os.environ["SOURCE_DIR"])
DOC = (ROOT / "doc" / "postgresql.md").read_text()
SPREAD = dict(re.findall(r"create_distributed_table\('(\w+)', '(\w+)'", DOC))
EVERYWHERE = set(re.findall(r"create_reference_table\('(\w+)'\)", DOC))
# Left to SQLite (store/list.c), and what doc/postgresql.md says that Citus refuses.
NOT_SENT, REFUSED = {"report_range"}, {"rebuild_set_claim"}
ANY = r"\b(%s)\b" % "|".join(SPREAD)


def statements():
    """Name and text of all that PostgreSQL gets: its own text where there is one."""
    found = {}
    for path in sorted((ROOT / "store" / "sql").glob("*.sql"), key=lambda p: "-" in p.name):
        for section in re.split(r"^-- name: ", path.read_text(), flags=re.M)[1:]:
            name, sql = section.split("\n", 1)
            found[name.strip()] = re.sub(r"--.*", "", sql)
    return {name: sql for name, sql in found.items() if name not in NOT_SENT}


def faults_of(sql):
    insert = re.match(r"\s*INSERT INTO (\w+) \((.*?)\)", sql, re.S)
    conflict = re.search(r"ON CONFLICT \((.*?)\)", sql)
    update = re.match(r"\s*UPDATE (\w+) SET (.*?)WHERE", sql, re.S)
    # What a WITH has looked up is no longer of a table.
    plain = re.sub(r"AS MATERIALIZED \((?:[^()]|\([^()]*\))*\)", "", sql)
    target = re.search(r"\b(?:DELETE FROM|UPDATE) (\w+)", plain)
    if re.search(r"\bRECURSIVE\b|\bFOR UPDATE\b|\bGROUPING SETS\b|\bTABLESAMPLE\b", sql):
        yield "is for one node only"
    if re.match(r"\s*SELECT\s+\(SELECT", sql):
        yield "asks in sub-queries for columns"
    if insert and insert[1] in SPREAD and SPREAD[insert[1]] not in re.split(r",\s*", insert[2]):
        yield "does not say where its row goes"
    if insert and insert[1] in SPREAD and conflict and \
            SPREAD[insert[1]] not in re.split(r",\s*", conflict[1]):
        yield "finds conflicts on other nodes"
    if update and update[1] in SPREAD and re.search(r"\b%s =" % SPREAD[update[1]], update[2]):
        yield "moves a row to another node"
    if target and target[1] in EVERYWHERE and re.search(ANY, plain):
        yield "deletes what is everywhere by what is spread"


def check_texts():
    expect_equal(SPREAD, {"report": "claim", "daily_total": "domain", "daily_failure": "domain",
                          "daily_copy": "domain", "daily_deviation": "domain"},
                 "what is distributed")
    expect_equal(EVERYWHERE, {"name", "policy"}, "what is everywhere")
    sent = statements()
    touching = {name: sql for name, sql in sent.items() if re.search(ANY, sql)}
    expect(len(touching) > 40, "statements on what is distributed: %d" % len(touching))
    faults = {name: found for name, sql in touching.items() if (found := list(faults_of(sql)))}
    expect_equal(faults, {name: ["moves a row to another node"] for name in REFUSED},
                 "statements that Citus would refuse")
    return sent


def fill():
    place = Place(store=database.uri())
    place.run("quarantine", "list")
    database.sql("SELECT make_partitions(DATE '2026-08-01' - DATE '1970-01-01',"
                 " DATE '2026-11-30' - DATE '1970-01-01')")
    for number in range(80):
        name = "%d" % number
        place.write("in/%s.json.gz" % name, gzipped(report(
            name, day(-number), "d%d.example" % (number % 4), failed=1, details=[
                {"result-type": "validation-failure", "failed-session-count": 1}])))
    place.run("import", place.path + "/in")
    expect_equal(len(place.json("report", "--json")["domains"]), 4, "the reports are there")
    return place


def check_sent(place, sent):
    """The texts looked at are those that the server gets."""
    for command in (["report", "--domain", "d1.example"], ["ready", "--all"], ["ready", "d1.example"],
                    ["metrics"], ["list", "--since", day(-9), "--until", day(0)], ["rebuild"],
                    ["export", "--what", "totals"], ["prune", "--raw-days", "10", "--daily-days", "60"]):
        done = place.run(*command, status=None)
        expect(done.returncode <= 3, "%s: %r" % (command, done.stderr))
    log = re.sub(r"\s+", " ", re.sub(r"--.*", "", database.log()))
    got = {name for name, sql in sent.items() if re.sub(r"\s+", " ", sql).strip() in log}
    expect({"total_of_domain", "failure_of_domain", "name_some", "period", "rebuild_drop_names",
            "rebuild_range", "retention_drop_totals"} <= got, "sent: %s" % sorted(got))
    expect("RECURSIVE" not in log, "WITH RECURSIVE is not sent")
    place.remove()


def check_keys():
    for table, column in SPREAD.items():
        keys = database.sql("SELECT indexrelid::regclass, pg_get_indexdef(indexrelid) FROM pg_index"
                            " WHERE indisunique AND indrelid = '%s'::regclass" % table)
        expect(keys, table + " has a key")
        for name, text in keys:
            expect(re.search(r"\(.*\b%s\b.*\)" % column, text), "%s holds %s" % (name, column))
    expect_equal(database.sql("SELECT conname FROM pg_constraint WHERE contype IN ('f', 't')"), [],
                 "no foreign keys, no triggers")


def check_plans(sent):
    first, last = (database.sql("SELECT DATE '%s' - DATE '1970-01-01'" % day(offset))[0][0]
                   for offset in (-20, -10))
    for name in ("total_of_domain", "failure_of_domain"):
        plan = "\n".join(row[0] for row in database.sql(
            "SET enable_seqscan = off; SET enable_bitmapscan = off; PREPARE asked AS %s;"
            "EXPLAIN (COSTS OFF) EXECUTE asked(%s, %s, 1)" % (sent[name], first, last)))
        expect(re.search(r"Index Cond: .*day = ANY .*domain = ", plan), "%s by the key:\n%s" % (
            name, plan))
        expect("2026_10" in plan and "2026_09" not in plan and "2026_11" not in plan and
               "other" not in plan, "%s in the partitions of its days:\n%s" % (name, plan))


database = Postgresql(settings="log_statement = all\n")
texts = check_texts()
filled = fill()
check_keys()
check_plans(texts)
check_sent(filled, texts)
