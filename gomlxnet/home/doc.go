// Package home finds where this clone of coadapt lives and where its set-up lies.
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
// The command line, the notebooks, set-up and tests of the graph side use it, with and without cgo. So it imports the
// standard library alone, and lies where all of them may look: among the small packages that the lowest side, gomlxnet,
// shares with the others, as durable and nearest are. Set-up fills the folders; it does not own their names.
package home
