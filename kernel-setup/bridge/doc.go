// Package bridge stands between a Jupyter client and GoNB v0.11.5, and makes the pair follow Jupyter's protocol.
//
//	client --- tcp or ipc, client's key --- bridge --- ipc in a private folder, own key --- GoNB
//	  shell    requests, replies              |                                              |-> go, goimports, gopls
//	  control  interrupt, shutdown, info      |<-- socket: they report, and receive ---------|-> RUNNER command N
//	  stdin    input                          |    interrupts and the bridge's end           `-> the cell's program
//	  iopub    output, status
//	  heartbeat, echoed here
//
// Run does all of this. Messages pass byte for byte, except where GoNB falls short. Signatures are checked, and made
// anew, in both directions. One loop holds the state; each socket has a reader that passes messages to it. The bridge
// gives GoNB one cell at a time and queues the others. It reports the end of a cell only when it has both of GoNB's
// last messages, the reply and the state idle, because they arrive on different sockets.
//
// # What it mends
//
//   - After an error, waiting cells are aborted, unless the failed cell's stop_on_error is false (execute.go).
//   - is_complete, history, comm_info and connect are answered. kernel_info is answered at once while a cell runs, also
//     on the control channel (requests.go, complete.go, history.go).
//   - A shell command or script that fails is an error and ends the cell. GoNB gets the cell with RUNNER command N in
//     its place: RUNNER asks the bridge what to run, and reports how it ended. The client sees its own code (cell.go,
//     standins.go).
//   - Errors name the cell's own lines. When a program ends, its cause is given: the panic, or its last words on stderr
//     (failure.go, panic.go).
//   - An interrupt, by message or signal, reaches compilers and all that a command started. GoNB forgets an interrupt
//     that arrives between two programs, so it is repeated until the cell ends (bridge.go).
//   - The value of a cell of a single Go expression is its execute_result. A program that clears its terminal's screen
//     clears the output.
//   - gopls reads what cells have imported as soon as no cell runs, so that the first completion is as quick as later
//     ones (completing.go, warm.go).
//   - Messages with a wrong signature, or without optional fields, do no harm. GoNB ends at them.
//   - A message that declares more than 64 MiB or 1024 frames ends its connection before memory is allocated. A
//     repeated message is dropped (bounds.go, replay.go).
//
// If the client or the bridge dies, the program that called Run must clean up: package launcher.
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
// The gain is the time of `go get`, which asks the network about modules that are all there.
//
// # What cannot be done from outside
//
//   - Variables end with their cell, and a package-level variable's initialiser runs in every cell: each cell is a
//     program of its own.
//   - user_expressions are refused for the same reason: when they are asked for, the program has ended.
//   - Completion and inspection wait for the running cell, because GoNB has one file for both.
//   - There is no iopub_welcome message (protocol 5.4), because the ZeroMQ library does not report subscriptions. The
//     bridge says that it speaks 5.3.
//   - What a program displays through gonbui in its last moment may arrive after the cell's end. gonbui.Sync waits for
//     it.
//   - If a command leaves a background process that holds the cell's output, the cell keeps running: GoNB waits for the
//     output's end.
package bridge
