// Package setup is what a user says of an experiment, whether by flags or in a notebook, and what it comes to.
//
//	Options --Check--> what is wrong, by the name of the option
//	   |----Config---> transfer.Config: data opened, net, recipe, splits, base A
//	   |----Flags----> flags of a command
//	   '----Args-----> the flags that say the same
//
// An option is a field of [Options], its flag in [Options.Flags], and its meaning in [Options.Config] or what that
// calls: data.go has the pictures, net.go the net, recipe.go the training. [Default] is the default experiment.
package setup
