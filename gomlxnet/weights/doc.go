// Package weights carries the weights of nets to and from other programs.
//
//	.safetensors  torchvision's or timm's names --Read--> arch.Weights of an Arch --Write--> torchvision's names
//	.caffemodel   Caffe's layers                --Read-->
//	.onnx         PyTorch's names               --Read-->
//
// [Read] tells a file's form by its bytes and finds a tensor for each variable of the net. The names are those of
// torchvision for the nets that it has, of timm where they differ, and for other nets made of blocks and operations;
// see [Names]. Layouts are turned: a convolution's weights from [out, in/groups, height, width] to ours,
// [height, width, in/groups, out]; an inner product's from [out, in] to [in, out], where places that were flattened
// change from the order channel, row, column to row, column, channel.
//
// A .caffemodel has layers by name, which are looked for by block and by block/operation. Its first convolution sees
// blue, green and red, in this order, as Caffe's data layers give them. It stays so, and pictures have to be shown to
// the net so.
//
// A file is not trusted. Its head is bounded and read first; types, shapes and places of all tensors are checked
// against the length of the file, and shapes against those that the net wants, before memory is taken for them. A value
// that is not finite is an error, as a net with one gives nothing. Errors name the file, the tensor, the shape that was
// wanted and the one that was found, and the nearest name where there is none.
package weights
