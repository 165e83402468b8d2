"""Goal: the SQL of the store keeps its promises, looked at with another reader than ours.

Every table and column says what it is for. No statement that is run for each report walks through
a table, sorts, or fills a table of its own: each of these has once cost more than all the rest.
"""
import os
import pathlib
import re
import sqlite3
import sys

SQL = pathlib.Path(os.environ["SOURCE_DIR"]) / "store" / "sql"

# Run for each report that comes in.
HOT = {"name_find", "name_add", "policy_find", "policy_add", "copies_of_claim", "report_add",
       "report_seen", "report_count", "change_set", "total_add", "failure_add", "total_sums",
       "failure_sums", "copy_add", "deviation_add"}
# What a summary costs: the days it covers by the first part of the key, one domain by two look-ups a
# day, and no sort. What is old, and the reports of some days, by the index of days.
PLANS = {
    "total_of_days": ["SEARCH daily_total USING PRIMARY KEY (day>? AND day<?)"],
    "failure_of_days": ["SEARCH daily_failure USING PRIMARY KEY (day>? AND day<?)"],
    "total_of_domain": ["SEARCH t USING PRIMARY KEY (day=? AND domain=?)",
                        "SEARCH t USING PRIMARY KEY (day>?)"],
    "failure_of_domain": ["SEARCH f USING PRIMARY KEY (day=? AND domain=?)",
                          "SEARCH t USING PRIMARY KEY (day>?)"],
    "total_of_domains": ["SEARCH t USING PRIMARY KEY (day=? AND domain>? AND domain<?)",
                         "SEARCH t USING PRIMARY KEY (day>?)"],
    "failure_of_domains": ["SEARCH f USING PRIMARY KEY (day=? AND domain>? AND domain<?)",
                           "SEARCH t USING PRIMARY KEY (day>?)"],
    "copy_of_days": ["SEARCH daily_copy USING PRIMARY KEY (day>? AND day<?)"],
    "copy_of_domain": ["SEARCH c USING PRIMARY KEY (day=? AND domain=?)",
                        "SEARCH c USING PRIMARY KEY (day>?)"],
    "deviation_of_days": ["SEARCH daily_deviation USING PRIMARY KEY (day>? AND day<?)"],
    "deviation_of_domain": ["SEARCH v USING PRIMARY KEY (day=? AND domain=?)",
                             "SEARCH v USING PRIMARY KEY (day>?)"],
    # What a deviation is, and which report has it when the newest that had it does not count any more.
    "findings_of": ["SEARCH report USING INTEGER PRIMARY KEY (rowid=?)"],
    "deviation_before": ["SEARCH report USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"],
    "deviation_after": ["SEARCH report USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"],
    "domain_of_days": ["SEARCH daily_total USING PRIMARY KEY (day>? AND day<?)"],
    "sender_of_days": ["SEARCH daily_total USING PRIMARY KEY (day>? AND day<?)"],
    "name_range": ["SEARCH name USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"],
    "report_range": ["SEARCH r USING COVERING INDEX report_day (held=? AND day=?)",
                     "SEARCH r USING COVERING INDEX report_day (held=? AND day>?)"],
    "report_each": ["SEARCH r USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"],
    "retention_next": ["SEARCH report USING INDEX report_day (held=? AND day<?)"],
    "rebuild_kept_days": ["SEARCH report USING COVERING INDEX report_day (held=?)"],
}
# May walk through a whole table that grows with the reports.
WALKS = {"quarantine_each", "quarantine_sums", "retention_count_quarantine"}
LARGE = {"report", "r", "daily_total", "t", "daily_failure", "f", "daily_copy", "c", "daily_deviation",
         "v", "quarantine", "name"}


def statements():
    for path in sorted(set(SQL.glob("*.sql")) - set(SQL.glob("*-postgresql.sql"))):
        for section in re.split(r"^-- name: ", path.read_text(), flags=re.M)[1:]:
            name, sql = section.split("\n", 1)
            yield name.strip(), sql


