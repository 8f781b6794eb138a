/** Publishes pieces of answers while their engines give them, at no risk to the requests. */
@org.jspecify.annotations.NullMarked
package io.penstock.workers.chunks;
