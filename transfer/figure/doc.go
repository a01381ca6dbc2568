// Package figure turns results into the transfer curve of the paper's figure 2: a drawing (SVG, PNG), its text
// alternative, and the table of the same numbers.
//
//	[]transfer.Result -> Summarise -> []Point -> Table
//	                                          -> Curve -> Figure -> SVG, PNG, Alt
//
// Every number says what it is. The interval of a point is Student's t over its nets if there are two or more, and
// otherwise Wilson's over the one net's test images. The two answer different questions (other seeds and splits; other
// test images), and the note below figure and table says which was used. A net without a number (diverged, blocked) is
// shown as a cross and named in the note; it is in no mean.
//
// Paper2, Paper3 and Paper4 are the figures of the paper, from its numbers or from ours: every net and the means;
// random halves, natural/man-made and random filters relative to their base; accuracy by images a class. Overlay
// draws other results, such as those of 2014, beside ours. Of selects the results of a Kind.
//
// Forest draws what nets say of claims: a row for each cut, with the interval of its verdict and the plain one.
//
// Rows draws several experiments below each other, each value with its interval. A curve shows the nets of
// Options.Behind, which differ in their seeds, as boxes behind its own.
//
// Pictures, Filters, Activations, Patches, Confusion and Losses look into nets. They take numbers and pixels, and show
// every pixel as a block of one colour, and values on a scale of evenly rising luminance. A PNG keeps the colours of
// pictures and areas, except that photographs get 32 steps a channel, and takes the colours of edges from a palette, so
// that it is a third as large.
//
// Probed draws what a probe of coadapt/transfer/probing found: CKA as matrices of layers with the cut marked, a path
// as curves, a map of nets as places with names, all else as curves over the layers. Made draws the pictures that
// were made for units.
//
// The package is pure: it reads no store, trains nothing and draws only to the writers it is given.
package figure
