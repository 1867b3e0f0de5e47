// Questions that the GraphQL specification calls invalid: each is refused before it runs, with errors and no data.
//
//   node validity.mjs URL
//
// `CHECKOUT` is the folder of the checkout. That they are invalid, graphql-js must find as well, by the rule named.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as graphql from 'graphql';
import { ask, assert, assertSame, check, end } from './check.mjs';

const checkout = process.env.CHECKOUT ?? join(import.meta.dirname, '../..');
const schema = graphql.buildSchema(readFileSync(join(checkout, 'schema.graphql'), 'utf8'));

for (const [rule, query, variables] of [
  ['ExecutableDefinitions', '{ __typename } type Cow { name: String }'],
  ['UniqueOperationNames', 'query A { __typename } query A { __typename }'],
  ['LoneAnonymousOperation', '{ __typename } query A { __typename }'],
  ['SingleFieldSubscriptions', 'subscription { a: revisionAdded { number } b: revisionAdded { number } }'],
  ['SingleFieldSubscriptions', 'subscription { ...F } fragment F on Subscription { a: revisionAdded { number } __typename }'],
  ['FieldsOnCorrectType', '{ unit(id: "ice") { nope } }'],
  ['FieldsOnCorrectType', '{ node(id: "ice") { name } }'],
  ['ScalarLeafs', '{ unit(id: "ice") { __typename { id } } }'],
  ['OverlappingFieldsCanBeMerged', '{ unit(id: "ice") { a: id a: name } }'],
  ['OverlappingFieldsCanBeMerged', '{ unit(id: "ice") { id } unit(id: "opr") { id } }'],
  ['OverlappingFieldsCanBeMerged', '{ unit(id: "ice") { events(first: 1) { totalCount } ...F } } fragment F on Unit { events(first: 2) { totalCount } }'],
  ['OverlappingFieldsCanBeMerged', '{ node(id: "ice") { ... on Unit { x: name } ... on Snapshot { x: observed } } }'],
  ['OverlappingFieldsCanBeMerged', '{ node(id: "ice") { ... on Unit { x: firstObserved { y: id } } ... on Snapshot { x: era { y: name } } } }'],
  ['OverlappingFieldsCanBeMerged', '{ unit(id: "ice") { x: firstObserved { y: id } x: firstObserved { y: title } } }'],
  ['ScalarLeafs', '{ unit(id: "ice") { name { first } } }'],
  ['ScalarLeafs', '{ unit(id: "ice") }'],
  ['ScalarLeafs', '{ units { nodes } }'],
  ['KnownArgumentNames', '{ unit(id: "ice", nope: 1) { id } }'],
  ['KnownArgumentNames', '{ unit(id: "ice") { id @skip(if: true, unless: 1) } }'],
  ['UniqueArgumentNames', '{ unit(id: "ice", id: "opr") { id } }'],
  ['ProvidedRequiredArguments', '{ unit { id } }'],
  ['ProvidedRequiredArguments', '{ unit(id: "ice") { id @skip } }'],
  ['UniqueFragmentNames', '{ unit(id: "ice") { ...F } } fragment F on Unit { id } fragment F on Unit { name }'],
  ['KnownTypeNames', '{ unit(id: "ice") { ...F } } fragment F on Nope { id }'],
  ['KnownTypeNames', 'query Q($a: Nope) { unit(id: $a) { id } }'],
  ['FragmentsOnCompositeTypes', '{ unit(id: "ice") { ... on Basis { id } } }'],
  ['NoUnusedFragments', '{ __typename } fragment F on Unit { id }'],
  ['KnownFragmentNames', '{ unit(id: "ice") { ...F } }'],
  ['NoFragmentCycles', '{ unit(id: "ice") { ...F } } fragment F on Unit { id ...F }'],
  ['PossibleFragmentSpreads', '{ unit(id: "ice") { ... on Snapshot { id } } }'],
  ['PossibleFragmentSpreads', '{ view(at: { era: "das" }) { ... on Node { id } } }'],
  ['ValuesOfCorrectType', '{ unit(id: 1.5) { id } }'],
  ['ValuesOfCorrectType', '{ unit(id: null) { id } }'],
  ['ValuesOfCorrectType', '{ units(first: "1") { totalCount } }'],
  ['ValuesOfCorrectType', '{ units(first: 1.0) { totalCount } }'],
  ['ValuesOfCorrectType', '{ units(first: 3000000000) { totalCount } }'],
  ['ValuesOfCorrectType', '{ units(standing: "INTERNAL") { totalCount } }'],
  ['ValuesOfCorrectType', '{ units(standing: NOPE) { totalCount } }'],
  ['ValuesOfCorrectType', '{ view(at: { date: "2018-01-01", era: "das" }) { revision } }'],
  ['ValuesOfCorrectType', '{ view(at: { date: null }) { revision } }'],
  ['ValuesOfCorrectType', '{ view(at: {}) { revision } }'],
  ['ValuesOfCorrectType', '{ view(at: { nope: 1 }) { revision } }'],
  ['ValuesOfCorrectType', '{ view(at: "2018-01-01") { revision } }'],
  ['ValuesOfCorrectType', '{ view(at: { era: "das" }, includeOutdated: 1) { revision } }'],
  ['UniqueInputFieldNames', '{ view(at: { era: "das", era: "das" }) { revision } }'],
  ['KnownDirectives', '{ unit(id: "ice") @nope { id } }'],
  ['KnownDirectives', '{ __typename @nope }'],
  ['KnownDirectives', 'query @skip(if: true) { __typename }'],
  ['UniqueDirectivesPerLocation', '{ unit(id: "ice") { id @skip(if: false) @skip(if: true) } }'],
  ['UniqueVariableNames', 'query Q($a: ID!, $a: ID!) { unit(id: $a) { id } }', { a: 'ice' }],
  ['VariablesAreInputTypes', 'query Q($a: Unit) { unit(id: "ice") { id } }'],
  ['NoUndefinedVariables', '{ unit(id: $a) { id } }', { a: 'ice' }],
  ['NoUndefinedVariables', 'query Q { unit(id: "ice") { ...F } } fragment F on Unit { events(first: $n) { totalCount } }', { n: 1 }],
  ['NoUnusedVariables', 'query Q($a: ID) { unit(id: "ice") { id } }', { a: 'ice' }],
  ['VariablesInAllowedPosition', 'query Q($a: ID) { unit(id: $a) { id } }', { a: 'ice' }],
  ['VariablesInAllowedPosition', 'query Q($a: String!) { unit(id: $a) { id } }', { a: 'ice' }],
  ['VariablesInAllowedPosition', 'query Q($a: Int) { unit(id: "ice") { id @skip(if: $a) } }', { a: 1 }],
  ['ValuesOfCorrectType', 'query Q($n: Int = "one") { units(first: $n) { totalCount } }'],
]) {
  await check(`${rule}: ${query}`, async () => {
    const found = graphql.validate(schema, graphql.parse(query), [graphql[`${rule}Rule`]]);
    assert(found.length > 0, 'graphql-js finds nothing wrong by that rule');
    const { status, answer } = await ask({ query, variables });
    assert(answer.data === undefined, `it was answered: ${JSON.stringify(answer).slice(0, 200)}`);
    assertSame(status, 400, 'the status');
    const codes = answer.errors.map(error => error.extensions?.code);
    assert(codes.every(code => /^(VALIDATION_FAILED|PARSE_ERROR)$/.test(code)), `the codes are ${codes}`);
  });
}

