// The attacks that scanners of GraphQL services try, graphql-cop's among them, and what must become of each: it is
// refused, or what it finds is there by design, and then the reason is printed.
//
//   node attacks.mjs URL [ADMIN_TOKEN]

import { ask, assert, assertSame, base, check, end, token } from './check.mjs';

/** How much an answer to an attack may hold, in bytes. */
const SMALL = 64 * 1024;

/** Sends anything to the service. */
async function send(path, options) {
  const response = await fetch(`${base}${path}`, options);
  const text = await response.text();
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = undefined;
  }
  return { status: response.status, headers: response.headers, text, answer };
}

/** Checks that nothing was executed: errors with a code, no data, little text, and the status of a bad request. */
function assertRefused({ status, answer }, most = 1) {
  const text = JSON.stringify(answer);
  assert(status >= 400 && status < 500, `the status is ${status}: ${text.slice(0, 200)}`);
  assert(answer.data === undefined, `there is data: ${text.slice(0, 200)}`);
  assert(answer.errors.length <= most, `there are ${answer.errors.length} errors`);
  for (const error of answer.errors) {
    assert(/^[A-Z][A-Z_]+$/.test(error.extensions?.code), `an error has no code: ${JSON.stringify(error)}`);
  }
  assert(text.length < SMALL, `the answer has ${text.length} bytes`);
  return `refused: ${status} ${answer.errors.map(error => error.extensions.code).join(', ')}`;
}

/** Repeats a text, with the number of the turn in it. */
const times = (count, body) => Array.from({ length: count }, (_, turn) => body(turn)).join(' ');
/** Nests one text within another. */
const nested = (depth, open, core, close) => open.repeat(depth) + core + close.repeat(depth);

for (const [what, query] of [
  ['alias overloading: 101 aliases', `query cop { ${times(101, turn => `alias${turn}: __typename`)} }`],
  ['alias overloading below the root', `{ unit(id: "ice") { ${times(101, turn => `alias${turn}: name`)} } }`],
  ['alias overloading through fragments', `{ ${times(11, turn => `a${turn}: unit(id: "ice") { ...F }`)} } fragment F on Unit { ${times(10, turn => `b${turn}: name`)} }`],
  ['directive overloading: ten unknown ones on a field', `query cop { __typename ${'@aa'.repeat(10)} }`],
  ['directive overloading: thousands of known ones', `{ __typename ${'@skip(if: false) '.repeat(2000)} }`],
  ['field duplication: 500 times the same field', `query cop { ${'__typename \n'.repeat(500)} }`],
  ['field duplication below the root', `{ unit(id: "ice") { ${'name '.repeat(10_000)} } }`],
  ['circular introspection: fields of types of fields', `query cop { __schema { types { ${nested(4, 'fields { type { ', 'name', ' } }')} } } }`],
  ['circular introspection: the types of interfaces', `{ __schema { types { ${nested(8, 'interfaces { possibleTypes { ', 'name', ' } }')} } } }`],
  ['circular introspection: through fragments', `{ __schema { types { ...A } } } fragment A on __Type { fields { type { ...B } } } fragment B on __Type { fields { type { ...C } } } fragment C on __Type { fields { type { fields { type { name } } } } }`],
  ['a query that nests hundreds of levels', `{ view(at: { era: "das" }) { roots { ${nested(200, 'nodes { children { ', 'totalCount', ' } }')} } } }`],
  ['a query that multiplies pages of pages', `{ view(at: { era: "das" }) { units(first: 1000) { ${nested(4, 'nodes { children(first: 1000) { ', 'totalCount', ' } }')} } } }`],
  ['fragments that double at every step', `{ unit(id: "ice") { ...F30 } } fragment F0 on Unit { name } ${times(30, turn => `fragment F${turn + 1} on Unit { ...F${turn} ...F${turn} }`)}`],
  ['fragments in a circle', '{ unit(id: "ice") { ...A } } fragment A on Unit { ...B } fragment B on Unit { ...A }'],
  ['tens of thousands of tokens', `{ ${'# a comment\n,'.repeat(10)} unit(id: "ice") { name(${'a: 1 '.repeat(20_000)}) } }`],
  ['thousands of arguments that are not there', `{ unit(id: "ice") { ${times(1000, turn => `name(a${turn}: 1)`)} } }`],
  ['brackets that nest and nest', `{ unit(id: ${'['.repeat(50_000)}) { id } }`],
  ['a stranger\'s word for a query', 'qwerty cop { abc }'],
]) {
  await check(what, async () => assertRefused(await ask({ query })));
}

await check('a question with two thousand mistakes', async () => {
  const answered = await ask({ query: `{ unit(id: "ice") { ${times(2000, turn => `nam${turn}`)} } }` });
  return assertRefused(answered, 100).slice(0, 60);
});

await check('a body of many megabytes', async () => {
  const body = JSON.stringify({ query: `{ __typename } # ${'x'.repeat(8 * 1024 * 1024)}` });
  // The service may answer before it has read all, and close: both are refusals.
  const refused = await ask(body).then(assertRefused, error => `refused: the connection was closed (${error.cause?.code ?? error.message})`);
  assertSame((await ask({ query: '{ __typename }' })).status, 200, 'the status of the next question');
  return refused;
});

