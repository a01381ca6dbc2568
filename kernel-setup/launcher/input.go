package main

import (
	"encoding/json"
	"io"
	"os"
	"time"

	"coadapt/kernel-setup/bridge"
)

// lookAgain is how often feed looks whether a program waits for input.
const lookAgain = 100 * time.Millisecond

// feed writes to a program's standard input, to, what its reader types when the program waits for it, and closes to
// where there is no reader. It goes on until alive says no.
func feed(to io.WriteCloser, waits, alive func() bool) {
	defer to.Close()
	conn, err := bridge.Dial(os.Getenv(bridge.EnvSocket))
	if err != nil {
		return
	}
	defer conn.Close()
	out, in := json.NewEncoder(conn), json.NewDecoder(conn)
	var order bridge.Order
	if out.Encode(bridge.Hello{Kind: bridge.KindInput}) != nil || in.Decode(&order) != nil || !order.Run {
		return
	}
	for ; alive(); time.Sleep(lookAgain) {
		if !waits() {
			continue
		}
		order = bridge.Order{}
		if out.Encode(bridge.Ask{}) != nil || in.Decode(&order) != nil || !order.Run {
			return
		}
		if _, err := io.WriteString(to, order.Input); err != nil {
			return
		}
	}
}
