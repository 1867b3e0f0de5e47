// The example queries, as the service that this page belongs to lists them.

export interface Example {
  name: string;
  title: string;
  description: string;
  query: string;
}

/** Asks the service for its examples; without them GraphiQL still works, with one empty tab. */
export async function loadExamples(): Promise<Example[]> {
  const response = await fetch('/graphiql/examples.json');
  if (!response.ok) {
    console.warn(`No examples: ${response.status} ${response.statusText}`);
    return [];
  }
  return (await response.json()) as Example[];
}

/** What GraphiQL opens with: its tabs, and the query that the address asks for. */
export interface Opening {
  tabs: { query: string }[] | undefined;
  query: string | undefined;
}

/**
 * Puts what the address asks for (`?example=name` or `?query=…`) in the first tab.
 *
 * A returning visitor's tabs come from the browser's storage instead; GraphiQL then goes to the tab
 * that holds this very query, or adds one.
 */
export function opening(examples: Example[], search: string): Opening {
  const asked = new URLSearchParams(search);
  const query = asked.get('query') ?? examples.find(({ name }) => name === asked.get('example'))?.query;
  const others = examples.map(example => example.query).filter(other => other !== query);
  const queries = query === undefined ? others : [query, ...others];
  return { tabs: queries.length > 0 ? queries.map(text => ({ query: text })) : undefined, query };
}
