package main

import "fmt"

// mend is what to type where a check fails.
type mend struct {
	Debian string `json:"debian"` // and Ubuntu
	Fedora string `json:"fedora"`
	MacOS  string `json:"macos"`
}

func everywhere(command string) mend { return mend{command, command, command} }

func (m mend) String() string {
	if m.Debian == m.Fedora && m.Fedora == m.MacOS {
		return "mend: " + m.Debian
	}
	return fmt.Sprintf("mend on Debian/Ubuntu: %s\n  on Fedora:        %s\n  on macOS:         %s", m.Debian, m.Fedora,
		m.MacOS)
}

func mendGo() mend {
	return mend{"sudo apt-get install golang-go (1.26 or newer, else from go.dev/dl)", "sudo dnf install golang",
		"brew install go"}
}

func mendCompiler() mend {
	return mend{"sudo apt-get install gcc libc6-dev", "sudo dnf install gcc glibc-devel", "xcode-select --install"}
}

func mendPython() mend {
	return mend{"sudo apt-get install python3 python3-venv", "sudo dnf install python3", "brew install python"}
}

func mendSetup() mend { return everywhere("go run ./kernel-setup setup") }
