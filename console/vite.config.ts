import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

// Where `npm run dev` finds the running binary: its operator's address.
const server = process.env.PUNCHCARD_OPERATOR ?? 'http://127.0.0.1:8089';

export default defineConfig({
  base: '/console/',
  plugins: [react(), compressed()],
  // The server puts a new nonce for each answer in its place.
  html: { cspNonce: '{{nonce}}' },
  build: {
    target: 'es2022',
    // Which file loads which: a test adds up what a page needs.
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
  },
  server: {
    proxy: {
      // The door compares Origin with Host, so both must be the binary's.
      '/console/api': { target: server, changeOrigin: true, headers: { origin: server } },
    },
  },
  test: { include: ['app/**/*.test.ts'] },
});

/** Writes `.br` and `.gz` beside each asset, which is all that the binary embeds of it. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle({ dir }) {
      if (dir === undefined) return;
      const folder = join(dir, 'assets');
      for (const name of readdirSync(folder)) {
        const bytes = readFileSync(join(folder, name));
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes, { params }));
        writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
      }
    },
  };
}
