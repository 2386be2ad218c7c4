// Calls the edge with other people's libraries, none of our code: npm's @connectrpc/connect-node, and grpc-web, whose
// XMLHttpRequest is npm's xhr2. Prints a line for each call; tests/interop/edge/edge_interop_test.cc knows what must stand there.
//
//   NODE_PATH=node_modules node drive.js CLIENT URL CA DESCRIPTORS COMMAND FORGED SESSION
//
// CLIENT is connect-json, connect-binary, connect-grpc-web, grpc-web-binary, grpc-web-text or "streams COUNT". DESCRIPTORS is
// protoc's --descriptor_set_out with all imports; COMMAND and FORGED are files with signed commands, SESSION one with a session.
'use strict';
const fs = require('fs');
const https = require('https');

const [client, url, caFile, descriptors, commandFile, forgedFile, sessionFile] = process.argv.slice(2);
const { createFileRegistry, fromBinary, toBinary, create } = require('@bufbuild/protobuf');
const { FileDescriptorSetSchema } = require('@bufbuild/protobuf/wkt');
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, fs.readFileSync(descriptors)));

const DIRECTORY = registry.getService('votum.directory.v1.DirectoryService');
const MEETINGS = registry.getService('votum.meetings.v1.MeetingsService');
const COMMAND = registry.getMessage('votum.common.v1.SignedCommand');
const ERROR_INFO = registry.getMessage('google.rpc.ErrorInfo');
const STATUS = registry.getMessage('google.rpc.Status');
const session = () => fs.readFileSync(sessionFile).toString('base64');

// What each client must be able to do. `call` gives the answer to one request, `first` the first message of a stream; both throw
// refusals, of which `reasonOf` tells code and reason.
async function drive({ call, first, reasonOf }) {
  const attempt = async (name, what) => {
    try {
      console.log(`${name}: ${await what()}`);
    } catch (error) {
      console.log(`${name}: refused ${reasonOf(error)}`);
    }
  };
  const commandIn = (file) => fromBinary(COMMAND, fs.readFileSync(file));
  await attempt('read', async () => (await call(MEETINGS, 'GetMeeting', { meetingId: 'sitzung-1' })).meeting.id);
  await attempt('no such meeting', () => call(MEETINGS, 'GetMeeting', { meetingId: 'none' }));
  await attempt('without session', async () => (await call(MEETINGS, 'GetMeeting', { meetingId: 'sitzung-1' })).meeting.items[1].content.title);
  await attempt('with session', async () =>
    (await call(MEETINGS, 'GetMeeting', { meetingId: 'sitzung-1' }, { 'votum-session-bin': session() })).meeting.items[1].content.title);
  await attempt('bad session', () => call(MEETINGS, 'GetMeeting', { meetingId: 'sitzung-1' }, { 'votum-session-bin': 'AAAA' }));
  await attempt('command', async () => (await call(DIRECTORY, 'RegisterPerson', commandIn(commandFile))).record.length > 0);
  await attempt('forged command', () => call(DIRECTORY, 'RegisterPerson', commandIn(forgedFile)));
  await attempt('stream', async () => (await first(MEETINGS, 'WatchMeeting', { meetingId: 'sitzung-1' })).attendance.meetingId);
  await attempt('stream of none', () => first(MEETINGS, 'WatchMeeting', { meetingId: 'none' }));
}

// ---------------------------------------------------------------------------------------------------------------------
// @connectrpc/connect-node

function connectClient() {
  const { createClient, Code } = require('@connectrpc/connect');
  const { createConnectTransport, createGrpcWebTransport } = require('@connectrpc/connect-node');
  const options = {
    baseUrl: url,
    httpVersion: process.env.HTTP_VERSION || '1.1',
    nodeOptions: { ca: fs.readFileSync(caFile) },
    useBinaryFormat: client !== 'connect-json',
  };
  const transport = client === 'connect-grpc-web' ? createGrpcWebTransport(options) : createConnectTransport(options);
  const methodOf = (service, name) => createClient(service, transport)[name[0].toLowerCase() + name.slice(1)];
  return {
    call: (service, name, request, headers = {}) => methodOf(service, name)(request, { headers }),
    first: async (service, name, request) => {
      for await (const message of methodOf(service, name)(request)) return message;
      throw new Error('the stream is empty');
    },
    reasonOf: (error) => `${Code[error.code]} ${error.findDetails(ERROR_INFO).map((info) => info.reason)}`,
  };
}

