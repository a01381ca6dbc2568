// Package shapes draws data sets: pictures of 40 figures, which need no file.
//
//	spec -- Parse --> Params -- New --> Source     a dataset.Source
//	                                      Image: stream of (seed, part, class, k) -> inks, background, clutter,
//	                                             pose, figure, occlusion, noise
//
// Two sets of parameters have names: "shapes" and "plain-shapes", which the default experiment is about. A spec changes
// some of them: "shapes:classes=20,noise=30".
//
// All is drawn in integers, so that the bytes are the same on every machine; TestShapesBytes holds their sum. A change
// that moves one raises version, which is in the digest and so in every key.
//
// Start from shapes.go, then scene.go, which paints a picture. pen.go and canvas.go draw lines, discs and polygons;
// natural.go and manmade.go are the catalogue: a new figure is an entry at its end.
package shapes
