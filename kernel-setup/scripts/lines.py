"""Runs tests and prints a line of JSON for each: {"test": name, "action": "pass", "fail" or "skip", "output": why, "seconds": s}.

A class may have why_skipped, which is said in place of a test's own reason.
"""
import json
import os
import signal
import time
import unittest


def quick():
    """The seconds that what is quick may take: one where COADAPT_TEST_IDLE says that nothing else runs, else thirty."""
    return 1.0 if os.environ.get("COADAPT_TEST_IDLE") else 30.0


class Lines(unittest.TestResult):
    """Prints a line a test; a failing part of a test fails the test."""

    def __init__(self, limit):
        super().__init__()
        self.limit = limit

    def startTest(self, test):
        super().startTest(test)
        self.begin, self.why, self.skipped_because = time.monotonic(), [], None
        signal.setitimer(signal.ITIMER_REAL, self.limit, self.limit)  # again for each part of a test

    def addError(self, test, err):
        self.note(test, err)

    def addFailure(self, test, err):
        self.note(test, err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.note(test, err)

    def note(self, test, err):
        text = self._exc_info_to_string(err, test)
        if isinstance(test, unittest.TestCase):
            self.why.append(text)
        else:  # a class or module that could not be set up
            self.say(str(test), "fail", text, 0)

    def addSkip(self, test, reason):
        self.skipped_because = getattr(type(test), "why_skipped", reason)

    def stopTest(self, test):
        signal.setitimer(signal.ITIMER_REAL, 0)
        action = "fail" if self.why else "skip" if self.skipped_because is not None else "pass"
        self.say(type(test).__name__ + "." + test._testMethodName, action, "\n".join(self.why) or self.skipped_because or "", time.monotonic() - self.begin)
        super().stopTest(test)

    def say(self, name, action, output, seconds):
        print(json.dumps({"test": name, "action": action, "output": output, "seconds": round(seconds, 2)}), flush=True)


def run(module, patterns, limit):
    """Runs those tests of a module whose names have one of the patterns in them, or all; each within limit seconds."""

    def too_long(*_):
        raise TimeoutError(f"the test took longer than {limit} s")

    loader = unittest.TestLoader()
    loader.testNamePatterns = ["*" + p + "*" for p in patterns] or None
    signal.signal(signal.SIGALRM, too_long)
    loader.loadTestsFromModule(module).run(Lines(limit))
