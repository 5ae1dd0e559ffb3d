/** The page behind each path. Pages are loaded when they are visited. */
import type { ComponentType } from 'react';
import type { PagePath } from '@seatdrop/shared/contract/page-paths.ts';
import { part, partLoadedFirst } from './shell/parts.tsx';
import type { StaffPath } from './staff/staff-routes.tsx';

export type Routes = Record<string, ComponentType>;

/** Loaded as one, so that the script that every buyer loads does not list the scripts of these pages. */
const StaffPages = part(() => import('./staff/staff-routes.tsx'));

const home = partLoadedFirst(() => import('./events/events-page.tsx'));

/** Loads what the first page needs, so that the HTML that came with it stays until the page itself is shown. */
export async function loadFirstPage(path: string): Promise<void> {
  if (path === '/') await home.load();
}

export const routes = {
  '/': home.Part,
  '/past': part(() => import('./events/past-page.tsx')),
  '/events/:id': part(() => import('./events/event-page.tsx')),
  '/drops/:id/:step?': part(() => import('./drop/drop-page.tsx')),
  '/signin': part(() => import('./session/sign-in-page.tsx')),
  '/signup': part(() => import('./session/sign-up-page.tsx')),
  '/forgot': part(() => import('./session/forgot-page.tsx')),
  '/reset': part(() => import('./session/reset-page.tsx')),
  '/confirm': part(() => import('./session/confirm-page.tsx')),
  '/account': part(() => import('./session/own-account-page.tsx')),
  '/privacy': part(() => import('./session/privacy-page.tsx')),
  '/orders': part(() => import('./orders/orders-page.tsx')),
  '/orders/:id': part(() => import('./orders/order-page.tsx')),
  '/organize/*?': StaffPages,
  '/admin/*?': StaffPages,
} satisfies Record<Exclude<PagePath, StaffPath> | '/organize/*?' | '/admin/*?', ComponentType>;
