"""Links of a notebook to files beside it, seen from a page that lies elsewhere."""
import copy
import os
import re
import urllib.parse

# What nb.Lab.Show and nb.Lab.PDF say of a figure's file.
FIGURE = re.compile(r'<p>the (?:same as SVG|figure as PDF): <a href="([^"]*)">[^<]*</a></p>')
MARKDOWN = re.compile(r"(?<=\]\()([^)\s:#]+)(?=\))")  # what names no scheme


def moved(notebook, source, target):
    """A copy whose links lead from the folder target to where they led from source. Those to figures that are not there are left out."""
    def there(link):
        path = os.path.join(source, urllib.parse.unquote(link))
        return urllib.parse.quote(os.path.relpath(path, target)) if os.path.exists(path) else None

    def figure(found):
        to = there(found[1])
        return "" if to is None else found[0].replace(found[1], to)
    return changed(notebook, figure, lambda found: there(found[1]) or found[1])


def without(notebook):
    """A copy without links to figures, for who gets the notebook alone."""
    return changed(notebook, lambda _: "", lambda found: found[0])


def changed(notebook, figure, markdown):
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = MARKDOWN.sub(markdown, joined(cell["source"]))
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            html = joined(data.get("text/html", ""))
            if FIGURE.search(html):
                data["text/html"] = FIGURE.sub(figure, html)
                data["text/plain"] = "a figure in words" if "<details>" in html else "a figure"
        if "outputs" in cell:
            cell["outputs"] = [o for o in cell["outputs"] if "data" not in o or o["data"].get("text/html") != ""]
    return notebook


def joined(text):
    return text if isinstance(text, str) else "".join(text)
