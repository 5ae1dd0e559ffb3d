// The tiers under pm2, in cluster mode: `npx pm2 start ecosystem.config.js`. One machine's share of a deployment;
// servers and front door are set up apart. Each tier takes its settings from the environment (see its config.ts),
// and checks them when it starts.
//
// PUBLISHER_PORT, PUBLISHER_INSTANCES and so on set each tier's port and number of processes; pm2 spreads a port
// over them. Start pm2 through npm or npx: its daemon then runs on the Node 24 of the npm package `node`, and
// with it all its workers.

/** Above the 10 s a tier gives itself to finish its work (shared/tier/lifecycle.ts). */
const KILL_TIMEOUT_MS = 12_000;
const LISTEN_TIMEOUT_MS = 30_000;

/**
 * How much of V8's heap is for what is new, in MB, from the start: by itself it would begin small, and grow only where much
 * is still in use when room has to be made. A publisher makes much that is soon done with: with more room, less often
 * made, less of it has to be copied. What a socket keeps is made once: with little room it is soon among what stays, and
 * nothing is kept free beside it.
 */
const YOUNG_MB = { publisher: 64, realtime: 1 };

function tier(name, defaultPort, defaultInstances) {
  const setting = (what, fallback) => process.env[`${name.toUpperCase()}_${what}`] ?? fallback;
  return {
    name,
    script: `${name}/main.ts`,
    cwd: __dirname,
    interpreter: 'node', // pm2 would take another one for .ts
    node_args: YOUNG_MB[name]
      ? [`--min-semi-space-size=${YOUNG_MB[name]}`, `--max-semi-space-size=${YOUNG_MB[name]}`]
      : [],
    exec_mode: 'cluster',
    instances: Number(setting('INSTANCES', defaultInstances)),
    env: { PORT: String(setting('PORT', defaultPort)) },
    wait_ready: true, // main.ts says when every dependency answers; a reload stops the process before only then
    listen_timeout: LISTEN_TIMEOUT_MS,
    kill_timeout: KILL_TIMEOUT_MS,
    exp_backoff_restart_delay: 200,
    merge_logs: true,
  };
}

module.exports = {
  apps: [
    tier('publisher', 3001, 2),
    tier('consumer', 3002, 1),
    tier('realtime', 3003, 1),
    tier('general', 3004, 2),
  ],
};
