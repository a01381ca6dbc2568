// Package probe measures features: how alike those of two nets are, and how well they will serve a task. All
// functions are pure: matrices in, a number or an error out. No net is run or trained here, and nothing is
// stored.
//
//	features of net 1 [pictures, units] --+
//	                                      +--> similarity: CKA, SVCCA, PWCCA, Procrustes --> PermutationNull
//	features of net 2 [pictures, units] --+
//
//	features [pictures, units] + labels ------> forecast: LogME, HScore, TransRate, ... ---> LabelNull
//	forecasts of many nets + their accuracies -> WeightedTau, Spearman, Regret
//
// A matrix of features has a row for each picture and a column for each unit. The maps of a convolution are
// flattened by the caller: all places of a picture in its row, or each place as a picture of its own. Row i
// of both matrices, and label i, are of the same picture. Labels are any integers; a class is a value that
// occurs. Nothing that is passed in is changed.
//
// What leaves a similarity unchanged is part of what it means:
//
//	measure                range      unchanged by                                   changed by
//	CKA                    0 to 1     rotation, one scale, shift                     another scale for each unit
//	UnbiasedCKA            up to 1    the same                                       the same
//	WithinClassCKA         up to 1    the same, and a shift of each class            the same
//	MeanCCA                0 to 1     any invertible linear map, shift               what removes directions
//	SVCCA                  0 to 1     rotation, one scale, shift                     another scale for each unit
//	PWCCA                  0 to 1     any invertible map of the second, rotation     swapping the two
//	                                  is not among those of the first
//	ProcrustesDistance     0 to 2     rotation, one scale, shift                     another scale for each unit
//	ProcrustesAngle        0 to pi/2  the same                                       the same
//
// All are the same for pictures in another order, if both matrices have it. The last two are distances: 0
// is the same, where similarities are 1. [CKASums] is CKA of pictures in batches, [CKAMatrix] of all layers.
// Biased CKA of few pictures with many units is high without any likeness, and class means alone make two
// codes alike: read it beside [UnbiasedCKA], [WithinClassCKA] and a [PermutationNull]. [EffectiveRank] and
// [DeadUnits] are about one matrix.
//
// Forecasts are higher where a task is expected to be learned better. Each has its own unit, so that values
// of one may be compared between layers and nets, not with those of another:
//
//	LogME           log evidence a picture of a linear model     LEEP     log likelihood a picture, by a softmax
//	HScore          shares of variance between classes, summed   NCE      the same, by hard source labels
//	ShrunkHScore    the same with a shrunk covariance            NLEEP    the same, by a mixture of Gaussians
//	TransRate       nats that features tell of the class         GBC      minus the overlap of classes
//	PARC            rank correlation of distances, times 100     KNN      accuracy of nearest neighbours
//
// Most are above their least value on features without signal, too, the more so with many units for few
// pictures. [LabelNull] shuffles the labels and says how often chance does as well; a forecast without it is
// half of one.
//
// Each measure is a file: its doc comment has the source of its formula, its test the values of an
// independent implementation.
package probe
