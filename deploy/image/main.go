// Command image writes a container image as a tar file, without a daemon and
// without a registry: a layer of the given files on nothing at all.
//
// The tar is an OCI image layout that also carries the manifest.json of `docker
// save`, so podman, skopeo, ctr, kind and every docker can load it. The same
// files give the same bytes.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("image", flag.ContinueOnError)
	name := flags.String("name", "otelcol-exfil:latest", "name and tag of the image")
	arch := flags.String("arch", runtime.GOARCH, "architecture the binary is built for")
	output := flags.String("output", "image.tar", "file to write")
	if err := flags.Parse(args); err != nil {
		return err
	}
	files, err := readFiles(flags.Args())
	if err != nil {
		return err
	}
	to, err := os.Create(*output)
	if err != nil {
		return err
	}
	digest, err := write(to, *name, *arch, files)
	if closeErr := to.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", *output, err)
	}
	fmt.Fprintf(os.Stdout, "%s %s %s\n", *output, *name, digest)
	return nil
}

// file is one file of the image.
type file struct {
	path    string // absolute, inside the image
	mode    int64
	content []byte
}

// readFiles takes arguments of the form SOURCE:/path/in/image.
func readFiles(args []string) ([]file, error) {
	var files []file
	for _, arg := range args {
		source, path, ok := strings.Cut(arg, ":")
		if !ok || !strings.HasPrefix(path, "/") {
			return nil, fmt.Errorf("%q is not SOURCE:/path/in/image", arg)
		}
		f, err := readFile(source, path)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

func readFile(source, path string) (file, error) {
	info, err := os.Stat(source)
	if err != nil {
		return file{}, err
	}
	content, err := os.ReadFile(source)
	if err != nil {
		return file{}, err
	}
	mode := int64(0o644)
	if info.Mode()&0o100 != 0 {
		mode = 0o755
	}
	return file{path: path, mode: mode, content: content}, nil
}
