// GraphiQL with the explorer panel and the example tabs, for the service that serves this page.

import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './style.css';

import { explorerPlugin } from '@graphiql/plugin-explorer';
import { useGraphiQL } from '@graphiql/react';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createClient } from 'graphql-ws';
import { useEffect } from 'react';
import { createRoot } from 'react-dom/client';

import { loadExamples, opening } from './examples';

/** Wraps long lines in the query editor, so that what the examples say can be read in a narrow window. */
function WrapLines() {
  const editor = useGraphiQL(state => state.queryEditor);
  useEffect(() => editor?.updateOptions({ wordWrap: 'on' }), [editor]);
  return null;
}

/** Gives the query more room than GraphiQL does, until the visitor moves a border. */
function giveTheQueryRoom() {
  for (const [key, share] of [
    ['graphiql:docExplorerFlex', '0.25'],
    ['graphiql:editorFlex', '1.4'],
  ] as const) {
    if (localStorage.getItem(key) === null) {
      localStorage.setItem(key, share);
    }
  }
}

const container = document.getElementById('graphiql');
if (container === null) {
  throw new Error('The page has no element `graphiql`.');
}

giveTheQueryRoom();
// Opened with the first subscription, and not before.
const wsClient = createClient({ url: `${window.location.origin.replace(/^http/, 'ws')}/graphql`, lazy: true });
const fetcher = createGraphiQLFetcher({ url: '/graphql', wsClient });
const explorer = explorerPlugin();
const { tabs, query } = opening(await loadExamples(), window.location.search);

createRoot(container).render(
  <GraphiQL
    fetcher={fetcher}
    plugins={[HISTORY_PLUGIN, explorer]}
    visiblePlugin={explorer}
    schemaDescription
    {...(tabs && { defaultTabs: tabs })}
    {...(query !== undefined && { initialQuery: query, initialVariables: '' })}
  >
    <WrapLines />
    <GraphiQL.Logo>
      <a className="graphiql-logo-link" href="/" title="To the front page">
        eragraph
      </a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
