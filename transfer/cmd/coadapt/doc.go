// Command coadapt trains transfer curves and shows what they came to.
//
//	coadapt curve --data cifar100.zip --seeds 0-2 --figure curve.png  train what the store lacks, print the table
//	coadapt plan --grid mini --data shapes                            what a grid will take; what a budget buys
//	coadapt run --grid mini --data shapes --workers 2                 train a grid; --detach, --on slurm
//	coadapt status|attach|stop|logs                                   how far a run is, from any shell
//	coadapt show                                                      the tables of all that the store holds
//	coadapt store ls|show|verify|gc|rm                                look after it
//	coadapt store export -o results.parquet                           CSV, Parquet, or an archive of entries
//	coadapt store export --what tensorboard -o curves/                training curves as event files
//	coadapt store import entries.tar.zst                              brings an archive's entries in
//	coadapt figure -o curve.svg                                       draw an experiment of the store
//	coadapt figure --source 2014 -o fig.png                           the paper's figures, of its released numbers
//	coadapt stats [--source 2014]                                     every claim: estimate, interval, test, verdict
//	coadapt dips                                                      each condition beside its base
//	coadapt map notebooks/results/map/*.jsonl                         how deep nets dip in several experiments
//	coadapt report -o results                                         an experiment written up from its nets
//	coadapt nets --grid paper                                         the nets of a design: parents, data, recipe
//	coadapt splits                                                    class splits of 2014, proved by their sums
//	coadapt pack --data ilsvrc12 -o packed                            pictures decoded once, mapped into memory
//	coadapt arch mini --cut 3                                         layers: shapes, parameters, multiply-adds
//	coadapt arch resnet20 --cuts                                      where a net can be cut
//	coadapt weights show|import FILE, export NET                      weights in and out, as safetensors
//	coadapt completion bash                                           completion for bash, zsh, fish
//	coadapt version                                                   versions, backend, plugin, store
//
// Results go to standard output, as a table or, with --json and --csv, a line a
// net; progress goes to standard error, as do the names of store entries that
// are broken: they are set aside, and everything goes on without them. Flags
// take one dash or two. Plugin, backend and store are this clone's unless flags
// or the environment (PJRT_PLUGIN_LIBRARY_PATH, GOMLX_BACKEND, COADAPT_STORE) say otherwise.
package main
