"""Tries notebooks in JupyterLab as people do, in a Chromium without a screen.

usage: LAB_URL=http://127.0.0.1:PORT/lab?token=... browser_suite.py CHROMIUM NOTEBOOKS SCREENSHOTS [PATTERN ...]

JupyterLab is at the folder NOTEBOOKS, a reader's copies of the chapters. A test is a step of one visit and needs those before it. See lines.py for what is printed.
"""
import json
import os
import re
import sys
import time
import unittest
import urllib.parse

import lines
from playwright.sync_api import TimeoutError, expect, sync_playwright

LIMIT = 900  # seconds a test: one trains the 17 nets of a chapter
PATIENCE = 60_000  # milliseconds for what takes a few seconds
TRAINING = 800_000  # and for what trains
VIEWPORT = {"width": 1280, "height": 2400}
FIRST = "00_sixty_seconds.ipynb"
WHOLE = "04_transfer.ipynb"

RUNNING = re.compile(r"(\d+) of (\d+) nets")
# How many cells have run, and not been asked to again.
RAN = "() => [...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')].filter(p => /\\[\\d+\\]/.test(p.textContent)).length"
# Pictures of outputs and what the browser made of them; the toolbar's icons are none.
NO_ALT = "No description has been provided for this image"  # as nbconvert has it
PICTURES = "() => [...document.querySelectorAll('.jp-OutputArea-output img')].map(i => ({width: i.naturalWidth, alt: i.alt, src: i.src.slice(0, 60)}))"
# The contrast of each output's text to what is behind it.
CONTRASTS = """() => {
  const parts = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = (c) => parts(c).slice(0, 3).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const behind = (e) => { const c = getComputedStyle(e).backgroundColor; return (parts(c)[3] ?? 1) > 0 || !e.parentElement ? c : behind(e.parentElement); };
  return [...document.querySelectorAll('.jp-OutputArea-output :is(p, pre, td, th, summary, label, button)')].filter(e => e.textContent.trim())
    .map(e => [light(getComputedStyle(e).color), light(behind(e)), e.textContent.slice(0, 60)])
    .map(([a, b, text]) => [text, (Math.max(a, b) + .05) / (Math.min(a, b) + .05)]);
}"""
# The lightest and the darkest value of each picture, and the darkest along its edge, four pixels wide; transparent ones count as dark.
PANELS = """() => [...document.querySelectorAll('.jp-OutputArea-output img')].map(img => {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [img.naturalWidth, img.naturalHeight];
  const c = canvas.getContext('2d');
  c.drawImage(img, 0, 0);
  const range = (x, y, w, h) => { const v = []; const d = c.getImageData(x, y, w, h).data;
    for (let i = 0; i < d.length; i += 4) v.push(Math.min(d[i], d[i + 1], d[i + 2], d[i + 3])); return v; };
  const all = range(0, 0, canvas.width, canvas.height).sort((a, b) => a - b);
  const w = canvas.width, h = canvas.height;
  const edge = [[0, 0, w, 4], [0, h - 4, w, 4], [0, 0, 4, h], [w - 4, 0, 4, h]].flatMap(r => range(...r));
  return [all[all.length - 1], all[0], edge.reduce((a, b) => Math.min(a, b))];
})"""


