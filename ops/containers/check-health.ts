/**
 * `node ops/containers/check-health.ts [PATH]`: exits with 0 if PATH (default /readyz) on PORT of this machine
 * answers 200.
 */
const [path = '/readyz'] = process.argv.slice(2);
const url = `http://127.0.0.1:${process.env['PORT']}${path}`;
const outcome = await fetch(url, { signal: AbortSignal.timeout(4_000) }).then(
  async (response) => ({ ok: response.ok, text: `${response.status} ${await response.text()}` }),
  (error: Error) => ({ ok: false, text: error.message }),
);
console.log(outcome.text.slice(0, 500)); // shown by `docker inspect`
process.exitCode = outcome.ok ? 0 : 1;
