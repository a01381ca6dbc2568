"""Teaches papermill Go: parameters become variables of a cell of their own, which later cells see in place of those of the cell tagged "parameters".

    PYTHONPATH=<clone>/kernel-setup/papermill JUPYTER_PATH=<clone>/.coadapt/venv/share/jupyter \\
        papermill in.ipynb out.ipynb -p data shapes -p seeds "[0, 1]"

papermill reads the entry points of all that lies on its path, and so finds this without an installation.
"""
import json
import math

from papermill.engines import NBClientEngine
from papermill.translators import Translator, papermill_translators

KEYWORDS = set("""break case chan const continue default defer else fallthrough for func go goto if import interface map package range return
    select struct switch type var""".split())


class Engine(NBClientEngine):
    """papermill's own, under the name by which this module is found."""


class Go(Translator):
    """Values of JSON and YAML as Go's."""

    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        lines = [cls.comment(comment)]
        for name, value in parameters.items():
            if not name.isidentifier() or not name.isascii() or name in KEYWORDS:
                raise ValueError(f"parameter {name!r}: want a name that Go can have, of letters, digits and _")
            lines.append(f"var {name} {cls.type_of(value)} = {cls.translate(value)}")
        return "\n".join(lines) + "\n"

    @classmethod
    def comment(cls, text):
        return "// " + text.replace("\n", " ")

    @classmethod
    def type_of(cls, value):
        for python, go in ((bool, "bool"), (int, "int"), (float, "float64"), (str, "string"), (dict, "map[string]any")):
            if isinstance(value, python):
                return go
        if isinstance(value, list):
            types = {cls.type_of(v) for v in value}
            if types == {"int", "float64"}:
                types = {"float64"}
            return "[]" + (types.pop() if len(types) == 1 else "any")
        return "any"

    @classmethod
    def translate(cls, value):
        if value is None:
            return "nil"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return str(value)
        if isinstance(value, float):
            if not math.isfinite(value):
                raise ValueError(f"parameter of value {value}: want a finite number")
            return repr(value)
        if isinstance(value, list):
            return cls.type_of(value) + "{" + ", ".join(map(cls.translate, value)) + "}"
        if isinstance(value, dict):
            return "map[string]any{" + ", ".join(f"{cls.text(k)}: {cls.translate(v)}" for k, v in value.items()) + "}"
        return cls.text(value)

    @classmethod
    def text(cls, value):
        """A string of Go; JSON's escapes are Go's, but for those of characters beyond 16 bits, which are written as they are."""
        return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f").replace("\ufeff", "\\ufeff")


papermill_translators.register("go", Go)