def check_comments(schema, tables, faults):
    lines = schema.splitlines()
    for table, columns in tables.items():
        start = next(i for i, line in enumerate(lines) if line.startswith(f"CREATE TABLE {table} ("))
        if not lines[start - 1].startswith("-- "):
            faults.append(f"table {table} has no comment")
        for column in columns:
            at = next(i for i in range(start, len(lines))
                      if re.match(rf"(  |ALTER TABLE {table} ADD COLUMN ){column}\s", lines[i]))
            end = at + 1
            while re.match(r"\s{4,}", lines[end]):
                end += 1  # what belongs to the column goes on below it
            before = lines[at - 1].strip().startswith("--")
            if not before and not any("-- " in line for line in lines[at:end]):
                faults.append(f"column {table}.{column} has no comment")


def check_tables(database, faults):
    tables = {}
    for _, name, kind, _, _, strict in database.execute("PRAGMA table_list").fetchall():
        if kind != "table" or name.startswith("sqlite_"):
            continue
        columns = database.execute(f"PRAGMA table_info({name})").fetchall()
        tables[name] = [column[1] for column in columns]
        if not strict:
            faults.append(f"table {name} is not STRICT")
        if not any(column[5] for column in columns):
            faults.append(f"table {name} has no primary key")
    return tables


def check_plans(database, faults):
    seen = set()
    for name, sql in statements():
        seen.add(name)
        values = {number: None for number in re.findall(r"\$(\d+)", sql)}
        codes = {row[1] for row in database.execute("EXPLAIN " + sql, values)}
        steps = [row[3] for row in database.execute("EXPLAIN QUERY PLAN " + sql, values)]
        extra = codes & {"OpenEphemeral", "SorterOpen", "OpenAutoindex"}
        for wanted in PLANS.get(name, []):
            if wanted not in steps:
                faults.append(f"{name} does not go by {wanted}: {steps}")
        if name in PLANS and (codes & {"SorterOpen", "OpenAutoindex"}):
            faults.append(f"{name} sorts")
        if name in HOT and extra:
            faults.append(f"{name} fills a table of its own ({', '.join(sorted(extra))})")
        for step in steps:
            if name in HOT and "=?" not in step:
                faults.append(f"{name} does not look up by a key: {step}")
            walked = re.match(r"SCAN (\w+)$", step)
            if walked and walked[1] in LARGE and name not in WALKS and \
                    not name.startswith(("rebuild_", "transfer_read_")) and name != "period":
                faults.append(f"{name} walks through {walked[1]}")
    for name in sorted((HOT | WALKS | set(PLANS)) - seen):
        faults.append(f"this test knows a statement {name} that is not there")


def check_transfer(tables, faults):
    """migrate copies every column of every table; the counters go by way of the program."""
    texts = dict(statements())
    for table, columns in tables.items():
        if table == "counter":
            continue
        read = re.search(r"SELECT (.*?)\s+FROM " + table + r"\b",
                         texts.get("transfer_read_" + table, ""), re.S)
        write = re.search(r"INSERT INTO " + table + r" \((.*?)\)",
                          texts.get("transfer_write_" + table, ""), re.S)
        for verb, found in (("read", read), ("written", write)):
            listed = re.split(r",\s*", found[1]) if found else []
            if listed != columns:
                faults.append(f"the columns of {table} are not {verb} by a transfer as they stand "
                              f"in the schema: {sorted(set(columns) ^ set(listed))}")


def main():
    faults = []
    schema = "\n".join(path.read_text()
                       for path in [SQL / "schema.sql", *sorted(SQL.glob("migrate-?.sql"))])
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA foreign_keys = ON")
    database.executescript(schema)
    tables = check_tables(database, faults)
    check_comments(schema, tables, faults)
    check_plans(database, faults)
    check_transfer(tables, faults)
    for fault in faults:
        print(fault)
    print(f"{len(tables)} tables, {sum(map(len, tables.values()))} columns")
    return 1 if faults or len(tables) < 8 else 0


sys.exit(main())
