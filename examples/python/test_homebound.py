"""Holds homebound.py against a server at $HOMEBOUND_URL that serves the default release: python3 -m unittest"""

import http.server
import json
import threading
import unittest
import urllib.request

import homebound
import matplotlib
import pandas as pd

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

PERMITS = 'query ($within: String) { permits(filter: {within: $within, issued: {from: "2017-07-01", to: "2017-12-31"}}) { totalCount nodes { number } } }'
REPORT = """query ($within: String!) { report(filter: {within: $within}, groupBy: [REGION, PERIOD], granularity: YEAR) { rows {
  region { code } period { from label } permitsIssued workersAuthorised workersPresent peakWorkersPresent peakOn averageWorkersPresent
  workerDays averageMonthlyWage workersRepatriated } } }"""


class Recording(homebound.Release):
    """Notes the addresses that are asked, and the documents."""

    def _post(self, body):
        if not hasattr(self, "asked"):
            self.asked = []
        self.asked.append((self.address, json.loads(body)["query"]))
        return super()._post(body)


class FrameTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hb = Recording()

    def test_every_page_comes_from_one_release(self):
        hb = Recording()
        frame = hb.frame(PERMITS, within="RU")
        self.assertGreater(len(frame), 2 * homebound.PAGE)
        self.assertEqual(len(frame), hb.query(PERMITS, within="RU")["permits"]["totalCount"])
        self.assertFalse(frame["number"].duplicated().any())
        self.assertEqual(hb.asked[0][0], hb.url + "/graphql", "asks once which release is the current one")
        self.assertEqual({address for address, _ in hb.asked[1:]}, {f"{hb.url}/releases/{hb.about['number']}/graphql"})

    def test_what_the_query_says_of_paging_holds(self):
        self.assertEqual(len(self.hb.frame('{ permits(first: 3) { nodes { number } } }')), 3)
        self.assertEqual(list(self.hb.frame('{ industries { code } }')["code"][:2]), ["A", "B"])
        whole = self.hb.frame("{ regions { nodes { code } } }")
        own = "query Own($size: Int = 30, $after: String) { regions(first: $size, after: $after) { edges { node { code } } } }"
        pages = self.hb.frame(own)
        self.assertEqual(list(pages["node.code"]), list(whole["code"]))
        rest = self.hb.frame(own, after=self.hb.query("{ regions(first: 10) { pageInfo { endCursor } } }")["regions"]["pageInfo"]["endCursor"])
        self.assertEqual(list(rest["node.code"]), list(whole["code"])[10:])

    def test_more_rows_than_the_limit_are_refused(self):
        with self.assertRaisesRegex(homebound.HomeboundError, "more than limit=10 rows"):
            self.hb.frame("{ regions { nodes { code } } }", limit=10)

    def test_types_are_the_schemas(self):
        frame = self.hb.frame(REPORT, within="RU-FD-FE")
        kinds = {name: str(kind) for name, kind in frame.dtypes.items()}
        self.assertEqual(list(kinds)[:4], ["region.code", "period.from", "period.label", "permitsIssued"], "in the order of the query")
        self.assertEqual((kinds["period.from"][:10], kinds["peakOn"][:10]), ("datetime64", "datetime64"))
        self.assertEqual((kinds["period.label"], kinds["permitsIssued"], kinds["workerDays"]), ("object", "Int64", "float64"))
        days = self.hb.frame('{ report(filter: {period: {from: "2018-01-01", to: "2018-01-02"}}, granularity: DAY) { rows { period { label from } workersPresent } } }')
        self.assertEqual(list(days["period.label"]), ["2018-01-01", "2018-01-02"], "a name that looks like a date is a name")
        nothing = self.hb.frame('{ claims(filter: {speaker: "nobody"}) { nodes { madeOn valueLow operator check { verdict } } } }')
        self.assertEqual({n: str(k).split("[")[0] for n, k in nothing.dtypes.items()}, {
            "madeOn": "datetime64", "valueLow": "float64", "operator": "object", "check.verdict": "object"})
        moment = self.hb.frame("{ release { publishedAt } }")["publishedAt"]
        self.assertEqual(str(moment.dt.tz), "UTC")
        far = homebound._series(pd, ["2017-12-22", "9999-12-31"], "Date")
        self.assertEqual([str(day)[:10] for day in far], ["2017-12-22", "9999-12-31"])

    def test_units_and_definitions_are_the_schemas(self):
        frame = self.hb.frame(REPORT, within="RU-FD-FE")
        persons = ["workersAuthorised", "workersPresent", "peakWorkersPresent", "averageWorkersPresent", "workersRepatriated"]
        self.assertEqual(frame.attrs["units"], {
            **dict.fromkeys(persons, "persons"), "permitsIssued": "permits", "workerDays": "worker-days", "averageMonthlyWage": "RUB per month"})
        self.assertEqual(frame.attrs["definitions"]["workersPresent"], "Workers present on the last day of the period, in persons.")
        impact = self.hb.frame('{ economicImpact(region: "RU-FD-FE") { departedWorkers outputLost { central } remittancesForgone { central } shareOfEmployment } }')
        self.assertEqual(impact.attrs["units"], {
            "departedWorkers": "persons", "outputLost.central": "RUB", "remittancesForgone.central": "USD", "shareOfEmployment": "fraction"})
        mixed = self.hb.frame('{ region(code: "RU") { observations(indicators: ["GRP", "WORKERS_PRESENT"]) { value } } }')
        self.assertEqual(mixed.attrs["units"], {"value": "various"})

    def test_attributes_say_what_the_figures_rest_on(self):
        report = self.hb.frame(REPORT, within="RU-FD-FE")
        self.assertTrue(report.attrs["synthetic"])
        self.assertEqual([s["kind"] for s in report.attrs["sources"]], ["SYNTHETIC"])
        self.assertIn("permitsIssued counts the permits issued", report.attrs["method"])
        impact = self.hb.frame('{ economicImpact(region: "RU", scenario: {basis: REPORTED}) { departedWorkers } }')
        self.assertFalse(impact.attrs["synthetic"], "by its provenance, though the release has synthetic rows")
        self.assertIn("Rosstat", [s["publisher"] for s in impact.attrs["sources"]])
        observed = self.hb.frame('{ region(code: "RU") { observations(indicators: ["WORKERS_PRESENT"]) { value } } }')
        self.assertFalse(observed.attrs["synthetic"], "by its sources")
        self.assertIn("NK News", [s["publisher"] for s in observed.attrs["sources"]])
        self.assertTrue(self.hb.frame("{ countries { code } }").attrs["synthetic"], "nothing tells, so the release does")
        for frame in (report, impact, observed):
            self.assertEqual(frame.attrs["release"], self.hb.about["number"])
            self.assertEqual(frame.attrs["contentHash"], self.hb.about["contentHash"])
            self.assertFalse([c for c in frame if "homebound" in c])

    def test_a_row_says_how_much_of_it_is_known(self):
        frame = self.hb.frame('{ report(filter: {within: "RU-FD-FE", nationalities: ["KP"], period: {from: "2011-01-01"}}, granularity: YEAR) { rows { permitsIssued } } }')
        self.assertEqual(list(frame), ["permitsIssued", "coverage", "synthetic"])
        self.assertEqual((set(frame["coverage"]), set(frame["synthetic"])), ({"COMPLETE", "PARTIAL"}, {True}), "2011 is before the days that the register declares")
        self.assertEqual(str(frame["synthetic"].dtype), "boolean")
        self.assertEqual(frame.attrs["coverage"], "PARTIAL")
        unknown = self.hb.frame('{ report(filter: {within: "CN"}) { rows { permitsIssued workersPresent averageWorkersPresent } } }')
        self.assertEqual(unknown.attrs["coverage"], "NONE")
        for partly, sentence in ((frame, "A part is known: counts are lower bounds."), (unknown, "NOT KNOWN: a part of this has no figures, which does not mean zero.")):
            self.assertIn(sentence, homebound.source_line(plt.figure().gca(), partly).get_text().replace("\n", " "))
        self.assertTrue(unknown[["permitsIssued", "workersPresent", "averageWorkersPresent"]].isna().all(axis=None), "unknown, and no zero")
        own = self.hb.frame('{ report(filter: {within: "RU-PRI"}) { rows { coverage permitsIssued } } }')
        self.assertEqual(list(own), ["coverage", "permitsIssued", "synthetic"])
        standing = self.hb.frame('{ compliance(sanction: "S/RES/2397(2017)", region: "RU", basis: REPORTED) { remaining } }')
        self.assertEqual(standing.iloc[0].to_dict(), {"remaining": 511, "coverage": "COMPLETE", "synthetic": False})
        self.assertIsNone(self.hb.frame("{ countries { code } }").attrs["coverage"])
        with self.assertRaisesRegex(homebound.HomeboundError, "does not mean that there was nobody"):
            self.hb.frame('{ compliance(sanction: "S/RES/2397(2017)", region: "CN") { remaining } }')
        states = self.hb.frame('{ memberStates(sanction: "S/RES/2397(2017)") { country { code } status remaining progress } }').set_index("country.code")
        self.assertTrue(states.loc["CN", ["remaining", "progress"]].isna().all(), "unknown, and no zero")
        self.assertEqual((states.loc["PL", "remaining"], states.loc["CN", "status"]), (0, "UNKNOWN"))

    def test_permalink_gives_the_same_answer(self):
        frame = self.hb.frame(REPORT, within="RU-PRI")
        with urllib.request.urlopen(frame.attrs["permalink"], timeout=60) as response:
            rows = json.load(response)["data"]["report"]["rows"]
        self.assertEqual(len(rows), len(frame))
        self.assertEqual([r["permitsIssued"] for r in rows], list(frame["permitsIssued"]))

    def test_fragments_aliases_and_comments(self):
        frame = self.hb.frame('''# } not the end
            query Named { all: claims(filter: {speaker: "Matsegora {"}) { totalCount } # "
              found: claims(filter: {speaker: "Matsegora"}, first: 5) { ...page } }
            fragment page on ClaimConnection { nodes { who: speaker source { title } ... on Claim { source { publisher } ...rest } } }
            fragment rest on Claim { verdict: check { is: verdict } }''')
        self.assertEqual(list(frame), ["who", "source.title", "source.publisher", "verdict.is"])
        self.assertEqual(set(frame["who"]), {"Alexander Matsegora"})
        self.assertEqual(len(frame), 5)
        self.assertTrue(frame["verdict.is"].isna().any(), "a claim without a check")

    def test_a_list_inside_a_row_stays_a_list(self):
        frame = self.hb.frame("{ sanctions { symbol nationalities { code } } }")
        self.assertEqual(frame["nationalities"][0], [{"code": "KP"}])

    def test_masked_figures_are_marked(self):
        class Masking(homebound.Release):
            def query(self, query, variables=None, **more):
                data = super().query(query, variables, **more)
                for row in data.get("report", {}).get("rows", [])[:2]:
                    row.update(homeboundPerturbed=True, permitsIssued=None)
                return data

        frame = Masking().frame(REPORT, within="RU-PRI")
        self.assertTrue(frame.attrs["perturbed"])
        self.assertFalse(self.hb.frame(REPORT, within="RU-PRI").attrs["perturbed"], "synthetic rows are of nobody")
        self.assertTrue(pd.isna(frame["permitsIssued"][0]), "unknown, and no zero")
        self.assertIn("Rows of few people are masked: figures are right on average.", homebound.source_line(plt.figure().gca(), frame).get_text().replace("\n", " "))

    def test_a_question_that_makes_no_frame(self):
        for query, sentence in (
            ("{ permits { nodes { id } } claims { nodes { id } } }", "one list; this query has permits.nodes, claims.nodes"),
            ("subscription { releasePublished { number } }", "expected one query in the text, found subscription"),
            ("query A { release { number } } query B { release { number } }", "found query and query"),
        ):
            with self.assertRaisesRegex(ValueError, sentence):
                self.hb.frame(query)

    def test_errors_are_the_servers_own(self):
        for query, code, sentence in (
            ("{ nope }", "BAD_USER_INPUT", 'Cannot query field "nope"'),
            ("{ permits { nodes { id }", "BAD_USER_INPUT", "Expected Name"),
            ("{ permits { ...nowhere } }", "BAD_USER_INPUT", 'Unknown fragment "nowhere"'),
            ('{ compliance(sanction: "none") { status } }', "NOT_FOUND", "none"),
            ("{ permits(first: 5000) { nodes { id } } }", "LIMIT_EXCEEDED", "at most 1000"),
        ):
            with self.assertRaisesRegex(homebound.HomeboundError, sentence) as raised:
                self.hb.frame(query)
            self.assertEqual(raised.exception.code, code)
        with self.assertRaisesRegex(homebound.HomeboundError, "There is no release 999"):
            homebound.Release(number=999)
        with self.assertRaisesRegex(ValueError, "http://"):
            homebound.Release("file:///etc/passwd")
        with self.assertRaisesRegex(homebound.HomeboundError, "does not answer"):
            homebound.Release("http://127.0.0.1:9", timeout=5)

    def test_a_chart_with_its_source_is_two_lines(self):
        frame = homebound.frame('{ report(groupBy: [PERIOD], granularity: YEAR) { rows { period { from } workersPresent } } }')
        ax = frame.plot(x="period.from", y="workersPresent")
        line = homebound.source_line(ax, frame)
        self.assertIn("SYNTHETIC", line.get_text())
        ax.figure.canvas.draw()
        frame_of = ax.figure.get_window_extent()
        shown = line.get_window_extent()
        self.assertTrue(frame_of.x0 <= shown.x0 and shown.x1 <= frame_of.x1 and frame_of.y0 <= shown.y0, "the line is inside the picture")
        self.assertLess(shown.y1, ax.xaxis.get_tightbbox().y0, "and below the axis")
        self.assertIn(frame.attrs["contentHash"], homebound.cite(frame))
        plt.close("all")

    def test_frames_of_two_releases_have_no_common_source(self):
        frame = self.hb.frame("{ countries { code } }")
        other = frame.copy()
        other.attrs = {**frame.attrs, "contentHash": "another"}
        for frames in ((frame, other), (pd.DataFrame(),)):
            with self.assertRaises(ValueError):
                homebound.cite(*frames)


