// Apollo Client against the service: fragments and variables, pages, the cache by id, error codes, persisted queries.
//
//   node apollo.mjs URL

import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client/core';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { relayStylePagination } from '@apollo/client/utilities';
import { assert, assertSame, ask, base, check, end, freshWord } from './check.mjs';

const sha256 = text => createHash('sha256').update(text).digest('hex');

const introspected = await ask({ query: '{ __schema { types { name possibleTypes { name } } } }' });
const possibleTypes = Object.fromEntries(
  introspected.answer.data.__schema.types
    .filter(type => type.possibleTypes !== null)
    .map(type => [type.name, type.possibleTypes.map(possible => possible.name)]),
);

/** Makes a client with an empty cache, and a list of the requests that it sends. */
function client({ links = [], typePolicies = {} } = {}) {
  const sent = [];
  const http = new HttpLink({
    uri: `${base}/graphql`,
    fetch: async (address, options) => {
      const response = await fetch(address, options);
      sent.push({ ...parametersOf(address, options), status: response.status, type: response.headers.get('content-type') });
      return response;
    },
  });
  const cache = new InMemoryCache({ possibleTypes, typePolicies });
  return { sent, cache, client: new ApolloClient({ link: ApolloLink.from([...links, http]), cache }) };
}

/** Returns what a request asks: its method, whether it carries the text of the query, and its hash. */
function parametersOf(address, options) {
  const parameters = new URL(address).searchParams;
  const body = options.body === undefined ? Object.fromEntries(parameters) : JSON.parse(options.body);
  const extensions = typeof body.extensions === 'string' ? JSON.parse(body.extensions) : body.extensions;
  return { method: options.method, text: body.query !== undefined, hash: extensions?.persistedQuery?.sha256Hash };
}

/** Returns the errors of a question that is refused. */
async function errorsOf(asked) {
  const error = await asked.then(() => undefined, failure => failure);
  assert(error !== undefined, 'it was answered without an error');
  assert(CombinedGraphQLErrors.is(error), `not errors of GraphQL, but ${error}`);
  return error.errors;
}

const AT = gql`
  query At($at: Moment!, $id: ID!) {
    view(at: $at) {
      revision
      unit(id: $id) {
        ...State
        parent {
          ...State
        }
        unit {
          id
          name
        }
      }
    }
  }

  fragment State on UnitState {
    unitId
    name
    kind
  }
`;

await check('Apollo Client: a query with variables and a fragment', async () => {
  const apollo = client();
  const variables = { at: { snapshot: 'ice-2017-09-26' }, id: 'office-of-the-principal-legal-advisor' };
  const { data } = await apollo.client.query({ query: AT, variables });
  assertSame(data.view.unit.unitId, variables.id, 'the unit');
  assertSame(data.view.unit.parent.__typename, 'UnitState', 'the type of its parent');
  assertSame(apollo.sent[0].type, 'application/graphql-response+json; charset=utf-8', 'the content type');
});

await check('Apollo Client: states of one unit in several views are kept apart, and the unit is cached once', async () => {
  const apollo = client();
  const id = 'office-of-professional-responsibility';
  const moments = [{ era: 'das' }, { era: 'directors-office' }, { era: 'directorates' }, { date: '2018-01-01' }];
  const first = [];
  for (const at of moments) {
    first.push((await apollo.client.query({ query: AT, variables: { at, id } })).data.view.unit);
  }
  const asked = apollo.sent.length;
  for (const [index, at] of moments.entries()) {
    const { data } = await apollo.client.query({ query: AT, variables: { at, id } });
    assertSame(data.view.unit, first[index], `the unit at ${JSON.stringify(at)}, from the cache`);
  }
  assertSame(apollo.sent.length, asked, 'the number of requests, once all is cached');
  const kinds = new Set(first.map(state => JSON.stringify([state.name, state.kind, state.parent?.unitId])));
  assert(kinds.size > 1, 'the states do not differ, so that this shows nothing');
  const kept = Object.keys(apollo.cache.extract());
  assertSame(kept.filter(key => key.startsWith('Unit:')), [`Unit:${id}`], 'the units kept');
  assertSame(kept.filter(key => /^(UnitState|View)/.test(key)), [], 'the states and views kept as if they had ids');
  return `${kinds.size} states of one unit`;
});

await check('Apollo Client: what was fetched as a unit is found in the cache as a node', async () => {
  const typePolicies = {
    Query: { fields: { node: { read: (_, { args, toReference }) => toReference({ __typename: 'Unit', id: args.id }) } } },
  };
  const apollo = client({ typePolicies });
  const variables = { id: 'ice' };
  await apollo.client.query({ query: gql`query One($id: ID!) { unit(id: $id) { id name } }`, variables });
  const node = gql`query Same($id: ID!) { node(id: $id) { id ... on Unit { name } } }`;
  const { data } = await apollo.client.query({ query: node, variables });
  assertSame(data.node.__typename, 'Unit', 'the type of the node');
  assertSame(apollo.sent.length, 1, 'the number of requests');
});

