// GraphQL Code Generator: types for all of the schema and for the example queries.
//
// `CHECKOUT` is the folder of the checkout; what is generated lies in `generated/` beside this file.

import { join } from 'node:path';

const checkout = process.env.CHECKOUT ?? join(import.meta.dirname, '../../..');
const config = {
  strictScalars: true,
  scalars: { Date: 'string', DateTime: 'string', EdtfDate: 'string' },
  enumsAsTypes: true,
  useTypeImports: true,
};

export default {
  schema: join(checkout, 'schema.graphql'),
  documents: join(checkout, 'web/examples/*.graphql'),
  generates: {
    [join(import.meta.dirname, 'generated/schema.ts')]: { plugins: ['typescript'], config },
    [join(import.meta.dirname, 'generated/client/')]: { preset: 'client', config, presetConfig: { fragmentMasking: false } },
  },
};
