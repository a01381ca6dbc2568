// Package figure turns results into the transfer curve of the paper's figure 2: a drawing (SVG, PNG), its text alternative, and the
// table of the same numbers.
//
//	[]transfer.Result -> Summarise -> []Point -> Table
//	                                          -> Curve -> Figure -> SVG, PNG, Alt
//
// Every number says what it is. The interval of a point is Student's t over its nets where there are two or more, and else Wilson's of
// the one net's own test images; the two answer different questions (other seeds and splits; other test images), and the note that
// stands below figure and table says which was used. A net that is not a number (diverged, blocked) is shown as a cross and named in the
// note; no mean contains it.
//
// Paper2, Paper3 and Paper4 are the figures of the paper, of its numbers or of ours: every net and the means; random halves,
// natural/man-made and random filters relative to their base; accuracy by images a class. Overlay puts
// other results, such as those of 2014, beside ours. Of picks what a figure is about by Kind.
//
// Forest draws what nets say of claims: a row a cut, with the interval of its verdict and the plain one.
//
// Rows draws several experiments below each other, each value with its interval. A curve shows nets of Options.Behind, which differ in
// their seeds, as boxes behind its own.
//
// Pictures, Filters, Activations, Patches, Confusion and Losses look into nets: they are given numbers and pixels, and show every pixel as
// a block of one colour, values on a scale whose luminance rises evenly. A PNG keeps the colours of pictures and areas, save that
// photographs are in 32 steps a channel, and takes those of edges from a palette: it is a third as large so.
//
// The package is pure: it reads no store, trains nothing and draws only to the writers it is given.
package figure
