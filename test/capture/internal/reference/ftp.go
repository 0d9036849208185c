package reference

import "regexp"

// verb is what an FTP command begins with; what is encrypted seldom looks so.
var verb = regexp.MustCompile(`^[A-Z]{3,4}$`)

// command notes an FTP command, of AUTH with its mechanism.
func (f *Flow) command(name, argument string) {
	switch {
	case !verb.MatchString(name):
	case name == "AUTH":
		f.Commands = append(f.Commands, name+" "+argument)
	default:
		f.Commands = append(f.Commands, name)
	}
}
