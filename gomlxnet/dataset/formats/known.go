package formats

import (
	"slices"
	"strings"

	"coadapt/gomlxnet/dataset"
)

// superclass is one of CIFAR-100's 20 coarse labels with its five classes.
type superclass struct {
	name, group string
	fine        string // names, separated by spaces
}

// cifar100Supers are the coarse labels in their order (Krizhevsky 2009). The fourteen superclasses of animals, plants,
// landscapes and people are natural (people as in the ILSVRC lists of 2014), the six of things are man-made: 70 and 30
// classes.
func cifar100Supers() []superclass {
	return []superclass{
		{"aquatic_mammals", dataset.Natural, "beaver dolphin otter seal whale"},
		{"fish", dataset.Natural, "aquarium_fish flatfish ray shark trout"},
		{"flowers", dataset.Natural, "orchid poppy rose sunflower tulip"},
		{"food_containers", dataset.ManMade, "bottle bowl can cup plate"},
		{"fruit_and_vegetables", dataset.Natural, "apple mushroom orange pear sweet_pepper"},
		{"household_electrical_devices", dataset.ManMade, "clock keyboard lamp telephone television"},
		{"household_furniture", dataset.ManMade, "bed chair couch table wardrobe"},
		{"insects", dataset.Natural, "bee beetle butterfly caterpillar cockroach"},
		{"large_carnivores", dataset.Natural, "bear leopard lion tiger wolf"},
		{"large_man-made_outdoor_things", dataset.ManMade, "bridge castle house road skyscraper"},
		{"large_natural_outdoor_scenes", dataset.Natural, "cloud forest mountain plain sea"},
		{"large_omnivores_and_herbivores", dataset.Natural, "camel cattle chimpanzee elephant kangaroo"},
		{"medium_mammals", dataset.Natural, "fox porcupine possum raccoon skunk"},
		{"non-insect_invertebrates", dataset.Natural, "crab lobster snail spider worm"},
		{"people", dataset.Natural, "baby boy girl man woman"},
		{"reptiles", dataset.Natural, "crocodile dinosaur lizard snake turtle"},
		{"small_mammals", dataset.Natural, "hamster mouse rabbit shrew squirrel"},
		{"trees", dataset.Natural, "maple_tree oak_tree palm_tree pine_tree willow_tree"},
		{"vehicles_1", dataset.ManMade, "bicycle bus motorcycle pickup_truck train"},
		{"vehicles_2", dataset.ManMade, "lawn_mower rocket streetcar tank tractor"},
	}
}

// cifar10Classes are the classes of CIFAR-10 in their order, with their groups.
func cifar10Classes() []dataset.Class {
	var out []dataset.Class
	for _, name := range []string{"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship",
		"truck"} {
		group := dataset.Natural
		switch name {
		case "airplane", "automobile", "ship", "truck":
			group = dataset.ManMade
		}
		out = append(out, dataset.Class{Name: name, Title: name, Group: group})
	}
	return out
}

// knownClasses are the classes of "cifar10", "cifar100" or "cifar100-coarse", with group and superclass: those of
// CIFAR-100 ascend alphabetically.
func knownClasses(name string) []dataset.Class {
	if name == "cifar10" {
		return cifar10Classes()
	}
	var out []dataset.Class
	for _, s := range cifar100Supers() {
		if name == "cifar100-coarse" {
			out = append(out, dataset.Class{Name: s.name, Title: s.name, Group: s.group})
			continue
		}
		for fine := range strings.FieldsSeq(s.fine) {
			out = append(out, dataset.Class{Name: fine, Title: fine, Group: s.group, Super: s.name})
		}
	}
	slices.SortFunc(out, func(a, b dataset.Class) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// classify fills group and superclass of classes by their names: WNIDs, or the classes of CIFAR-10 or CIFAR-100, fine
// or coarse. The names of CIFAR are only believed where every class is one of them.
func classify(classes []dataset.Class) {
	for _, set := range []string{"cifar10", "cifar100", "cifar100-coarse"} {
		known := map[string]dataset.Class{}
		for _, c := range knownClasses(set) {
			known[c.Name] = c
		}
		unknown := func(c dataset.Class) bool { _, ok := known[c.Name]; return !ok }
		if !slices.ContainsFunc(classes, unknown) {
			for i := range classes {
				k := known[classes[i].Name]
				classes[i].Group, classes[i].Super = k.Group, k.Super
			}
			return
		}
	}
	for i := range classes {
		classes[i].Group = dataset.SynsetGroup(classes[i].Name)
	}
}
