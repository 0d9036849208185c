package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"path"
	"slices"
	"strings"
	"time"
)

// epoch is every file's time: an image is its content, not its moment.
var epoch = time.Unix(0, 0).UTC()

// layer packs files, and the folders above them, into a compressed tar. diffID
// is the digest of the tar before compression (OCI image spec, "Layer DiffID").
func layer(files []file) (compressed []byte, diffID string, err error) {
	var plain bytes.Buffer
	w := tar.NewWriter(&plain)
	for _, folder := range folders(files) {
		err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: folder + "/", Mode: 0o755, ModTime: epoch})
		if err != nil {
			return nil, "", err
		}
	}
	for _, f := range files {
		if err := writeFile(w, strings.TrimPrefix(f.path, "/"), f.mode, f.content); err != nil {
			return nil, "", err
		}
	}
	if err := w.Close(); err != nil {
		return nil, "", err
	}
	compressed, err = compress(plain.Bytes())
	return compressed, digestOf(plain.Bytes()), err
}

func folders(files []file) []string {
	var found []string
	for _, f := range files {
		for folder := path.Dir(f.path); folder != "/"; folder = path.Dir(folder) {
			found = append(found, strings.TrimPrefix(folder, "/"))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func writeFile(w *tar.Writer, name string, mode int64, content []byte) error {
	header := &tar.Header{Name: name, Mode: mode, Size: int64(len(content)), ModTime: epoch}
	if err := w.WriteHeader(header); err != nil {
		return err
	}
	_, err := w.Write(content)
	return err
}

func compress(plain []byte) ([]byte, error) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	err := w.Close()
	return out.Bytes(), err
}
