package recording

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Input is one file of a recording, or a stream.
type Input struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// Inputs are the files that arguments name, in their order: a directory stands
// for the files in it in name order, without hidden ones, and - for stdin.
func Inputs(args []string, stdin io.Reader) ([]Input, error) {
	var list []Input
	for _, arg := range args {
		if arg == "-" {
			list = append(list, Stream("stdin", stdin))
			continue
		}
		more, err := named(arg)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// Stream is an input that can be read once.
func Stream(name string, r io.Reader) Input {
	return Input{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(r), nil }}
}

// named is a file, or the files of a directory.
func named(path string) ([]Input, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []Input{file(path)}, nil
	}
	entries, err := os.ReadDir(path) // sorted by name
	if err != nil {
		return nil, err
	}
	var list []Input
	for _, e := range entries {
		if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			list = append(list, file(filepath.Join(path, e.Name())))
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: no files in this directory", path)
	}
	return list, nil
}

func file(path string) Input {
	return Input{Name: path, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}
