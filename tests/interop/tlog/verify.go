// Reads an exported log, or one that is served, with the Go project's own packages for such logs, none of ours: Debian's
// golang-golang-x-mod-dev.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run verify.go common.go -log VKEY [-witness VKEY]... FOLDER
//	... -log VKEY [-witness VKEY]... [-ca FILE] https://council.example/log
//
// It checks the checkpoint's signature and all cosignatures asked for; every tile and bundle, byte
// by byte, that none is missing and none too many; that the leaves give the signed root; every
// inclusion proof, and consistency proofs from all over the log; and, where they are there,
// records.jsonl (each record gives its leaf) and proofs/: <index>.tlog-proof and <size>.consistency. For a served log
// it takes every tile, also the partial ones of smaller sizes, records/ and proof/.
package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The height of tiles: 2^8 hashes each.
const height = 8

// x/mod writes tile/8/<level>/... and tile/8/data/...; C2SP tile/<level>/... and tile/entries/...
func published(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), "tile/8/")
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}

// openCheckpoint takes a checkpoint that the log and all of the witnesses signed.
func openCheckpoint(data []byte, log note.Verifier, witnesses []note.Verifier) tlog.Tree {
	known := append([]note.Verifier{log}, witnesses...)
	opened, err := note.Open(data, note.VerifierList(known...))
	must(err, "checkpoint")
	if len(opened.Sigs) != len(known) {
		fail("checkpoint: %d of %d keys have signed", len(opened.Sigs), len(known))
	}
	tree, err := parseCheckpoint(opened.Text, log.Name())
	must(err, "checkpoint")
	return tree
}

// A source has a log's files, by their paths below its address.
type source interface {
	get(path string) ([]byte, error)
}

type folder string

func (f folder) get(path string) ([]byte, error) { return os.ReadFile(filepath.Join(string(f), path)) }

// site is a log over HTTP.
type site struct {
	url    string
	client *http.Client
}

func (s site) get(path string) ([]byte, error) {
	response, err := s.client.Get(s.url + "/" + path)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, response.Status)
	}
	return io.ReadAll(response.Body)
}

func newSite(url, authorities string) site {
	pool := x509.NewCertPool()
	if authorities != "" && !pool.AppendCertsFromPEM(read(authorities)) {
		fail("no certificate in %s", authorities)
	}
	transport := &http.Transport{}
	if authorities != "" {
		transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	return site{strings.TrimSuffix(url, "/"), &http.Client{Transport: transport}}
}

func mustGet(from source, path string) []byte {
	data, err := from.get(path)
	must(err, "get "+path)
	return data
}

// tiles reads a source as tlog.TileHashReader wants it.
type tiles struct{ source }

func (t tiles) Height() int { return height }
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var contents [][]byte
	for _, tile := range wanted {
		data, err := t.get(published(tile))
		if err != nil {
			return nil, err
		}
		contents = append(contents, data)
	}
	return contents, nil
}
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// readEntries reads all bundles, by C2SP's form: 16-bit length, entry.
func readEntries(from source, size int64) [][]byte {
	var entries [][]byte
	for first := int64(0); first < size; first += 1 << height {
		width := size - first
		if width > 1<<height {
			width = 1 << height
		}
		tile := tlog.Tile{H: height, L: -1, N: first >> height, W: int(width)}
		data := mustGet(from, published(tile))
		for i := int64(0); i < width; i++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				fail("%s: it ends within entry %d", published(tile), first+i)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			entries = append(entries, data[2:end])
			data = data[end:]
		}
		if len(data) != 0 {
			fail("%s: it goes on after its entries", published(tile))
		}
	}
	return entries
}

func bundleOf(tile tlog.Tile, entries [][]byte) ([]byte, error) {
	first, end := tile.N<<height, tile.N<<height+int64(tile.W)
	if end > int64(len(entries)) {
		return nil, errors.New("beyond the log")
	}
	var bundle []byte
	for _, entry := range entries[first:end] {
		bundle = append(bundle, byte(len(entry)>>8), byte(len(entry)))
		bundle = append(bundle, entry...)
	}
	return bundle, nil
}