for (const [what, query, variables] of [
  ['a variable that is missing', 'query Q($a: ID!) { unit(id: $a) { id } }', {}],
  ['a variable that is null', 'query Q($a: ID!) { unit(id: $a) { id } }', { a: null }],
  ['a variable of another type', 'query Q($n: Int) { units(first: $n) { totalCount } }', { n: '1' }],
  ['a variable with a fraction', 'query Q($n: Int) { units(first: $n) { totalCount } }', { n: 1.5 }],
  ['a variable that is too great', 'query Q($n: Int) { units(first: $n) { totalCount } }', { n: 3000000000 }],
  ['a variable that is no value of its enumeration', 'query Q($s: Standing) { units(standing: $s) { totalCount } }', { s: 'NOPE' }],
  ['a variable with an unknown field', 'query Q($at: Moment!) { view(at: $at) { revision } }', { at: { era: 'das', nope: 1 } }],
  ['a variable that is two things at once', 'query Q($at: Moment!) { view(at: $at) { revision } }', { at: { era: 'das', date: '2018-01-01' } }],
  ['a variable that is one thing and null', 'query Q($at: Moment!) { view(at: $at) { revision } }', { at: { era: 'das', date: null } }],
  ['a variable that is nothing', 'query Q($at: Moment!) { view(at: $at) { revision } }', { at: {} }],
]) {
  await check(`${what}: ${JSON.stringify(variables)}`, async () => {
    const { status, answer } = await ask({ query, variables });
    const found = `${status} ${JSON.stringify(answer).slice(0, 200)}`;
    assert(status === 400 && answer.data === undefined, `the question ran: ${found}`);
    assertSame([...new Set(answer.errors.map(error => error.extensions?.code))], ['VALIDATION_FAILED'], 'the codes');
  });
}

end();
