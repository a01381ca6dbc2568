// Package stats says what trained nets support, by which test, and where they
// cannot be asked.
//
//	[]transfer.Result --Gather--> Nets --Pairs--> differences on one target and seed
//	                                                  |  ClusterMean, SignFlip, MDE
//	              Claims (the paper's, and ours) ----> Line: estimate, interval, p
//	                                                  |  Bonferroni over the cuts of a claim
//	                                               Verdict
//
// [Ask] does all of it and makes a [Report]. The pieces are there to be used
// alone:
//
//	question                                        tool
//	a mean difference over few nets                 [ClusterMean]: t, clustered by target and seed
//	the same without t, over eight splits and more  [ClusterBootstrap]: draws whole splits
//	the same without a distribution                 [SignFlip]
//	two groups on different targets                 [ClusterDiff]: Welch
//	two treatments at one cut                       [Compare]
//	several cuts of one claim                       [Bonferroni]
//	two accuracies on so many images                [Newcombe]
//	one accuracy on so many images                  [BinomialSE]
//	how far conditions lie from their bases         [Dips]: accuracy or a loss
//	how many nets failed where their base did not   [Failures]: [Proportion], [SignTest]
//	what selffer nets lose, in a sentence           [Reading]
//	how many nets a planned design needs            [Power], [MDE], [PairsFor]
//
// A line has two intervals. The plain one is of this line alone. The simultaneous one holds together with those of the same two treatments
// at all other cuts, is wider, and is the one that the verdict goes by: a claim is supported or opposed just where it excludes zero.
//
// Differences are paired by [Unit], a target task at a seed: its nets are tested
// on the same images and share the base net. Units of one split share its
// classes, so that intervals over them speak of these splits; the line says how
// many there are. Nets that diverged, were blocked or did not train are in no
// estimate and are named; how many failed where their base did not is an outcome beside every mean, and turns the verdict on fragility into
// [Unstable]. Where treatments were given to different targets, as
// to the fine-tuned nets of 2014, the line carries a warning with the gap between
// those targets' own base nets.
package stats
