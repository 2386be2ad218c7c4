// A witness by the letter of c2sp.org/tlog-witness, on the Go project's own packages, none of ours: what our ledger must
// get on with. It keeps what it has cosigned in memory: one that is started again has forgotten it.
//
//	go run witness.go common.go -name NAME -seed BYTE -log VKEY -listen 127.0.0.1:PORT
//
// The key is made of 32 times the byte, so that it is the same after each start. It says its verifier key and address in
// one line, then a line for each request: what was asked, and the status that it was answered with.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// cosigning is the witness's key, as note.Sign takes it.
type cosigning struct {
	cosigner
	key ed25519.PrivateKey
}

func (c *cosigning) Sign(message []byte) ([]byte, error) {
	signature := make([]byte, 8, 8+ed25519.SignatureSize)
	now := uint64(time.Now().Unix())
	binary.BigEndian.PutUint64(signature, now)
	return append(signature, ed25519.Sign(c.key, cosigned(now, message))...), nil
}

type witness struct {
	log note.Verifier
	key *cosigning

	mutex    sync.Mutex
	last     tlog.Tree
	lastNote []byte // as shown, with the cosignature
}

// An answer is a status and what comes with it.
type answer struct {
	status int
	kind   string
	body   string
}

func refuse(status int, why string) answer { return answer{status, "text/plain", why + "\n"} }

// parseRequest parts "old <size>", the proof, and the checkpoint.
func parseRequest(body []byte) (old int64, proof []tlog.Hash, signed []byte, err error) {
	parts := bytes.SplitN(body, []byte("\n\n"), 2)
	if len(parts) != 2 {
		return 0, nil, nil, errors.New("no empty line")
	}
	lines := strings.Split(string(parts[0]), "\n")
	size := strings.TrimPrefix(lines[0], "old ")
	if old, err = strconv.ParseInt(size, 10, 64); err != nil || old < 0 || size != fmt.Sprint(old) || size == lines[0] {
		return 0, nil, nil, fmt.Errorf("old size: %q", lines[0])
	}
	if len(lines) > 64 {
		return 0, nil, nil, errors.New("more than 63 hashes")
	}
	proof, err = parseHashes(lines[1:])
	return old, proof, parts[1], err
}

// consistent is whether a tree that is not smaller extends the last one.
func (w *witness) consistent(proof []tlog.Hash, tree tlog.Tree) bool {
	if w.last.N == 0 {
		empty := sha256.Sum256(nil)
		return len(proof) == 0 && (tree.N > 0 || tree.Hash == empty)
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, w.last.N, w.last.Hash) == nil
}

func (w *witness) add(body []byte) answer {
	old, proof, signed, err := parseRequest(body)
	if err != nil {
		return refuse(http.StatusBadRequest, err.Error())
	}
	if origin := strings.SplitN(string(signed), "\n", 2)[0]; origin != w.log.Name() {
		return refuse(http.StatusNotFound, "another log")
	}
	opened, err := note.Open(signed, note.VerifierList(w.log))
	if err != nil {
		return refuse(http.StatusForbidden, err.Error())
	}
	tree, err := parseCheckpoint(opened.Text, w.log.Name())
	if err != nil || old > tree.N {
		return refuse(http.StatusBadRequest, "no checkpoint, or smaller than the old size")
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if old != w.last.N {
		return answer{http.StatusConflict, "text/x.tlog.size", fmt.Sprintf("%d\n", w.last.N)}
	}
	if !w.consistent(proof, tree) {
		return refuse(http.StatusUnprocessableEntity, "inconsistent")
	}
	shown, err := note.Sign(opened, w.key)
	alone, err2 := note.Sign(&note.Note{Text: opened.Text}, w.key)
	if err != nil || err2 != nil {
		return refuse(http.StatusInternalServerError, "cannot sign")
	}
	w.last, w.lastNote = tree, shown
	return answer{http.StatusOK, "text/plain", string(alone[len(opened.Text)+1:])}
}

func (w *witness) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	origin := sha256.Sum256([]byte(w.log.Name()))
	given := refuse(http.StatusNotFound, "nothing here")
	first := ""
	switch {
	case request.Method == http.MethodPost && request.URL.Path == "/add-checkpoint":
		body, err := io.ReadAll(http.MaxBytesReader(response, request.Body, 1<<16))
		if err != nil {
			given = refuse(http.StatusRequestEntityTooLarge, err.Error())
			break
		}
		first = strings.SplitN(string(body), "\n", 2)[0]
		given = w.add(body)
	case request.Method == http.MethodGet && request.URL.Path == "/"+hex.EncodeToString(origin[:])+"/checkpoint":
		w.mutex.Lock()
		if w.lastNote != nil {
			given = answer{http.StatusOK, "text/plain", string(w.lastNote)}
		}
		w.mutex.Unlock()
	}
	fmt.Printf("%s %s %q %d\n", request.Method, request.URL.Path, first, given.status)
	response.Header().Set("Content-Type", given.kind)
	response.WriteHeader(given.status)
	io.WriteString(response, given.body)
}

func main() {
	name := flag.String("name", "", "the witness's name")
	seed := flag.Int("seed", 0, "the byte that its key is made of")
	logKey := flag.String("log", "", "the log's verifier key")
	listen := flag.String("listen", "127.0.0.1:0", "where to listen")
	flag.Parse()
	log, err := note.NewVerifier(*logKey)
	must(err, "log key")
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{byte(*seed)}, ed25519.SeedSize))
	public := append([]byte{4}, private.Public().(ed25519.PublicKey)...)
	hash := cosignerHash(*name, public)
	key := &cosigning{cosigner{*name, hash, public[1:]}, private}
	listener, err := net.Listen("tcp", *listen)
	must(err, "listen")
	fmt.Printf("witness %s+%08x+%s on http://%s/ for one log\n", *name, hash, base64.StdEncoding.EncodeToString(public), listener.Addr())
	must(http.Serve(listener, &witness{log: log, key: key}), "serve")
}
