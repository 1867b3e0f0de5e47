// graphql-ws against the service: a subscription that hears of a load, queries over the socket, and what closes it.
//
//   node sockets.mjs URL [ADMIN_TOKEN]
//
// The load goes through the mutation over HTTP, which needs the admin token.

import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { assert, assertSame, ask, base, check, end, freshWord, token, within } from './check.mjs';

const address = `${base.replace(/^http/, 'ws')}/graphql`;
const PROTOCOL = 'graphql-transport-ws';

const LOAD = `
  mutation Load($inputs: [InputFile!]!) {
    load(inputs: $inputs) {
      loaded
      revision { number }
      diagnostics { message }
    }
  }
`;

/** Makes one client of graphql-ws, which keeps one socket and does not try again. */
function client(options = {}) {
  return createClient({ url: address, webSocketImpl: WebSocket, retryAttempts: 0, lazy: true, onNonLazyError: () => {}, ...options });
}

/** Returns the next answer of a stream. */
async function first(iterator, what) {
  const { value, done } = await within(10, what, iterator.next());
  assert(!done, `${what}: the stream ended`);
  return value;
}

/** Loads one file and returns what is answered. */
async function loadText(name, text, headers = { authorization: `Bearer ${token}` }) {
  const { answer } = await ask({ query: LOAD, variables: { inputs: [{ name, text }] } }, headers);
  return answer;
}

/** Loads one more unit, under an id that no run before has used. */
async function loadUnit(headers) {
  const id = `loaded-${freshWord()}`;
  const text = `
units:
  - {id: ${id}, name: Loaded ${id}, kind: society, standing: external, basis: outside, reference: A check}
events: []
`;
  return { id, answer: await loadText(`${id}.yaml`, text, headers) };
}

/** Loads an event that gives the unit another name. */
function rename(id) {
  const text = `
events:
  - id: ${id}-renamed
    type: renamed
    date: 2015-03-01
    originals: [${id}]
    results: [{unit: ${id}, name: Renamed ${id}}]
    basis: outside
    reference: A check
`;
  return loadText(`${id}-renamed.yaml`, text);
}

/** Checks that a load was done, and returns the number of the revision that it made. */
function numberOf(answer) {
  assertSame(answer.errors, undefined, 'the errors of the load');
  const { loaded, revision, diagnostics } = answer.data.load;
  assert(loaded, `it was not loaded: ${JSON.stringify(diagnostics)}`);
  return revision.number;
}

/** A bare socket: what it received, and how it was closed. */
function raw(protocol = PROTOCOL) {
  const socket = new WebSocket(address, protocol);
  const received = [];
  const waiting = [];
  const give = message => (waiting.length > 0 ? waiting.shift()(message) : received.push(message));
  socket.on('message', data => give(JSON.parse(data.toString())));
  socket.on('error', () => {});
  return {
    socket,
    opened: () => within(5, 'opening', new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('unexpected-response', (_, response) => reject(new Error(`refused with ${response.statusCode}`)));
      socket.once('error', reject);
    })),
    closed: new Promise(resolve => {
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    }),
    send: message => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: () => within(5, 'the next message', received.length > 0 ? Promise.resolve(received.shift()) : new Promise(resolve => waiting.push(resolve))),
  };
}

/** Opens a bare socket and initialises it. */
async function acknowledged() {
  const connection = raw();
  await connection.opened();
  connection.send({ type: 'connection_init' });
  assertSame((await connection.next()).type, 'connection_ack', 'the first message');
  return connection;
}

/** Sends messages on a fresh socket and checks the code with which the service closes it. */
async function closesWith(code, connection, ...messages) {
  messages.forEach(message => connection.send(message));
  const closed = await within(5, `a close with ${code}`, connection.closed);
  assertSame(closed.code, code, `the code (${closed.reason})`);
  return closed.reason;
}

const subscribe = (id, query, variables) => ({ id, type: 'subscribe', payload: { query, variables } });
const ADDED = 'subscription { revisionAdded { number } }';

await check('graphql-ws: a query over the socket', async () => {
  const one = client();
  const query = 'query One($id: ID!) { unit(id: $id) { id name } }';
  const answer = await first(one.iterate({ query, variables: { id: 'ice' } }), 'the answer');
  assertSame(answer.data.unit.id, 'ice', 'the unit');
  await one.dispose();
});

await check('graphql-ws: the code of an error arrives over the socket', async () => {
  const one = client();
  const answer = await first(one.iterate({ query: '{ unit(id: "ice", revision: 999999) { id } }' }), 'the answer');
  assertSame(answer.errors.map(error => error.extensions.code), ['UNKNOWN_REVISION'], 'the codes');
  const refused = one.iterate({ query: '{ nothingOfTheKind }' });
  const errors = await within(10, 'the errors', refused.next().then(({ value }) => value.errors, thrown => thrown));
  assertSame(errors.map(error => error.extensions.code), ['VALIDATION_FAILED'], 'the codes');
  await one.dispose();
});

/** Waits until the service has taken all that was sent before: it takes messages in their order. */
async function settled(one) {
  await first(one.iterate({ query: '{ __typename }' }), 'a query behind it');
}

await check('graphql-ws: a subscription hears of each load', async () => {
  assert(token !== undefined, 'no admin token was given');
  const one = client();
  const events = one.iterate({ query: ADDED });
  await settled(one);
  for (const turn of ['first', 'second']) {
    const number = numberOf((await loadUnit()).answer);
    const event = await first(events, `the event of the ${turn} load`);
    assertSame(event, { data: { revisionAdded: { number } } }, `the event of the ${turn} load`);
  }
  await events.return();
  await one.dispose();
});

