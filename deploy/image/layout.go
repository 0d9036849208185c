package main

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"strings"
)

// Media types of the OCI image specification, version 1.
const (
	mediaIndex    = "application/vnd.oci.image.index.v1+json"
	mediaManifest = "application/vnd.oci.image.manifest.v1+json"
	mediaConfig   = "application/vnd.oci.image.config.v1+json"
	mediaLayer    = "application/vnd.oci.image.layer.v1.tar+gzip"
)

type object = map[string]any

// write writes the image and returns the digest of its manifest.
func write(to io.Writer, name, arch string, files []file) (string, error) {
	packed, diffID, err := layer(files)
	if err != nil {
		return "", err
	}
	config := encode(imageConfig(arch, diffID))
	manifest := encode(object{
		"schemaVersion": 2,
		"mediaType":     mediaManifest,
		"config":        descriptor(mediaConfig, config),
		"layers":        []object{descriptor(mediaLayer, packed)},
	})
	top := descriptor(mediaManifest, manifest)
	top["annotations"] = object{"org.opencontainers.image.ref.name": name}

	out := tar.NewWriter(to)
	for _, f := range []file{
		{path: "oci-layout", content: encode(object{"imageLayoutVersion": "1.0.0"})},
		{path: "index.json", content: encode(object{"schemaVersion": 2, "mediaType": mediaIndex, "manifests": []object{top}})},
		{path: "manifest.json", content: encode([]object{{
			"Config": blobPath(config), "RepoTags": []string{name}, "Layers": []string{blobPath(packed)},
		}})},
		{path: blobPath(config), content: config},
		{path: blobPath(manifest), content: manifest},
		{path: blobPath(packed), content: packed},
	} {
		if err := writeFile(out, f.path, 0o644, f.content); err != nil {
			return "", err
		}
	}
	return digestOf(manifest), out.Close()
}

// imageConfig starts the collector with the config that the image carries.
func imageConfig(arch, diffID string) object {
	return object{
		"created":      epoch,
		"architecture": arch,
		"os":           "linux",
		"config": object{
			"Entrypoint": []string{"/otelcol-exfil"},
			"Cmd":        []string{"--config=/etc/otelcol-exfil/config.yaml"},
			"Labels": object{
				"org.opencontainers.image.title":    "otelcol-exfil",
				"org.opencontainers.image.licenses": "Apache-2.0",
			},
		},
		"rootfs":  object{"type": "layers", "diff_ids": []string{diffID}},
		"history": []object{{"created": epoch, "created_by": "make image"}},
	}
}

func descriptor(media string, content []byte) object {
	return object{"mediaType": media, "digest": digestOf(content), "size": len(content)}
}

// encode cannot fail: it is given maps of strings, numbers and times only.
func encode(v any) []byte {
	content, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return content
}

func digestOf(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func blobPath(content []byte) string {
	return "blobs/" + strings.Replace(digestOf(content), ":", "/", 1)
}
