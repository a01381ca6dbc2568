"""Test a kernel: the public suite jupyter_kernel_test with samples for Go cells, and a test for every fault of plain GoNB that the bridge mends.

usage: kernel_suite.py KERNEL [--plain] [PATTERN ...]

--plain takes the kernel's spec, but starts its GoNB without the bridge: what fails then is what the bridge is for. Patterns choose tests by
parts of their names. See lines.py for what is printed.
"""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import jupyter_kernel_test
import lines
import nbformat
import psutil
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

PATIENCE = 60  # seconds for what takes one or two
LIMIT = 240  # seconds a test: the public suite waits for some replies without end


class Conformity(jupyter_kernel_test.KernelTests):
    """The public suite."""

    why_skipped = "Not set: code_page_something, because a Go kernel has no pager, and payloads are deprecated."
    language_name = "go"
    file_extension = ".go"
    code_hello_world = '%%\nfmt.Println("hello, world")'
    code_stderr = '%%\nfmt.Fprintln(os.Stderr, "oops")'
    completion_samples = [
        {"text": "%%\nstrings.ToUpp", "matches": ["ToUpper", "ToUpperSpecial"]},
        {"text": "!ls", "matches": []},
    ]
    complete_code_samples = ["%%\nfmt.Println(1)", "func f() int { return 1 }", "6 * 7", "!ls", "%%bash\nls", 'import "fmt"']
    incomplete_code_samples = ["func f() {", "%%\nfor i := range 3 {", "6 *", "!ls \\", "var s = `a", "%%\nf(1,"]
    invalid_code_samples = ["func f() } ", "x := 1", "%%\nfmt.Println(1))", '%%\ns := "a']
    code_generate_error = '%%\npanic("boom")'
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": 'strings.Repeat("go", 2)', "result": "gogo"},
        {"code": "math.Sqrt(16)", "result": "4"},
    ]
    code_display_data = [
        {"code": 'import "github.com/janpfeifer/gonb/gonbui"\n\n%%\ngonbui.DisplayHTML("<b>bold</b>")\ngonbui.Sync()', "mime": "text/html"},
        {"code": 'import "github.com/janpfeifer/gonb/gonbui"\n\n%%\ngonbui.DisplayMarkdown("*it*")\ngonbui.Sync()', "mime": "text/markdown"},
    ]
    code_history_pattern = "6 ? 7*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "%%\nstrings.ToUpper"
    code_clear_output = '%%\nfmt.Print("\\x1b[2J")'


class Welcome(jupyter_kernel_test.IopubWelcomeTests):
    """The public suite's test of a message that protocol 5.4 has."""

    why_skipped = "Not supported: the ZeroMQ library does not tell of subscriptions. The kernel says protocol 5.3, which knows no welcome."


class Kernel:
    """One kernel with its own folder for temporary files, by which everything that it starts is known."""

    def __init__(self, cwd=None, tmp=None, spec=None):
        """spec is what other environment its kernel.json names."""
        self.tmp = tmp or tempfile.mkdtemp(prefix="kt-")
        self.manager = KernelManager(kernel_name=KERNEL)
        self.manager.kernel_spec.env.update(spec or {})
        self.manager.start_kernel(cwd=cwd, stderr=subprocess.DEVNULL, env={**os.environ, "TMPDIR": self.tmp, "GOPROXY": "off"})
        self.connect()

    def connect(self):
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)

    def restart(self):
        self.client.stop_channels()
        self.manager.restart_kernel(now=False)
        self.connect()

    def processes(self):
        return living(self.tmp)

    def send(self, code, **options):
        return self.client.execute(code, **options)

    def begin(self, code):
        """Sends a cell and waits until it prints something."""
        request = self.send(code)
        while self.client.get_iopub_msg(timeout=PATIENCE)["msg_type"] != "stream":
            pass
        return request

    def result(self, request, timeout=PATIENCE):
        """The reply to a request and what was published for it until the kernel was idle again."""
        end, output, idle = time.monotonic() + timeout, [], False
        while not idle:
            message = self.client.get_iopub_msg(timeout=max(0.1, end - time.monotonic()))
            if message["parent_header"].get("msg_id") == request:
                output.append(message)
                idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
        return self.reply(request, max(0.1, end - time.monotonic())), output

    def reply(self, request, timeout=PATIENCE, channel="shell"):
        end = time.monotonic() + timeout
        while True:
            get = getattr(self.client, f"get_{channel}_msg")
            message = get(timeout=max(0.1, end - time.monotonic()))
            if message["parent_header"].get("msg_id") == request:
                return message["content"]

    def run(self, code, timeout=PATIENCE, **options):
        return self.result(self.send(code, **options), timeout)

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=False)
        for process in self.processes():
            with contextlib.suppress(psutil.Error):  # it has ended
                process.kill()


