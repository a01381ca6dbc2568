// Package slurm trains the nets of a run on a cluster that Slurm schedules.
//
//	levels, command -> New -> Save: RUN/slurm/1/ level0.sh level0.tasks ... jobs.json logs/
//	                          Submit: sbatch, one array after the other, each recorded before the next
//	                          Tasks, Nets: what squeue, and sacct where there is accounting, say of each
//	                          Cancel: scancel
//
// A level is the nets whose parents are in the levels before it; its job
// arrays wait for those to end, well or not, as a child whose parent is missing
// trains it itself. Line k of a level's task file holds the nets of its task k:
// the scripts run the command with -nets and that line.
//
// # What stops a task, and what goes on
//
// All that a task has done is in the store, so that the scheduler may take it
// away at any time. Every way of stopping is met so:
//
//	time limit     USR1 to the script, two minutes before it; the program gets TERM, keeps its step and ends with status 130; the script requeues its task
//	preemption     the scheduler sends TERM, and requeues the task by itself; with PreemptParameters=send_user_signal, USR1 as above
//	requeue        as for preemption
//	lost node      requeued by the scheduler; the nets go on from their last checkpoints
//	program killed the script requeues its task, while it was started less than [Options].Retries times before
//	cancelled      TERM; the task ends
//	error          the task fails with the program's status and its log says why
//
// The two signals differ because a script that requeued itself on TERM would
// bring a task back to life that was cancelled. Slurm sends that TERM to every
// process of a task and the script passes it on, so the program must bear to get it twice.
//
// The scripts are for sh, need nothing but scontrol on the nodes, and hold their
// options, so that they can be read, changed and given to sbatch by hand, from
// the folder they lie in. They are written for Slurm 20.11 and later, and tested with 22.05.
package slurm
