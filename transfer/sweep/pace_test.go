package sweep

import (
	"testing"
	"time"
)

// TestOldWorkersLookLess: a young worker looks at the file system at every tick, an old one less often.
func TestOldWorkersLookLess(t *testing.T) {
	for _, c := range []struct{ age, most, want time.Duration }{
		{0, slowSave, tick}, {time.Minute, slowSave, tick}, {5 * time.Minute, slowSave, 5 * time.Second},
		{time.Hour, slowSave, slowSave}, {time.Hour, slowAsk, slowAsk},
	} {
		if got := pace(c.age, c.most); got > c.want || got < c.want-tick {
			t.Errorf("at the age of %v: %v, want %v and no whole tick less", c.age, got, c.want)
		}
	}
}
