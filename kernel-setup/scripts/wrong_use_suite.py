"""What a reader sees who gets something wrong, or whose machine does: one clear sentence in the cell.

usage: wrong_use_suite.py KERNEL [PATTERN ...]

See lines.py for what is printed. Each test has a kernel of its own with a home that has trained nothing.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import kernel_suite
import lines
from kernel_suite import Kernel

LIMIT = 400  # seconds a test
TRAINING = 300  # seconds for two nets of two steps
LAB = 'import "coadapt/notebooks/nb"\n\nvar lab = nb.Open("shapes:classes=4,train=8,test=8,size=24", nb.Steps(2))'
TRAIN = '%%\nlab.Table(lab.Run(nb.Grid{Conditions: "base"}))'


class WrongUse(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="wrong-use-")
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        for name in ("bin", "venv", "pjrt"):
            place = os.path.join(os.environ["COADAPT_HOME"], name)
            if os.path.exists(place):
                os.symlink(place, os.path.join(self.home, name))

    def kernel(self, **spec):
        kernel = Kernel(spec={"COADAPT_HOME": self.home, "COADAPT_STORE": os.path.join(self.home, "store"), **spec})
        self.addCleanup(kernel.close)
        self.assertEqual(kernel.run(LAB)[0]["status"], "ok")
        return kernel

    def fails(self, kernel, code, name, sentence, timeout=kernel_suite.PATIENCE):
        """The cell fails with a cause of one line in which the sentence's regular expression is, and shows no more than that and the place."""
        reply, output = kernel.run(code, timeout)
        self.assertEqual(reply["status"], "error", output)
        self.assertEqual(reply["ename"], name)
        self.assertRegex(reply["evalue"], sentence)
        self.assertNotIn("\n", reply["evalue"])
        printed = kernel_suite.text(output, "stderr")
        self.assertIn(printed, ("", reply["evalue"] + "\n"), "what is printed is the cause, once, or nothing")
        shown = "\n".join(m["content"]["data"].get("text/plain", "") for m in output if m["msg_type"] in ("display_data", "update_display_data"))
        for noise in ("goroutine ", "Traceback", ".go:"):
            self.assertNotIn(noise, printed + shown + "\n".join(reply["traceback"]))

    def test_typo(self):
        kernel = self.kernel()
        self.fails(kernel, "%%\nresults := lab.Rnu(nb.Grid{})\nlab.Table(results)", "compile error", r"^line 2: lab\.Rnu undefined \(type \*nb\.Lab has no field or method Rnu")
        self.fails(kernel, "%%\nresults := lab.Run(nb.Grid{})", "compile error", r"^line 2: declared and not used: results \(use results in this cell, write _ = results, or leave it out\)$")
        self.fails(kernel, "%%\nlab.Run(nb.Grid{Cut: 3})", "compile error", "^line 2: unknown field Cut in struct literal")
        self.fails(kernel, '%%\nfmt.Printn("a")', "compile error", "^line 2: undefined: fmt.Printn: package fmt has no such name$")
        self.fails(kernel, 'import "coadapt/notebook/nb"\n\n%%\nnb.Net("base", 0, 0)', "import error", "^coadapt/notebook/nb: package coadapt/notebook/nb is not in std")

    def test_wrong_words(self):
        kernel = self.kernel()
        self.fails(kernel, '%%\nlab.Run(nb.Grid{Conditions: "AnC"})', "exit status 1", '^Grid.Conditions: condition "AnC", want one of base, BnB, ')
        self.fails(kernel, '%%\nlab.Run(nb.Grid{Cuts: "1-9"})', "exit status 1", "^Grid.Cuts: .*9.*want")
        self.fails(kernel, "%%\nlab.Show(\"my curve\", lab.Curve(nil))", "exit status 1", "^curve: no results to draw; lab.Run gives some$")

    def test_missing_data(self):
        kernel = self.kernel()
        self.fails(kernel, '%%\nnb.Open("no/such/folder")', "exit status 1", '^no data at "no/such/folder" .looked from /.*want "shapes", or a folder, ')
        self.fails(kernel, '%%\nnb.Open("shapes:clases=4")', "exit status 1", 'no parameter "clases"; there are classes, ')

    def test_no_plugin(self):
        empty = tempfile.mkdtemp(dir=self.home)
        self.fails(self.kernel(PJRT_PLUGIN_LIBRARY_PATH=empty, GOMLX_BACKEND="xla:cpu"), TRAIN, "exit status 1",
                   f"there is no such PJRT plugin in \"{empty}\"; `go run ./kernel-setup setup` installs one")

    def test_no_plugin_and_none_asked_for(self):
        os.remove(os.path.join(self.home, "pjrt"))
        kernel = self.kernel(PJRT_PLUGIN_LIBRARY_PATH="", GOMLX_BACKEND="")
        reply, output = kernel.run(TRAIN, TRAINING)
        self.assertEqual(reply["status"], "ok", output)
        self.assertRegex(kernel_suite.text(output, "stderr"), "^No PJRT plugin was found, so nets run on GoMLX's pure Go backend, 10 to 100 times slower than XLA; .*\n$")

    def test_full_disk(self):
        place = os.path.join(self.home, "small")
        os.mkdir(place)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "coadapt", place], capture_output=True, text=True)
        if mounted.returncode:
            self.skipTest(f"no small disk can be mounted here: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", place], check=True)
        kernel = self.kernel(COADAPT_STORE=place)
        sentence = f"^the disk of the store {place} is full: what is finished is kept; free some space there and run the cell again"
        self.fails(kernel, TRAIN, "exit status 1", sentence, TRAINING)  # a net's weights have no room
        with open(os.path.join(place, "fill"), "wb", buffering=0) as fill:
            try:
                while True:
                    fill.write(bytes(1024))
            except OSError:
                pass  # now nothing has
        self.fails(kernel, TRAIN, "exit status 1", sentence, TRAINING)
        os.remove(os.path.join(place, "fill"))
        subprocess.run(["mount", "-o", "remount,size=1g", place], check=True)
        reply, output = kernel.run(TRAIN, TRAINING)
        self.assertEqual(reply["status"], "ok", output)
        self.assertIn("2 nets: 2 trained now", "".join(m["content"]["data"].get("text/plain", "") for m in output if m["msg_type"] in ("display_data", "update_display_data")))


if __name__ == "__main__":
    kernel_suite.KERNEL, *patterns = sys.argv[1:]
    lines.run(sys.modules["__main__"], patterns, LIMIT)
