// GraphQL Code Generator on the published schema and the example queries, and a strict TypeScript program on its types.
//
//   node types.mjs URL
//
// `CHECKOUT` is the folder of the checkout.

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { assert, assertSame, check, end } from './check.mjs';

const checkout = process.env.CHECKOUT ?? join(import.meta.dirname, '../..');
const folder = join(import.meta.dirname, 'types');

/** Runs a program of a package in `types/`, and fails with what it says. */
function run(program, ...words) {
  const path = join(import.meta.dirname, 'node_modules/.bin', program);
  try {
    execFileSync(path, words, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    throw new Error(`${error.stdout}${error.stderr}` || error.message);
  }
}

await check('GraphQL Code Generator makes types of the schema and of each example query', () => {
  run('graphql-codegen', '--config', 'codegen.mjs');
  const made = readFileSync(join(folder, 'generated/client/graphql.ts'), 'utf8');
  const examples = readdirSync(join(checkout, 'web/examples')).filter(name => name.endsWith('.graphql'));
  const typed = [...made.matchAll(/^export type \w+Query = /gm)].length;
  assertSame(typed, examples.length, 'the number of queries with a type');
  return `${typed} queries`;
});

await check('no scalar of the schema is left without a type', () => {
  const made = readFileSync(join(folder, 'generated/schema.ts'), 'utf8');
  assert(!/: (any|unknown);/.test(made), 'there is an `any` or an `unknown`');
});

await check('a strict program compiles with them, and what is wrong in it is found', () => run('tsc', '--project', '.'));

end();
