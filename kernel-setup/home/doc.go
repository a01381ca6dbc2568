// Package home finds where this clone of coadapt lives and where its set-up lies, and picks the GoMLX backend of a process from that.
//
//	<root>/                  the clone: go.mod says "module coadapt"
//	<root>/.coadapt/         everything set-up makes; $COADAPT_HOME moves it
//	    manifest.json        what was installed, from what, with which hash
//	    venv/  bin/          JupyterLab; gonb, goimports, gopls, coadapt
//	    pjrt/                the PJRT plugin(s) that run XLA programs
//	    store/               results and weights; $COADAPT_STORE moves it
//	    lessons/             the reader's copies of the chapters
//	    logs/  runs/         what was printed; executed notebooks
//	    testing/             what only tests need; screenshots/ is what JupyterLab showed them
//
// It imports only the standard library, so that the command line, the notebooks and set-up itself can all use it, with and without cgo.
package home