func checkTile(tile tlog.Tile, data []byte, entries [][]byte, hashes memory) {
	var right []byte
	var err error
	if tile.L == -1 {
		right, err = bundleOf(tile, entries)
	} else {
		right, err = tlog.ReadTileData(tile, hashes)
	}
	must(err, published(tile))
	if !bytes.Equal(right, data) {
		fail("%s: not what the entries give", published(tile))
	}
}

// checkServed compares each tile that a log of this size has, or has had on the way, with the tree.
func checkServed(from source, tree tlog.Tree, entries [][]byte, hashes memory) int {
	served := 0
	for _, tile := range tlog.NewTiles(height, 0, tree.N) {
		checkTile(tile, mustGet(from, published(tile)), entries, hashes)
		served++
		if tile.L == 0 {
			tile.L = -1
			checkTile(tile, mustGet(from, published(tile)), entries, hashes)
			served++
		}
	}
	return served
}

// checkFiles compares each tile with the tree, and the set of files with what a log must publish;
// partial tiles of smaller sizes may be there.
func checkFiles(dir folder, tree tlog.Tree, entries [][]byte, hashes memory) int {
	wanted := map[string]bool{}
	for _, tile := range tlog.NewTiles(height, 0, tree.N) {
		// x/mod lists the partial tiles of all sizes on the way, too.
		if tile.W < 1<<height && tile.N<<height+int64(tile.W) != tree.N>>(height*tile.L) {
			continue
		}
		wanted[published(tile)] = true
		if tile.L == 0 {
			tile.L = -1
			wanted[published(tile)] = true
		}
	}
	files := 0
	must(filepath.WalkDir(filepath.Join(string(dir), "tile"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files++
		name, err := filepath.Rel(string(dir), path)
		must(err, "path")
		delete(wanted, name)
		parsed, err := tlog.ParseTilePath(strings.Replace("tile/8/"+strings.TrimPrefix(name, "tile/"), "/entries/", "/data/", 1))
		must(err, name)
		checkTile(parsed, read(path), entries, hashes)
		return nil
	}), "walk")
	for name := range wanted {
		fail("%s: missing", name)
	}
	return files
}

// checkProofs proves every entry and many prefixes, from the tiles alone.
func checkProofs(from source, tree tlog.Tree, entries [][]byte, hashes memory) {
	tiles := tlog.TileHashReader(tree, tiles{from})
	step := len(entries)/2000 + 1
	for i := 0; i < len(entries); i += step {
		proof, err := tlog.ProveRecord(tree.N, int64(i), tiles)
		must(err, "prove")
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, int64(i), tlog.RecordHash(entries[i])), "inclusion")
	}
	for size := 1; size <= len(entries); size += step {
		old, err := tlog.TreeHash(int64(size), hashes)
		must(err, "hash")
		proof, err := tlog.ProveTree(tree.N, int64(size), tiles)
		must(err, "prove")
		must(tlog.CheckTree(proof, tree.N, tree.Hash, int64(size), old), "consistency")
	}
}

// checkRecords: each line's record and salt give its leaf, which is the log's entry. The number of records shown.
func checkRecords(name string, file io.Reader, entries [][]byte) (shown int) {
	lines := bufio.NewReader(file)
	for n := 0; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			if n != len(entries) || len(line) != 0 {
				fail("%s: %d lines for %d entries", name, n, len(entries))
			}
			return shown
		}
		var record struct {
			Index              int
			Leaf, Salt, Record []byte
		}
		must(json.Unmarshal(line, &record), name)
		if record.Index != n || n >= len(entries) || !bytes.Equal(record.Leaf, entries[n]) {
			fail("%s: line %d is not of entry %d", name, n+1, n)
		}
		if len(record.Record) == 0 {
			continue
		}
		shown++
		leaf := sha256.Sum256(append(record.Salt, record.Record...))
		if !bytes.Equal(leaf[:], entries[n]) {
			fail("%s: record %d does not give its leaf", name, n)
		}
	}
}

func checkRecordsFile(path string, entries [][]byte) int {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	must(err, "open")
	defer file.Close()
	return checkRecords(path, file, entries)
}

// checkServedRecords: the records of each bundle, at the bundle's own path below records/.
func checkServedRecords(from source, entries [][]byte) int {
	var all bytes.Buffer
	for first := 0; first < len(entries); first += 1 << height {
		tile := tlog.Tile{H: height, L: -1, N: int64(first) >> height, W: 1 << height}
		if len(entries)-first < tile.W {
			tile.W = len(entries) - first
		}
		all.Write(mustGet(from, "records/"+strings.TrimPrefix(published(tile), "tile/entries/")))
	}
	return checkRecords("records", &all, entries)
}

