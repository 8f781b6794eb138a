/** Which request a record is, whether it was here before, and where its records belong. */
@org.jspecify.annotations.NullMarked
package io.penstock.streams.score.identity;
