"""One line from a question to a DataFrame that knows its release, units and sources.

    import homebound
    df = homebound.frame("{ claims { nodes { topic speaker madeOn check { verdict } } } }")

The server is $HOMEBOUND_URL, else http://127.0.0.1:8080; $HOMEBOUND_KEY is sent where it is set. Another server, or one
release for ever:

    hb = homebound.Release("https://figures.example.org", number=7)
    df = hb.frame(QUERY, {"region": "RU-PRI"})

This file stands alone: copy it beside a notebook. It needs Python 3.9, pandas 1.5 where a frame is asked for, and
matplotlib 3.6 for a line under a chart.
"""

import copy
import json
import os
import re
import textwrap
import time
import urllib.error
import urllib.parse
import urllib.request

_COVERAGE = ("NONE", "PARTIAL", "COMPLETE")
PAGE = 1000  # rows: the most that the server gives at once


class HomeboundError(Exception):
    """What the server said, in its own sentence. `code` is one of the schema's ErrorCode, or None where no Homebound answered."""

    def __init__(self, message, code=None):
        super().__init__(message)
        self.code = code


class Release:
    """One release of one server: whatever is asked of it is answered from the same data, whatever is published meanwhile."""

    def __init__(self, url=None, number=None, key=None, timeout=60, patience=120):
        """number: the release, the current one where left out. timeout: seconds to wait for one answer.
        patience: seconds to wait in all, for each question, while the server says to come back later."""
        self.url = (url or os.environ.get("HOMEBOUND_URL") or "http://127.0.0.1:8080").rstrip("/")
        if not self.url.startswith(("http://", "https://")):
            raise ValueError(f"expected an address that begins with http:// or https://, found {self.url}")
        self.key = key or os.environ.get("HOMEBOUND_KEY")
        self.timeout, self.patience = timeout, patience
        self.address = self.url + (f"/releases/{number}/graphql" if number else "/graphql")
        self.about = self.query("{ release { number contentHash citation synthetic currency } }")["release"]
        self.address = f"{self.url}/releases/{self.about['number']}/graphql"  # the current one may change: from here on it is this
        self._types = None

    def query(self, query, variables=None, **more):
        """The `data` of an answer, as JSON gives it. Variables come as a dict, or by name: hb.query(QUERY, region="RU-PRI")."""
        body = json.dumps({"query": query, "variables": {**(variables or {}), **more}}).encode()
        patience = self.patience
        while True:
            status, headers, text = self._post(body)
            wait = headers.get("Retry-After", "")
            if status not in (429, 503) or not wait.isdigit() or int(wait) > patience:
                break
            patience -= max(int(wait), 1)
            time.sleep(max(int(wait), 1))
        try:
            answer = json.loads(text)
            errors, data = answer.get("errors"), answer.get("data")
        except (ValueError, AttributeError):
            raise HomeboundError(f"{self.address}: expected an answer in JSON, found {text[:60]!r} with status {status}") from None
        if errors:  # even beside data: an answer that lacks a part is none
            raise HomeboundError(errors[0]["message"], errors[0].get("extensions", {}).get("code"))
        if data is None:
            raise HomeboundError(f"{self.address}: expected data, found none, with status {status}")
        return data

    def _post(self, body):
        request = urllib.request.Request(self.address, body, {"Content-Type": "application/json", "Accept": "application/json"})
        if self.key:
            request.add_unredirected_header("Authorization", "Bearer " + self.key)  # for this server, not for one that it names
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as response:
                return response.status, response.headers, response.read()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.headers, refusal.read()
        except OSError as reason:
            raise HomeboundError(f"{self.address} does not answer: {getattr(reason, 'reason', reason)}") from None

    def permalink(self, query, variables=None, **more):
        """The address that gives the same answer for ever."""
        given = {"query": query}
        if variables or more:
            given["variables"] = json.dumps({**(variables or {}), **more})
        return self.address + "?" + urllib.parse.urlencode(given)

    def frame(self, query, variables=None, limit=1_000_000, **more):
        """The query's one list as a DataFrame: a row for each item, a column for each field, named by its path with dots.

        The list is the outermost one, what stands in `provenance` aside; a query without a list is one row. Where the query
        says nothing of paging, every page is read, up to `limit` rows; so they are where it hands a variable to `after`, which
        then stands for the cursor. With `first` or `last` and no such variable it gets what it asks for.

        Rows that know how much of them is known, such as those of a report, have that as columns `coverage` and `synthetic` at
        the end, unless the query has these itself. What is not known is NA, and never 0.

        Types are the schema's: Int is Int64, Float is float64, Boolean is boolean, Date is datetime64 (text, where a day lies
        outside of what pandas can hold), DateTime is the same in UTC. Lists inside a row stay lists.

        df.attrs has
          release, contentHash, citation  of the release
          synthetic    whether made-up rows took part, by provenance, rows and sources; by the release where none of them tells
          coverage     how much of what was asked for is known: COMPLETE, PARTIAL (counts are lower bounds) or NONE; None where
                       nothing tells
          sources      what the figures rest on, as far as the schema tells it: title, publisher, kind, url, publishedOn
          units        {column: unit}, where the schema or a field `unit` names one; "various" where rows differ in it
          definitions  {column: what the schema says of it}
          perturbed    whether real rows took part that the release masks: figures are right on average, and few need not add up
          method       how a report or an estimate was computed; None for lists
          query, variables, permalink     what was asked, and the address that gives it again
        """
        import pandas

        variables = {**(variables or {}), **more}
        schema = self._schema()
        try:
            plan = _Plan(query, schema)
        except (LookupError, RecursionError):
            self.query(query, variables)  # the server says better what is wrong with it
            raise
        rows, evidence, given = [], [], dict(variables)
        while True:
            page = self.query(plan.rest if rows else plan.first, given)
            items, ancestors = plan.read(page)
            rows += items
            evidence += ancestors
            cursor = plan.next_page(ancestors)
            if len(rows) > limit:
                raise HomeboundError(f"the list has more than limit={limit} rows; narrow the query, or raise the limit")
            if cursor is None:
                break
            given[plan.cursor] = cursor
        frame = pandas.DataFrame({name: _series(pandas, [_at(row, c.path) for row in rows], c.type) for name, c in plan.columns.items()})
        release = self.about
        provenances = _found(evidence + rows, "homeboundProvenance")
        ids = [s["id"] for p in provenances for s in p["sources"]] + [s["id"] for s in _found(rows, "homeboundSource")]
        sources = self._sources(list(dict.fromkeys(ids)))
        marks = [p["synthetic"] for p in provenances] + _found(rows, "homeboundSynthetic") + [s["kind"] == "SYNTHETIC" for s in sources]
        frame.attrs = {
            "release": release["number"], "contentHash": release["contentHash"], "citation": release["citation"],
            "synthetic": any(marks) if marks else release["synthetic"],
            "coverage": min(_found(evidence, "homeboundCoverage") or _found(rows, "homeboundCoverage"), key=_COVERAGE.index, default=None),
            "sources": sources,
            "units": plan.units(rows, release["currency"]),
            "definitions": {name: c.description for name, c in plan.columns.items()},
            "perturbed": any(_found(evidence + rows, "homeboundPerturbed")),
            "method": provenances[0]["method"] if provenances else None,
            "query": query, "variables": variables, "permalink": self.permalink(query, variables),
        }
        return frame

    def _sources(self, ids):
        found = []
        for start in range(0, len(ids), PAGE):
            found += self.query(_SOURCES, ids=ids[start : start + PAGE])["nodes"]
        return found

    def _schema(self):
        if self._types is None:
            types = self.query(_INTROSPECTION)["__schema"]["types"]
            self._types = {t["name"]: {f["name"]: f for f in t["fields"] or []} for t in types}
        return self._types