class RefusalTest(unittest.TestCase):
    """What no quiet server shows: refusals, from one that gives them in turn."""

    def serve(self, *answers):
        left = list(answers)
        seen = self.seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(handler):
                handler.rfile.read(int(handler.headers["Content-Length"]))
                handler.do_GET()

            def do_GET(handler):
                seen.append(handler.headers)
                status, headers, body = left.pop(0) if left else (200, {}, RELEASE)
                handler.send_response(status)
                for name, value in headers.items():
                    handler.send_header(name, value)
                handler.end_headers()
                handler.wfile.write(body.encode())

            def log_message(handler, *args):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}"

    def test_waits_as_long_as_it_is_told_and_no_longer_than_it_may(self):
        busy = (429, {"Retry-After": "1"}, BUSY)
        homebound.Release(self.serve(busy, busy), patience=5)
        self.assertEqual(len(self.seen), 3)
        for answers, patience in (((busy,) * 9, 2), (((429, {"Retry-After": "3600"}, BUSY),), 120)):
            with self.assertRaisesRegex(homebound.HomeboundError, "The budget is spent") as raised:
                homebound.Release(self.serve(*answers), patience=patience)
            self.assertEqual(raised.exception.code, "LIMIT_EXCEEDED")
            self.assertLessEqual(len(self.seen), patience + 1)

    def test_an_answer_that_is_no_answer(self):
        for body in ("<html>Bad gateway</html>", "[]", '{"data": null}'):
            with self.assertRaisesRegex(homebound.HomeboundError, "expected .* found .* with status 502"):
                homebound.Release(self.serve((502, {}, body)))

    def test_the_key_goes_to_nobody_else(self):
        other = self.serve()
        seen_by_other = self.seen
        homebound.Release(self.serve((302, {"Location": other}, "")), key="hb_secret")
        self.assertEqual(self.seen[0]["Authorization"], "Bearer hb_secret")
        self.assertEqual([headers["Authorization"] for headers in seen_by_other], [None])


RELEASE = '{"data": {"release": {"number": 1, "contentHash": "00", "citation": "", "synthetic": false, "currency": "RUB"}}}'
BUSY = '{"errors": [{"message": "The budget is spent.", "extensions": {"code": "LIMIT_EXCEEDED"}}]}'

if __name__ == "__main__":
    unittest.main()
