import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** For `npm run dev -w web`: pages come from here, everything else from a running system (`npm start`). */
const system = process.env['SEATDROP_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    manifest: true,
    // Nothing may be inlined: the content security policy allows `data:` for images only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'common',
              test: /src\/(i18n|design|api)\/|shared\/contract\/(minor-units|total)/,
              minShareCount: 3,
            },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      '/api': { target: system },
      '/sandbox-payments': { target: system },
      '/socket.io': { target: system, ws: true },
    },
  },
});
