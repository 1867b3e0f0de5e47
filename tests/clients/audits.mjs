// GraphQL over HTTP to the letter: each audit of npm graphql-http, of which `warn` and `notice` count as failures too.
//
//   node audits.mjs URL

import { serverAudits } from 'graphql-http';
import { assert, base, check, end } from './check.mjs';

for (const audit of serverAudits({ url: `${base}/graphql` })) {
  await check(`${audit.id} ${audit.name}`, async () => {
    const result = await audit.fn();
    assert(result.status === 'ok', `${result.status}: ${result.reason}`);
  });
}
end();
