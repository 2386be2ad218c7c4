// Shared by the programs of this folder: Go's own notes and trees, and cosignatures, which this version of
// golang.org/x/mod does not know.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fail(format string, arguments ...interface{}) {
	fmt.Fprintf(os.Stderr, os.Args[0]+": "+format+"\n", arguments...)
	os.Exit(1)
}

func must(err error, doing string) {
	if err != nil {
		fail("%s: %v", doing, err)
	}
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	must(err, "read")
	return data
}

// cosigner is a witness key of type 0x04 (c2sp.org/tlog-cosignature).
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(message, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(signature)
	return time != 0 && ed25519.Verify(c.key, cosigned(time, message), signature[8:])
}

// cosigned is what a witness signs to cosign `message`.
func cosigned(time uint64, message []byte) []byte {
	return []byte(fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, message))
}

// cosignerHash is the key ID of a witness key, which begins with its type.
func cosignerHash(name string, key []byte) uint32 {
	digest := sha256.Sum256(append([]byte(name+"\n"), key...))
	return binary.BigEndian.Uint32(digest[:])
}

func newCosigner(vkey string) note.Verifier {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		fail("malformed witness key %q", vkey)
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	must(err, "witness key")
	if len(key) != 1+ed25519.PublicKeySize || key[0] != 4 {
		fail("not a cosignature key: %q", vkey)
	}
	hash := cosignerHash(parts[0], key)
	if fmt.Sprintf("%08x", hash) != parts[1] {
		fail("the witness key's ID is not its own: %q", vkey)
	}
	return &cosigner{parts[0], hash, key[1:]}
}

// parseCheckpoint reads the text of a checkpoint of the log with this origin.
func parseCheckpoint(text, origin string) (tree tlog.Tree, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return tree, errors.New("not three lines")
	}
	if lines[0] != origin {
		return tree, fmt.Errorf("of log %q", lines[0])
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil || tree.N < 0 || lines[1] != fmt.Sprint(tree.N) {
		return tree, fmt.Errorf("of size %q", lines[1])
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// parseHashes reads one hash a line.
func parseHashes(lines []string) (hashes []tlog.Hash, err error) {
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

// memory holds a tree's hashes, computed anew from the entries.
type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, index := range indexes {
		if index >= int64(len(m)) {
			return nil, errors.New("beyond the tree")
		}
		hashes = append(hashes, m[index])
	}
	return hashes, nil
}

func treeOf(entries [][]byte) memory {
	var hashes memory
	for i, entry := range entries {
		more, err := tlog.StoredHashes(int64(i), entry, hashes)
		must(err, "hash")
		hashes = append(hashes, more...)
	}
	return hashes
}
