/** The contract as an OpenAPI 3.1 document, generated from the routes. */
import { problem } from '../../shared/contract/problem.ts';
import { problemContentType, problems, type ProblemCode } from '../../shared/tier/problems.ts';
import { problemsOf, type DocumentedRoute } from '../http/route.ts';
import { JsonSchemas, type JsonSchema } from './json-schemas.ts';

export type OpenApiDocument = {
  openapi: string;
  paths: Record<string, Record<string, unknown>>;
} & JsonSchema;

export function openApiDocument(routes: readonly DocumentedRoute[], sessionCookie: string): OpenApiDocument {
  const schemas = new JsonSchemas();
  const paths: OpenApiDocument['paths'] = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operation(route, schemas);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Seatdrop',
      version: '1.0.0',
      description:
        'Timed sales ("drops") of numbered seats. Every error is a problem (RFC 9457) with a stable `code`, and so has each fault in its `errors`. Times are ' +
        'ISO 8601 in UTC; money is in minor units. Every response has the header `X-Request-Id`.',
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.named,
      securitySchemes: {
        cookie: { type: 'apiKey', in: 'cookie', name: sessionCookie },
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
    },
  };
}

function operation(route: DocumentedRoute, schemas: JsonSchemas) {
  const { summary, tag, who, body, method, path, takesForms } = route;
  const description = [route.description, whoMay(who)].filter(Boolean).join('\n\n');
  return {
    operationId: operationId(method, path),
    summary,
    ...(description && { description }),
    tags: [tag],
    security: [...(who === 'anyone' ? [{}] : []), { cookie: [] }, { bearer: [] }],
    parameters: [...parameters('path', route.params, schemas), ...parameters('query', route.query, schemas)],
    ...(body && {
      requestBody: {
        required: !body.safeParse(undefined).success,
        content: {
          'application/json': { schema: schemas.schemaOf(body, 'input') },
          ...(takesForms && {
            'application/x-www-form-urlencoded': { schema: schemas.schemaOf(body, 'input') },
          }),
        },
      },
    }),
    responses: {
      ...success(route.success, schemas),
      ...Object.assign({}, ...(route.otherwise ?? []).map((each) => success(each, schemas))),
      ...failures(problemsOf(route), schemas),
    },
  };
}

/** `GET /api/events/:id` is getEventsById. */
function operationId(method: string, path: string): string {
  const words = path
    .replace(/^\/api\//, '')
    .split(/[/-]/)
    .map((part) => (part.startsWith(':') ? `by-${part.slice(1)}` : part));
  return words
    .join('-')
    .split('-')
    .reduce((name, word) => name + word.charAt(0).toUpperCase() + word.slice(1), method.toLowerCase());
}

function whoMay(who: DocumentedRoute['who']): string {
  return typeof who === 'string' ? '' : `For the roles ${who.join(' and ')}.`;
}

function parameters(place: 'path' | 'query', schema: DocumentedRoute['query'], schemas: JsonSchemas) {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemas.schemaOf(schema, 'input') as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...type }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema: type,
  }));
}

function success(answer: DocumentedRoute['success'], schemas: JsonSchemas) {
  const { status, schema, description } = answer;
  const type = 'contentType' in answer ? answer.contentType : undefined;
  const file = type?.startsWith('text/') ? { type: 'string' } : {};
  const content = schema
    ? { content: { 'application/json': { schema: schemas.schemaOf(schema, 'output') } } }
    : type !== undefined && { content: { [type]: { schema: file } } };
  return { [status]: { description, ...content } };
}

function failures(codes: readonly ProblemCode[], schemas: JsonSchemas) {
  const shape = schemas.schemaOf(problem, 'output');
  const byStatus = Map.groupBy(codes, (code) => problems[code].status);
  const answers = [...byStatus].map(([status, possible]) => {
    const schema = { allOf: [shape, { properties: { code: { enum: possible } } }] };
    const retry = { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' } } };
    return [
      status,
      {
        description: possible.map((code) => `\`${code}\`: ${problems[code].title}`).join('. '),
        ...((status === 429 || status === 503) && { headers: retry }),
        content: { [problemContentType]: { schema } },
      },
    ];
  });
  return Object.fromEntries(answers) as Record<string, unknown>;
}
