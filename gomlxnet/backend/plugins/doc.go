// Package plugins picks the PJRT plugin, and so the backend, of a process: from a flag, from the environment, or from
// where set-up placed plugins.
//
//	Choose     for this process: the configuration to open a backend with, and the environment it wants
//	ChildEnv   for a process that is yet to start: a kernel, a test
//	Dirs       set-up's folders with plugins that may be trusted
//
// It stands beside the backend and is a package of its own, as set-up and the kernel's launcher need it, too: they are
// built without cgo and without GoMLX. So it imports the standard library and home alone.
package plugins
