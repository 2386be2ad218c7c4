// Drives a witness through c2sp.org/tlog-witness with a log of its own, on the Go project's own packages, none of ours.
//
//	go run drive.go common.go -keys FILE                             # makes the log's key, and says its verifier key
//	go run drive.go common.go -keys FILE -witness VKEY http://...    # a witness that knows this log
//
// It stops at the first answer that is not the one that the specification wants.
package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "foreign.example/log"

// aLog is a log of the entries "<salt>0", "<salt>1", ...
type aLog struct {
	hashes memory
	signer note.Signer
}

func newLog(salt string, size int, signer note.Signer) aLog {
	var entries [][]byte
	for i := 0; i < size; i++ {
		entries = append(entries, []byte(fmt.Sprintf("%s%d", salt, i)))
	}
	return aLog{treeOf(entries), signer}
}

// text is the checkpoint of the first `size` entries, unsigned.
func (l aLog) text(size int64) string {
	root := tlog.Hash(sha256.Sum256(nil))
	if size > 0 {
		var err error
		root, err = tlog.TreeHash(size, l.hashes)
		must(err, "root")
	}
	return fmt.Sprintf("%s\n%d\n%s\n", l.signer.Name(), size, root)
}

func (l aLog) sign(text string) string {
	signed, err := note.Sign(&note.Note{Text: text}, l.signer)
	must(err, "sign")
	return string(signed)
}

func (l aLog) checkpoint(size int64) string { return l.sign(l.text(size)) }

func (l aLog) proof(old, size int64) (lines []string) {
	if old == 0 || old == size {
		return nil
	}
	proof, err := tlog.ProveTree(size, old, l.hashes)
	must(err, "prove")
	for _, hash := range proof {
		lines = append(lines, hash.String())
	}
	return lines
}

func request(old int64, proof []string, checkpoint string) string {
	return strings.Join(append([]string{fmt.Sprintf("old %d", old)}, proof...), "\n") + "\n\n" + checkpoint
}

func (l aLog) request(old, size int64) string {
	return request(old, l.proof(old, size), l.checkpoint(size))
}

// changed flips a bit of the last byte of a line of base64.
func changed(line string) string {
	data, err := base64.StdEncoding.DecodeString(line)
	must(err, "base64")
	data[len(data)-1] ^= 1
	return base64.StdEncoding.EncodeToString(data)
}

// badlySigned has a signature of the right key that does not hold.
func badlySigned(checkpoint string) string {
	end := strings.LastIndex(checkpoint, " ") + 1
	return checkpoint[:end] + changed(strings.TrimSuffix(checkpoint[end:], "\n")) + "\n"
}

type witness struct {
	url      string
	verifier note.Verifier
	log      note.Verifier
}

type answer struct {
	status int
	kind   string
	body   string
}

func (w witness) post(body string) answer {
	response, err := http.Post(w.url+"/add-checkpoint", "", strings.NewReader(body))
	must(err, "post")
	return readAnswer(response)
}

func readAnswer(response *http.Response) answer {
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(err, "answer")
	return answer{response.StatusCode, response.Header.Get("Content-Type"), string(body)}
}