await check('graphql-ws: a subscription to a unit hears of the load that bears on it, and of no other', async () => {
  assert(token !== undefined, 'no admin token was given');
  const { id, answer } = await loadUnit();
  numberOf(answer);
  const one = client();
  const query = 'subscription Of($ids: [ID!]!) { unitChanged(ids: $ids) { unitId revision { number } } }';
  const events = one.iterate({ query, variables: { ids: ['ice', id] } });
  await settled(one);
  numberOf((await loadUnit()).answer);
  const number = numberOf(await rename(id));
  const event = await first(events, 'the event');
  assertSame(event, { data: { unitChanged: { unitId: id, revision: { number } } } }, 'the first event');
  await events.return();
  await one.dispose();
});

await check('a load of what cannot be loaded tells why, and nothing is loaded', async () => {
  assert(token !== undefined, 'no admin token was given');
  const answer = await loadText('wrong.yaml', 'units:\n  - {id: Not An Id}\n');
  assertSame(answer.errors, undefined, 'the errors');
  assertSame(answer.data.load.loaded, false, 'whether it was loaded');
  assert(answer.data.load.diagnostics.length > 0, 'there are no diagnostics');
});

for (const [what, headers] of [
  ['without a token', {}],
  ['with another token', { authorization: 'Bearer not-the-token' }],
]) {
  await check(`a load ${what} is refused`, async () => {
    const before = (await ask({ query: '{ revisions(last: 1) { totalCount } }' })).answer.data.revisions.totalCount;
    const { answer } = await loadUnit(headers);
    assertSame(answer.errors?.map(error => error.extensions.code), ['UNAUTHENTICATED'], 'the codes');
    const after = (await ask({ query: '{ revisions(last: 1) { totalCount } }' })).answer.data.revisions.totalCount;
    assertSame(after, before, 'the number of revisions');
  });
}

await check('graphql-ws: the socket can be kept alive, and a ping is answered', async () => {
  let answered;
  const pong = new Promise(resolve => (answered = resolve));
  const one = client({ lazy: false, keepAlive: 50, on: { pong: received => received && answered() } });
  await within(5, 'a pong', pong);
  await one.dispose();
  const connection = await acknowledged();
  connection.send({ type: 'ping' });
  assertSame((await connection.next()).type, 'pong', 'the answer');
  connection.send({ type: 'pong' });
  connection.send(subscribe('after', '{ __typename }'));
  assertSame((await connection.next()).type, 'next', 'what comes after a pong that nobody asked for');
  connection.socket.close();
});

await check('several operations share a socket, each with its id, and each is completed', async () => {
  const connection = await acknowledged();
  connection.send(subscribe('a', '{ unit(id: "ice") { id } }'));
  connection.send(subscribe('b', 'query Q($id: ID!) { unit(id: $id) { id } }', { id: 'no-such-unit' }));
  const seen = [];
  while (seen.length < 4) {
    seen.push(await connection.next());
  }
  const of = id => seen.filter(message => message.id === id).map(({ type, payload }) => [type, payload?.data.unit]);
  assertSame(of('a'), [['next', { id: 'ice' }], ['complete', undefined]], 'the messages of the first');
  assertSame(of('b'), [['next', null], ['complete', undefined]], 'the messages of the second');
  connection.send(subscribe('a', '{ __typename }'));
  assertSame((await connection.next()).type, 'next', 'an id that is free again');
  connection.socket.close();
});

await check('a subscription that the client completes ends, and its id is free again', async () => {
  const connection = await acknowledged();
  connection.send(subscribe('s', ADDED));
  connection.send({ id: 's', type: 'complete' });
  connection.send(subscribe('s', '{ __typename }'));
  const { id, type, payload } = await connection.next();
  assertSame([id, type, payload], ['s', 'next', { data: { __typename: 'Query' } }], 'the answer');
  connection.socket.close();
});

await check('a subprotocol that the service does not speak is refused', async () => {
  const connection = raw('graphql-ws');
  const outcome = await connection.opened().then(
    () => within(5, 'a close', connection.closed).then(({ code }) => code),
    error => error.message,
  );
  assert(outcome === 4406 || /^refused with 4\d\d$|subprotocol/i.test(outcome), `it ended with ${outcome}`);
  return outcome;
});

await check('subscribing before connection_init closes with 4401', async () => {
  const connection = raw();
  await connection.opened();
  return closesWith(4401, connection, subscribe('early', '{ __typename }'));
});

await check('a second connection_init closes with 4429', async () =>
  closesWith(4429, await acknowledged(), { type: 'connection_init' }));

await check('an id that is in use closes with 4409', async () =>
  closesWith(4409, await acknowledged(), subscribe('same', ADDED), subscribe('same', ADDED)));

for (const [what, message] of [
  ['no JSON', 'not JSON'],
  ['no message', '[]'],
  ['a message of an unknown type', { type: 'start', id: '1', payload: { query: '{ __typename }' } }],
  ['a subscription without an id', { type: 'subscribe', payload: { query: '{ __typename }' } }],
  ['a subscription without a query', { type: 'subscribe', id: '1', payload: {} }],
]) {
  await check(`${what} closes with 4400`, async () => closesWith(4400, await acknowledged(), message));
}

await check('a socket that is not initialised in time closes with 4408', async () => {
  const connection = raw();
  await connection.opened();
  const closed = await within(25, 'a close with 4408', connection.closed);
  assertSame(closed.code, 4408, `the code (${closed.reason})`);
});

await check('a socket that the service closed keeps nothing from others', async () => {
  const one = client();
  const answer = await first(one.iterate({ query: '{ __typename }' }), 'the answer');
  assertSame(answer, { data: { __typename: 'Query' } }, 'the answer');
  await one.dispose();
});

end();
