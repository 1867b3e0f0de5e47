"""What a dashboard's data source does: one GET, read as JSON or as CSV, and asked again with its tag.

    python pull.py URL
"""

import csv
import io
import json

import requests
from check import BASE, check, end, same

QUERY = "query Lines($at: Moment!) { view(at: $at) { reportingLines(first: 200) { totalCount nodes { unit { unitId name } } } } }"
LINES = f"{BASE}/reporting-lines"


def get(address, **options):
    """Sends a GET as a data source does, which accepts anything."""
    return requests.get(address, timeout=20, **options)


def lines_by_graphql(day):
    """Returns the units with a reporting line, by GraphQL over GET."""
    variables = json.dumps({"at": {"date": day}})
    response = get(f"{BASE}/graphql", params={"query": QUERY, "operationName": "Lines", "variables": variables})
    same(response.status_code, 200, "the status")
    lines = response.json()["data"]["view"]["reportingLines"]
    same(len(lines["nodes"]), lines["totalCount"], "the number of lines on one page")
    return {node["unit"]["unitId"]: node["unit"]["name"] for node in lines["nodes"]}


@check("a dashboard reads GraphQL with one GET")
def _():
    return f"{len(lines_by_graphql('2018-01-01'))} lines"


@check("a dashboard reads reporting lines as CSV: what GraphQL says of them")
def _():
    response = get(f"{LINES}.csv", params={"at": "2018-01-01"})
    same(response.status_code, 200, "the status")
    same(response.headers["content-type"].split(";")[0], "text/csv", "the content type")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8"), newline=""), strict=True))
    same([row for row in rows if None in row or None in row.values()], [], "rows that are longer or shorter than the header")
    same({row["unitId"]: row["name"] for row in rows}, lines_by_graphql('2018-01-01'), "the units")
    return f"{len(rows)} rows"


@check("a dashboard reads reporting lines as JSON: the rows of the CSV")
def _():
    response = get(f"{LINES}.json", params={"at": "2018-01-01"})
    same(response.status_code, 200, "the status")
    same(response.headers["content-type"].split(";")[0], "application/json", "the content type")
    rows = response.json()
    table = list(csv.DictReader(io.StringIO(get(f"{LINES}.csv", params={"at": "2018-01-01"}).content.decode("utf-8"), newline="")))

    def written(value):
        return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)

    same([{name: written(value) for name, value in row.items()} for row in rows], table, "the rows")


@check("a dashboard reads the lines below one unit only")
def _():
    below = get(f"{LINES}.json", params={"at": "2018-01-01", "under": "ice"}).json()
    everything = get(f"{LINES}.json", params={"at": "2018-01-01"}).json()
    ids = {row["unitId"] for row in everything}
    same({row["unitId"] for row in below} < ids, True, "whether they are some of all")
    same([row["unitId"] for row in below if "ice" not in row["lineIds"].split()], [], "lines that do not lead to the unit")


for form in ("csv", "json"):

    @check(f"a dashboard that has the {form.upper()} already is told 304, whatever the encoding")
    def _(form=form):
        for encoding in ("identity", "gzip"):
            headers = {"accept-encoding": encoding}
            first = get(f"{LINES}.{form}", params={"at": "2018-01-01"}, headers=headers)
            tag = first.headers["etag"]
            again = get(f"{LINES}.{form}", params={"at": "2018-01-01"}, headers={**headers, "if-none-match": tag})
            same((again.status_code, again.content), (304, b""), f"the answer to {tag} under {encoding}")
            same(again.headers["etag"], tag, "its tag")
            other = get(f"{LINES}.{form}", params={"at": "2018-01-01"}, headers={**headers, "if-none-match": '"other"'})
            same((other.status_code, other.content), (200, first.content), "the answer to another tag")


@check("what is pinned to a revision may be kept for ever, and what is not may not")
def _():
    pinned = get(f"{LINES}.csv", params={"at": "2018-01-01", "revision": "1"})
    same("immutable" in pinned.headers["cache-control"], True, f"whether {pinned.headers['cache-control']} is for ever")
    latest = get(f"{LINES}.csv", params={"at": "2018-01-01"})
    same("immutable" in latest.headers["cache-control"], False, f"whether {latest.headers['cache-control']} is for ever")


@check("what cannot be read is refused as a whole")
def _():
    for parameters in ({}, {"at": "2018-1-1"}, {"at": "2018-01-01", "form": "x"}):
        same(get(f"{LINES}.csv", params=parameters).status_code, 400, f"the status of {parameters}")
    for parameters in ({"at": "era:no-such-era"}, {"at": "2018-01-01", "under": "no-such-unit"}):
        same(get(f"{LINES}.csv", params=parameters).status_code, 404, f"the status of {parameters}")


end()
