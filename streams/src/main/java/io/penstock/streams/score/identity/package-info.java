/**
 * Identity of requests: which one a record holds, whether it was here before, and where its records
 * belong.
 */
@org.jspecify.annotations.NullMarked
package io.penstock.streams.score.identity;
