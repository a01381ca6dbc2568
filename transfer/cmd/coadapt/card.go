package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/template"

	"coadapt/gomlxnet/arch"
	"coadapt/gomlxnet/nets"
	"coadapt/gomlxnet/weights"
	"coadapt/transfer"
	"coadapt/transfer/stats"
)

// card is a model card: what there is to know of a net that leaves the laboratory.
type card struct {
	File       string            `json:"file"`
	Net        string            `json:"net"` // in the paper's notation
	Key        string            `json:"key"`
	Parent     string            `json:"parent,omitempty"` // key of the net that gave layers
	Experiment string            `json:"experiment"`
	Arch       arch.Arch         `json:"arch"`
	Parameters int               `json:"parameters"`
	Data       cardData          `json:"data"`
	Input      cardInput         `json:"input"`
	Recipe     transfer.Recipe   `json:"recipe"`
	Backend    string            `json:"backend"`
	Accuracy   *cardAccuracy     `json:"accuracy"` // null where the net did not train
	Status     transfer.Status   `json:"status"`
	Tensors    map[string]string `json:"tensors"` // names in the file, by the paths of the net's variables
}

type cardData struct {
	Name    string `json:"name"`
	Task    string `json:"task"` // digest of its classes and pixels
	Split   string `json:"split"`
	Half    string `json:"half"`
	Classes int    `json:"classes"`
	Images  int    `json:"images_seen"`
}

type cardInput struct {
	Shape string  `json:"shape"` // of PyTorch's tensor
	Mean  string  `json:"mean"`  // what is subtracted of pixels 0..255
	Scale float64 `json:"scale"` // what multiplies the difference
	// Of the mean, over its pixels, red, green, blue; null where the data were not at hand. It is all of the mean where
	// that is one of channels.
	Channels []float32 `json:"channel_means"`
	MeanFile string    `json:"mean_file,omitempty"` // of the mean picture, a tensor [channels, height, width]
}

type cardAccuracy struct {
	Value   float64 `json:"value"`
	Low     float64 `json:"low"`
	High    float64 `json:"high"`
	Level   float64 `json:"level"`
	Method  string  `json:"method"`
	Correct int     `json:"correct"`
	Tested  int     `json:"tested"`
}

// newCard describes a net whose weights are in a file.
func newCard(k *transfer.Kept, file string) (*card, error) {
	names, err := weights.Names(k.Arch)
	if err != nil {
		return nil, err
	}
	_, total, err := k.Arch.Cost(arch.Cut{})
	if err != nil {
		return nil, err
	}
	r := k.Result
	c := &card{File: file, Net: r.Net.String(), Key: r.Key, Parent: k.Parent, Experiment: r.Experiment, Arch: k.Arch,
		Parameters: total.Parameters, Recipe: k.Recipe, Backend: k.Backend, Status: r.Status, Tensors: names,
		Data: cardData{
			Name:    r.Data,
			Task:    k.Task,
			Split:   r.Net.Split,
			Half:    r.Net.Target.String(),
			Classes: r.Classes,
			Images:  r.Images,
		},
		Input: cardInput{
			Shape: fmt.Sprintf("[batch, %d, %d, %d]", k.Arch.Channels, k.Arch.Size, k.Arch.Size),
			Scale: k.Recipe.Scale,
			Mean:  "the mean picture of the training part",
		}}
	if k.Recipe.ChannelMean {
		c.Input.Mean = "the mean of each channel over the training part"
	}
	switch {
	case r.Net.Treatment.FromBase() && r.Net.Source() != r.Net.Target:
		c.Input.Mean += fmt.Sprintf(" of task %s, which its first layers come from", r.Net.Source())
	default:
		c.Input.Mean += " of its task"
	}
	if r.Status == transfer.OK && r.Tested > 0 {
		iv, err := stats.Proportion(r.Correct, r.Tested, 0.95)
		if err != nil {
			return nil, err
		}
		c.Accuracy = &cardAccuracy{
			r.Accuracy,
			iv.Low,
			iv.High,
			0.95,
			"Wilson's score interval over the test pictures; it does not cover how nets of other seeds differ",
			r.Correct,
			r.Tested,
		}
	}
	return c, nil
}

func (c *card) json(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(c)
}

// Torchvision is how torchvision makes the net, "" where it has none such.
func (c *card) Torchvision() string {
	preset, err := nets.Build(c.Arch.Name, c.Arch.Classes, nil)
	if err != nil ||
		!slices.Contains([]string{"resnet18", "resnet50", "vgg11", "vgg11_bn", "squeezenet1_1"}, c.Arch.Name) {
		return ""
	}
	preset.Size = c.Arch.Size
	ours, err := json.Marshal(c.Arch)
	theirs, terr := json.Marshal(preset)
	if err != nil || terr != nil || string(ours) != string(theirs) {
		return ""
	}
	return fmt.Sprintf("torchvision.models.%s(num_classes=%d)", c.Arch.Name, c.Arch.Classes)
}

// Cuts are the names of the layers, up to the last.
func (c *card) Cuts() string {
	var names []string
	for _, b := range c.Arch.Blocks {
		names = append(names, b.Name)
	}
	return strings.Join(names, ", ")
}

var cardTemplate = template.Must(template.New("card").Parse(`# {{.Net}} of {{.Data.Name}}

A net of the architecture ` + "`{{.Arch.Name}}`" + `, {{.Parameters}} parameters, trained to tell {{.Data.Classes}} classes.

| | |
|-|-|
| net | {{.Net}}: split {{.Data.Split}}, task {{.Data.Half}} |
| data | {{.Data.Name}}, task {{.Data.Task}}; {{.Data.Images}} pictures were seen in training |
| layers | {{.Cuts}} |
| recipe | {{.Recipe.Steps}} steps of {{.Recipe.Batch}} pictures; rate {{.Recipe.Rate.Base}}, {{.Recipe.Rate.Policy}}; momentum {{.Recipe.Momentum}}; decay {{.Recipe.Decay}} |
| input | {{.Input.Shape}}: pixels 0..255, red, green, blue, less {{.Input.Mean}}, times {{.Input.Scale}} |
{{with .Input.Channels}}| the mean, by channel | {{range .}}{{printf "%.4f " .}}{{end}}{{with $.Input.MeanFile}}; the picture is in {{.}}{{end}} |
{{end}}| accuracy | {{with .Accuracy}}{{printf "%.4f" .Value}}, {{.Correct}} of {{.Tested}} test pictures; 95 % interval {{printf "%.4f to %.4f" .Low .High}} ({{.Method}}){{else}}none: the net is {{.Status}}{{end}} |
| backend | {{.Backend}} |
| key | {{.Key}}{{with .Parent}}; its first layers are from {{.}}{{end}} |

To load it:

` + "```" + `python
from safetensors.torch import load_file
state = load_file("{{.File}}")  # names and layouts are PyTorch's
{{with .Torchvision}}net = {{.}}
net.load_state_dict(state, strict=True)
{{end}}` + "```" + `

` + "`card.json`" + ` has all of this for programs, with the architecture, and by which variable each tensor is.
`))

func (c *card) readme(w io.Writer) error { return cardTemplate.Execute(w, c) }
