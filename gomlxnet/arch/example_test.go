package arch_test

import (
	"fmt"
	"log"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/backend"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/train"

	_ "github.com/gomlx/compute/gobackend"
)

// The net of the paper, and what freezing saves: its figure 2's nets of n = 7
// cost a third of a base net.
func ExampleArch_Cost() {
	a := nets.CaffeNet(1000)
	for _, cut := range []arch.Cut{{}, {N: 3, Frozen: true}, {N: 7, Frozen: true}} {
		_, total, err := a.Cost(cut)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d frozen: %d parameters, %d million multiply-adds an image, %d million in training\n",
			cut.N, total.Parameters, total.MultiplyAdds/1e6, total.Train/1e6)
	}
	// Output:
	// 0 frozen: 60965224 parameters, 724 million multiply-adds an image, 2067 million in training
	// 3 frozen: 60965224 parameters, 724 million multiply-adds an image, 1103 million in training
	// 7 frozen: 60965224 parameters, 724 million multiply-adds an image, 728 million in training
}

func ExampleArch_Dims() {
	a := nets.CaffeNet(1000)
	dims, err := a.Dims()
	if err != nil {
		log.Fatal(err)
	}
	for i, d := range dims {
		fmt.Println(a.Blocks[i].Name, d.Out)
	}
	// Output:
	// conv1 27x27x96
	// conv2 13x13x256
	// conv3 13x13x384
	// conv4 13x13x384
	// conv5 6x6x256
	// fc6 1x1x4096
	// fc7 1x1x4096
	// fc8 1x1x1000
}

// A3B: layers 1 to 3 from a net trained on A, the rest new. A4B with the same
// seed starts its layer 5 alike.
func ExampleArch_Donate() {
	a := nets.Mini(10, nets.MiniOptions{Widths: [7]int{4, 4, 4, 4, 4, 8, 8}})
	baseA, err := a.Init(1) // in earnest: trained
	if err != nil {
		log.Fatal(err)
	}
	fresh, err := a.Init(2)
	if err != nil {
		log.Fatal(err)
	}
	a3b, err := a.Donate(fresh, baseA, 3)
	if err != nil {
		log.Fatal(err)
	}
	a4b, err := a.Donate(fresh, baseA, 4)
	if err != nil {
		log.Fatal(err)
	}
	same := func(w, v arch.Weights, layer string) bool {
		path := "/net/" + layer + "/weights"
		return w[path].Data[0] == v[path].Data[0]
	}
	fmt.Println("A3B: conv3 is the donor's:", same(a3b, baseA, "conv3"))
	fmt.Println("A3B: conv4 is the donor's:", same(a3b, baseA, "conv4"))
	fmt.Println("A3B and A4B share conv5:", same(a3b, a4b, "conv5"))
	// Output:
	// A3B: conv3 is the donor's: true
	// A3B: conv4 is the donor's: false
	// A3B and A4B share conv5: true
}

// One step of a net with three frozen layers, and the proof that they stayed.
func ExampleArch_PrefixDigest() {
	backend, err := backend.Open("go")
	if err != nil {
		log.Fatal(err)
	}
	defer backend.Finalize()
	a := nets.Mini(10, nets.MiniOptions{Widths: [7]int{4, 4, 4, 4, 4, 8, 8}})
	start, err := a.Init(1)
	if err != nil {
		log.Fatal(err)
	}
	const batch = 2
	trainer, err := train.New(backend, a, train.SGD{Momentum: 0.9}, batch)
	if err != nil {
		log.Fatal(err)
	}
	defer trainer.Close()
	if err := trainer.Load(start, arch.Cut{N: 3, Frozen: true}); err != nil {
		log.Fatal(err)
	}
	images := make([]float32, batch*a.Size*a.Size*a.Channels)
	for i := range images {
		images[i] = float32(i%7) - 3
	}
	block := train.Steps{Values: images, Labels: []int32{3, 7}, Rates: []float64{0.01}, Seed: 1}
	if _, err := trainer.Train(block); err != nil {
		log.Fatal(err)
	}
	end, err := trainer.Weights()
	if err != nil {
		log.Fatal(err)
	}
	for _, n := range []int{3, 7} {
		before, err := a.PrefixDigest(start, n)
		if err != nil {
			log.Fatal(err)
		}
		after, err := a.PrefixDigest(end, n)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("layers 1..%d as they were: %v\n", n, before == after)
	}
	// Output:
	// layers 1..3 as they were: true
	// layers 1..7 as they were: false
}
