// Package storetest counts what programs ask of the file system that a store lies on. Nothing but tests imports it.
//
//	benchmark --> Trace --> strace --> the same benchmark, in a process of its own
//	                                     Folder: where its store is
//	                                     Phase: what is counted from here on
//	          <-- calls by phase and kind, of paths below Folder
package storetest
