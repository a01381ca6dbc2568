package pack

import "testing"

// TestGuardLetsPanicsPass: panics that are not about memory are no business of the guard's.
func TestGuardLetsPanicsPass(t *testing.T) {
	defer func() {
		if caught := recover(); caught != "another" {
			t.Errorf("recovered %v", caught)
		}
	}()
	_ = guarded(func() string { return "" }, func() error { panic("another") })
}
