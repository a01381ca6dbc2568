package home

import "os"

// Trusted returns nil when nobody but this user, root and the owner of the running executable owns path or may write
// to it, and an error that says what is wrong otherwise. The code of a root and the plugins of a home run as this
// user, so a folder that anybody could have put above the working directory must not be taken for one of them. Links
// are followed: what runs is what they lead to.
func Trusted(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return ownedAndSealed(path, info)
}
