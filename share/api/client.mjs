// npm install @bufbuild/protobuf @connectrpc/connect @connectrpc/connect-node
// node client.mjs https://votum.example.org m01 m01.pem sitzung-12    (of a private authority: NODE_EXTRA_CA_CERTS=ca.crt node …)
import { createHash, createPrivateKey, createPublicKey, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { create, createFileRegistry, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';

const [url, person, keyFile, meetingId] = process.argv.slice(2);
const schema = await (await fetch(`${url}/api/votum.binpb`)).arrayBuffer();
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, new Uint8Array(schema)));
const transport = createConnectTransport({ baseUrl: url, httpVersion: '1.1', useBinaryFormat: true });
const clientOf = (service) => createClient(registry.getService(`votum.${service}`), transport);
const directory = clientOf('directory.v1.DirectoryService');
const meetings = clientOf('meetings.v1.MeetingsService');

// Everybody reads what is public.
const { body } = await directory.getBody({});
for (const meeting of (await meetings.listMeetings({})).meetings) console.log(`meeting ${meeting.id}`);

// A command is signed as the bytes that are sent. In a demonstration, whose clock is set by hand, it bears that clock's time.
const key = createPrivateKey(readFileSync(keyFile));
const keyId = createHash('sha256').update(createPublicKey(key).export({ type: 'spki', format: 'der' })).digest('hex');
function signed(name, fields) {
  const now = Date.now() + Number(process.env.CLOCK_AHEAD_MS ?? 0), type = registry.getMessage(name), payloadType = `application/vnd.${name}+protobuf`;
  const header = { commandId: randomUUID(), deployment: body.deployment, actor: person, createTime: timestampFromMs(now),
    notAfter: timestampFromMs(now + 10 * 60_000) };
  const payload = toBinary(type, create(type, { header, ...fields }));
  const encoded = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `), payload]);
  return create(registry.getMessage('votum.common.v1.SignedCommand'),
    { payloadType, payload, signatures: [{ keyId, signature: sign(null, encoded, key) }] });  // an Ed25519 key
}

// A session reads as its person, at the one service that it names.
const session = signed('votum.directory.v1.ReadSession', { expireTime: timestampFromMs(Date.now() + 10 * 60_000), service: 'meetings' });
const headers = { 'votum-session-bin': Buffer.from(toBinary(registry.getMessage('votum.common.v1.SignedCommand'), session)).toString('base64') };
for (const item of (await meetings.getMeeting({ meetingId }, { headers })).meeting.items) console.log(`item ${item.content?.title}`);

const receipt = await meetings.checkIn(signed('votum.meetings.v1.CheckIn', { meetingId, personId: person }));
console.log(`checked in: record ${receipt.index}`);
