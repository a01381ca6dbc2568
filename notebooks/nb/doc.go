// Package nb is the verbs of the notebooks: short, so that a cell stays a few lines. It is the only package that shows anything in
// JupyterLab, through GoNB.
//
//	var lab = nb.Open("shapes")                     in the first cell; every other cell has it
//
//	results := lab.Run(nb.Grid{Conditions: "AnB,BnB", Cuts: "1-7", Seeds: "0-2"})
//	lab.Show("my_curve", lab.Curve(results))        picture, text alternative and files; Figure2, 3, 4 and Beside2014 draw too
//	lab.Table(results)                              means; Table2014 beside those of 2014
//	lab.Compare(results, "AnB", "BnB", 7)           one difference
//	lab.Ask(results)                                every claim, with its verdict
//	lab.Plan(nb.Grid{Balanced: true})               what it would take
//
// # Cells
//
// A cell is a program of its own: what a cell declares outside `%%` is there in every later one, and a package-level variable's initialiser
// runs in each of them. So a Lab is made of names only, and opens data and store when a verb needs them, and a backend only to
// train or time. What is trained is in the store: running a cell again, or the same net in another cell, is a hit.
//
// A verb that fails prints one sentence and ends the cell as failed; interrupting a cell keeps every finished net. Each verb hands its
// output over before it returns, so that nothing has to be closed.
package nb
