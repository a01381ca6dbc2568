// Package predict uses trained nets on pictures, and asks how far their answers can be trusted.
//
//	file --formats.Reader--> pixels --View--> input --Reader--> logits --softmax--> [Guess]es
//	                                                   |
//	                          squares of it are hidden: [Predictor.Occlude]
//
// A picture is decoded, warped, cut and reduced by the mean as the pictures of the net's test are, in the same
// batches, so that pictures of the test part get the logits that they had in the test: bit for bit in its order, and
// to rounding at another place of a batch. [Predictor.Calibrate] compares the confidence of a net with how often it is
// right. [Predictor.Occlude] and [Predictor.Activate] say where in a picture the evidence is.
package predict
