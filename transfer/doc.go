// Package transfer is the experiment: which nets there are, what makes each of
// them, and how one is trained, verified and kept. It never sees a graph.
//
//	Net "0/A3B" --Experiment.Plan--> Plan --hash--> key --store--> hit: Result
//	   |                                             `--> miss: parent's weights
//	   |                                                     |
//	   `- Parent "0/baseA" ---------------------------> Donate(1..n) -> train -> verify
//	                                                                       |
//	                                                  stage, fsync, rename <- Result, weights
//
// [Net] names a net in the paper's notation, [Treatment] its condition,
// [Recipe] its training. A [Setting] is what the nets of an experiment have in
// common. An [Experiment] plans nets of one: a [Plan] is all that can be known of
// a net before it is trained, its key and its cost among it, and neither backend
// nor store is needed for it. A [Lab] turns nets into [Result]s. It has slots, in
// each of which one net at a time is trained (slot.go). After training, the
// digest of a frozen prefix is compared with that before; where they differ
// there is no result. A net whose loss or weights stop being finite is
// [Diverged], one that never learned its training images is [NotTrained]:
// statuses, not numbers.
//
// A net in training is leased to one worker, of whatever process or machine,
// and keeps checkpoints: stopped or killed, it goes on to the same bits.
// [Lab.Curve] runs many nets as a graph, longest chain first; one whose training
// fails is [Failed] after some tries, what needs it [Blocked], and all others
// go on.
//
// On a backend with several devices each worker of a Lab has one of its own, and its nets come to the same bits; with
// Config.Devices above 1 it has that many devices, which divide every batch, and keys say how many. Workers of one
// process take devices from the first on: processes beside each other are told theirs, as Slurm does, or by a backend
// such as xla:cuda,visible_devices=1. Workers with one device each share compiled graphs. On XLA's CPU each has a
// client, threads and graphs of its own ([backend.Divide]): small nets are trained one a core. One net alone has all
// cores. With Config.Together above 1 each worker trains that many nets in one graph, those of the curve that have
// the same layers frozen, and keys say how many: for GPUs that one small net does not fill.
//
// With Config.Bytes steps take pictures as bytes, which the graph cuts and normalises, for GPUs that would wait for the
// host: nets come to the same bits, and have the same keys.
//
// Nets of one parent share what its frozen layers give for the training pictures, in memory; what takes
// more than two seconds is in the store's cache, too, 4 GB at most, for later runs and other processes.
//
// [All] and [Results] read what a store holds, past entries that are broken;
// [Record] is a result as a row of a table, [Metrics] its training curve.
// [Verify] checks everything, [Prune] drops weights that nobody needs, [Export]
// and [Import] move entries between stores.
//
// Nets, treatments and grids are in this package and not below it: plans, results and records are all of a [Net], so
// that whoever imports one needs the others.
//
// Lists of nets: [Curve] is a transfer curve; [Paper] the 163 nets of 2014 and
// [RandomFilters] its seven on random filters, under the names of the release
// ([PaperName]); [Balanced] the design that 2014 lacks, every direction with
// seeds and with [BasePlus], the base trained twice; [Mini] a small one of it.
// [PaperConfig] trains as in 2014, [MiniConfig] on small images.
//
// Treatments are rows of a table (treatment.go). [Controls] are those that the
// paper lacks: they change one thing of BnB, the scale of the frozen features,
// the pictures or when to stop, so that a loss of BnB can be told apart. A
// [Recipe] may have a second training of its own ([Second]); base nets are
// shared between recipes that differ in it alone. A result has accuracy and
// loss on the test part, and on training pictures shown in the same way, and
// the scale of the features at its cut (measures.go).
//
// A [Selection] says which of a net's tests counts: [Final], the last, or as in
// 2014 [BestTen]. The latter looks at the test images to choose and so is
// somewhat optimistic.
//
// A transferred net is fed images less the mean of the task its layers come
// from, as in 2014.
package transfer