def frame(query, variables=None, **more):
    """Release().frame(query, variables): asks the current release of the server at $HOMEBOUND_URL."""
    return Release().frame(query, variables, **more)


def cite(*frames):
    """The reference to print under what was made of frames: release, date, hash, address, and whom the figures come from."""
    first = _of_one_release(frames)
    names = _publishers(frames, 6)
    return first["citation"] + (f" Figures by {names}." if names else "")


def source_line(ax, *frames):
    """Writes under a chart of matplotlib where its figures come from, and what they are not: real, exact, whole."""
    first = _of_one_release(frames)
    names = _publishers(frames, 3)
    text = f"Source: Homebound, release {first['release']} (sha256:{first['contentHash'][:12]})" + (f"; {names}." if names else ".")
    if any(f.attrs["synthetic"] for f in frames):
        text += " SYNTHETIC: made-up register rows take part in this chart; it is no finding."
    if any(f.attrs["perturbed"] for f in frames):
        text += " Rows of few people are masked: figures are right on average."
    known = {f.attrs["coverage"] for f in frames}
    if "NONE" in known:
        text += " NOT KNOWN: a part of this has no figures, which does not mean zero."
    elif "PARTIAL" in known:
        text += " A part is known: counts are lower bounds."
    figure, size = ax.figure, 8
    characters = int(figure.get_figwidth() * 72 / (size * 0.56))
    figure.set_layout_engine("constrained")  # makes room for the line, on the screen and in a file
    return figure.supxlabel(textwrap.fill(text, characters), x=0.01, ha="left", fontsize=size, color="0.35")


