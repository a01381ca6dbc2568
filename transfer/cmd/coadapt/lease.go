package main

import (
	"fmt"
	"time"

	"coadapt/gomlxnet/home"
	"coadapt/transfer/store"
)

// setLease has the leases of a store last for what COADAPT_LEASE says, where it says something.
func setLease(s *store.Store, lasts string) error {
	if lasts == "" {
		return nil
	}
	d, err := time.ParseDuration(lasts)
	if err == nil {
		err = s.SetLease(d)
	}
	if err != nil {
		return fmt.Errorf("%s=%s: want a time such as 90s: %w", home.EnvLease, lasts, err)
	}
	return nil
}
