package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"text/tabwriter"

	"coadapt/gomlxnet/backend/plugins"
	"coadapt/gomlxnet/home"

	"github.com/spf13/cobra"
)

// versions is what a report of a fault should carry.
type versions struct {
	Coadapt  string `json:"coadapt"` // commit, with + where files differ from it
	Go       string `json:"go"`
	Platform string `json:"platform"`
	GoMLX    string `json:"gomlx"`
	Compute  string `json:"compute"`
	GoXLA    string `json:"go_xla"`
	Backend  string `json:"backend"`
	Plugins  string `json:"plugins"`
	Store    string `json:"store"`
	Root     string `json:"root"`
}

func versionCommand(stdout io.Writer) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "version",
		Short: "Print versions, backend, plugin and store",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			h, err := home.Locate()
			if err != nil {
				return err
			}
			v := versions{Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Store: h.Store(),
				Root: h.Root}
			if v.Backend, _, err = plugins.Choose(h, ""); err != nil {
				v.Backend = "none: " + err.Error()
			}
			v.Plugins = os.Getenv(plugins.EnvPlugins)
			if info, ok := debug.ReadBuildInfo(); ok {
				v.built(info)
			}
			if asJSON {
				return json.NewEncoder(stdout).Encode(v)
			}
			tw := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
			for _, line := range [][2]string{{"coadapt", v.Coadapt}, {"go", v.Go}, {"platform", v.Platform},
				{"gomlx", v.GoMLX}, {"compute", v.Compute},
				{"go-xla", v.GoXLA}, {"backend", v.Backend}, {"plugins", v.Plugins}, {"store", v.Store},
				{"clone", v.Root}} {
				fmt.Fprintf(tw, "%s\t%s\n", line[0], line[1])
			}
			return tw.Flush()
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

func (v *versions) built(info *debug.BuildInfo) {
	setting := func(key string) string {
		i := slices.IndexFunc(info.Settings, func(s debug.BuildSetting) bool { return s.Key == key })
		if i < 0 {
			return ""
		}
		return info.Settings[i].Value
	}
	v.Coadapt = setting("vcs.revision")
	if setting("vcs.modified") == "true" {
		v.Coadapt += "+"
	}
	if v.Coadapt == "" {
		v.Coadapt = "unknown (built without its repository)"
	}
	for _, m := range info.Deps {
		switch m.Path {
		case "github.com/gomlx/gomlx":
			v.GoMLX = m.Version
		case "github.com/gomlx/compute":
			v.Compute = m.Version
		case "github.com/gomlx/go-xla":
			v.GoXLA = m.Version
		}
	}
}