// ---------------------------------------------------------------------------------------------------------------------
// grpc-web

function grpcWebClient() {
  const { XMLHttpRequest } = require('xhr2');
  const agent = new https.Agent({ ca: fs.readFileSync(caFile) });
  global.XMLHttpRequest = function () {
    const request = new XMLHttpRequest();
    request.nodejsSet({ httpsAgent: agent });
    return request;
  };
  const grpc = require('grpc-web');
  const base = new grpc.GrpcWebClientBase({ format: client === 'grpc-web-text' ? 'text' : 'binary' });
  const descriptorOf = (service, name, type) => {
    const method = service.methods.find((one) => one.name === name);
    return {
      method,
      path: `${url}/${service.typeName}/${name}`,
      of: new grpc.MethodDescriptor(`/${service.typeName}/${name}`, type, Object, Object,
        (request) => toBinary(method.input, request), (bytes) => fromBinary(method.output, bytes)),
    };
  };
  const messageOf = (method, request) => (request.$typeName ? request : create(method.input, request));
  return {
    call: (service, name, request, headers = {}) => {
      const { method, path, of } = descriptorOf(service, name, grpc.MethodType.UNARY);
      return new Promise((resolve, reject) => {
        base.rpcCall(path, messageOf(method, request), headers, of, (error, answer) => (error ? reject(error) : resolve(answer)));
      });
    },
    // xhr2 shows the text only at its end, which the time limit brings.
    first: (service, name, request) =>
      new Promise((resolve, reject) => {
        const { method, path, of } = descriptorOf(service, name, grpc.MethodType.SERVER_STREAMING);
        const stream = base.serverStreaming(path, messageOf(method, request), { deadline: String(Date.now() + 1500) }, of);
        stream.on('data', resolve);
        stream.on('error', reject);
      }),
    reasonOf: (error) => {
      const details = error.metadata && error.metadata['grpc-status-details-bin'];
      const infos = details ? fromBinary(STATUS, Buffer.from(details, 'base64')).details : [];
      const names = Object.fromEntries(Object.entries(grpc.StatusCode).map(([name, code]) => [code, name]));
      return `${names[error.code]} ${infos.map((any) => fromBinary(ERROR_INFO, any.value).reason)}`;
    },
  };
}

// ---------------------------------------------------------------------------------------------------------------------
// Many streams

// Opens as many streams, says "open" when each has brought its first message, and keeps them until standard input ends. They come
// from several addresses, because each has its share.
function openStreams(count) {
  const ca = fs.readFileSync(caFile);
  const request = Buffer.from('{"meetingId":"sitzung-1"}');
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(request.length, 1);
  let open = 0;
  let next = 0;
  const begin = () => {
    if (next === count) return;
    const number = next++;
    const call = https.request(`${url}/votum.meetings.v1.MeetingsService/WatchMeeting`, {
      method: 'POST', ca, agent: false, localAddress: `127.0.0.${1 + (number % 4)}`,
      headers: { 'content-type': 'application/connect+json' },
    }, (answer) => {
      let started = false;
      answer.on('data', (data) => {
        if (started) return;
        started = true;
        if (data[0] !== 0) throw new Error(`refused: ${data}`);
        if (++open === count) console.log('open');
        begin();
      });
      answer.on('error', () => process.exit(1));
    });
    call.on('error', (error) => { console.error(error); process.exit(1); });
    call.end(Buffer.concat([prefix, request]));
  };
  for (let i = 0; i < 16; ++i) begin();
}

if (client.startsWith('streams ')) {
  openStreams(Number(client.slice(8)));
  process.stdin.on('end', () => process.exit(0)).resume();
} else {
  drive(client.startsWith('grpc-web') ? grpcWebClient() : connectClient()).then(() => process.exit(0), (error) => {
    console.error(error);
    process.exit(1);
  });
}
