package transfer_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/dataset/formats"
	"coadapt/gomlxnet/nets"
	"coadapt/transfer"
	"coadapt/transfer/store"
)

// A short curve of a tiny net: both bases, then what is cut at layer 3.
func ExampleLab_Curve() {
	ctx := context.Background()
	src, err := formats.Open(ctx, "shapes:classes=4,train=12,test=8,size=24", formats.Options{})
	if err != nil {
		log.Fatal(err)
	}
	backend, err := backend.Open("go")
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "store")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	cfg := transfer.MiniConfig(src)
	cfg.Arch = nets.Mini(2, nets.MiniOptions{Size: 24, Widths: [7]int{4, 4, 4, 4, 4, 8, 8}})
	cfg.Epochs, cfg.Recipe = 0, cfg.Recipe.WithSteps(2)
	cfg.Backend, cfg.Workers = backend, 1
	if cfg.Store, err = store.Open(dir); err != nil {
		log.Fatal(err)
	}
	lab, err := transfer.NewLab(cfg)
	if err != nil {
		log.Fatal(err)
	}
	defer lab.Close()
	nets := transfer.Curve([]string{"0"}, []int{0}, []transfer.Treatment{transfer.Selffer, transfer.Transfer}, []int{3})
	for r, err := range lab.Curve(ctx, nets) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(r.Net, r.Net.Treatment, r.Steps)
	}
	// Output:
	// 0/baseA base 2
	// 0/baseB base 2
	// 0/B3B BnB 2
	// 0/A3B AnB 2
}

func ExampleParseNet() {
	net, err := transfer.ParseNet("natman/A3B+#2")
	if err != nil {
		log.Fatal(err)
	}
	parent, _ := net.Parent()
	fmt.Println(net.Treatment, net.N, net.Split, net.Seed, parent)
	// Output: AnB+ 3 natman 2 natman/baseA#2
}
