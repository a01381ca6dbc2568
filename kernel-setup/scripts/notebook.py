"""Execute a notebook through the kernel and write the executed copy and an HTML page; exit 1 when a cell fails or takes too long.

usage: notebook.py NOTEBOOK KERNEL SECONDS-A-CELL EXECUTED.ipynb PAGE.html [--strict]

--strict: a cell that prints on stderr fails too. What failed is the last that is printed, from a line that begins with FAILED.
"""
import os
import re
import sys
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert import HTMLExporter

templates = os.path.join(os.environ["COADAPT_ROOT"], "kernel-setup", "templates")
sys.path.insert(0, templates)
import coadapt_links  # noqa: E402

source, kernel, limit, executed, page, *rest = sys.argv[1:]
strict = rest == ["--strict"]
notebook = nbformat.read(source, as_version=4)
total = sum(1 for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip())
state = {"number": 0, "begin": 0.0, "source": ""}


def say(text):
    print(text, flush=True)


class Client(NotebookClient):
    """Shows what a cell prints, line by line: a line may come in many pieces."""

    rest = ""

    def process_message(self, msg, cell, cell_index):
        if msg["msg_type"] == "stream":
            *lines, self.rest = (self.rest + msg["content"]["text"]).split("\n")
            for line in lines:
                self.show(line)
        return super().process_message(msg, cell, cell_index)

    def flush(self):
        if self.rest:
            self.show(self.rest)
            self.rest = ""

    def show(self, line):
        say("      | " + line.rstrip("\r").rsplit("\r", 1)[-1])


def starts(cell, cell_index):
    if cell.cell_type == "code" and cell.source.strip():
        state.update(number=state["number"] + 1, begin=time.monotonic(), source=cell.source)


def ends(cell, cell_index, **_):
    client.flush()
    if cell.cell_type == "code" and cell.source.strip():
        lines = [line for line in cell.source.splitlines() if line.strip()]
        first = next((line for line in lines if not line.startswith("%%")), lines[0])
        say(f"  cell {state['number']}/{total}: {time.monotonic() - state['begin']:.1f} s  {first[:60]}")
        said = "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stderr")
        if strict and said:
            raise Spoke(said)


class Spoke(Exception):
    """A cell printed on stderr."""


def write(path, text):
    with open(path + ".part", "w", encoding="utf-8") as out:
        out.write(text)
    os.replace(path + ".part", path)


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def html(notebook, folder):
    exporter = HTMLExporter(extra_template_basedirs=[templates], template_name="coadapt", embed_images=True)
    resources = {"metadata": {"name": os.path.basename(source).removesuffix(".ipynb"), "path": folder}}
    return exporter.from_notebook_node(notebook, resources=resources)[0]


failure = None
folder = os.path.dirname(os.path.abspath(source))
client = Client(notebook, kernel_name=kernel, timeout=float(limit), record_timing=False, coalesce_streams=True, resources={"metadata": {"path": folder}},
                on_cell_start=starts, on_cell_executed=ends)
try:
    client.execute()
except CellExecutionError as err:
    failure = f"cell {state['number']}: {plain(str(err))}"
except CellTimeoutError:
    failure = f"cell {state['number']} did not end within {float(limit):.0f} s:\n{state['source']}"
except DeadKernelError as err:
    failure = f"the kernel died in cell {state['number']}: {err}\n{state['source']}"
except Spoke as err:
    failure = f"cell {state['number']} printed on stderr:\n{plain(str(err))}\nof\n{state['source']}"
client.flush()
write(executed, nbformat.writes(coadapt_links.without(notebook)))  # it may be carried anywhere
write(page, html(coadapt_links.moved(notebook, folder, os.path.dirname(os.path.abspath(page))), folder))
if failure:
    say("FAILED: " + failure)
    sys.exit(1)
