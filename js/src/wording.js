/**
 * Counts in words: the one form of a plural, wherever a person reads it.
 *
 * @module
 */

/** @param {number} count @param {string} one @returns {string} `1 event`, `2 events` */
export const counted = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;

/** @param {number} count that come next @param {number} rest of all that are not shown @param {string} one @returns {string} `2 more events of 5` */
export const nextOf = (count, rest, one) => `${counted(count, `more ${one}`)}${rest > count ? ` of ${rest}` : ""}`;