await check('array batching: ten queries in one request', async () => {
  const batch = Array.from({ length: 10 }, () => ({ query: 'query cop { __typename }' }));
  return assertRefused(await ask(batch));
});

const MUTATION = 'mutation cop { __typename }';
const NAMED = 'query Read { __typename } mutation Write { __typename }';
for (const [what, parameters] of [
  ['a mutation', { query: MUTATION }],
  ['a mutation that is named', { query: MUTATION, operationName: 'cop' }],
  ['one mutation among queries', { query: NAMED, operationName: 'Write' }],
]) {
  await check(`${what} by GET`, async () => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const { status, headers: got, answer } = await send(`/graphql?${new URLSearchParams(parameters)}`, { headers });
    assertRefused({ status, answer });
    assertSame([status, got.get('allow')], [405, 'POST'], 'the status and the methods allowed');
    return `refused: ${status}`;
  });
}

for (const [type, body] of [
  ['application/x-www-form-urlencoded', 'query=query+cop+%7B+__typename+%7D'],
  ['text/plain', '{"query": "query cop { __typename }"}'],
  ['multipart/form-data; boundary=b', '--b\r\ncontent-disposition: form-data; name="query"\r\n\r\n{ __typename }\r\n--b--\r\n'],
  ['application/graphql', 'query cop { __typename }'],
  ['', '{"query": "query cop { __typename }"}'],
]) {
  await check(`a query by POST as ${type || 'nothing at all'}, as a page elsewhere can send it`, async () => {
    const bytes = new TextEncoder().encode(body);
    const { status, answer } = await send('/graphql', { method: 'POST', body: bytes, headers: type ? { 'content-type': type } : {} });
    assertSame(status, 415, 'the status');
    return assertRefused({ status, answer });
  });
}

await check('trace mode: an answer tells nothing of how it was made', async () => {
  for (const headers of [{}, { 'x-apollo-tracing': '1' }, { 'apollo-federation-include-trace': 'ftv1' }]) {
    const { answer } = await ask({ query: 'query cop { __typename }' }, headers);
    assertSame(answer, { data: { __typename: 'Query' } }, 'the answer');
  }
});

await check('unhandled errors: an error tells nothing of the program', async () => {
  for (const body of ['{', '[]', 'null', '"query"', '{"query": 1}', '{"query": "{ __typename }", "variables": 1}', { query: 'qwerty cop { abc }' }]) {
    const answered = await ask(body);
    assertRefused(answered);
    const text = JSON.stringify(answered.answer);
    assert(!/exception|stacktrace|panicked|\.rs\b|\/src\//i.test(text), text);
  }
});

await check('methods other than GET and POST', async () => {
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    const { status, headers } = await send('/graphql', { method });
    assert(status === 405 && headers.get('allow') !== null, `${method}: ${status}, allow ${headers.get('allow')}`);
  }
});

await check('GraphQL at the addresses that scanners guess', async () => {
  const found = [];
  for (const path of ['/', '/graphiql', '/playground', '/console', '/altair', '/v1/graphql', '/api/graphql', '/query']) {
    const body = JSON.stringify({ query: 'query cop { __typename }' });
    const { answer } = await send(path, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    found.push(...(answer?.data === undefined ? [] : [path]));
  }
  assertSame(found, [], 'where it is');
});

await check('a page to ask questions in, at the address of the API', async () => {
  const { text } = await send('/graphql', { headers: { accept: 'text/html' } });
  assert(!/graphiql|playground/i.test(text), 'the API itself serves one');
  const page = await send('/graphiql', { headers: { accept: 'text/html' } });
  return page.status === 200
    ? 'none there; by design at /graphiql, for readers, and it can be switched off'
    : 'none there, and none at /graphiql';
});

await check('field suggestions', async () => {
  const { status, answer } = await ask({ query: 'query cop { __schema { directive } }' });
  assertRefused({ status, answer }, 2);
  return answer.errors.some(error => /did you mean/i.test(error.message))
    ? 'by design: the schema is published, so that a suggestion tells a stranger nothing new'
    : 'none';
});

await check('introspection', async () => {
  const { answer } = await ask({ query: 'query cop { __schema { types { name fields { name } } } }' });
  return answer.data?.__schema.types.length > 0
    ? 'by design: the schema is published at /schema.graphql, and introspection can be switched off'
    : 'refused';
});

await check('queries by GET', async () => {
  const { answer, headers } = await send('/graphql?query=query+cop+%7B__typename%7D', {});
  assertSame(answer, { data: { __typename: 'Query' } }, 'the answer');
  assertSame(headers.get('access-control-allow-origin'), null, 'who else may read the answer');
  assertSame(headers.get('set-cookie'), null, 'the cookies');
  return 'by design: a GET changes nothing, there are no cookies, and dashboards read with it';
});

await check('after all that, the service answers', async () => {
  const { status, answer } = await ask({ query: '{ unit(id: "ice") { id } }' });
  assertSame([status, answer], [200, { data: { unit: { id: 'ice' } } }], 'the answer');
});

end();
