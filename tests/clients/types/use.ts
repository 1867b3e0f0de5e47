// What a researcher's own program looks like with the generated types. It is compiled under `strict` and not run.

import type { ApolloClient } from '@apollo/client';
import { EvidenceDocument, StructureDocument, type StructureQuery } from './generated/client/graphql';
import type { Moment, Node, Query, QueryViewArgs, Status, Unit, UnitState } from './generated/schema';

/** What a query gives has the type of its selection: one that has not been asked for is not there. */
export async function namesOnTop(client: ApolloClient): Promise<string[]> {
  const { data } = await client.query({ query: StructureDocument });
  const nodes = data?.view?.roots.nodes ?? [];
  // @ts-expect-error: `summary` is not selected.
  nodes.map(unit => unit.summary);
  return nodes.map(unit => `${unit.name}, ${seen(unit.status)}`);
}

/** An enumeration is known to the last value. */
export function seen(status: Status): string {
  switch (status) {
    case 'OBSERVED':
      return 'a source of the time names it';
    case 'BETWEEN':
      return 'it is seen before and after';
    case 'PRESUMED':
      return 'nothing ends it';
    case 'OUTDATED':
      return 'it was last seen in an earlier era';
  }
}

/** A moment is exactly one of three. */
export const moments: Moment[] = [{ date: '2018-01-01' }, { snapshot: 'ice-2017-09-26' }, { era: 'das' }];
// @ts-expect-error: a day and an era at once are no moment.
export const both: Moment = { date: '2018-01-01', era: 'das' };
// @ts-expect-error: nothing at all is no moment.
export const none: Moment = {};

// What has a default may be left out; what has none may not.
export const view: QueryViewArgs = { at: { date: '2018-01-01' } };
// @ts-expect-error: the moment is missing.
export const noMoment: QueryViewArgs = { includeOutdated: true };

/** A unit is a node with an id; its states have none. */
export const node = (unit: Unit): Node => unit;
// @ts-expect-error: a state has no id.
export const id = (state: UnitState): string => state.id;

/** What may be missing must be asked for before it is used. */
export const revision = (query: Query): number | undefined => query.view?.revision;
// @ts-expect-error: the view may be null.
export const certain = (query: StructureQuery): number => query.view.unplaced.totalCount;

export const documents = [StructureDocument, EvidenceDocument];