class Visit(unittest.TestCase):
    """One visit, from the first page to the export."""

    broken = None  # the step that failed
    number = 0

    @classmethod
    def setUpClass(cls):
        url = urllib.parse.urlsplit(os.environ["LAB_URL"])
        cls.base, cls.token = f"{url.scheme}://{url.netloc}", urllib.parse.parse_qs(url.query)["token"][0]
        cls.playwright = sync_playwright().start()
        cls.addClassCleanup(cls.playwright.stop)
        options = ["--no-sandbox"] if os.getuid() == 0 else []  # containers have no other user
        cls.chromium = cls.playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        cls.addClassCleanup(cls.chromium.close)
        cls.context = cls.chromium.new_context(viewport=VIEWPORT, accept_downloads=True)
        cls.context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        cls.asked = []  # addresses
        cls.context.on("request", lambda r: cls.asked.append(r.url))
        cls.page = cls.context.new_page()
        cls.page.on("websocket", lambda w: cls.asked.append(w.url))

    def setUp(self):
        if self.broken and not self._testMethodName.startswith("test_9"):
            self.skipTest(f"needs what failed before: {self.broken}")

    def run(self, result=None):
        super().run(result)
        if result.why:
            type(self).broken = type(self).broken or self._testMethodName
            self.shot("failed")

    def shot(self, step, page=None):
        """Keeps what is to be seen, under a number and the step's name."""
        cls = type(self)
        cls.number += 1
        (page or cls.page).screenshot(path=os.path.join(SCREENSHOTS, f"{cls.number:02}_{step}.png"))

    def open(self, notebook):
        self.page.goto(f"{self.base}/lab/tree/{notebook}?token={self.token}&reset")
        self.page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        self.ready()

    def ready(self):
        """Waits for the kernel: who asks for a run before there is one is asked which."""
        self.page.locator(".jp-Notebook-ExecutionIndicator:not([data-status=unknown])").first.wait_for()
        expect(self.page.locator(".jp-StatusBar-Widget")).to_contain_text(re.compile("Idle|Busy"))

    def menu(self, *names):
        """Chooses from a menu. What JupyterLab puts into a menu late, such as formats of export, is waited for."""
        item = lambda name: self.page.locator(".lm-Menu-item:visible").filter(has=self.page.get_by_text(name, exact=True))
        end = time.monotonic() + PATIENCE / 1000
        while True:
            self.page.locator(".lm-MenuBar-item").filter(has_text=re.compile(f"^{names[0]}$")).click()
            for name in names[1:-1]:
                item(name).hover()
            try:
                item(names[-1]).click(timeout=3000)
                return
            except TimeoutError:
                self.assertLess(time.monotonic(), end, f"no menu {' > '.join(names)}")
                for _ in names:
                    self.page.keyboard.press("Escape")

    def accept(self):
        self.page.locator(".jp-Dialog .jp-mod-accept").click()

    def run_all(self):
        self.menu("Run", "Run All Cells")

    def ended(self):
        """Waits until all cells have run, and says that none of them failed or printed an error."""
        self.until(self.ran, "not all cells came to an end", TRAINING)
        for mime in ("error", "stderr"):
            found = self.page.locator(f'.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.{mime}"]')
            self.assertEqual(found.all_inner_texts(), [])

    def pictures(self, page=None):
        """The pictures of the outputs; all of them can be seen."""
        page = page or self.page
        page.wait_for_function(f"() => ({PICTURES})().length > 0 && ({PICTURES})().every(p => p.width > 0)")
        found = page.evaluate(PICTURES)
        for p in found:
            self.assertTrue(p["src"].startswith("data:image/"), p)
        return found

    def progress(self):
        """How many nets of how many the running cell shows; None where it shows no bar."""
        output = self.page.locator(".jp-OutputArea-output").filter(has=self.page.locator("progress"))
        found = RUNNING.search(" ".join(output.all_inner_texts()))
        return found and tuple(map(int, found.groups()))

    def until(self, condition, why, limit=PATIENCE):
        """Waits, and takes what questions and forms propose meanwhile."""
        end = time.monotonic() + limit / 1000
        while not condition():
            self.assertLess(time.monotonic(), end, why)
            for button in self.page.locator(".coadapt-panel button:enabled").all():
                try:
                    button.click(timeout=1000)
                except TimeoutError:
                    pass  # it has gone, or comes again
            self.page.wait_for_timeout(200)

    def wait_for_nets(self, least):
        """Waits until the running cell shows so many nets, or all cells have run, and gives the number; None where they have."""
        seen = None

        def came():
            nonlocal seen
            seen = self.progress()
            return seen and seen[0] >= least or self.ran()

        self.until(came, f"fewer than {least} nets came", TRAINING)
        return seen and seen[0]

    def ran(self):
        """Whether all cells have run."""
        return self.page.evaluate(RAN) == self.page.locator(".jp-Notebook .jp-CodeCell").count()

    def save(self):
        self.menu("File", "Save Notebook")
        self.page.wait_for_function("() => !document.querySelector('.lm-TabBar-tab.lm-mod-current.jp-mod-dirty')")

    def contents(self, name):
        reply = self.context.request.get(f"{self.base}/api/contents/{name}", headers={"Authorization": f"token {self.token}"})
        self.assertTrue(reply.ok, reply.status)
        return reply.json()["content"]

    def test_1_open(self):
        self.open(FIRST)
        expect(self.page.locator(".jp-OutputArea-output")).to_have_count(0)  # all of it lies below a guess
        self.shot("opened")

    def test_2_run_all(self):
        self.run_all()
        self.wait_for_nets(1)
        self.page.locator('.jp-OutputArea-output img[alt="the curve so far"]').wait_for()
        self.shot("training")

    def test_3_reload_in_the_middle(self):
        self.save()
        before = self.wait_for_nets(1)
        self.assertIsNotNone(before, "the sweep was over before the page was left")
        self.page.reload()
        self.page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        self.until(self.progress, "the last that was shown is gone")
        self.shot("reloaded")
        self.menu("Kernel", "Restart Kernel and Run All Cells…")
        self.accept()
        self.wait_for_nets(before + 1)  # it goes on, to its end where nets are trained fast
        self.shot("going_on")

    def test_4_figure(self):
        self.ended()
        self.assertGreaterEqual(len(self.pictures()), 1)
        words = self.page.locator(".jp-OutputArea-output details").filter(has_text=re.compile("Transfer curve: .* 7: ")).first
        words.locator("summary").click()
        expect(words.locator("p")).to_be_visible()  # JupyterLab shows no text alternative
        self.shot("figure")

    def test_5_untrusted(self):
        self.save()
        with open(os.path.join(NOTEBOOKS, FIRST)) as f:
            saved = json.load(f)
        saved["cells"][0]["source"].insert(0, "(opened by somebody else)\n\n")  # as nobody here has signed it
        with open(os.path.join(NOTEBOOKS, "untrusted.ipynb"), "w") as f:
            json.dump(saved, f)
        self.assertIn(False, [c["metadata"].get("trusted") for c in self.contents("untrusted.ipynb")["cells"]])
        self.open("untrusted.ipynb")
        self.assertGreaterEqual(len(self.pictures()), 1)
        self.shot("untrusted")

    def test_6_export(self):
        self.open(FIRST)
        for sanitised in (False, True):  # True is what JupyterLab proposes
            with self.subTest(sanitised=sanitised):
                with self.page.expect_download() as download:
                    self.menu("File", "Save and Export Notebook As", "HTML")
                    self.page.locator(".jp-Dialog input[type=checkbox]").set_checked(sanitised)
                    self.accept()
                file = os.path.join(SCREENSHOTS, "sanitised.html" if sanitised else "exported.html")
                download.value.save_as(file)
                self.look_offline(file)

    def look_offline(self, file):
        with open(os.path.join(NOTEBOOKS, FIRST)) as f:
            outputs = [o for cell in json.load(f)["cells"] for o in cell.get("outputs", [])]
        tables = sum("<table" in "".join(o.get("data", {}).get("text/html", [])) for o in outputs)
        alone = self.chromium.new_context(viewport={"width": 1280, "height": 2400}, offline=True)
        try:
            asked = []
            alone.on("request", lambda r: asked.append(r.url))
            page = alone.new_page()
            page.goto("file://" + file)
            alternatives = [p["alt"] for p in self.pictures(page)]
            self.assertEqual([a for a in alternatives if not a.strip() or a == NO_ALT], [])
            self.assertTrue(any(a.startswith("Transfer curve: ") for a in alternatives), alternatives)
            self.shot(os.path.basename(file).removesuffix(".html"), page)
            expect(page.locator("h1")).to_have_count(1)
            expect(page.locator("a").filter(has_text=".svg")).to_have_count(0)  # it lies elsewhere
            expect(page.locator(".jp-OutputArea-output table")).to_have_count(tables)
            self.assertNotRegex(page.locator("body").inner_text(), r"</?(p|br|h1|th|details)[ >]")  # tags are none of the text
            self.assertEqual([u for u in asked if u.startswith("http")], [])
        finally:
            alone.close()

    def test_7_completion(self):
        self.open("complete.ipynb")
        cells = self.page.locator(".jp-Notebook .jp-CodeCell")
        cells.nth(0).locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        self.until(lambda: self.page.evaluate(RAN) == 1, "the first cell does not end")
        time.sleep(5)  # the reader reads; the kernel, too, what was imported
        cell, completer = cells.nth(1).locator(".cm-content"), self.page.locator(".jp-Completer-item")
        for source, wanted in (("%%\nlab.", ["Ask", "Run", "Table"]), ("lab.", ["Ask", "Run", "Table"]), ("func f() {\nlab.", ["Ask", "Run", "Table"]),
                               ("%%\nresults := lab.Run(nb.Grid{", ["Conditions", "Cuts", "Seeds"]), ("var g = nb.Grid{", ["Conditions", "Cuts", "Seeds"]),
                               ("var g = nb.Grid{Co", ["Conditions"]), ("%%\nlab.Ta", ["Table", "Table2014"])):
            with self.subTest(source=source):
                cell.click()
                self.page.keyboard.press("Control+A")
                self.page.keyboard.press("Delete")
                self.page.keyboard.type(source)
                began = time.monotonic()
                self.page.keyboard.press("Tab")
                completer.first.wait_for()
                took = time.monotonic() - began
                shown = [name.strip() for name in completer.locator(".jp-Completer-match").all_inner_texts()]
                print(f"completion of {source!r} after {took:.2f} s", flush=True)
                self.assertLess(took, lines.quick())
                for name in wanted:
                    self.assertIn(name, shown)
                self.shot("completion")
                self.page.keyboard.press("Escape")

    def test_7_form(self):
        self.page.set_viewport_size({"width": VIEWPORT["width"], "height": 420})  # too low for the whole panel at once
        self.open("form.ipynb")
        self.run_all()
        panel = self.page.locator(".coadapt-panel")
        panel.wait_for()
        expect(panel.get_by_text("This cell waits for you")).to_be_in_viewport()  # the page has scrolled there
        self.page.set_viewport_size(VIEWPORT)
        expect(panel.locator("pre")).to_contain_text('Cuts: "1-3"')
        slider = panel.get_by_label("highest of cuts n")
        slider.focus()
        slider.press("ArrowLeft")
        expect(panel.locator("pre")).to_contain_text('Cuts: "1-2"')  # the kernel has heard of it
        both = panel.locator(".coadapt-span").bounding_box()
        at = lambda n: both["x"] + 8 + (both["width"] - 16) * (n - 1) / 6  # where a thumb's middle is
        middle = both["y"] + both["height"] / 2
        self.page.mouse.move(at(1), middle)
        self.page.mouse.down()
        self.page.mouse.move(at(5), middle, steps=5)  # past the other end
        self.page.mouse.up()
        expect(panel.locator("pre")).to_contain_text('Cuts: "2-5"')
        slider.press("ArrowRight")
        slider.press("ArrowRight")
        slider.press("ArrowRight")
        expect(panel.locator("pre")).to_contain_text('Cuts: "5"')
        self.page.mouse.move(at(5), middle)
        self.page.mouse.down()
        self.page.mouse.move(at(1), middle, steps=5)
        self.page.mouse.up()
        expect(panel.locator("pre")).to_contain_text('Cuts: "1-5"')
        for _ in range(3):
            panel.get_by_label("lowest of cuts n").press("ArrowLeft")
        expect(panel.locator("pre")).to_contain_text('Cuts: "1-2"')
        panel.locator('select[name="seeds"]').select_option("1")
        expect(panel.locator("pre")).to_contain_text('Seeds: "1"')
        panel.locator('input[name="BnB"]').uncheck()
        expect(panel.locator("pre")).to_contain_text('Conditions: "AnB"')
        self.shot("slider")
        panel.locator("button").click()
        self.page.locator(".jp-OutputArea-output").filter(has_text='chosen: nb.Grid{Conditions: "AnB", Cuts: "1-2"').wait_for(timeout=TRAINING)
        self.ended()
        self.pictures()
        expect(panel).to_have_count(0)  # what was chosen is left, as source
        self.shot("chosen")
        self.dark()

    def dark(self):
        """In the dark theme text stands out from the page, and a figure from its own white panel, which is as wide as its padding all around."""
        self.menu("Settings", "Theme", "JupyterLab Dark")
        try:
            self.page.locator('body[data-jp-theme-light="false"]').wait_for(state="attached")
            self.page.wait_for_timeout(500)  # styles come after the name
            texts = self.page.evaluate(CONTRASTS)
            self.assertGreater(len(texts), 1)
            for text, contrast in texts:
                self.assertGreater(contrast, 4.5, text)  # what WCAG 2.1 asks for, at AA
            for lightest, darkest, edge in self.page.evaluate(PANELS):
                self.assertEqual(lightest, 255)
                self.assertLess(darkest, 80)
                self.assertEqual(edge, 255, "the figure's edge is not its panel")
            self.shot("dark")
        finally:
            self.menu("Settings", "Theme", "JupyterLab Light")
            self.page.locator('body[data-jp-theme-light="true"]').wait_for(state="attached")

    def test_7_guess(self):
        self.page.set_viewport_size({"width": 1280, "height": 700})
        try:
            self.open("guess.ipynb")
            self.run_all()
            panel = self.page.locator(".coadapt-panel")
            self.waiting(panel)
            axes = panel.locator(".coadapt-axes")
            box = axes.bounding_box()
            scale = box["width"] / 560
            place = lambda n, points: (box["x"] + scale * (60 + 80 * (n - 1)), box["y"] + scale * (220 - 210 * (points + 60) / 90))
            self.page.mouse.move(*place(2, 0))
            self.page.mouse.down()
            self.page.mouse.move(*place(4, -30))  # over cut 3, without a stop there
            self.page.mouse.move(*place(5, 10))
            self.page.mouse.up()
            expect(panel.locator("pre")).to_contain_text("1: 0, 2: 0, 3: -15, 4: -30, 5: 10, 6: 0, 7: 0")
            points = axes.locator("polyline").get_attribute("points").split(" ")
            self.assertEqual([round(float(p.split(",")[1])) for p in points], [80, 80, 115, 150, 57, 80, 80])
            panel.locator("summary").click()
            sliders = panel.locator('input[type="range"]')
            expect(sliders).to_have_count(7)
            sliders.nth(6).focus()
            sliders.nth(6).press("ArrowLeft")
            expect(panel.locator("pre")).to_contain_text("7: -1")
            self.shot("drawn")
            panel.locator("button").click()
            self.page.locator(".jp-OutputArea-output").filter(has_text="guessed: BnB").wait_for()
            self.waiting(panel.filter(has_text="How much?"))
            panel.locator("select").select_option("less")
            panel.locator("button").click()
            self.page.locator(".jp-OutputArea-output").filter(has_text="result: more").filter(has_text="The guess was not right.").wait_for()
            self.ended()
        finally:
            self.page.set_viewport_size(VIEWPORT)

    def waiting(self, panel):
        """The cell says that it waits, and the reader sees it without looking for it."""
        panel.wait_for()
        expect(panel.get_by_role("status")).to_contain_text("This cell waits for you")
        expect(panel).to_be_in_viewport(ratio=0.9)
        self.page.wait_for_timeout(1000)
        expect(panel).to_be_in_viewport(ratio=0.9)  # still

    def test_8_whole_figure(self):
        if not os.path.exists(os.path.join(NOTEBOOKS, WHOLE)):
            self.skipTest(f"there is no {WHOLE} yet")
        self.open(WHOLE)
        self.run_all()
        self.ended()
        self.pictures()
        for picture in self.page.locator(".jp-OutputArea-output img").all():
            picture.scroll_into_view_if_needed()
            self.shot("whole_figure")
        link = self.page.locator(".jp-OutputArea-output a").filter(has_text=".svg").first
        name = os.path.basename(link.inner_text())
        link.click()
        self.page.locator(".lm-TabBar-tab.lm-mod-current").filter(has_text=name).wait_for()
        self.page.locator(".jp-ImageViewer img, .jp-ImageViewer svg").first.wait_for()
        self.shot("svg")

    def test_9_nothing_foreign(self):
        hosts = {urllib.parse.urlsplit(u).hostname for u in self.asked if u.startswith(("http", "ws"))}
        self.assertEqual(hosts, {"127.0.0.1"})


if __name__ == "__main__":
    CHROMIUM, NOTEBOOKS, SCREENSHOTS, *patterns = sys.argv[1:]
    lines.run(sys.modules["__main__"], patterns, LIMIT)
