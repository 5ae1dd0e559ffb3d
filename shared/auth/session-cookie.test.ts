import { sessionCookieName, sessionToken } from './session-cookie.ts';

const https = new URL('https://seatdrop.test');
const http = new URL('http://127.0.0.1:8080');

test.each([
  ['https', https, '__Host-session', 'session'],
  ['http', http, 'session', '__Host-session'],
  ['what is not known', undefined, 'session', '__Host-session'],
] as const)('over %s it is in one cookie, and the other name means nothing', (_, publicUrl, name, other) => {
  const tokenIn = (cookie: string) => sessionToken({ cookie }, publicUrl);
  expect(sessionCookieName(publicUrl)).toBe(name);
  expect(tokenIn(`${name}=def`)).toBe('def');
  expect(tokenIn(`a=1; ${name}=d.e-f_=; b=2`)).toBe('d.e-f_=');
  expect(tokenIn(`a=1;${name}=def \t;b=2`)).toBe('def');
  expect(tokenIn(`${other}=abc; ${name}=def; ${other}=ghi`)).toBe('def');
  // If the cookie occurs twice, the first one counts, as in nginx.
  expect(tokenIn(`${name}=def; ${name}=abc`)).toBe('def');
  for (const cookie of [
    '',
    ';',
    '=',
    name,
    `${other}=abc`,
    `my${name}=abc`,
    `${name}2=abc`,
    `a=${name}=abc`,
    `a=1 ${name}=abc`,
    `\u00a0${name}=abc`,
    `${name} =abc`,
    `${name.toUpperCase()}=abc`,
  ])
    expect([cookie, tokenIn(cookie)]).toEqual([cookie, undefined]);
});

test('the Authorization header wins over the cookie', () => {
  for (const publicUrl of [https, http, undefined]) {
    const cookie = `${sessionCookieName(publicUrl)}=def`;
    expect(sessionToken({}, publicUrl)).toBeUndefined();
    expect(sessionToken({ authorization: 'Bearer abc' }, publicUrl)).toBe('abc');
    expect(sessionToken({ authorization: 'Bearer abc', cookie }, publicUrl)).toBe('abc');
    expect(sessionToken({ authorization: 'Basic abc' }, publicUrl)).toBeUndefined();
    expect(sessionToken({ authorization: 'Basic abc', cookie }, publicUrl)).toBe('def');
  }
});
