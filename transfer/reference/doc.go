// Package reference holds what Yosinski, Clune, Bengio and Lipson measured in
// 2014, net by net, so that figures and statistics can be made of it as of our
// own nets.
//
// yosinski2014.csv has a row for each of the 170 directories that the authors
// released: the 163 nets of their description and seven on random filters. The
// numbers were parsed from the released training logs: test accuracy and loss
// every 1000 iterations on the one held-out set, and the loss of every
// twentieth minibatch. Where a run was resumed, of two lines for one iteration the
// later one counts. From 450 tests a net (200 for the reduced ones):
//
//	net         the released directory, see transfer.ParsePaperName
//	final       top-1 accuracy at the last iteration
//	best10      mean of the ten largest test accuracies: what the paper plots
//	best        the largest
//	test_loss   at the last iteration, nats
//	train_loss  mean of the logged minibatch losses of the last 1000 iterations
//	tests       how many tests the log has
//	note        what is odd about it
//
// 22 nets were described and have no log: they have no numbers here, nor in the
// paper. By best10 every dot and line of the paper's figures comes out to the
// last digit. Accuracies are measured facts; the file is in this project's own form.
package reference
