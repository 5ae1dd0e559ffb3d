/** What is behind each address. Pages are loaded when somebody goes there, all but the one most people begin with. */
import type { ComponentType } from 'react';
import type { PagePath } from '@seatdrop/shared/contract/page-paths.ts';
import { EventsPage } from './events/events-page.tsx';
import { part } from './shell/parts.tsx';
import type { StaffPath } from './staff/staff-routes.tsx';

export type Routes = Record<string, ComponentType>;

/** Loaded as one: the names of its pages' scripts would be in the script that every shopper loads. */
const StaffPages = part(() => import('./staff/staff-routes.tsx'));

export const routes = {
  '/': EventsPage,
  '/events/:id': part(() => import('./events/event-page.tsx')),
  '/drops/:id/:step?': part(() => import('./drop/drop-page.tsx')),
  '/signin': part(() => import('./session/sign-in-page.tsx')),
  '/signup': part(() => import('./session/sign-up-page.tsx')),
  '/orders': part(() => import('./orders/orders-page.tsx')),
  '/orders/:id': part(() => import('./orders/order-page.tsx')),
  '/organize/*?': StaffPages,
  '/admin/*?': StaffPages,
} satisfies Record<Exclude<PagePath, StaffPath> | '/organize/*?' | '/admin/*?', ComponentType>;
