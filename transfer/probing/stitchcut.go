package probing

import (
	"context"
	"errors"
	"fmt"

	"coadapt/gomlxnet/dataset"
)

// stitchCut is a cut of a receiver, with the features of a sender that are to be mapped there.
type stitchCut struct {
	r           *Runner
	receiver    *Subject
	n           int         // layers below
	train, test Features    // of the receiver at the cut
	from        [2]Features // of the sender, of training and of test pictures
}

// unstitchable says why there is no stitch at a cut.
type unstitchable struct{ why string }

// Error is the reason.
func (e *unstitchable) Error() string { return e.why }

// cutsOf is at how many cuts a sender's lower layers can stand below a receiver's upper ones.
func cutsOf(receiver, sender *Subject) int {
	return min(len(receiver.Arch.Blocks), len(sender.Arch.Blocks)) - 1
}

// alone is the receiver's accuracy on test pictures, as the first value of a probe that stitches.
func (r *Runner) alone(ctx context.Context, receiver *Subject) (Value, error) {
	out, err := r.Features(ctx, receiver, dataset.Test, len(receiver.Arch.Blocks)-1)
	if err != nil {
		return Value{}, err
	}
	right, _ := score(out.Data, out.Labels)
	return Value{Name: Receiver, Unit: "share"}.of(mean(right, nil)), nil
}

// atCuts has what at says of each cut, the lowest first. It is given a value of the receiver's layer, which is a share
// and has the name. Where at or the cut itself fails because nothing can be stitched there, that value without a number
// stands in its place; other errors end the run.
func (r *Runner) atCuts(ctx context.Context, receiver, sender *Subject, name string,
	at func(cut stitchCut, v Value) ([]Value, error)) ([]Value, error) {
	var values []Value
	for l := range cutsOf(receiver, sender) {
		v := Value{Layer: receiver.Arch.Blocks[l].Name, Name: name, Unit: "share"}
		cut, err := r.stitchAt(ctx, receiver, sender, l)
		var said []Value
		if err == nil {
			said, err = at(cut, v)
		}
		var no *unstitchable
		if errors.As(err, &no) {
			said, err = []Value{v.none(no)}, nil
		}
		if err != nil {
			return nil, err
		}
		values = append(values, said...)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// stitchAt is the cut above a layer, from 0.
func (r *Runner) stitchAt(ctx context.Context, receiver, sender *Subject, layer int) (stitchCut, error) {
	cut := stitchCut{r: r, receiver: receiver, n: layer + 1}
	for _, x := range []struct {
		of   *Subject
		part dataset.Part
		to   *Features
	}{
		{receiver, dataset.Train, &cut.train},
		{receiver, dataset.Test, &cut.test},
		{sender, dataset.Train, &cut.from[0]},
		{sender, dataset.Test, &cut.from[1]},
	} {
		var err error
		if *x.to, err = r.Features(ctx, x.of, x.part, layer); err != nil {
			return cut, err
		}
	}
	if cut.train.Places() != cut.from[0].Places() {
		return cut, &unstitchable{fmt.Sprintf("the layer has %d places in %s and %d in %s",
			cut.train.Places(), receiver.Result.Net, cut.from[0].Places(), sender.Result.Net)}
	}
	return cut, nil
}
