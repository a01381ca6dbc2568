package backend

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestAddFlags(t *testing.T) {
	ours := []string{"xla_a=true", "xla_b="}
	for user, want := range map[string]string{
		"":                        "--xla_a=true --xla_b=",
		"--xla_c=1":               "--xla_c=1 --xla_a=true --xla_b=",
		"--xla_a=false":           "--xla_a=false --xla_b=", // the user's holds
		"--xla_c=1 --xla_b=2":     "--xla_c=1 --xla_b=2 --xla_a=true",
		"--xla_a":                 "--xla_a --xla_b=",                     // true, in XLA's short form
		"--xla_a_more=1":          "--xla_a_more=1 --xla_a=true --xla_b=", // another flag
		"--xla_c=--xla_a":         "--xla_c=--xla_a --xla_a=true --xla_b=",
		"/etc/flags":              "/etc/flags", // a file of flags: XLA would take what follows for its name
		" --xla_a=0\t--xla_b=1\n": " --xla_a=0\t--xla_b=1\n",
	} {
		if got := addFlags(user, ours); got != want {
			t.Errorf("addFlags(%q) = %q, want %q", user, got, want)
		}
	}
}

func TestCPUPlugin(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "pjrt_c_api_cpu_plugin.so")
	if err := os.WriteFile(file, []byte("not a library"), 0o600); err != nil {
		t.Fatal(err)
	}
	dirs := strings.Join([]string{t.TempDir(), dir}, string(os.PathListSeparator))
	for _, c := range []struct{ config, dirs, want string }{
		{"xla:cpu", dirs, file},
		{"xla:cpu,tf32=false", dirs, file},
		{"xla:cpu", "", ""},
		{"xla:cpu", t.TempDir(), ""},
		{"xla:cuda", dirs, ""},
		{"xla:/a/pjrt_c_api_cpu_plugin.so", "", "/a/pjrt_c_api_cpu_plugin.so"},
		{"xla:/a/cpu/pjrt_c_api_cuda_plugin.so", dirs, ""},
		{"xla", dirs, ""},
		{"go", dirs, ""},
	} {
		if got := cpuPlugin(c.config, c.dirs); got != c.want {
			t.Errorf("cpuPlugin(%q, %q) = %q, want %q", c.config, c.dirs, got, c.want)
		}
	}
}

// The test's own binary is a library that holds the names, since they stand in
// this package; a name put together as the test runs is in none.
func TestHolds(t *testing.T) {
	self := testBinary(t)
	unknown := strings.Join([]string{"xla", "cpu", "no", "such", "flag"}, "_")
	text := filepath.Join(t.TempDir(), "text.so")
	if err := os.WriteFile(text, []byte(strings.Join(cpuFlags(), "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty.so")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file  string
		flags []string
		want  bool
	}{
		{self, cpuFlags(), true},
		{self, append(cpuFlags(), unknown+"=1"), false},
		{self, append([]string{unknown}, cpuFlags()...), false},
		{text, cpuFlags(), false},
		{empty, cpuFlags(), false},
	} {
		if got, err := holds(c.file, c.flags); got != c.want || err != nil {
			t.Errorf("%s holds %v: %v, %v; want %v", c.file, c.flags, got, err, c.want)
		}
	}
	if _, err := holds(filepath.Join(t.TempDir(), "none.so"), cpuFlags()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func testBinary(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := holds(self, nil); !ok || err != nil {
		t.Skipf("the test's binary is not ELF: %v, %v", ok, err)
	}
	return self
}

// While a backend is opened the flags stand beside the user's; afterwards the
// environment is what it was, also after an error and where several open at once.
func TestWithCPUFlags(t *testing.T) {
	plugin := filepath.Join(t.TempDir(), "pjrt_c_api_cpu_plugin.so")
	if err := os.Symlink(testBinary(t), plugin); err != nil {
		t.Fatal(err)
	}
	refused := errors.New("refused")
	for _, was := range []string{"", "--xla_c=1"} {
		t.Setenv(flagsEnv, was)
		if was == "" {
			os.Unsetenv(flagsEnv) // t.Setenv restores it all the same
		}
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				for range 4 {
					err := withCPUFlags("xla:"+plugin, map[string]string{"COADAPT_TEST_ENV": "1"}, func() error {
						if got, want := os.Getenv(flagsEnv), addFlags(was, cpuFlags()); got != want {
							t.Errorf("while opening: %q, want %q", got, want)
						}
						if got := os.Getenv("COADAPT_TEST_ENV"); got != "1" {
							t.Errorf("while opening the other variable is %q, want 1", got)
						}
						return refused
					})
					if !errors.Is(err, refused) {
						t.Errorf("error %v, want that of opening", err)
					}
				}
			})
		}
		group.Wait()
		if got, set := os.LookupEnv(flagsEnv); got != was || set != (was != "") {
			t.Errorf("afterwards: %q (set: %v), want %q", got, set, was)
		}
		if got, set := os.LookupEnv("COADAPT_TEST_ENV"); set {
			t.Errorf("afterwards the other variable is %q, want it unset", got)
		}
	}
	text := filepath.Join(t.TempDir(), "cpu_plugin.so")
	if err := os.WriteFile(text, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, config := range []string{"go", "xla:" + text} {
		if err := withCPUFlags(config, nil, func() error {
			if got := os.Getenv(flagsEnv); got != "--xla_c=1" {
				return errors.New(got)
			}
			return nil
		}); err != nil {
			t.Errorf("%s: flags of a plugin that does not know them: %v", config, err)
		}
	}
}