await check('Apollo Client: each kind of node is found again by its id', async () => {
  const apollo = client();
  const all = gql`
    query All {
      eras { id }
      snapshots(first: 1) { nodes { id } }
      events(first: 1) { nodes { id } }
      units(first: 1) { nodes { id } }
      conflicts(first: 1) { nodes { id } }
      revisions(first: 1) { nodes { id } }
    }
  `;
  const { data } = await apollo.client.query({ query: all });
  const found = Object.values(data).flatMap(list => list.nodes ?? list).filter(Boolean).filter(node => node.id !== undefined);
  for (const { __typename, id } of found) {
    const query = gql`query Node($id: ID!) { node(id: $id) { id } }`;
    const again = await apollo.client.query({ query, variables: { id } });
    assertSame(again.data.node, { __typename, id }, `the node ${id}`);
  }
  return [...new Set(found.map(node => node.__typename))].join(', ');
});

await check('Apollo Client: relayStylePagination puts the pages of a list together', async () => {
  const apollo = client({ typePolicies: { Query: { fields: { units: relayStylePagination(['kind', 'standing']) } } } });
  const query = gql`
    query Units($first: Int!, $after: String) {
      units(first: $first, after: $after) {
        totalCount
        edges { cursor node { id name } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }
  `;
  const watched = apollo.client.watchQuery({ query, variables: { first: 50 } });
  const subscription = watched.subscribe(() => {});
  let { units } = (await apollo.client.query({ query, variables: { first: 50 } })).data;
  let pages = 1;
  while (units.pageInfo.hasNextPage) {
    await watched.fetchMore({ variables: { first: 50, after: units.pageInfo.endCursor } });
    units = apollo.client.readQuery({ query, variables: { first: 50 } }).units;
    pages += 1;
    assert(pages < 20, 'the pages do not end');
  }
  subscription.unsubscribe();
  const ids = units.edges.map(edge => edge.node.id);
  assert(pages > 2, 'there are too few pages for this to show anything');
  assertSame(ids.length, units.totalCount, 'the number of units on all pages');
  assertSame(new Set(ids).size, ids.length, 'the number of different units');
  return `${ids.length} units on ${pages} pages`;
});

for (const [code, query, variables] of [
  ['UNKNOWN_ID', gql`query Refused($era: ID!) { view(at: { era: $era }) { revision } }`, { era: 'no-such-era' }],
  ['UNKNOWN_REVISION', gql`query Refused { unit(id: "ice", revision: 999999) { id } }`, {}],
  ['BAD_PAGE', gql`query Refused { units(first: -1) { totalCount } }`, {}],
  ['BAD_CURSOR', gql`query Refused { units(after: "nothing") { totalCount } }`, {}],
  ['BAD_DATE', gql`query Refused { view(at: { date: "2018-1-1" }) { revision } }`, {}],
  ['VALIDATION_FAILED', gql`query Refused { nothingOfTheKind }`, {}],
]) {
  await check(`Apollo Client: the code ${code} arrives`, async () => {
    const errors = await errorsOf(client().client.query({ query, variables }));
    assertSame(errors.map(error => error.extensions?.code), [code], 'the codes');
  });
}

await check('Apollo Client: what can be answered beside an error is answered', async () => {
  const query = gql`query Partly { good: unit(id: "ice") { id } bad: unit(id: "ice", revision: 999999) { id } }`;
  const { data, error } = await client().client.query({ query, errorPolicy: 'all' });
  assertSame(data.good.id, 'ice', 'what is good');
  assertSame(error.errors.map(each => each.path), [['bad']], 'the path of the error');
});

for (const useGETForHashedQueries of [false, true]) {
  const method = useGETForHashedQueries ? 'GET' : 'POST';
  await check(`Apollo Client: a persisted query is registered once and then asked by its hash, with ${method}`, async () => {
    // A name that no run before has used: its hash is certainly not known yet.
    const query = gql(`query Persisted${freshWord()}($id: ID!) { unit(id: $id) { id name } }`);
    const persisted = () => client({ links: [new PersistedQueryLink({ sha256, useGETForHashedQueries })] });
    const first = persisted();
    const registered = await first.client.query({ query, variables: { id: 'ice' } });
    assertSame(
      first.sent.map(({ text, hash }) => [text, hash !== undefined]),
      [[false, true], [true, true]],
      'what was sent at first: whether with the text, whether with the hash',
    );
    assertSame(first.sent[0].method, method, 'the method of the hashed query');
    const second = persisted();
    const again = await second.client.query({ query, variables: { id: 'ice' } });
    assertSame(second.sent.map(({ text, method: by, status }) => [text, by, status]), [[false, method, 200]], 'what was sent later');
    assertSame(again.data, registered.data, 'the answers');
    assertSame(second.sent[0].hash, first.sent[0].hash, 'the hash');
  });
}

await check('a hash that nobody registered is PersistedQueryNotFound, and a hash of another text is refused', async () => {
  const query = `query Fresh${freshWord()} { __typename }`;
  const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(query) } };
  const unknown = (await ask({ extensions })).answer;
  assertSame(unknown.errors.map(error => error.message), ['PersistedQueryNotFound'], 'the message');
  assertSame(unknown.errors.map(error => error.extensions.code), ['PERSISTED_QUERY_NOT_FOUND'], 'the code');
  const other = await ask({ query: '{ __typename }', extensions });
  assert(other.status === 400 && other.answer.data === undefined, `${other.status}: ${JSON.stringify(other.answer)}`);
  const still = (await ask({ extensions })).answer;
  assertSame(still.errors?.map(error => error.message), ['PersistedQueryNotFound'], 'the message after the wrong text');
});

end();
