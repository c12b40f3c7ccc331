// The lab's command line; see README.md. Node 20 cannot run TypeScript by itself: the test runner's own loader does.
import { fileURLToPath } from 'node:url';
import { createViteServer } from 'vitest/node';

const here = fileURLToPath(new URL('.', import.meta.url));
const loader = await createViteServer({
  configFile: false,
  root: here,
  appType: 'custom',
  logLevel: 'error',
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, watch: null, ws: false, hmr: false },
});
try {
  const { main } = await loader.ssrLoadModule('/cli.ts');
  process.exitCode = await main(process.argv.slice(2));
} finally {
  await loader.close();
}
