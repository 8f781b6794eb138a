/**
 * Tells whether and where a waiting request goes when it would wait too long. All are pure
 * functions.
 */
package io.penstock.streams.dispatch.move;