def _of_one_release(frames):
    found = {f.attrs.get("contentHash") for f in frames}
    if len(found) != 1 or None in found:
        raise ValueError("expected frames of one release, as frame() gives them; found " + (f"{len(found)} releases" if len(found) > 1 else "none"))
    return frames[0].attrs


def _publishers(frames, most):
    names = list(dict.fromkeys(s["publisher"] for f in frames for s in f.attrs["sources"] if s["kind"] != "SYNTHETIC"))
    if len(names) > most:
        return ", ".join(names[:most]) + f" and {len(names) - most} more"
    return ", ".join(names)


def _at(value, path):
    for key in path:
        if value is None:
            return None
        value = value.get(key)
    return value


def _found(values, key):
    """What stands under a key in values, wherever it does; in the order in which it comes."""
    found, left = [], list(reversed(values))
    while left:
        value = left.pop()
        if isinstance(value, dict):
            if value.get(key) is not None:
                found.append(value[key])
            left += reversed([v for v in value.values() if isinstance(v, (dict, list))])
        elif isinstance(value, list):
            left += reversed(value)
    return found


def _series(pandas, values, type):
    if type in ("Date", "DateTime"):
        try:
            return pandas.to_datetime(pandas.Series(values, dtype="object"), utc=type == "DateTime")
        except pandas.errors.OutOfBoundsDatetime:
            return pandas.Series(values, dtype="object")
    return pandas.Series(values, dtype={"Int": "Int64", "Float": "float64", "Boolean": "boolean"}.get(type, "object"))


# What is below reads a query, far enough to know which fields it asks for and where, and asks beside them for what every
# frame needs: the next page's cursor, sources, marks and units. What is added has a name that begins with homebound.

_INTROSPECTION = """{ __schema { types { name fields(includeDeprecated: true) { name description args { name }
  type { ...t ofType { ...t ofType { ...t ofType { ...t } } } } } } } }
fragment t on __Type { kind name }"""

_SOURCES = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Source { title publisher kind url publishedOn } } }"

_TOKEN = re.compile(r'"""(?:\\"""|[^"]|"(?!""))*"""|"(?:\\.|[^"\\\n])*"|#[^\n]*|\.\.\.|\w+|[^\s,\ufeff]')
_CURRENCY = re.compile(r"the (?:release|report|region)'s currency")
_UNIT = re.compile(rf"[,;] in ((?:persons|permits|worker-days|worker-years|USD|{_CURRENCY.pattern})\b(?: per month)?)|, as a (fraction)\b")


class _Field:
    def __init__(self, name):
        self.key = self.name = name
        self.arguments, self.fields, self.condition = {}, [], None  # fields: None for a leaf; condition: a fragment's type
        self.call = self.body = None  # where arguments and fields can be added, as positions in the text


class _Column:
    def __init__(self, path, type, description, unit):
        self.path, self.type, self.description, self.unit = path, type, description, unit  # unit: its name, or the path of it


