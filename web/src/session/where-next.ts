/** Where the user was going when they were asked to sign in. Paths of these pages only: a link may be forged. */
export function whereNext(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '/';
  const isOurs = /^\/(?![/\\])/.test(next) && !/^\/(sign(in|up)|forgot|reset|confirm)/.test(next);
  return isOurs ? next : '/';
}
