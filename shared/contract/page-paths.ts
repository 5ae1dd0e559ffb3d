/**
 * The address of every page. The web app says in `web/src/routes.tsx` what is behind each; nginx answers these, and
 * nothing else, with the web app. `:id` stands for one part of an address, `?` for a part that may be missing.
 */
export const pagePaths = [
  '/',
  '/events/:id',
  '/drops/:id/:step?',
  '/signin',
  '/signup',
  '/orders',
  '/orders/:id',
  '/organize',
  '/organize/events/new',
  '/organize/events/:id/edit',
  '/organize/events/:id/check-in',
  '/organize/events/:id/drops/new',
  '/organize/drops/:id',
  '/organize/drops/:id/edit',
  '/organize/drops/:id/orders',
  '/organize/drops/:id/report',
  '/admin',
  '/admin/users',
  '/admin/drops',
  '/admin/parked',
  '/admin/health',
] as const;

export type PagePath = (typeof pagePaths)[number];
