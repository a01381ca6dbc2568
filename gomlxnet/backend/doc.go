// Package backend opens what computes: GoMLX's Go backend, or XLA by a PJRT plugin.
//
//	"go"                          nothing to install, slow
//	"xla:cpu", "xla:cuda"         a plugin in a folder of PJRT_PLUGIN_LIBRARY_PATH
//	"xla:/path/plugin.so,opt=1"   a plugin by its path, with options
//
// [Open] opens one and sets the flags that make XLA's CPU fast. [Class] says what kind of machine it is; keys of
// results hold that. [Divide] makes several of one, for nets that are trained at once on the cores of one machine.
package backend
