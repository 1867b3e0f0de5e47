// urql against the service: fragments and variables, pages, its cache, error codes, persisted queries.
//
//   node urql.mjs URL

import { Client, cacheExchange, fetchExchange, gql } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { assert, assertSame, base, check, end, freshWord } from './check.mjs';

/** Makes a client, and a list of the requests that it sends. */
function client(...exchanges) {
  const sent = [];
  const remember = async (address, options) => {
    const response = await fetch(address, options);
    const inAddress = new URL(address).searchParams;
    const text = options.body === undefined ? inAddress.has('query') : JSON.parse(options.body).query !== undefined;
    sent.push({ method: options.method ?? 'GET', text, status: response.status });
    return response;
  };
  const options = { url: `${base}/graphql`, fetch: remember, preferGetMethod: false };
  return { sent, client: new Client({ ...options, exchanges: [cacheExchange, ...exchanges, fetchExchange] }) };
}

/** Returns what was asked, or throws the error. */
async function answered(result) {
  const { data, error } = await result.toPromise();
  if (error !== undefined) {
    throw error;
  }
  return data;
}

const LINES = gql`
  query Lines($at: Moment!, $first: Int, $after: String) {
    view(at: $at) {
      reportingLines(first: $first, after: $after) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes { unit { ...Named } line { ...Named } }
      }
    }
  }

  fragment Named on UnitState {
    unitId
    name
  }
`;

await check('urql: a query with variables and a fragment, page by page over pageInfo', async () => {
  const urql = client();
  const seen = [];
  let after = null;
  let total = 0;
  do {
    const { view } = await answered(urql.client.query(LINES, { at: { date: '2018-01-01' }, first: 7, after }));
    const page = view.reportingLines;
    total = page.totalCount;
    seen.push(...page.nodes.map(node => node.unit.unitId));
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    assert(seen.length <= total, 'the pages do not end');
  } while (after !== null);
  assertSame(seen.length, total, 'the number of lines on all pages');
  assertSame(new Set(seen).size, total, 'the number of different units');
  assert(urql.sent.length > 2, 'there are too few pages for this to show anything');
  return `${total} lines on ${urql.sent.length} pages`;
});

await check('urql: what was asked before is answered from its cache', async () => {
  const urql = client();
  const variables = { at: { date: '2018-01-01' }, first: 3 };
  const first = await answered(urql.client.query(LINES, variables));
  const second = await answered(urql.client.query(LINES, variables));
  assertSame(second, first, 'the answer from the cache');
  assertSame(urql.sent.length, 1, 'the number of requests');
});

await check('urql: a query by GET', async () => {
  const urql = client();
  const asked = urql.client.query(LINES, { at: { era: 'directorates' }, first: 1 }, { preferGetMethod: 'force' });
  assertSame((await answered(asked)).view.reportingLines.nodes.length, 1, 'the number of lines');
  assertSame(urql.sent, [{ method: 'GET', text: true, status: 200 }], 'what was sent');
});

await check('urql: the code of an error arrives', async () => {
  const query = gql`query Refused($era: ID!) { view(at: { era: $era }) { revision } }`;
  const { error } = await client().client.query(query, { era: 'no-such-era' }).toPromise();
  assertSame(error.graphQLErrors.map(each => each.extensions.code), ['UNKNOWN_ID'], 'the codes');
  const badly = await client().client.query(gql`query Refused { nothingOfTheKind }`, {}).toPromise();
  assertSame(badly.error.graphQLErrors.map(each => each.extensions.code), ['VALIDATION_FAILED'], 'the codes');
});

for (const preferGetForPersistedQueries of [false, true]) {
  const method = preferGetForPersistedQueries ? 'GET' : 'POST';
  await check(`urql: a persisted query is registered once and then asked by its hash, with ${method}`, async () => {
    // A name that no run before has used: its hash is certainly not known yet.
    const query = gql(`query Persisted${freshWord()}($id: ID!) { unit(id: $id) { id name } }`);
    const persisted = () => client(persistedExchange({ preferGetForPersistedQueries }));
    const first = persisted();
    const registered = await answered(first.client.query(query, { id: 'ice' }));
    assertSame(first.sent.map(({ text }) => text), [false, true], 'what was sent at first: whether with the text');
    assertSame(first.sent[0].method, method, 'the method of the hashed query');
    const second = persisted();
    const again = await answered(second.client.query(query, { id: 'ice' }));
    assertSame(second.sent, [{ method, text: false, status: 200 }], 'what was sent later');
    assertSame(again, registered, 'the answers');
  });
}

end();