class _Plan:
    """Where a query's list is, which columns it has, and the documents to ask for its pages."""

    def __init__(self, text, schema):
        self.text, self.schema = text, schema
        self.tokens = [t for t in _TOKEN.finditer(text) if not t[0].startswith("#")]
        self.at, self.fragments, operations = 0, {}, []
        while self.at < len(self.tokens):
            self._definition(operations)
        if len(operations) != 1 or operations[0][0] != "query":
            raise ValueError(f"expected one query in the text, found {' and '.join(o[0] for o in operations) or 'none'}")
        root, self.header = operations[0][1:]
        lists = list(self._lists(root, "Query", [(root, "Query")], []))
        if len(lists) > 1:
            raise ValueError("a frame is made of one list; this query has " + ", ".join(".".join(path) for path, _, _ in lists))
        self.path, self.chain, item = lists[0] if lists else self._row(root)
        self.columns, self.added, self.cursor = {}, [], None
        self._read_columns(item, [])
        if lists:
            self._add_paging()
        self.rest = self._document()
        for field, type in self.chain:
            self._add_evidence(field, type)
        self.first = self._document()

    # Reading.

    def _take(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def _next(self):
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def _skip(self, open, close):
        depth = 0
        while True:
            token = self._take()[0]
            depth += (token == open) - (token == close)
            if depth == 0:
                return

    def _definition(self, operations):
        start = self.tokens[self.at].start()
        kind, header = "query", None
        if self._next() != "{":
            kind = self._take()[0]
            name = self._take()[0] if self._next() not in "({@" else None
            header = (self.tokens[self.at].start(), self._next() == "(")
        field = _Field("")
        if kind == "fragment":
            self._take()
            field.condition = self._take()[0]
        if self._next() == "(":
            self._skip("(", ")")
        self._body(field)
        if kind == "fragment":
            self.fragments[name] = field
        else:
            operations.append((kind, field, header or (start, None)))

    def _body(self, field):
        while self._next() == "@":
            self._take(), self._take()
            if self._next() == "(":
                self._skip("(", ")")
        if self._next() != "{":
            field.fields = None
            return
        field.body = self._take().end()
        while self._next() != "}":
            field.fields.append(self._selection())
        self._take()

    def _selection(self):
        token = self._take()
        if token[0] == "...":
            if self._next() in ("on", "@", "{"):
                field = _Field("...")
                if self._next() == "on":
                    self._take()
                    field.condition = self._take()[0]
            else:
                field = _Field("..." + self._take()[0])
        else:
            field = _Field(token[0])
            if self._next() == ":":
                self._take()
                token = self._take()
                field.name = token[0]
            field.call = token.end()
            if self._next() == "(":
                begin, before = self.tokens[self.at].end(), self.at
                self._skip("(", ")")
                inside = [t[0] for t in self.tokens[before + 1 : self.at - 1]]
                depth = 0
                for i, word in enumerate(inside):
                    depth += (word in "{[") - (word in "}]")
                    if word == ":" and depth == 0:
                        field.arguments[inside[i - 1]] = inside[i + 1 : i + 3]
                field.call = begin
        self._body(field)
        return field

    # Understanding.

    def _selected(self, field, type):
        """The fields below a field by the names in the answer, fragments spelled out: (field, type it is a field of)."""
        found = {}
        for f in field.fields or []:
            if f.name.startswith("..."):
                spread = self.fragments[f.name[3:]] if len(f.name) > 3 else f
                more = self._selected(spread, spread.condition or type)
            else:
                more = {f.key: (f, type)}
            for key, (f, owner) in more.items():
                if key in found and f.fields is not None:  # asked for in several places: together they are one
                    both = copy.copy(found[key][0])
                    both.fields = both.fields + f.fields
                    f = both
                found[key] = (f, owner)
        return found

    def _lists(self, field, type, chain, path):
        for key, (f, owner) in self._selected(field, type).items():
            name, is_list = _named(self.schema[owner].get(f.name))
            if f.fields is None or name == "Provenance" or name.startswith("__"):
                continue
            if is_list:
                yield path + [key], chain, (f, name)
            else:
                yield from self._lists(f, name, chain + [(f, name)], path + [key])

    def _row(self, root):
        """What a query without a list is a row of: the one object that it asks for, else all of them together."""
        fields = list(self._selected(root, "Query").values())
        if len(fields) == 1 and fields[0][0].fields is not None:
            field = fields[0][0]
            return [field.key], [(root, "Query")], (field, _named(self.schema["Query"].get(field.name))[0])
        return [], [], (root, "Query")

    def _add_evidence(self, field, type):
        for name in ("perturbed", "coverage"):
            if name in self.schema[type]:
                self._add(field.body, f"homebound{name.title()}: {name}")
        if "provenance" in self.schema[type]:
            self._add(field.body, "homeboundProvenance: provenance { synthetic method sources { id } }")

    def _read_columns(self, node, path, above=""):
        field, type = node
        self._add_evidence(field, type)
        for name, added in (("unit", "unit"), ("synthetic", "synthetic"), ("source", "source { id }")):
            if name in self.schema[type]:
                self._add(field.body, f"homebound{name.title()}: {added}")
        for key, (f, owner) in self._selected(field, type).items():
            at = path + [key]
            declared = self.schema[owner].get(f.name)
            name, is_list = _named(declared)
            own = (declared or {}).get("description") or ""
            description = f"{above} {own}".strip()
            if f.fields is None or is_list:
                unit = path + ["homeboundUnit"] if "unit" in self.schema[type] else _UNIT.search(own)
                self.columns[".".join(at)] = _Column(at, None if is_list else name, description, unit)
            elif name not in ("Provenance", "PageInfo"):
                self._read_columns((f, name), at, description)
        if not path and "coverage" in self.schema[type]:
            for name in ("coverage", "synthetic"):
                declared = self.schema[type].get(name)
                if declared and name not in self.columns:
                    self.columns[name] = _Column([f"homebound{name.title()}"], _named(declared)[0], declared["description"], None)

    def _add_paging(self):
        owner, type = self.chain[-1]
        if "pageInfo" not in self.schema[type]:
            return
        after = owner.arguments.get("after", [])
        if after[:1] == ["$"]:
            self.cursor = after[1]
        elif not {"first", "last", "after", "before"} & owner.arguments.keys():
            self.cursor = "homeboundAfter"
            call = f"first: {PAGE}, after: $homeboundAfter"
            self._add(owner.call, call if owner.arguments else f"({call})")
            at, has_variables = self.header
            declared = "$homeboundAfter: String"
            if has_variables:
                self._add(at + 1, declared)
            else:
                self._add(at, f"({declared})" if has_variables is False else f"query ({declared})")
        if self.cursor:
            self._add(owner.body, "homeboundPage: pageInfo { hasNextPage endCursor }")

    # Asking, and reading the answer.

    def _add(self, at, text):
        self.added.append((at, text))

    def _document(self):
        text = self.text
        for at, added in sorted(set(self.added), reverse=True):
            text = f"{text[:at]} {added} {text[at:]}"
        return text

    def read(self, data):
        """The rows of a page, and what was asked for beside the query of the objects that the list stands in."""
        around = [data]
        for key in self.path:
            data = (data or {}).get(key)
            around.append(data)
        rows = data if isinstance(data, list) else [] if data is None else [data]
        added = [{k: v for k, v in (a or {}).items() if k.startswith("homebound")} for a in around[: len(self.chain)]]
        return rows, added

    def next_page(self, ancestors):
        page = ancestors[-1].get("homeboundPage") if self.cursor else None
        return page["endCursor"] if page and page["hasNextPage"] else None

    def units(self, rows, currency):
        units = {}
        for name, c in self.columns.items():
            if c.type not in ("Int", "Float") or c.unit is None:
                continue
            if isinstance(c.unit, list):
                found = {unit for unit in (_at(row, c.unit) for row in rows) if unit}
            else:
                found = {_CURRENCY.sub(currency, c.unit[1] or c.unit[2])}
            if found:
                units[name] = found.pop() if len(found) == 1 else "various"
        return units


def _named(declared):
    """The name of a field's type, and whether it is a list."""
    if declared is None:  # __typename
        return "String", False
    type, is_list = declared["type"], False
    while type.get("ofType"):
        is_list = is_list or type["kind"] == "LIST"
        type = type["ofType"]
    return type["name"], is_list
