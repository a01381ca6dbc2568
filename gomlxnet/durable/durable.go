// Package durable writes files and folders that survive a power cut once they are written, and reads files that users
// name.
package durable

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// PartEnding is that of files being written. Those that a killed process left may be removed.
const PartEnding = ".part"

// WriteFile has fill write a file that appears under its name when it is complete, and that survives a power cut once
// WriteFile has returned: the file and its folder are synced. Several writers of one name each succeed or fail whole;
// the last to finish stays. What was there before stays where something fails.
func WriteFile(name string, fill func(io.Writer) error) error {
	stage := name + "." + rand.Text() + PartEnding
	f, err := os.OpenFile(stage, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	if err = errors.Join(fill(f), f.Sync(), f.Close()); err == nil {
		err = os.Rename(stage, name)
	}
	if err != nil {
		if rerr := os.Remove(stage); !errors.Is(rerr, fs.ErrNotExist) {
			err = errors.Join(err, rerr)
		}
		return err
	}
	return SyncDir(filepath.Dir(name))
}

// WriteBytes is [WriteFile] of data that are there as a whole.
func WriteBytes(name string, data []byte) error {
	return WriteFile(name, func(w io.Writer) error { _, err := w.Write(data); return err })
}

// MakeDir makes a folder and those above it, as the umask allows, and syncs the folder above each new one.
func MakeDir(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	above := filepath.Dir(dir)
	if above != dir {
		if err := MakeDir(above); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o777); err != nil {
		if info, statErr := os.Stat(dir); statErr == nil && info.IsDir() {
			return nil // another process made it just now
		}
		return err
	}
	return SyncDir(above)
}

// SyncDir makes what was made, renamed or removed in a folder survive a power cut.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
