package storetest

import (
	"strings"
	"testing"
)

// TestCount: calls are counted by phase and kind, those of other folders and what is not counted left out; an
// interrupted call counts once.
func TestCount(t *testing.T) {
	const trace = `10 100.000000 newfstatat(AT_FDCWD</x>, "/store/phase of the trace: one", 0xc0, 0) = -1 ENOENT
10 100.500000 openat(AT_FDCWD</x>, "/store/a", O_RDONLY|O_CLOEXEC) = 3</store/a>
11 100.600000 read(3</store/a>,  <unfinished ...>
10 100.700000 read(4</proc/1/stat>, "1", 512) = 1
11 100.800000 <... read resumed>"/store/", 512) = 3
10 102.000000 newfstatat(AT_FDCWD</x>, "/store/phase of the trace: two", 0xc0, 0) = -1 ENOENT
10 102.100000 renameat(AT_FDCWD</x>, "/store/b", AT_FDCWD</x>, "/store/c") = 0
10 102.200000 --- SIGURG {si_signo=SIGURG, si_code=SI_TKILL} /store/ ---
10 103.000000 newfstatat(AT_FDCWD</x>, "/store/phase of the trace: ", 0xc0, 0) = -1 ENOENT
10 103.100000 fsync(3</store/a>) = 0
10 105.000000 newfstatat(AT_FDCWD</x>, "/store/phase of the trace: one", 0xc0, 0) = -1 ENOENT
10 105.100000 fsync(3</store/a>) = 0
10 106.000000 newfstatat(AT_FDCWD</x>, "/store/phase of the trace: ", 0xc0, 0) = -1 ENOENT
`
	all, err := count(strings.NewReader(trace), "/store")
	if err != nil || len(all) != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	one, two := all[0], all[1]
	if one.Phase != "one" || one.Seconds != 3 || one.Sum() != 3 || one.Kinds["open"] != 1 || one.Kinds["read"] != 1 ||
		one.Kinds["fsync"] != 1 {
		t.Errorf("%+v", one)
	}
	if two.Phase != "two" || two.Seconds != 1 || two.Sum() != 1 || two.Kinds["rename"] != 1 {
		t.Errorf("%+v", two)
	}
}
