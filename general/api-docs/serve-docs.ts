/**
 * Serves the contract: /api/openapi.json for programs, /api/docs for people. The page loads nothing from other hosts.
 */
import { join } from 'node:path';
import { Router, type Response } from 'express';
// The package's own entry would load the whole browser bundle here, which takes half a second.
import folderOfSwaggerUi from 'swagger-ui-dist/absolute-path.js';
import { sayPublic } from '../http/public-answer.ts';
import type { OpenApiDocument } from './openapi.ts';

const assets = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Seatdrop API</title>
<link rel="icon" href="/api/docs/favicon-32x32.png">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`;

// A separate file, since the policy forbids inline scripts. Without `validatorUrl: null` the page would load a badge
// from swagger.io.
const start = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null });\n`;

// Swagger UI writes style attributes and has its icons in data: URLs, so both are allowed.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export function serveDocs(document: OpenApiDocument): Router {
  const router = Router();
  const folder = folderOfSwaggerUi();
  const keep = (res: Response) => res.set('Cache-Control', 'public, max-age=3600');

  router.get('/api/openapi.json', (_req, res) => {
    sayPublic(res);
    res.json(document);
  });
  router.get('/api/docs', (_req, res) => {
    res.set('Content-Security-Policy', policy).type('html').send(page);
  });
  router.get('/api/docs/start.js', (_req, res) => void keep(res).type('js').send(start));
  for (const asset of assets) {
    router.get(`/api/docs/${asset}`, (_req, res) =>
      keep(res).sendFile(join(folder, asset), { cacheControl: false }),
    );
  }
  return router;
}
