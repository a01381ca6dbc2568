// Package nb is the verbs of the notebooks: short, so that a cell stays a few lines. It is the only package that
// shows anything in JupyterLab, through GoNB.
//
//	var lab = nb.Open("plain-shapes")               in the first cell; all others have it; nb.Rate(0.01), ... follow
//
//	results := lab.Run(nb.Grid{Conditions: "AnB,BnB", Cuts: "1-7", Seeds: "0-2"})
//	lab.Show("my_curve", lab.Curve(results))        picture, words, files; CurveOf, Figure2, Beside2014, Forest too
//	lab.PDF("my_curve", lab.Curve(results))         the same for print
//	lab.Table(results)                              means; Table2014 beside those of 2014
//	lab.Compare(results, "AnB", "BnB", 7)           one difference
//	lab.Reading(results)                            in a sentence what selffer nets lose, and what that is
//	lab.Ask(results)                                every claim, with its verdict; lab.Ask(results, "boost") one
//	nb.Power(nb.Design{SD: 1, Units: 6})            what a planned design can find
//	lab.Plan(nb.Grid{Balanced: true})               what it would take
//	nb.Paper(), nb.Saved("cifar100")                nets of 2014, and of ours that this clone keeps, for all of these
//	lab.Stale("my_curve")                           whether the figure is still what its inputs give, and what changed
//
//	lab.Show("b", lab.Images("A,B", "0", 16))        looking: pictures of the tasks side by side; of nets also
//	lab.Filters(results[0], results[1])             first-layer filters; Activations of a layer for a picture, Patches
//	lab.Losses(results[0], results[1])              that excite a unit, Confusion of classes, curves of two nets
//	lab.Gradients(100, results[0])                  the first steps again: how large gradients are
//	lab.Classify(results[0], "cat.png")             what a net takes pictures for; Evidence: where it sees that
//	lab.Calibration(results[0])                     how far its probabilities can be trusted
//	lab.Probe("cka", results[0], results[1])        what layers have in common; "scale", "stitch", ... look elsewhere
//	lab.Maximise(results[0], "conv4", 0, 3)         pictures made to excite units, beside the best test picture
//	lab.Values("scale", results, "dead units")      the same as a table
//	lab.Advice(results)                             the cut that each forecast names, beside what was measured there
//	lab.Forecast(results), nb.SavedForecast()       what could have been known before the training, over all tasks
//
//	nb.Predict("dip", "Where is BnB lowest?", nb.Drawn{Condition: "BnB"})   a guess before the result is shown
//	lab.Reveal("dip", results)                      guess and result in one figure, and how far off
//	grid := lab.Form(nb.Spec{})                     sliders and selects, with the Go source that does the same
//
// # Cells
//
// A cell is a program of its own: what a cell declares outside `%%` is there in every later one, and a package-level
// variable's initialiser runs in each of them. So a Lab is made of names only, and opens data and store when a verb
// needs them, and a backend only to time or look into nets. A verb that fails prints one sentence and ends the cell
// as failed. Each verb hands its output over before it returns, so that nothing has to be closed.
//
// # Runs in the background
//
//	cell: Run -> keys -> all in the store? --yes--> results
//	                       `-no-> a run of these nets is at work? -no-> go build coadapt; coadapt run, in a session
//	                                 `--> once a second: store, leases, workers -> bar, estimate, figure in one output
//
// The run belongs to no cell, kernel or page. An interrupt leaves it going, or stops it with [StopOnInterrupt];
// [Lab.Stop] ends it from any cell, `coadapt stop` from a terminal, and whatever ended it, the same cell goes on from
// there. A notebook that is saved in the middle keeps the last state that the page was shown, with its time and what
// to do. The program that trains is built from the clone's sources as they are, and refuses nets whose keys are not
// the cell's. A run that dies is started again, and the cell fails where that dies too without having come further.
//
// # What a figure is made of
//
// Show writes a [Stamp] into the output's metadata and beside the SVG. It names nets by a digest of their keys, which
// cover architecture, recipe, data and semantics, and the way of drawing by what that makes of the nets of 2014:
// other edits of the code make nothing stale. [Stamps] and [Stamp.Changes] check a saved notebook without store,
// backend or training.
//
// # Where no browser is
//
// Forms and guesses wait for a page only where Jupyter's server says that there is one, 5 seconds for its first sign
// and a minute for the reader's first touch, so that Run All, nbclient and exports get through: a form then takes its
// defaults, and no guess is made.
package nb
