// Package bridge stands between a Jupyter client and GoNB v0.11.5, and makes the pair behave as Jupyter's protocol says.
//
//	client --- tcp or ipc, the client's key --- bridge --- ipc in a private folder, a key of its own --- GoNB
//	  shell    requests, replies                  |                                                       |-> go, goimports, gopls
//	  control  interrupt, shutdown, kernel_info   |<-- a socket on which they report, and hear of --------|-> RUNNER command N
//	  stdin    input                              |    interrupts and of the bridge's end                 `-> the cell's program
//	  iopub    output, status
//	  heartbeat, echoed here
//
// Run is all of it. Messages pass byte for byte, signed anew and their signatures checked both ways, except where GoNB falls short. One loop
// holds the state; every socket has a reader that hands it what came. The bridge gives GoNB one cell at a time and keeps the others, and holds a
// cell's last words back until it has both of GoNB's, the reply and the state idle, because the two come on different sockets.
//
// # What it mends
//
//   - After an error, the cells that wait are aborted, unless the failed one's stop_on_error is false (execute.go).
//   - is_complete, history, comm_info and connect are answered, and kernel_info at once while a cell runs, on the control channel too
//     (requests.go, complete.go, history.go).
//   - A shell command or script that fails is an error and ends the cell. The cell that GoNB gets has RUNNER command N in its place; RUNNER
//     asks the bridge what to run and tells how it ended; the client sees its own code (cell.go, standins.go).
//   - Errors have the cell's own lines, and a program's end its cause: the panic, the last words on stderr (failure.go, panic.go).
//   - An interrupt, by message or signal, reaches compilers and all that a command started. GoNB forgets one that comes between two
//     programs; so it is repeated until the cell ends (bridge.go).
//   - A cell of a single Go expression has its value as execute_result. A program that clears its terminal's screen clears the output.
//   - Messages with a wrong signature, or without fields that the protocol lets one leave out, do no harm. GoNB ends at them.
//   - A message that declares more than 64 MiB or 1024 frames ends its connection before memory is taken, and a message that has come before
//     is dropped (bounds.go, replay.go).
//
// What the client's death, or the bridge's, leaves behind is the program's to clean up that calls Run: package launcher.
//
// # The public suite
//
// jupyter_kernel_test 0.7.0, with the samples of scripts/kernel_suite.py:
//
//	test             plain GoNB                                   through the bridge
//	kernel_info      pass                                         pass
//	execute_stdout   pass                                         pass
//	execute_stderr   pass                                         pass
//	execute_result   fail: there are no results                   pass
//	display_data     fail: gonbui has no version without network  pass
//	error            fail: four messages for one panic            pass
//	completion       pass                                         pass
//	inspect          pass                                         pass
//	is_complete      fail: no reply                               pass
//	history          fail: no reply                               pass
//	clear_output     fail                                         pass
//	pager            not set: a Go kernel has no pager            not set
//	iopub_welcome    not supported                                not supported
//
// # Latency
//
// Seconds, medians of 9, by BenchmarkFirstCell and its like in kernel-setup (two x86-64 cores, quiet; prewarmed):
//
//	                        GoNB with the clone's module   through the bridge
//	start                   0.27                           0.27
//	first cell              0.17                           0.16
//	first cell with GoMLX   2.07                           1.05
//	later cell              0.23                           0.16
//	later cell with GoMLX   2.03                           1.08
//
// What is gained is `go get`, which asks the network about modules that are all there.
//
// # What cannot be done from outside
//
//   - Variables die with their cell, and a package-level variable's initialiser runs in every cell: each cell is a program of its own.
//   - user_expressions are refused for the same reason: the program has ended when they are asked for.
//   - Completion and inspection wait for the running cell: GoNB has one file for both.
//   - No iopub_welcome message (protocol 5.4): the ZeroMQ library does not tell of subscriptions. The bridge says that it speaks 5.3.
//   - What a program displays through gonbui in its last moment may come after the cell's end; gonbui.Sync waits for it.
//   - A command that leaves something in the background which holds the cell's output keeps the cell running: GoNB waits for the output's end.
package bridge