def living(tmp):
    """The processes that have tmp in their environment, which all children of a kernel inherit."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE and process.environ().get("TMPDIR", "").startswith(tmp):
                found.append(process)
        except psutil.Error:
            pass  # another user's, or it has ended
    return found


def command(process):
    """A process's command line, which is empty once it has ended."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def until(condition, why, timeout=PATIENCE):
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(why() if callable(why) else why)
        time.sleep(0.05)


def text(output, name="stdout"):
    return "".join(m["content"]["text"] for m in output if m["msg_type"] == "stream" and m["content"]["name"] == name)


class Executed(unittest.TestCase):
    """What kernel-setup run makes of a notebook."""

    def test_commands_have_one_output(self):
        folder = tempfile.mkdtemp(prefix="executed-")
        self.addCleanup(shutil.rmtree, folder)
        place = lambda name: os.path.join(folder, name)
        cell = nbformat.v4.new_code_cell("!echo one; sleep 0.3; echo two\n!echo three")
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), place("a.ipynb"))
        program = os.path.join(ROOT, "kernel-setup", "scripts", "notebook.py")
        subprocess.run([sys.executable, program, place("a.ipynb"), KERNEL, str(PATIENCE), place("b.ipynb"), place("b.html")], check=True,
                       stdout=subprocess.DEVNULL, env=os.environ | {"COADAPT_ROOT": ROOT})
        [done] = nbformat.read(place("b.ipynb"), as_version=4).cells
        self.assertEqual([(o.output_type, o.text) for o in done.outputs], [("stream", "one\ntwo\nthree\n")])


