// GraphiQL with the explorer panel and the example tabs, for the service that serves this page.

import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './style.css';

import { explorerPlugin } from '@graphiql/plugin-explorer';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createRoot } from 'react-dom/client';

import { loadExamples, opening } from './examples';

const container = document.getElementById('graphiql');
if (container === null) {
  throw new Error('The page has no element `graphiql`.');
}

const fetcher = createGraphiQLFetcher({ url: '/graphql' });
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
    <GraphiQL.Logo>
      <a className="graphiql-logo-link" href="/">
        eragraph
      </a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
