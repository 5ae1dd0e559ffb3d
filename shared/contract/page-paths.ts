/**
 * The path of every page. `web/src/routes.tsx` has the page behind each path; nginx serves the web app for these paths
 * only. `:id` stands for one segment of a path; a segment with `?` may be missing.
 */
export const pagePaths = [
  '/',
  '/past',
  '/events/:id',
  '/drops/:id/:step?',
  '/signin',
  '/signup',
  '/forgot',
  '/reset',
  '/confirm',
  '/account',
  '/privacy',
  '/orders',
  '/orders/:id',
  '/organize',
  '/organize/seller',
  '/organize/orders',
  '/organize/orders/:id',
  '/organize/payouts',
  '/organize/events/new',
  '/organize/events/:id/edit',
  '/organize/events/:id/check-in',
  '/organize/events/:id/holders',
  '/organize/events/:id/drops/new',
  '/organize/drops/:id',
  '/organize/drops/:id/edit',
  '/organize/drops/:id/orders',
  '/organize/drops/:id/report',
  '/admin',
  '/admin/users',
  '/admin/requests',
  '/admin/drops',
  '/admin/orders',
  '/admin/audit',
  '/admin/parked',
  '/admin/health',
] as const;

export type PagePath = (typeof pagePaths)[number];
