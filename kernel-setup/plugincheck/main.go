// Command plugin-check loads the PJRT plugin that the environment names (PJRT_PLUGIN_LIBRARY_PATH, GOMLX_BACKEND) and
// multiplies two 2x2 matrices on it. It prints one JSON object; its exit status is 0 when the product is right. It is
// a program of its own because a broken plugin can take its whole process down, and because set-up itself has no cgo.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	"coadapt/gomlxnet/backend"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	_ "github.com/gomlx/gomlx/backends/default"
)

// report is what is printed.
type report struct {
	Backend  string  `json:"backend"`  // description by the backend
	API      string  `json:"api"`      // PJRT API version, major.minor; "" for the Go backend
	Platform string  `json:"platform"` // "cpu", "cuda", "go"
	Devices  int     `json:"devices"`
	Product  string  `json:"product"` // the 2x2 product
	Seconds  float64 `json:"seconds"` // load, compile and run
}

func main() {
	r, err := check()
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(r)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func check() (r report, err error) {
	defer func() {
		if p := recover(); p != nil { // the graph's way to report an error
			err = fmt.Errorf("the 2x2 product failed: %v", p)
		}
	}()
	start := time.Now()
	backend, err := backend.Open(os.Getenv(compute.ConfigEnvVar)) // with the flags that nets are trained with
	if err != nil {
		return r, fmt.Errorf("cannot load the backend %q: %w", os.Getenv(compute.ConfigEnvVar), err)
	}
	defer backend.Finalize()
	r.Backend, r.Platform, r.Devices = backend.Description(), backend.Name(), int(backend.NumDevices())
	if api, platform, err := plugin(backend); err != nil {
		return r, err
	} else if api != "" {
		r.API, r.Platform = api, platform
	}
	product, err := graph.ExecOnce(backend, func(a, b *graph.Node) *graph.Node { return graph.Dot(a, b).Product() },
		[][]float32{{1, 2}, {3, 4}}, [][]float32{{5, 6}, {7, 8}})
	if err != nil {
		return r, fmt.Errorf("the 2x2 product failed: %w", err)
	}
	got, want := tensors.MustCopyFlatData[float32](product), []float32{19, 22, 43, 50}
	if !slices.Equal(got, want) {
		return r, fmt.Errorf("the 2x2 product is wrong: got %v, want %v", got, want)
	}
	r.Product, r.Seconds = fmt.Sprint(got), time.Since(start).Seconds()
	return r, nil
}