// open takes a note that the log and the witness have signed, just now.
func (w witness) open(data string) *note.Note {
	opened, err := note.Open([]byte(data), note.VerifierList(w.log, w.verifier))
	must(err, "cosigned checkpoint")
	for _, signature := range opened.Sigs {
		if signature.Name != w.verifier.Name() || signature.Hash != w.verifier.KeyHash() {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(signature.Base64)
		must(err, "cosignature")
		if at := time.Unix(int64(binary.BigEndian.Uint64(raw[4:])), 0); time.Since(at) > time.Minute || time.Until(at) > 0 {
			fail("the cosignature is of %s", at)
		}
		return opened
	}
	fail("not cosigned:\n%s", data)
	return nil
}

var step = 0

// expect posts, and fails unless it gets this status; then an empty `body` is any.
func (w witness) expect(what, request string, status int, body string) answer {
	got := w.post(request)
	if got.status != status || body != "" && got.body != body {
		fail("%s: %d %q instead of %d %q", what, got.status, got.body, status, body)
	}
	if status == http.StatusConflict && got.kind != "text/x.tlog.size" {
		fail("%s: Content-Type %q", what, got.kind)
	}
	step++
	return got
}

// cosigns expects a cosignature that holds.
func (w witness) cosigns(what string, l aLog, old, size int64) {
	got := w.expect(what, l.request(old, size), http.StatusOK, "")
	w.open(l.checkpoint(size) + got.body)
}

func (w witness) first(l, fork aLog, stranger, impostor note.Signer) {
	const notFound, forbidden, bad = http.StatusNotFound, http.StatusForbidden, http.StatusBadRequest
	const wrong, conflict = http.StatusUnprocessableEntity, http.StatusConflict
	w.expect("another log", aLog{l.hashes, stranger}.request(0, 5), notFound, "")
	w.expect("another key under the log's name", aLog{l.hashes, impostor}.request(0, 5), forbidden, "")
	w.expect("a signature that does not hold", request(0, nil, badlySigned(l.checkpoint(5))), forbidden, "")
	w.expect("nonsense", "nonsense", bad, "")
	w.expect("no old size", "old x\n\n"+l.checkpoint(5), bad, "")
	w.expect("a leading zero", "old 00\n\n"+l.checkpoint(5), bad, "")
	w.expect("a proof that is no base64", request(0, []string{"!"}, l.checkpoint(5)), bad, "")
	w.expect("shrinking", request(6, nil, l.checkpoint(5)), bad, "")
	w.expect("64 hashes", request(0, strings.Split(strings.Repeat(l.proof(1, 2)[0]+"\n", 64), "\n")[:64], l.checkpoint(5)), bad, "")
	w.expect("an old size that was never cosigned", l.request(3, 5), conflict, "0\n")
	w.expect("a proof from nothing", request(0, l.proof(1, 5), l.checkpoint(5)), wrong, "")
	root := fork.text(1)[strings.LastIndex(strings.TrimSuffix(fork.text(1), "\n"), "\n")+1:]
	w.expect("an empty tree with a root", request(0, nil, l.sign(origin+"\n0\n"+root)), wrong, "")
	w.cosigns("the empty tree", l, 0, 0)
	w.cosigns("the first checkpoint", l, 0, 5)
}

func (w witness) growth(l, fork aLog) {
	const wrong, conflict = http.StatusUnprocessableEntity, http.StatusConflict
	w.expect("as if it were the first", l.request(0, 5), conflict, "5\n")
	w.cosigns("the same again", l, 5, 5)
	w.cosigns("growth", l, 5, 300)
	w.expect("a stale old size", l.request(5, 400), conflict, "300\n")
	proof := l.proof(300, 400)
	spoiled := append([]string{changed(proof[0])}, proof[1:]...)
	w.expect("a proof with a wrong hash", request(300, spoiled, l.checkpoint(400)), wrong, "")
	w.expect("a proof too short", request(300, proof[1:], l.checkpoint(400)), wrong, "")
	w.expect("a proof too long", request(300, append(proof, proof[0]), l.checkpoint(400)), wrong, "")
	w.expect("no proof", request(300, nil, l.checkpoint(400)), wrong, "")
	w.expect("a fork of the same size", fork.request(300, 300), wrong, "")
	w.expect("a fork that has grown", fork.request(300, 400), wrong, "")
	w.expect("a fork, proved by the log", request(300, proof, fork.checkpoint(400)), wrong, "")
	strange, err := note.Sign(&note.Note{Text: l.text(400)}, l.signer, mustSigner("stranger.example/key"))
	must(err, "sign")
	w.expect("a signature of a stranger beside the log's", request(300, proof, string(strange)), http.StatusOK, "")
	w.cosigns("growth to more than 2^16", l, 400, 70000)
}

// race posts many continuations at the same time: one is cosigned, and the others are told.
func (w witness) race(l aLog) (size int64) {
	var wait sync.WaitGroup
	statuses := make([]int, 16)
	for i := range statuses {
		wait.Add(1)
		go func(i int) {
			defer wait.Done()
			statuses[i] = w.post(l.request(70000, 70001+int64(i))).status
		}(i)
	}
	wait.Wait()
	for i, status := range statuses {
		switch {
		case status == http.StatusOK && size == 0:
			size = 70001 + int64(i)
		case status != http.StatusConflict:
			fail("a race: %v", statuses)
		}
	}
	if size == 0 {
		fail("a race: nobody won")
	}
	step++
	return size
}

// shown expects the last checkpoint where monitors look for it.
func (w witness) shown(l aLog, size int64) {
	id := sha256.Sum256([]byte(origin))
	response, err := http.Get(w.url + "/" + hex.EncodeToString(id[:]) + "/checkpoint")
	must(err, "get")
	got := readAnswer(response)
	if got.status != http.StatusOK || w.open(got.body).Text != l.text(size) {
		fail("the last checkpoint: %d %q", got.status, got.body)
	}
	step++
}

func mustSigner(name string) note.Signer {
	key, _, err := note.GenerateKey(rand.Reader, name)
	must(err, "key")
	signer, err := note.NewSigner(key)
	must(err, "key")
	return signer
}

func main() {
	keys := flag.String("keys", "", "file with the log's two keys, a line each")
	witnessKey := flag.String("witness", "", "the witness's verifier key")
	flag.Parse()
	if flag.NArg() == 0 {
		private, public, err := note.GenerateKey(rand.Reader, origin)
		must(err, "key")
		must(os.WriteFile(*keys, []byte(private+"\n"+public+"\n"), 0600), "write")
		fmt.Println(public)
		return
	}
	lines := bytes.Split(read(*keys), []byte("\n"))
	signer, err := note.NewSigner(string(lines[0]))
	must(err, "log key")
	verifier, err := note.NewVerifier(string(lines[1]))
	must(err, "log key")
	w := witness{strings.TrimSuffix(flag.Arg(0), "/"), newCosigner(*witnessKey), verifier}
	l, fork := newLog("entry ", 70100, signer), newLog("other ", 500, signer)
	w.first(l, fork, mustSigner("unknown.example/log"), mustSigner(origin))
	w.growth(l, fork)
	w.shown(l, w.race(l))
	fmt.Printf("driven: %d steps\n", step)
}
