package store

import (
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// WriteFile has fill write a file that appears under its name when it is complete, and that survives a power cut once
// WriteFile has returned: the file and its folder are synced. Several writers of one name each succeed or fail whole;
// the last to finish stays. What was there before stays where something fails.
func WriteFile(name string, fill func(io.Writer) error) error {
	stage := name + "." + rand.Text() + ".part"
	f, err := os.OpenFile(stage, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	if err = errors.Join(fill(f), f.Sync(), f.Close()); err == nil {
		err = os.Rename(stage, name)
	}
	if err != nil {
		return errors.Join(err, removeIfThere(stage))
	}
	return syncDir(filepath.Dir(name))
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
	return syncDir(above)
}
