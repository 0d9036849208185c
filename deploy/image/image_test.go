package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// entries reads a tar: names in order, and contents by name.
func entries(t *testing.T, from io.Reader) ([]string, map[string][]byte) {
	var names []string
	contents := map[string][]byte{}
	for r := tar.NewReader(from); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return names, contents
		}
		require.NoError(t, err)
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		names = append(names, header.Name)
		contents[header.Name] = content
	}
}

func build(t *testing.T) []byte {
	dir := t.TempDir()
	program, settings := filepath.Join(dir, "program"), filepath.Join(dir, "settings")
	require.NoError(t, os.WriteFile(program, []byte("\x7fELF"), 0o700))
	require.NoError(t, os.WriteFile(settings, []byte("receivers: {}\n"), 0o600))
	output := filepath.Join(dir, "image.tar")
	require.NoError(t, run([]string{
		"-arch", "arm64", "-output", output, program + ":/otelcol-exfil", settings + ":/etc/otelcol-exfil/config.yaml",
	}))
	image, err := os.ReadFile(output)
	require.NoError(t, err)
	return image
}

// A reader that follows digests from the index reaches every byte.
func TestEveryDigestInTheLayoutHolds(t *testing.T) {
	_, blobs := entries(t, bytes.NewReader(build(t)))
	var index, manifest struct {
		Manifests, Layers []struct {
			Digest string
			Size   int
		}
		Config struct{ Digest string }
	}
	follow := func(digest string) []byte {
		blob := blobs["blobs/sha256/"+digest[len("sha256:"):]]
		assert.Equal(t, digest, digestOf(blob))
		return blob
	}
	require.NoError(t, json.Unmarshal(blobs["index.json"], &index))
	require.NoError(t, json.Unmarshal(follow(index.Manifests[0].Digest), &manifest))
	packed := follow(manifest.Layers[0].Digest)
	assert.Len(t, packed, manifest.Layers[0].Size)

	var config struct {
		Architecture string
		RootFS       struct {
			DiffIDs []string `json:"diff_ids"`
		}
	}
	require.NoError(t, json.Unmarshal(follow(manifest.Config.Digest), &config))
	assert.Equal(t, "arm64", config.Architecture)
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(t, err)
	plain, err := io.ReadAll(unpacked)
	require.NoError(t, err)
	assert.Equal(t, []string{digestOf(plain)}, config.RootFS.DiffIDs)

	names, contents := entries(t, bytes.NewReader(plain))
	assert.Equal(t, []string{"etc/", "etc/otelcol-exfil/", "otelcol-exfil", "etc/otelcol-exfil/config.yaml"}, names)
	assert.Equal(t, "receivers: {}\n", string(contents["etc/otelcol-exfil/config.yaml"]))
}

func TestSameFilesGiveTheSameImage(t *testing.T) {
	first, second := build(t), build(t)
	assert.Equal(t, first, second)
}

func TestBadArgumentsAreRefused(t *testing.T) {
	for _, args := range [][]string{{"no-colon"}, {"a:relative"}, {"/nowhere/at/all:/a"}, {"-no-such-flag"}} {
		assert.Error(t, run(append([]string{"-output", filepath.Join(t.TempDir(), "i.tar")}, args...)), args)
	}
}
