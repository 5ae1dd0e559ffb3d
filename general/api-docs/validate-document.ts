/**
 * Validates an OpenAPI document from standard input: `curl -s URL/api/openapi.json | npm run -s validate-openapi -w
 * @seatdrop/general`. A test runs it as a process, since Jest cannot load the validator (an ES module).
 */
import { text } from 'node:stream/consumers';
import { Validator } from '@seriousme/openapi-schema-validator';

const validator = new Validator();
const result = await validator.validate(
  JSON.parse(await text(process.stdin)) as Parameters<Validator['validate']>[0],
);
if (!result.valid) {
  console.error(JSON.stringify(result.errors, undefined, 2));
  process.exit(1);
}
// Throws if a reference does not resolve.
validator.resolveRefs();
console.log(`Valid OpenAPI ${validator.version}`);
