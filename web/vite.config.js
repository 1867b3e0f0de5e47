// Bundles GraphiQL with its workers into files that name no other host.

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The service that `npm run dev` asks.
const service = process.env.ERAGRAPH_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: '/graphiql/',
  publicDir: false,
  plugins: [react()],
  build: {
    target: 'es2022',
    // Monaco alone is about 2 MB; it is loaded once and then cached for good.
    chunkSizeWarningLimit: 2500,
    reportCompressedSize: false,
  },
  server: {
    proxy: Object.fromEntries(
      ['/graphql', '/favicon.svg', '/graphiql/examples.json'].map(path => [path, service]),
    ),
  },
});
