package capture

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// standardInput is the path that means it.
const standardInput = "-"

// Open opens what options name. The error says that nothing can be read at all: no such
// file, one that is no capture, an empty directory or a glob without a match that is not
// followed.
func Open(o Options) (Source, error) {
	if o.Problem == nil {
		o.Problem = func(error) {}
	}
	if o.Poll <= 0 {
		o.Poll = time.Second
	}
	if o.Path == standardInput {
		if o.Follow {
			return nil, errors.New(`path "-": standard input cannot be followed, it is read to its end anyway`)
		}
		return newFiles(o, &list{paths: []string{standardInput}}), nil
	}
	found, err := find(o.Path)
	if err != nil {
		return nil, err
	}
	if o.Follow {
		return newFollowing(o), nil
	}
	if len(found.paths) == 0 {
		return nil, fmt.Errorf("path %q: no file there", o.Path)
	}
	return openAll(o, found)
}

func openAll(o Options, found matches) (Source, error) {
	if found.ordered {
		byTime(found.paths)
	}
	s := newFiles(o, &list{paths: found.paths})
	if !found.single {
		return s, nil
	}
	path, err := s.queue.next()
	if err == nil {
		err = s.open(path)
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// matches is what a path names now.
type matches struct {
	paths   []string // in natural order
	single  bool     // named itself, by no pattern
	ordered bool     // by first packets
}

// find looks for what path names: a file, a directory's files, a glob's matches.
func find(path string) (matches, error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		paths, err := entries(path)
		return matches{paths: paths, ordered: true}, err
	case err == nil:
		return matches{paths: []string{path}, single: true}, nil
	case !errors.Is(err, fs.ErrNotExist) || !strings.ContainsAny(path, `*?[`):
		return matches{}, fmt.Errorf("path %q: %w", path, err)
	}
	paths, err := filepath.Glob(path)
	if err != nil {
		return matches{}, fmt.Errorf("path %q: %w", path, err)
	}
	paths = slices.DeleteFunc(paths, func(p string) bool {
		info, err := os.Stat(p)
		return err != nil || info.IsDir() // what cannot be read is told when its turn comes
	})
	slices.SortFunc(paths, compareNatural)
	return matches{paths: paths}, nil
}

// entries are the regular files in a directory, except those that begin with a dot.
func entries(directory string) ([]string, error) {
	all, err := os.ReadDir(directory)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, e := range all {
		if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
			paths = append(paths, filepath.Join(directory, e.Name()))
		}
	}
	slices.SortFunc(paths, compareNatural)
	return paths, nil
}
