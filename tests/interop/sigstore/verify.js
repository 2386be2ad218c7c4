// Checks a receipt with @sigstore/verify: Sigstore's own code for the checkpoints and inclusion proofs of transparency
// logs, none of ours.
//
//   NODE_PATH=node_modules node verify.js LOG_VKEY RECEIPT.tlog-proof ENTRY
//
// RECEIPT is a c2sp.org/tlog-proof, ENTRY the file with the bytes that it proves to be in the log: of our logs the 32 bytes
// of a leaf. Sigstore knows nothing of cosignatures and wants to know every key that has signed: it is given the log's
// signature alone.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');

// Not exported by name; the package has no "exports" that would forbid it.
const dist = path.join(path.dirname(require.resolve('@sigstore/verify/package.json')), 'dist', 'timestamp');
const { verifyCheckpoint } = require(path.join(dist, 'checkpoint.js'));
const { verifyMerkleInclusion } = require(path.join(dist, 'merkle.js'));

const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');

// What Sigstore calls an authority: the key, and the hint by which signatures name it.
function authorityOf(vkey) {
  const [, name, hint, key] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey);
  const typed = Buffer.from(key, 'base64');
  if (typed.length !== 33 || typed[0] !== 1) throw new Error('not an Ed25519 log key');
  return {
    name,
    logID: Buffer.from(hint, 'hex'),
    publicKey: crypto.createPublicKey({ key: Buffer.concat([ED25519_SPKI, typed.subarray(1)]), format: 'der', type: 'spki' }),
    validFor: { start: new Date(0), end: new Date(8.64e15) },
  };
}

// The parts of a tlog-proof, as Sigstore's protobufs name them.
function parseProof(text) {
  const blank = text.indexOf('\n\n');
  const lines = text.slice(0, blank).split('\n');
  const index = /^index (0|[1-9][0-9]*)$/.exec(lines[1]);
  if (blank < 0 || lines[0] !== 'c2sp.org/tlog-proof@v1' || !index) throw new Error('not a tlog-proof without extra data');
  const checkpoint = text.slice(blank + 2);
  const [origin, size, root] = checkpoint.split('\n');
  return {
    origin,
    logIndex: index[1],
    treeSize: size,
    rootHash: Buffer.from(root, 'base64'),
    hashes: lines.slice(2).map((line) => Buffer.from(line, 'base64')),
    checkpoint: { envelope: checkpoint },
  };
}

// The note with the signatures of `name` alone.
function signedBy(name, note) {
  const end = note.lastIndexOf('\n\n') + 2;
  const lines = note.slice(end).split('\n').filter((line) => line.startsWith(`\u2014 ${name} `));
  return note.slice(0, end) + lines.map((line) => line + '\n').join('');
}

const [vkey, proofFile, entryFile] = process.argv.slice(2);
try {
  const authority = authorityOf(vkey);
  const inclusionProof = parseProof(fs.readFileSync(proofFile, 'utf8'));
  if (inclusionProof.origin !== authority.name) throw new Error(`of log ${inclusionProof.origin}`);
  inclusionProof.checkpoint.envelope = signedBy(authority.name, inclusionProof.checkpoint.envelope);
  const entry = { integratedTime: '1', inclusionProof, canonicalizedBody: fs.readFileSync(entryFile) };
  verifyCheckpoint(entry, [authority]);
  verifyMerkleInclusion(entry);
  console.log(`verified: entry ${inclusionProof.logIndex} of ${inclusionProof.treeSize}`);
} catch (error) {
  console.error(`refused: ${error.message}`);
  process.exit(1);
}