class Faults(unittest.TestCase):
    """What plain GoNB gets wrong."""

    @classmethod
    def setUpClass(cls):
        cls.kernel = Kernel()

    @classmethod
    def tearDownClass(cls):
        cls.kernel.close()

    def setUp(self):
        if not self.kernel.manager.is_alive():  # one fault must not hide the others
            type(self).kernel = Kernel()

    def run_cell(self, code, **options):
        return self.kernel.run(code, **options)

    def fails(self, code, name, value, traceback=""):
        """The cell fails, and its reply and its one error say so in the same words."""
        reply, output = self.run_cell(code)
        self.assertEqual(reply["status"], "error", output)
        errors = [m["content"] for m in output if m["msg_type"] == "error"]
        self.assertEqual(len(errors), 1, output)
        for said in (reply, errors[0]):
            self.assertEqual(said["ename"], name)
            self.assertIn(value, said["evalue"])
            self.assertIn(traceback, "\n".join(said["traceback"]))
        return output

    # (a) the clone's module

    def test_import_without_a_magic_line(self):
        with tempfile.TemporaryDirectory() as elsewhere:
            kernel = Kernel(cwd=elsewhere)
            try:
                code = 'import "coadapt/transfer"\n\n%%\nt, _ := transfer.ParseTreatment("AnB")\nfmt.Println(t)'
                for when in ("at first", "after a restart"):
                    reply, output = kernel.run(code)
                    self.assertEqual((reply["status"], text(output)), ("ok", "AnB\n"), f"{when}: {reply}")
                    kernel.restart()
                kernel.run("%reset go.mod")
                reply, output = kernel.run(code)
                self.assertEqual(reply["status"], "ok", f"after %reset go.mod: {reply}")
            finally:
                kernel.close()

    def test_pins_are_the_clones(self):
        want = subprocess.run(["go", "list", "-m", "github.com/gomlx/gomlx"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        _, output = self.run_cell("!*go list -m github.com/gomlx/gomlx")
        self.assertEqual(text(output), want)

    def test_completion_knows_earlier_cells(self):
        kernel = Kernel()  # of its own: what cells declare stays, and a program with nb in it has no deadlock that Go could see
        try:
            reply, _ = kernel.run('import "coadapt/notebooks/nb"\n\nvar lab = nb.Open("shapes")')
            self.assertEqual(reply["status"], "ok", reply)
            time.sleep(1)  # by then the kernel has begun to read what was imported
            kernel.reply(kernel.client.inspect("1", 0), 120)  # GoNB answers once that is done
            verbs, fields = {"Run", "Show", "Table"}, {"Conditions", "Cuts", "Seeds"}
            for code, wanted in (("%%\nlab.", verbs), ("lab.", verbs), ("func f() {\n\tlab.", verbs), ("%%\nr := lab.Run(nb.Grid{", fields), ("var g = nb.Grid{", fields),
                                 ("%%\nlab.Ta", {"Table", "Table2014"}), ("%%\nnb.Gr", {"Grid"}), ("%%\nfmt.Printl", {"Println"})):
                with self.subTest(code=code):
                    began = time.monotonic()
                    reply = kernel.reply(kernel.client.complete(code))
                    took = time.monotonic() - began
                    print(f"completion of {code!r} after {took:.2f} s", flush=True)
                    self.assertLessEqual(wanted, set(reply["matches"]))
                    self.assertLess(took, lines.quick(), code)
                    self.assertEqual((reply["cursor_start"], reply["cursor_end"]), (len(re.sub(r"\w*$", "", code)), len(code)))
        finally:
            kernel.close()

    # (b) what is queued behind an error

    def test_queued_cells_are_aborted(self):
        codes = ['%%\npanic("first")', '%%\nfmt.Println("second")', "!echo third"]
        requests = [self.kernel.send(code) for code in codes]
        results = [self.kernel.result(r) for r in requests]
        self.assertEqual([reply["status"] for reply, _ in results], ["error", "aborted", "aborted"])
        self.assertEqual([text(output) for _, output in results], ["", "", ""])
        reply, output = self.run_cell("!echo after")
        self.assertEqual((reply["status"], text(output)), ("ok", "after\n"))

    def test_queued_cells_run_where_asked(self):
        requests = [self.kernel.send('%%\npanic("first")', stop_on_error=False), self.kernel.send("!echo second")]
        results = [self.kernel.result(r) for r in requests]
        self.assertEqual([reply["status"] for reply, _ in results], ["error", "ok"])
        self.assertEqual(text(results[1][1]), "second\n")

    # (c) requests that GoNB leaves unanswered

    def test_is_complete(self):
        self.assertEqual(self.kernel.reply(self.kernel.client.is_complete("func f() {"), 5), {"status": "incomplete", "indent": "\t"})

    def test_history(self):
        self.run_cell("!echo remembered")
        reply = self.kernel.reply(self.kernel.client.history(hist_access_type="tail", n=1), 5)
        self.assertEqual([h[2] for h in reply["history"]], ["!echo remembered"])

    def test_comm_info(self):
        client = self.kernel.client
        message = client.session.msg("comm_open", {"comm_id": "c1", "target_name": "t1", "data": {}})
        client.shell_channel.send(message)
        self.assertEqual(self.kernel.reply(client.comm_info(), 5)["comms"], {"c1": {"target_name": "t1"}})
        self.assertEqual(self.kernel.reply(client.comm_info(target_name="t2"), 5)["comms"], {})
        client.shell_channel.send(client.session.msg("comm_close", {"comm_id": "c1", "data": {}}))
        self.assertEqual(self.kernel.reply(client.comm_info(), 5)["comms"], {})

    def test_kernel_info_while_a_cell_runs(self):
        client = self.kernel.client
        running = self.kernel.begin("!echo begun; sleep 60")
        try:
            for channel in ("shell", "control"):
                message = client.session.msg("kernel_info_request", {})
                getattr(client, channel + "_channel").send(message)
                info = self.kernel.reply(message["header"]["msg_id"], 5, channel)
                self.assertEqual(info["language_info"]["pygments_lexer"], "go")
        finally:
            self.kernel.manager.interrupt_kernel()
            self.kernel.result(running)

    # (d) shell commands that fail

    def test_failing_command_is_an_error(self):
        self.fails("!echo before\n!exit 7", "command failed", "exit 7: exit status 7", "line 2: exit status 7")

    def test_failing_script_is_an_error(self):
        for code in ("%%bash\necho a\nexit 3", "%%sh\nexit 3", "%%script bash -e\nexit 3\necho b"):
            self.fails(code, "command failed", "exit status 3")
        self.fails("%%script no-such-program\nx", "command failed", "no-such-program")

    def test_nothing_runs_after_a_failing_command(self):
        output = self.fails('!false\n!echo no\n%%\nfmt.Println("no")', "command failed", "line 1")
        self.assertEqual((text(output), text(output, "stderr")), ("", ""))

    # (e) the cause of an error

    def test_compile_error_is_at_the_cells_line(self):
        self.fails("!true\n\n%%\nx := 1\nfmt.Println(y)", "compile error", "line 4: declared and not used: x", "line 5: undefined: y\n    fmt.Println(y)\n                ^")

    def test_compile_error_in_a_declaration(self):
        self.fails('const a = 1\n\nvar n int = "a"', "compile error", "line 3: cannot use", '    var n int = "a"\n                ^')

    def test_syntax_error_is_at_the_cells_line(self):
        self.fails("%%\nfor {\n\tfmt.Println(1))\n}", "syntax error", "line 3: ")

    def test_statement_without_main(self):
        self.fails("x := 1", "syntax error", "line 1: expected declaration, found x (statements go below a line with %%)")

    def test_panic_tells_its_cause(self):
        self.run_cell("func burst(n int) {\n\tpanic(fmt.Sprintf(\"burst %d\", n))\n}")
        output = self.fails("%%\n\nburst(3)", "panic", "burst 3", "line 3, in main.main\n    burst(3)")
        self.assertEqual(text(output, "stderr"), "")

    def test_nil_pointer_tells_its_line(self):
        self.fails("%%\nvar p *int\nfmt.Println(*p)", "panic", "nil pointer", "line 3, in main.main")

    def test_deadlock_tells_its_cause(self):
        self.fails("%%\nselect {}", "fatal error", "deadlock")

    def test_exit_status_tells_the_last_words(self):
        self.fails('%%\nfmt.Fprintln(os.Stderr, "no such folder")\nos.Exit(3)', "exit status 3", "no such folder")

    # (f) what outlives a kernel

    def leaves_nothing(self, tmp):
        until(lambda: not living(tmp), lambda: f"still there: {[command(p) for p in living(tmp)]}", 30)
        until(lambda: not os.listdir(tmp), lambda: f"left behind: {os.listdir(tmp)}", 30)

    def test_killed_client(self):
        with tempfile.TemporaryDirectory() as tmp:
            client = subprocess.Popen([sys.executable, os.path.abspath(SELF), KERNEL, "--victim", tmp], stdout=subprocess.PIPE, text=True)
            try:
                self.assertEqual(client.stdout.readline(), "begun\n")
            finally:
                client.kill()
                client.wait()
                client.stdout.close()
            self.leaves_nothing(tmp)

    def test_killed_kernel(self):
        for code in ('%%\nfmt.Println("begun")\ntime.Sleep(time.Hour)', "!echo begun; sleep 3600 | cat"):
            kernel = Kernel()
            try:
                kernel.begin(code)
                os.kill(kernel.manager.provisioner.pid, signal.SIGKILL)
                self.leaves_nothing(kernel.tmp)
            finally:
                kernel.close()

    def test_shutdown_while_a_command_runs(self):
        kernel = Kernel()
        kernel.begin("!echo begun; sleep 3600 | cat")
        kernel.client.stop_channels()
        kernel.manager.shutdown_kernel(now=False)
        self.leaves_nothing(kernel.tmp)

    # (g) interrupts

    def interrupted(self, request, by=None):
        begin = time.monotonic()
        (by or self.kernel.manager.interrupt_kernel)()
        reply, output = self.kernel.result(request, 120)
        self.assertEqual((reply["status"], reply.get("ename")), ("error", "interrupted"), output)
        self.assertLess(time.monotonic() - begin, 10)
        reply, output = self.run_cell("!echo alive")
        self.assertEqual((reply["status"], text(output)), ("ok", "alive\n"))

    def test_interrupt_a_compile(self):
        self.run_cell("%goflags -a")  # builds everything anew
        try:
            request = self.kernel.send('%%\nfmt.Println("compiled")')
            until(lambda: any("compile" in " ".join(command(p)[:1]) for p in self.kernel.processes()), "no compiler was started")
            self.interrupted(request)
        finally:
            self.run_cell('%goflags ""')

    def test_interrupt_a_command(self):
        for code in ("!echo begun; sleep 60 | cat; echo survived", "%%bash\necho begun\nsleep 60 | cat\necho survived"):
            request = self.kernel.begin(code)
            self.interrupted(request)

    def test_interrupt_by_signal(self):
        request = self.kernel.begin("!echo begun; sleep 60 | cat; echo survived")
        self.interrupted(request, lambda: os.kill(self.kernel.manager.provisioner.pid, signal.SIGINT))

    def test_interrupt_a_program(self):
        request = self.kernel.begin('%%\nfmt.Println("begun")\ntime.Sleep(time.Minute)')
        self.interrupted(request)

    # what must not be lost

    def test_forged_message_is_ignored(self):
        client = self.kernel.client
        message = client.session.msg("execute_request", {"code": "!echo forged", "silent": False, "store_history": True})
        right = client.session.key
        try:
            client.session.key = b"wrong"
            client.shell_channel.send(message)
        finally:
            client.session.key = right
        reply, output = self.run_cell("!echo alive")
        self.assertEqual((reply["status"], text(output)), ("ok", "alive\n"))

    def test_request_without_optional_fields(self):
        client = self.kernel.client
        message = client.session.msg("execute_request", {"code": "!echo few"})
        client.shell_channel.send(message)
        reply, output = self.kernel.result(message["header"]["msg_id"], 10)
        self.assertEqual((reply["status"], text(output)), ("ok", "few\n"))

    def test_input_reaches_a_command(self):
        request = self.kernel.send("%with_inputs\n!read word; echo got $word", allow_stdin=True)
        self.kernel.client.get_stdin_msg(timeout=PATIENCE)
        self.kernel.client.input("it")
        reply, output = self.kernel.result(request)
        self.assertEqual((reply["status"], text(output)), ("ok", "got it\n"))

    def test_code_comes_back_as_it_was(self):
        code = "!echo a \\\n b\n%%\nfmt.Println(1)"
        _, output = self.run_cell(code)
        self.assertEqual([m["content"]["code"] for m in output if m["msg_type"] == "execute_input"], [code])
        self.assertEqual(text(output), "a b\n1\n")

    def test_silent_cell_is_not_counted(self):
        before, _ = self.run_cell("!true")
        self.run_cell("!true", silent=True)
        after, _ = self.run_cell("!true")
        self.assertEqual(after["execution_count"], before["execution_count"] + 1)


def victim(tmp):
    """A client that is going to be killed while its cell runs."""
    kernel = Kernel(tmp=tmp)
    kernel.begin('%%\nfmt.Println("begun")\ntime.Sleep(time.Hour)')
    print("begun", flush=True)
    time.sleep(3600)


def plain(kernel):
    """The name of a kernel that is the same without the bridge, in a folder that JUPYTER_PATH names."""
    spec = KernelSpecManager().get_kernel_spec(kernel)
    folder = tempfile.mkdtemp(prefix="plain-")
    place = os.path.join(folder, "kernels", "plain-gonb")
    os.makedirs(place)
    gonb = os.path.join(os.path.dirname(spec.argv[0]), "gonb")
    spec.argv = [gonb, "--kernel", "{connection_file}", "-logtostderr=true", "-raw_error=true"]
    with open(os.path.join(place, "kernel.json"), "w") as out:
        out.write(spec.to_json())
    os.environ["JUPYTER_PATH"] = folder
    return "plain-gonb"


if __name__ == "__main__":
    SELF = __file__
    KERNEL, *rest = sys.argv[1:]
    ROOT = os.environ.get("COADAPT_ROOT", os.getcwd())
    if rest[:1] == ["--victim"]:
        victim(rest[1])
    if "--plain" in rest:
        rest.remove("--plain")
        KERNEL = plain(KERNEL)
    Conformity.kernel_name = Welcome.kernel_name = KERNEL
    lines.run(sys.modules["__main__"], rest, LIMIT)
