/** Requests as bytes. */
export function post(path: string, body: unknown, headers: Record<string, string>): Buffer {
  const text = JSON.stringify(body);
  const lines = Object.entries({ host: '127.0.0.1', 'content-type': 'application/json', ...headers });
  const head = [`POST ${path} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`)];
  const bytes = Buffer.byteLength(text);
  return Buffer.from(`${head.join('\r\n')}\r\ncontent-length: ${bytes}\r\n\r\n${text}`);
}
