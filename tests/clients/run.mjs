// Runs every suite against a running service, one line for each check: the one entry to this folder.
//
//   node run.mjs URL [ADMIN_TOKEN]
//
// It ends with 1 where a check fails, and where a suite runs fewer checks than it has: one that broke off has not
// passed. `CHECKOUT` is the folder of the checkout, the one around this folder where it is not given, and `PYTHON` the
// interpreter that has what `requirements.txt` lists, `python3` where it is not given.
//
// The service must hold the data of snapshots/. Where an admin token is given, units and events are loaded into it.

import { spawn } from 'node:child_process';
import { join } from 'node:path';

const [url, token] = process.argv.slice(2);
if (url === undefined || !URL.canParse(url)) {
  console.error('usage: node run.mjs URL [ADMIN_TOKEN]');
  process.exit(2);
}

const here = import.meta.dirname;
const python = process.env.PYTHON ?? 'python3';
const checkout = process.env.CHECKOUT ?? join(here, '../..');

/** The suites: how each is begun, and how many checks it has at least. */
const suites = [
  ['GraphQL over HTTP: the audits of graphql-http', 'node', 'audits.mjs', 61],
  ['What the GraphQL specification calls invalid', 'node', 'validity.mjs', 68],
  ['Apollo Client', 'node', 'apollo.mjs', 15],
  ['urql', 'node', 'urql.mjs', 6],
  ['graphql-ws', 'node', 'sockets.mjs', 21],
  ['Python: gql and graphql-core', python, 'python_client.py', 6],
  ['A dashboard', python, 'pull.py', 8],
  ['GraphQL Code Generator and TypeScript', 'node', 'types.mjs', 3],
  ['GraphQL ESLint', 'node', 'lint.mjs', 28],
  ['Attacks', 'node', 'attacks.mjs', 38],
];

/** How long a suite may take, in seconds. */
const PATIENCE = 120;

/** Runs a suite; returns why it failed, or nothing. */
function run(program, file, least) {
  return new Promise(resolve => {
    const words = [join(here, file), url, ...(token === undefined ? [] : [token])];
    const env = { ...process.env, CHECKOUT: checkout, PYTHONDONTWRITEBYTECODE: '1' };
    const child = spawn(program, words, { cwd: here, env, stdio: ['ignore', 'pipe', 'inherit'], timeout: PATIENCE * 1000 });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', piece => {
      said += piece;
      process.stdout.write(piece);
    });
    child.on('error', error => resolve(error.message));
    child.on('close', (code, signal) => {
      const [, passed, failed] = /(\d+) passed, (\d+) failed\n$/.exec(said) ?? [];
      if (passed === undefined) {
        resolve(`it broke off (${signal ?? code})`);
      } else if (Number(passed) + Number(failed) < least) {
        resolve(`it ran ${Number(passed) + Number(failed)} checks of ${least}`);
      } else {
        resolve(code === 0 ? undefined : `${failed} failed`);
      }
    });
  });
}

const failures = [];
for (const [name, program, file, least] of suites) {
  const started = performance.now();
  console.log(`\n${name}`);
  const failure = await run(program, file, least);
  console.log(`(${((performance.now() - started) / 1000).toFixed(1)} s)`);
  if (failure !== undefined) {
    failures.push(`${name}: ${failure}`);
  }
}

console.log(failures.length === 0 ? '\nEvery suite passed.' : `\n${failures.join('\n')}`);
process.exit(failures.length === 0 ? 0 : 1);
