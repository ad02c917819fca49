import { transformAsync } from '@babel/core';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Replaces the graphql tags of Relay by what its compiler generated. */
const relay: Plugin = {
  name: 'relay',
  enforce: 'pre',
  async transform(code, id) {
    if (!id.endsWith('/relay/main.tsx')) return null;
    const result = await transformAsync(code, {
      filename: id,
      babelrc: false,
      configFile: false,
      parserOpts: { plugins: ['typescript', 'jsx'] },
      plugins: [['relay', { eagerEsModules: true }]],
      sourceMaps: true,
    });
    return result?.code ? { code: result.code, map: result.map } : null;
  },
};

export default defineConfig({
  plugins: [relay, react()],
  build: { outDir: 'dist', emptyOutDir: true },
  server: { proxy: { '/graphql': process.env['DOCKET_URL'] ?? 'http://127.0.0.1:4000' } },
});
