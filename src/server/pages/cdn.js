// GraphiQL from a public host, for a program that was built without the bundle (see `web/src/main.tsx`).

import 'graphiql/setup-workers/esm.sh';

import { explorerPlugin } from '@graphiql/plugin-explorer';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';

const response = await fetch('/graphiql/examples.json');
const examples = response.ok ? await response.json() : [];
const asked = new URLSearchParams(window.location.search);
const query = asked.get('query') ?? examples.find(({ name }) => name === asked.get('example'))?.query;
const others = examples.map(example => example.query).filter(other => other !== query);
const queries = query === undefined ? others : [query, ...others];
const explorer = explorerPlugin();

createRoot(document.getElementById('graphiql')).render(
  createElement(GraphiQL, {
    fetcher: createGraphiQLFetcher({ url: '/graphql' }),
    plugins: [HISTORY_PLUGIN, explorer],
    visiblePlugin: explorer,
    ...(queries.length > 0 && { defaultTabs: queries.map(text => ({ query: text })) }),
    ...(query !== undefined && { initialQuery: query, initialVariables: '' }),
  }),
);
