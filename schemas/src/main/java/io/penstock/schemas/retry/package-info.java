/** Pauses between attempts that fail. */
package io.penstock.schemas.retry;
