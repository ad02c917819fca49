import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const API = process.env['DOCKET_URL'] ?? 'http://127.0.0.1:4000';

export default defineConfig({
  // The server writes a <base> into the page: a proxy may serve it below a path.
  base: './',
  logLevel: 'warn',
  plugins: [react()],
  // The root has React 18 for the explorer.
  resolve: { dedupe: ['react', 'react-dom'] },
  build: {
    outDir: '../dist/desk-files',
    emptyOutDir: true,
    // Which script loads which: the test of sizes asks it.
    manifest: true,
    // The browsers of the last two years or so.
    target: 'es2022',
    // Files, never data: URLs, which the page's Content-Security-Policy forbids.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
  },
  // Open http://localhost:5173/tickets, which Vite answers with the page; the API is that of a running server.
  server: { proxy: { '/graphql': { target: API, ws: true } } },
});
