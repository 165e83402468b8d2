#!/usr/bin/env python3
"""tlsrpt-report.schema.json and the decoder must agree on what is accepted and what is defective:
over every folder of tests/cases/decode/ and over a few hundred mutations of one rich report."""
import copy
import json
import os
import subprocess
import sys
import tempfile

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("SKIP: python3-jsonschema is not installed")
    sys.exit(77)

SOURCE_DIR = os.environ["SOURCE_DIR"]
TLSGAUGE = os.environ["TLSGAUGE"]
FILES_PER_CALL = 200

# As RFC 8460 5.1 has it. A missing policy-domain is accepted where something else tells it; here
# the file name does.
FILE_NAME = "sender.example!mail.example!1740787200!1740873599!{:05d}.json"

# Defective by the decoder, and no JSON Schema can see why. Each must really differ, so that none
# of these outlives its reason.
EXCEPTIONS = {
    "start-no-such-day": "a pattern does not know how long February is",
    "policy-string-nested-too-long": "the list is inside a text",
    "json-lone-surrogate": "Python reads it; RFC 8259 8.2 leaves it open, Jansson refuses it",
    "json-nul-in-name": "Python reads it; Jansson has no member names with NUL",
}

# What Python cannot read as JSON either: the decoder must refuse it for the same kind of reason.
SYNTAX_CODES = {
    "json-syntax",
    "json-truncated",
    "json-trailing-text",
    "json-not-utf8",
    "json-too-complex",
    "not-a-report",  # refused before the decoder: nothing in it looks like JSON
}

REMOVE = object()
REPLACEMENTS = [
    REMOVE,
    None,
    "",
    "text",
    "two words",
    "12",
    "12.5",
    "2025-03-01T00:00:00Z",
    0,
    -1,
    7,
    2**53 - 1,
    2**53,
    2**63,
    10**30,
    1.5,
    3.0,
    -0.5,
    1e300,
    True,
    [],
    {},
    ["text"],
    [None, 3, {}],
    {"text": "text"},
    "x" * 1025,
    ["x.example"] * 1025,
]


def rich_report():
    return {
        "organization-name": "Sender Example",
        "date-range": {
            "start-datetime": "2025-03-01T00:00:00Z",
            "end-datetime": "2025-03-01T23:59:59Z",
        },
        "contact-info": "tls-reports@sender.example",
        "report-id": "2025-03-01T00:00:00Z_mail.example",
        "policies": [
            {
                "policy": {
                    "policy-type": "sts",
                    "policy-string": ["version: STSv1", "mode: testing", "max_age: 86400"],
                    "policy-domain": "mail.example",
                    "mx-host": ["*.mail.example"],
                },
                "summary": {
                    "total-successful-session-count": 10,
                    "total-failure-session-count": 3,
                },
                "failure-details": [
                    {
                        "result-type": "certificate-expired",
                        "sending-mta-ip": "198.51.100.7",
                        "receiving-mx-hostname": "mx1.mail.example",
                        "receiving-mx-helo": "mx1.mail.example",
                        "receiving-ip": "2001:db8::9",
                        "failed-session-count": 3,
                        "additional-information": "https://sender.example/1",
                        "failure-reason-code": "expired",
                    }
                ],
            },
            {
                "policy": {"policy-type": "no-policy-found", "mx-host-pattern": ["a.example"]},
                "summary": {"total-successful-session-count": 1},
            },
        ],
        "extension": {"member": 1},
    }


def paths_of(value, path=()):
    yield path
    if isinstance(value, dict):
        for name, member in value.items():
            yield from paths_of(member, path + (name,))
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from paths_of(element, path + (index,))


def mutated(path, replacement):
    """The rich report with the value at PATH replaced or removed."""
    if not path:
        return copy.deepcopy(replacement)
    report = rich_report()
    holder = report
    for step in path[:-1]:
        holder = holder[step]
    if replacement is REMOVE:
        del holder[path[-1]]
    else:
        holder[path[-1]] = copy.deepcopy(replacement)
    return report


def generated():
    for path in paths_of(rich_report()):
        for number, replacement in enumerate(REPLACEMENTS):
            if path or replacement is not REMOVE:
                name = "-".join(map(str, path)) or "document"
                yield f"{name}~{number}", json.dumps(mutated(path, replacement)).encode()


def case_folders():
    folder = os.path.join(SOURCE_DIR, "tests", "cases", "decode")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name, "input.json"), "rb") as file:
            yield name, file.read()


def refuse_constant(name):
    raise ValueError(name + " is not JSON")


def verdict_of_schema(validator, data):
    """"acceptable", "defective", or None where Python cannot read the document."""
    try:
        document = json.loads(data.decode("utf-8-sig"), parse_constant=refuse_constant)
    except (ValueError, RecursionError):
        return None
    return "acceptable" if validator.is_valid(document) else "defective"


def verdicts_of_tlsgauge(paths):
    verdicts = []
    for start in range(0, len(paths), FILES_PER_CALL):
        batch = paths[start : start + FILES_PER_CALL]
        run = subprocess.run([TLSGAUGE, "validate", "--json", *batch], stdout=subprocess.PIPE)
        if run.returncode not in (0, 1):
            sys.exit(f"FAIL: validate ended with {run.returncode}")
        answer = json.loads(run.stdout)
        assert answer["schema"] == "tlsgauge.validate/1", answer["schema"]
        files = answer["files"]
        assert [file["file"] for file in files] == batch, "other files than were asked for"
        verdicts += files
    return verdicts


def disagreement(name, wanted, verdict):
    """What is wrong with the VERDICT of tlsgauge on a document, or None."""
    outcome = verdict["outcome"]
    defects = [finding for finding in verdict["findings"] if finding["kind"] == "defect"]
    if (outcome == "defective") != bool(defects):
        return f"{outcome} with {len(defects)} defects"
    if wanted is None:
        if not defects or defects[0]["code"] not in SYNTAX_CODES:
            return "not JSON for Python, but not for tlsgauge"
    elif name in EXCEPTIONS:
        if (wanted, outcome) != ("acceptable", "defective"):
            return f"a needless exception: the schema says {wanted}, tlsgauge {outcome}"
    elif wanted != outcome:
        return f"the schema says {wanted}, tlsgauge {outcome}: {defects}"
    return None


def main():
    with open(os.path.join(SOURCE_DIR, "schema", "tlsrpt-report.schema.json")) as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)

    documents = list(case_folders()) + list(generated())
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, (_, data) in enumerate(documents):
            paths.append(os.path.join(folder, FILE_NAME.format(number)))
            with open(paths[-1], "wb") as file:
                file.write(data)
        verdicts = verdicts_of_tlsgauge(paths)

    failures = 0
    outcomes = {"acceptable": 0, "defective": 0}
    for (name, data), verdict in zip(documents, verdicts):
        outcomes[verdict["outcome"]] += 1
        what = disagreement(name, verdict_of_schema(validator, data), verdict)
        if what is not None:
            failures += 1
            print(f"FAIL: {name}: {what}")
    missing = set(EXCEPTIONS) - {name for name, _ in documents}
    if missing:
        failures += 1
        print(f"FAIL: exceptions without a case: {sorted(missing)}")
    print(f"{len(documents)} documents: {outcomes}, {failures} disagreements")
    if min(outcomes.values()) < 100:
        sys.exit("FAIL: too few documents of one kind to mean anything")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
