// Package slurm trains the nets of a run on a cluster with the scheduler Slurm.
//
//	levels, command -> New -> Save: RUN/slurm/1/ level0.sh level0.tasks ... jobs.json logs/
//	                          Submit: sbatch, one array after the other, each recorded before the next
//	                          Tasks, Nets: what squeue, and sacct where there is accounting, say of each
//	                          Cancel: scancel
//
// A level has the nets whose parents are in earlier levels. Its job arrays wait for
// those to end, with success or without: a child whose parent is missing trains it
// itself. Line k of a level's task file has the nets of its task k; the scripts run
// the command with -nets and that line.
//
// # What stops a task, and what goes on
//
// All that a task has done is in the store, so the scheduler may stop it at any
// time. This is what happens then:
//
//	time limit     two minutes before it the script gets USR1 and sends TERM to the program, which keeps its
//	               step and ends with status 130; the script requeues its task
//	preemption     the scheduler sends TERM, and requeues the task by itself; with
//	               PreemptParameters=send_user_signal it sends USR1, as above
//	requeue        as for preemption
//	lost node      requeued by the scheduler; the nets go on from their last checkpoints
//	program killed the script requeues its task, while it was started less than [Options].Retries times before
//	cancelled      TERM; the task ends
//	error          the task fails with the program's status and its log says why
//
// The two signals differ because a script that requeued itself on TERM would revive
// a task that was cancelled. Slurm sends that TERM to every process of a task, and
// the script passes it on, so the program may get it twice.
//
// The scripts are for sh and need only scontrol on the nodes. They hold their
// options, so they can be read, changed and given to sbatch by hand from their
// folder. They are written for Slurm 20.11 and later, and tested with 22.05.
package slurm
