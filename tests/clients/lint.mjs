// GraphQL ESLint: its recommended rules and those for Relay on the published schema, its recommended rules on the
// project's own questions. Not one message is allowed, be it a warning.
//
//   node lint.mjs URL
//
// `CHECKOUT` is the folder of the checkout. The published schema must also be what the service gives at
// /schema.graphql, and what it tells of itself when it is introspected.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import plugin from '@graphql-eslint/eslint-plugin';
import { ESLint } from 'eslint';
import { buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from 'graphql';
import { ask, assert, base, check, end } from './check.mjs';

process.chdir(process.env.CHECKOUT ?? join(import.meta.dirname, '../..'));
const schema = 'schema.graphql';

const { rules: recommended } = plugin.configs['flat/schema-recommended'];
const { rules: relay } = plugin.configs['flat/schema-relay'];
const { rules: operations } = plugin.configs['flat/operations-recommended'];
const schemaRules = {
  ...recommended,
  ...relay,
  // A unit has many states, and a state no id of its own: clients cache by id.
  '@graphql-eslint/strict-id-in-types': 'off',
  // `nodes` beside `edges`, and items that are no nodes.
  '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false }],
};

const questions = ['web/examples', 'src/server/permanent'].flatMap(folder =>
  readdirSync(folder)
    .filter(name => name.endsWith('.graphql'))
    .sort()
    .map(name => join(folder, name)),
);

// Each question is a project of its own, since it is sent by itself: its fragments are its own. There can be no more
// than one configuration in a process, and its paths must be those below the working folder.
const projects = Object.fromEntries(questions.map(path => [path, { schema, documents: path }]));
projects.default = { schema };

/** Returns the messages on one file. */
async function messages(path, rules) {
  const languageOptions = { parser: plugin.parser, parserOptions: { graphQLConfig: { projects } } };
  const eslint = new ESLint({
    overrideConfigFile: true,
    overrideConfig: [{ files: ['**/*.graphql'], languageOptions, plugins: { '@graphql-eslint': plugin }, rules }],
  });
  const [result] = await eslint.lintFiles([path]);
  return result.messages.map(({ line, column, ruleId, message }) => `${line}:${column} ${message} (${ruleId})`);
}

for (const [path, rules] of [[schema, schemaRules], ...questions.map(question => [question, operations])]) {
  await check(`lint ${path}`, async () => {
    const found = await messages(path, rules);
    assert(found.length === 0, [`${found.length} messages`, ...found.slice(0, 20)].join('\n'));
  });
}

await check('a rule that is broken is seen', async () => {
  const naming = { '@graphql-eslint/naming-convention': ['error', { types: 'snake_case' }] };
  const shallow = { '@graphql-eslint/selection-set-depth': ['error', { maxDepth: 1 }] };
  const found = [await messages(schema, naming), await messages(questions[0], shallow)];
  assert(found[0].length > 10 && found[1].length > 0, JSON.stringify(found.map(each => each.length)));
});

const published = readFileSync(schema, 'utf8');

await check('/schema.graphql is the published schema', async () => {
  const response = await fetch(`${base}/schema.graphql`);
  assert((await response.text()) === published, 'it is another text');
});

await check('introspection tells the published schema', async () => {
  const query = getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true });
  const { answer } = await ask({ query });
  const told = printSchema(lexicographicSortSchema(buildClientSchema(answer.data)));
  const expected = printSchema(lexicographicSortSchema(buildSchema(published)));
  const [left, right] = [told.split('\n'), expected.split('\n')];
  const at = left.findIndex((line, index) => line !== right[index]);
  assert(told === expected, `first difference at line ${at + 1}: told ${left[at]}, published ${right[at]}`);
});

end();
