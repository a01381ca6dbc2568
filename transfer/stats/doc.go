// Package stats says which claims trained nets support, by which test, and which
// claims they cannot answer.
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
//	two accuracies on test images                   [Newcombe]
//	one accuracy on test images                     [BinomialSE]
//	how far conditions lie from their bases         [Dips]: in accuracy or a loss
//	how many nets failed where their base did not   [Failures]: [Proportion], [SignTest]
//	what selffer nets lose, in a sentence           [Reading]
//	how many nets a planned design needs            [Power], [MDE], [PairsFor]
//
// A line has two intervals. The plain one is for this line alone. The simultaneous
// one holds together with those of the same two treatments at all other cuts. It is
// wider, and decides the verdict: a claim is supported or opposed exactly where the
// simultaneous interval excludes zero.
//
// Differences are paired by [Unit], a target task and a seed: its nets are tested
// on the same images and share the base net. Units of one split share its classes,
// so intervals over units hold for these splits only; the line says how many splits
// there are. Nets that diverged, were blocked or did not train are in no estimate
// and are named. How many nets failed where their base did not is counted beside
// every mean; where some failed, the verdict on fragility is [Unstable]. Where two
// treatments have different targets, as the fine-tuned nets of 2014 do, the line
// carries a warning with the gap between the targets' own base nets.
package stats
