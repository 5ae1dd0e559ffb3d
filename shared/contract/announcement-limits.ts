/** In a file of their own, since pages use them before they load the schemas, which they do when somebody types. */

/** UTF-16 code units in one announcement, at most. */
export const longestAnnouncement = 500;
/** Announcements of one drop, at most. A page shows all of them. */
export const mostAnnouncements = 50;
