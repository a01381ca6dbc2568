// Command kernel-setup sets up coadapt on a machine that has Go, a C compiler and Python, and uses what it set up.
//
//	go run ./kernel-setup setup | doctor | demo | test | soak | lab | run NOTEBOOK | bench | clean
//
// It has no cgo, so that it runs, and can say what is missing, where nothing is installed. Everything lies in
// .coadapt at the clone's root (package home draws the map). Set-up is a list of steps; each looks whether what it
// makes is there and right, else makes it in the stage, renames it to its place and records it in manifest.json:
//
//	compiler, modules -> tools (gonb, goimports) -> programs (coadapt-kernel, plugin-check) -> notebook (build cache)
//	venv (nbclient and nbconvert, pip, hashes) -> plugin (tried by plugin-check) -> kernel (kernel.json in the venv)
//	lab (JupyterLab, in the venv), command (coadapt) -> prewarm (Go's build cache) -> completion (gopls)
//
// The rows are made beside each other. demo needs the first two only; the last is made by all other verbs.
// The kernel is GoNB behind package bridge, started by package launcher.
//
// # Tests
//
//	test --only vet,go       go vet; every Go test, the tables' with pandas and DuckDB
//	test --only kernel       Jupyter's public suite, faults of plain GoNB, what a reader sees who gets something wrong
//	test --only notebooks    all chapters from a store that is empty at first; the cell that fails, the time of each
//	test --only fuzz         every fuzz test for half a minute (--fuzz-time); without --only, for three seconds
//	test --only browser      JupyterLab in a Chromium without a screen; what it showed lies in .coadapt/screenshots
//
// Tests read three variables. COADAPT_TEST_DATA names the folder of cifar100.zip and its like (default: shared/data
// beside the clone). COADAPT_TEST_PYTHON names a Python that has pandas, pyarrow and duckdb. COADAPT_TEST_IDLE=1 says
// that nothing else runs, so that completion must come within a second; else its time is only printed.
//
// What only tests need is in a Python environment of its own (testing.in), made when it is needed and left out, with
// a sentence, where it cannot be.
//
// # Notebooks with parameters
//
// papermill, tried with 2.7.0, knows no Go. The folder papermill on its path teaches it, by an entry point of its
// own: nothing is installed.
//
// # Steps
//
// A step whose inputs changed (the lock, the clone's sources, the Go version) is made anew, so every verb that needs
// the set-up brings it up to date first. Setup uses go-xla (github.com/gomlx/go-xla), the successor of the deprecated
// gopjrt, for plugins from elsewhere.
//
// # The CPU plugin
//
// On linux/amd64 the plugin comes from a wheel, by pip with its hash required: it is one file, its hash is known
// beforehand, and it can be had wherever pip works, mirrors and closed networks included. go-xla's own installer
// takes it from a release page whose files have no published hash. Three wheels hold a PJRT CPU plugin that go-xla
// v0.4.1 loads:
//
//	package                  version    licence                                PJRT    age
//	lammps-jax-pjrt-cpu      0.11.2     Apache-2.0, with its text and notices  0.115   October 2026, of jaxlib 0.11.2
//	fastatomstruct-xla-cpu   2026.6.23  Apache-2.0, without a licence file     0.106   June 2026, zml/pjrt-artifacts
//	xla-cpu-pjrt             0.0.1      none stated, by "The OpenXLA authors"  0.81    oldest
//
// The first is taken: the newest XLA, the only one that carries its licence and its third parties' notices, and the
// fastest at the step that matters most, though not by much. Time of a training step and of compiling it, over that
// of the first (BenchmarkStep and BenchmarkCompile of gomlxnet/train, two x86-64 cores, medians of 5 interleaved
// rounds, 3 for CaffeNet; rounds differ by 10 to 20%):
//
//	package                  Mini, batch 64   Mini frozen to conv5   CaffeNet, batch 16   compiling Mini
//	lammps-jax-pjrt-cpu      1 (17.2 ms)      1 (5.7 ms)             1 (929 ms)           1 (2.3 s)
//	fastatomstruct-xla-cpu   1.07             0.91                   0.96                 1.04
//	xla-cpu-pjrt             1.12             1.04                   1.02                 0.96
//
// The second is the fall-back for when the first cannot be had or does not load here; never for a wrong hash, which
// stops set-up. The third is left out: nobody said that it may be used.
package main
