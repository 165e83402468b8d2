"""Goal: the statements of doc/postgresql.md do what it says: set-up, the rights of a collector and of
a reader, room for old days, dropping a month, backup. Citus is not at hand."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.environ["SOURCE_DIR"], "tests", "support"))
from postgresql import Postgresql  # noqa: E402
from program import Place, expect, expect_equal  # noqa: E402
from reports import gzipped, report  # noqa: E402

with open(os.path.join(os.environ["SOURCE_DIR"], "doc", "postgresql.md")) as file:
    text = file.read()
set_up, rights, room, drop = re.findall(r"```sql\n(.*?)```", text, re.S)[:4]
dump = re.search(r"```\n(pg_dump.*?)\n(pg_restore.*?)\n```", text)
expect("make_partitions" in room and "DROP TABLE" in drop and dump, "the statements are there")

database = Postgresql()


def script(sql, **where):
    """SQL, with what only psql knows, as a person types it."""
    done = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database.uri(**where)],
                          input=sql.encode(), capture_output=True, timeout=120)
    expect_equal((done.returncode, done.stderr), (0, b""), "a script of the documentation")


def count(table):
    return int(database.sql("SELECT count(*) FROM tlsgauge." + table)[0][0])


database.sql("DROP DATABASE tlsgauge", database="postgres")
script(set_up, database="postgres")
owner = Place(store=database.uri(user="tlsgauge"))
owner.run("quarantine", "list")
expect_equal(database.sql("SELECT DISTINCT schemaname, tableowner FROM pg_tables "
                          "WHERE tablename LIKE 'report%'"), [["tlsgauge", "tlsgauge"]], "the tables")
# Who may make no role asks the superuser.
as_superuser = "SET search_path = tlsgauge;" + rights
script(as_superuser)
collector = Place(store=database.uri(user="tlsgauge_collector"))
reader = Place(store=database.uri(user="tlsgauge_reader"))
old = [report("old-%d" % number, "2024-11-%02d" % (number + 1), successful=number)
       for number in range(5)]
for one in old + [report("new", "2026-11-02", failed=3)]:
    collector.run("deliver", stdin=gzipped(one))
collector.run("deliver", stdin=gzipped(old[2]))
collector.run("deliver", stdin=b"none")
before = reader.run("report", "--json").stdout
expect(b"old" not in before and reader.json("report", "--json")["domains"], "a reader reads")
expect_equal(reader.run("deliver", stdin=gzipped(old[0]), status=None).returncode, 75,
             "a reader does not write")
expect_equal((count("report"), count("report_other"), count("report_2026_11")), (6, 5, 1),
             "old days lie apart")
expect_equal(int(database.sql("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'report_20%' "
                              "AND tableowner = 'tlsgauge'")[0][0]) >= 3, True,
             "partitions that a collector has asked for")

script("SET search_path = tlsgauge;" + room, user="tlsgauge")
expect_equal((count("report_other"), count("report_2024_11"), count("daily_total_2024_11")),
             (0, 5, 5), "old days in their month")
expect_equal(reader.run("report", "--json").stdout, before, "the summary after that")

# Backup, and what it holds.
owner.run("quarantine", "list")
database.sql("CREATE DATABASE copy OWNER tlsgauge ENCODING 'UTF8' TEMPLATE template0",
             database="postgres")
for command, uri in ((dump[1], database.uri(user="tlsgauge")),
                     (dump[2], database.uri(database="copy", user="postgres"))):
    done = subprocess.run(re.sub(r"'postgresql://[^']*'", "'%s'" % uri, command), shell=True,
                          cwd=owner.path, capture_output=True, timeout=120)
    expect_equal(done.returncode, 0, "%s: %s" % (command, done.stderr.decode()))
copy = Place(store=database.uri(database="copy", schema="tlsgauge"))
expect_equal(copy.run("report", "--json").stdout, before, "the summary of the copy")
copy.run("deliver", stdin=gzipped(report("after", "2026-11-03")))
expect_equal(copy.run("deliver", stdin=b"other", status=0).returncode, 0, "the copy goes on")

script("SET search_path = tlsgauge;" + drop, user="tlsgauge")
expect_equal(reader.run("report", "--json").stdout, before, "the summary after dropping raw reports")
expect_equal(count("report"), 1, "reports that are left")
expect_equal(dict(database.sql("SELECT name, value FROM tlsgauge.counter WHERE name IN "
                               "('reports', 'counted', 'duplicates')")),
             {"reports": "1", "counted": "1", "duplicates": "0"}, "the counters")
collector.run("deliver", stdin=gzipped(report("newer", "2026-11-03")))
print("set up, granted, moved, dumped, restored, dropped")
for place in (owner, collector, reader, copy):
    place.remove()
