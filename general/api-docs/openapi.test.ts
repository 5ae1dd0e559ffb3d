import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import request from 'supertest';
import { problems } from '../../shared/tier/problems.ts';
import { problemsOf } from '../http/route.ts';
import { createRoutes } from '../routes.ts';
import { startGeneralSystem, type GeneralSystem } from '../../testing/general/general-system.ts';
import { documentedElsewhere } from './documented-elsewhere.ts';

type Operation = {
  operationId: string;
  security: object[];
  responses: Record<
    string,
    { content?: Record<string, { schema: { allOf?: { properties?: { code?: { enum: string[] } } }[] } }> }
  >;
};
type Document = { openapi: string; paths: Record<string, Record<string, Operation>> };

let general: GeneralSystem;
let document: Document;
beforeAll(async () => {
  general = await startGeneralSystem();
  const answer = await request(general.app).get('/api/openapi.json').expect(200);
  document = answer.body as Document;
});
afterAll(() => general.stop());

/** Exit code and output of the validator on this document. */
async function validate(candidate: object): Promise<{ code: unknown; output: string }> {
  const validator = spawn(process.execPath, [join(import.meta.dirname, 'validate-document.ts')]);
  validator.stdin.end(JSON.stringify(candidate));
  const [output, errors, [code]] = await Promise.all([
    text(validator.stdout),
    text(validator.stderr),
    once(validator, 'close'),
  ]);
  return { code: code as unknown, output: output + errors };
}

test('it is valid OpenAPI 3.1, and every reference in it leads somewhere', async () => {
  expect(await validate(document)).toEqual({ code: 0, output: 'Valid OpenAPI 3.1\n' });
});

test('the validator would notice', async () => {
  const dangling = JSON.parse(
    JSON.stringify(document).replace('/schemas/Problem"', '/schemas/Nothing"'),
  ) as object;
  expect(await validate(dangling)).toMatchObject({ code: 1 });
  expect(await validate({ ...document, paths: { '/x': { get: { responses: 7 } } } })).toMatchObject({
    code: 1,
  });
});

test('every route is in it with everything it can answer', () => {
  const { deps } = general;
  for (const route of [...createRoutes(deps), ...documentedElsewhere]) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    const operation = document.paths[path]?.[route.method.toLowerCase()];
    const statuses = [route.success.status, ...problemsOf(route).map((code) => problems[code].status)];
    expect(Object.keys(operation?.responses ?? {})).toEqual(expect.arrayContaining(statuses.map(String)));
  }
});

test('operations have names of their own', () => {
  const names = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map((each) => each.operationId),
  );
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain('postEventsByIdDrops');
});

test('entering a drop is in it, though another tier serves it', () => {
  const { responses, security } = document.paths['/api/drops/{id}/entries']!['post']!;
  expect(Object.keys(responses)).toEqual(
    expect.arrayContaining([
      '202',
      '400',
      '401',
      '403',
      '404',
      '409',
      '413',
      '415',
      '422',
      '425',
      '429',
      '503',
    ]),
  );
  expect(security).toEqual([{ cookie: [] }, { bearer: [] }]);
  const conflict = responses['409']!.content!['application/problem+json']!.schema.allOf!;
  expect(conflict[1]!.properties!.code!.enum).toEqual([
    'drop_paused',
    'drop_closed',
    'drop_cancelled',
    'drop_sold_out',
  ]);
});

test('the page to read it asks no other host for anything', async () => {
  const page = await request(general.app).get('/api/docs').expect(200);
  expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
  const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!);
  expect(links).toHaveLength(4);
  for (const link of links) {
    expect(link).toMatch(/^\/api\/docs\//);
    const asset = await request(general.app).get(link).expect(200);
    expect(asset.headers['content-type']).toMatch(/javascript|css|png/);
  }
});
