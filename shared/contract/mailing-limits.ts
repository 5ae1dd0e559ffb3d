/** In a file of their own, since pages use them before they load the schemas. */

/** UTF-16 code units in one text to ticket holders, at most. */
export const longestMailing = 2_000;
/** Of one event in 24 hours, at most. `changes`: mails about a changed event. */
export const mailingsADay = { messages: 5, changes: 10 };
/** Mails of one order sent again in 24 hours, at most; and the seconds between two. */
export const orderMailsADay = 5;
export const orderMailPauseSeconds = 60;
