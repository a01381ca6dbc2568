package backend

import "testing"

// OwnBinary is for tests that begin processes of their own.
func OwnBinary(t *testing.T) string { return testBinary(t) }

// HasOneDNN says whether a plugin is found for a configuration, and has oneDNN.
func HasOneDNN(t *testing.T, config, dirs string) bool {
	t.Helper()
	plugin := cpuPlugin(config, dirs)
	if plugin == "" {
		return false
	}
	knows, err := holds(plugin, cpuFlags())
	if err != nil {
		t.Fatal(err)
	}
	return knows
}