func mustParse(lines []string) []tlog.Hash {
	hashes, err := parseHashes(lines)
	must(err, "proof")
	return hashes
}

// checkProof verifies a proof that the log's own program has made, against the checkpoint in it.
func checkProof(name, text string, index int64, log note.Verifier, witnesses []note.Verifier, entries [][]byte) {
	parts := strings.SplitN(text, "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if len(parts) != 2 || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != fmt.Sprintf("index %d", index) {
		fail("%s: malformed", name)
	}
	head := openCheckpoint([]byte(parts[1]), log, witnesses)
	must(tlog.CheckRecord(mustParse(lines[2:]), head.N, head.Hash, index, tlog.RecordHash(entries[index])), name)
}

func checkServedProofs(from source, log note.Verifier, witnesses []note.Verifier, entries [][]byte) int {
	proofs := 0
	for i := 0; i < len(entries); i += len(entries)/200 + 1 {
		name := fmt.Sprintf("proof/%d", i)
		checkProof(name, string(mustGet(from, name)), int64(i), log, witnesses, entries)
		proofs++
	}
	return proofs
}

// checkProofFiles verifies the proofs in a folder.
func checkProofFiles(dir string, log note.Verifier, witnesses []note.Verifier, tree tlog.Tree, entries [][]byte, hashes memory) int {
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	must(err, "list")
	for _, name := range names {
		text := string(read(name))
		extension := filepath.Ext(name)
		number, err := strconv.ParseInt(strings.TrimSuffix(filepath.Base(name), extension), 10, 64)
		must(err, name)
		switch extension {
		case ".tlog-proof":
			checkProof(name, text, number, log, witnesses, entries)
		case ".consistency":
			old, err := tlog.TreeHash(number, hashes)
			must(err, name)
			lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
			if text == "" {
				lines = nil
			}
			must(tlog.CheckTree(mustParse(lines), tree.N, tree.Hash, number, old), name)
		default:
			fail("%s: no proof", name)
		}
	}
	return len(names)
}

type list []string

func (l *list) String() string         { return strings.Join(*l, " ") }
func (l *list) Set(value string) error { *l = append(*l, value); return nil }

func main() {
	var witnessKeys list
	logKey := flag.String("log", "", "the log's verifier key")
	flag.Var(&witnessKeys, "witness", "verifier key of a witness that must have cosigned")
	authorities := flag.String("ca", "", "authorities of the site's certificate, PEM, instead of the system's")
	flag.Parse()
	if flag.NArg() != 1 {
		fail("name one folder, or an address")
	}
	log, err := note.NewVerifier(*logKey)
	must(err, "log key")
	var witnesses []note.Verifier
	for _, key := range witnessKeys {
		witnesses = append(witnesses, newCosigner(key))
	}
	name := flag.Arg(0)
	isSite := strings.HasPrefix(name, "https://") || strings.HasPrefix(name, "http://")
	var from source = folder(name)
	if isSite {
		from = newSite(name, *authorities)
	}
	tree := openCheckpoint(mustGet(from, "checkpoint"), log, witnesses)
	entries := readEntries(from, tree.N)
	hashes := treeOf(entries)
	root, err := tlog.TreeHash(tree.N, hashes)
	must(err, "root")
	if root != tree.Hash {
		fail("the %d entries do not give the signed root", tree.N)
	}
	checkProofs(from, tree, entries, hashes)
	var files, records, proofs int
	if isSite {
		files = checkServed(from, tree, entries, hashes)
		records = checkServedRecords(from, entries)
		proofs = checkServedProofs(from, log, witnesses, entries)
	} else {
		files = checkFiles(folder(name), tree, entries, hashes)
		records = checkRecordsFile(filepath.Join(name, "records.jsonl"), entries)
		proofs = checkProofFiles(filepath.Join(name, "proofs"), log, witnesses, tree, entries, hashes)
	}
	fmt.Printf("verified: %d entries, %d files, %d records, %d proofs, %d cosignatures\n", tree.N, files, records, proofs, len(witnesses))
}
