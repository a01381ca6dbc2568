// Package nb is what the notebooks' cells say: a few verbs that train, wait and
// show. It is the only package that talks to the notebook's front end.
//
//	lab := nb.Open("shapes")                 data, backend and store
//	defer lab.Close()
//	results := lab.Curve(nb.Nets()...)       bar, and the figure filling in place
//	lab.Show("my_curve", results)            figure, text alternative and files
//
// A cell is a program of its own: what it trained is in the store, so that
// running it again, or the same net in another cell, is a hit. A verb that
// fails prints one sentence and ends the cell as failed; interrupting a cell
// keeps every finished net.
package nb
