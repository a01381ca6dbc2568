package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// cellProgram becomes a cell's program, with a feeder at its standard input: GoNB's own pipe there never ends and
// nobody writes to it, but for answers to questions that the program asks through gonbui, which the feeder passes on.
// It returns only when the program cannot be started.
func cellProgram(program string, args []string) int {
	var pipe [2]int
	if err := syscall.Pipe(pipe[:]); err != nil {
		return become(program, args)
	}
	for _, fd := range pipe {
		syscall.CloseOnExec(fd)
	}
	exe, err := os.Executable()
	if err != nil {
		return become(program, args)
	}
	to := os.NewFile(uintptr(pipe[1]), "input")
	feeder := exec.Command(exe, "feed", strconv.Itoa(os.Getpid()))
	feeder.Stdin, feeder.ExtraFiles = os.Stdin, []*os.File{to} // and none of the outputs, for whose end GoNB waits
	ownGroup(feeder, false)
	if err := feeder.Start(); err != nil {
		return become(program, args)
	}
	to.Close()
	_ = syscall.Close(0)
	if fd, err := syscall.Dup(pipe[0]); err != nil || fd != 0 { // the lowest that is free
		fmt.Fprintln(os.Stderr, "cannot give the cell its input:", err)
		return 1
	}
	return become(program, args)
}

// feedProgram is the feeder of the program with the process id pid, its parent.
func feedProgram(pid int) int {
	to := os.NewFile(3, "input")
	syscall.CloseOnExec(3)
	alive := func() bool { return os.Getppid() == pid }
	if canWait {
		// what GoNB passes on; a copy by the system would keep feed from writing and closing
		go io.Copy(struct{ io.Writer }{to}, os.Stdin)
		feed(to, func() bool { return treeWaitsForInput(pid) }, alive)
	}
	return 0
}

// inputPipe is a pipe for a command's standard input and what feeds it once the command has been started.
func inputPipe() (from *os.File, feeder func(pid int), err error) {
	from, to, err := os.Pipe()
	if err != nil {
		return nil, nil, err
	}
	return from, func(pid int) {
		if !canWait {
			to.Close()
			return
		}
		go feed(to, func() bool { return treeWaitsForInput(pid) }, func() bool { return true })
	}, nil
}
