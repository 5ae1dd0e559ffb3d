/** For pages too, which load the rules themselves only when something is typed. */

/** UTF-16 units in one announcement. */
export const longestAnnouncement = 500;
/** Announcements of one drop. A page shows all of them. */
export const mostAnnouncements = 50;
