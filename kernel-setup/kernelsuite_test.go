package main

import (
	"strings"
	"testing"
)

func TestKernelSuite(t *testing.T) {
	s, out := testSite(t)
	fakePython(t, s, `test "$2" = coadapt || exit 3
case "$1" in
*/kernel_suite.py)
echo 'a library speaks'
echo '{"test": "A.one", "action": "pass", "output": "", "seconds": 0.5}'
echo '{"test": "A.two", "action": "fail", "output": "no reply", "seconds": 1}';;
*/wrong_use_suite.py) echo '{"test": "B.one", "action": "skip", "output": "no disk", "seconds": 0}';;
esac`)
	var got tally
	if err := s.kernelSuite(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	if got.line() != "1 passed, 1 failed, 1 skipped" ||
		got.of("fail")[0] != (outcome{"kernel A.two", "fail", "no reply"}) ||
		!strings.Contains(out.String(), "pass  A.one (0.5 s)") {
		t.Errorf("got %+v and\n%s", got, out)
	}
	fakePython(t, s, `echo "Traceback: no module named jupyter_kernel_test" >&2; exit 1`)
	got = tally{}
	if err := s.kernelSuite(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	if failed := got.of("fail"); len(failed) != 2 || !strings.Contains(failed[0].output, "jupyter_kernel_test") {
		t.Errorf("a suite that does not run is counted as %+v", got)
	}
}
