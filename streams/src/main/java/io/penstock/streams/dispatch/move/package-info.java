/** Tells whether and where a waiting request goes when it is badly off where it waits. Pure. */
package io.penstock.streams.dispatch.move;
