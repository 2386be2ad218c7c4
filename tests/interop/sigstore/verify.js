// Checks a receipt with @sigstore/verify: Sigstore's own code for the checkpoints and inclusion proofs of transparency
// logs, none of ours.
//
//   votum receipt export my-vote.receipt --out my-vote.tlog-proof
//   NODE_PATH=node_modules node verify.js LOG_VKEY my-vote.tlog-proof [ENTRY]
//
// ENTRY is the file with the bytes that the c2sp.org/tlog-proof proves to be in the log. Without it they are what the extra
// data of our receipts give: the SHA-256 of salt and record. Sigstore knows nothing of cosignatures and wants to know every key that has signed: it is given the log's
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
  const magic = lines.shift();
  const extra = lines[0].startsWith('extra ') ? Buffer.from(lines.shift().slice(6), 'base64') : null;
  const index = /^index (0|[1-9][0-9]*)$/.exec(lines.shift());
  if (blank < 0 || magic !== 'c2sp.org/tlog-proof@v1' || !index) throw new Error('not a tlog-proof');
  const checkpoint = text.slice(blank + 2);
  const [origin, size, root] = checkpoint.split('\n');
  return {
    origin,
    extra,
    logIndex: index[1],
    treeSize: size,
    rootHash: Buffer.from(root, 'base64'),
    hashes: lines.map((line) => Buffer.from(line, 'base64')),
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
  const canonicalizedBody = entryFile ? fs.readFileSync(entryFile) : crypto.createHash('sha256').update(inclusionProof.extra).digest();
  const entry = { integratedTime: '1', inclusionProof, canonicalizedBody };
  verifyCheckpoint(entry, [authority]);
  verifyMerkleInclusion(entry);
  console.log(`verified: entry ${inclusionProof.logIndex} of ${inclusionProof.treeSize}`);
} catch (error) {
  console.error(`refused: ${error.message}`);
  process.exit(1);
}
